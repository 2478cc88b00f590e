import pLimit from 'p-limit';
import {
  failWith,
  ok,
  type Problem,
  type ProblemParams,
  type Result,
  type Warning,
} from '../model/problem.ts';
import { Secret } from '../model/secret.ts';
import { type SecretRef, secretKey } from '../model/secret-ref.ts';
import { besideInventory } from './directories.ts';
import { runProgram } from './run-program.ts';
import { readTextFile } from './text-file.ts';

const MAX_BYTES = 1024 * 1024;
/** Programs at a time: password managers share one daemon, which slows down under load. */
const AT_ONCE = 8;

export interface SecretOptions {
  /** Relative paths start here. */
  readonly base: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Milliseconds that one program may take. */
  readonly timeoutMs: number;
}

export interface Secrets {
  /** By `secretKey`. */
  readonly secrets: ReadonlyMap<string, Secret>;
  readonly warnings: readonly Warning[];
}

type Read = { readonly secret: Secret; readonly warning?: Warning } | { readonly problem: Problem };

/** Reads every secret once, and reports all that cannot be read. */
export async function resolveSecrets(
  refs: readonly SecretRef[],
  options: SecretOptions,
): Promise<Result<Secrets>> {
  const distinct = new Map<string, SecretRef>();
  for (const ref of refs) {
    const key = secretKey(ref);
    if (!distinct.has(key)) distinct.set(key, ref);
  }
  const found = await pLimit(AT_ONCE).map([...distinct], async ([key, ref]) => ({
    key,
    ...(await read(ref, options)),
  }));
  const problems = found.flatMap((one) => ('problem' in one ? [one.problem] : []));
  if (problems.length > 0) return failWith(problems);
  const readable = found.filter((one) => 'secret' in one);
  return ok({
    secrets: new Map(readable.map(({ key, secret }) => [key, secret])),
    warnings: readable.flatMap(({ warning }) => warning ?? []),
  });
}

const unresolved = (
  { at }: SecretRef,
  params: ProblemParams['secret.unresolved'],
  detail = '',
): Read => ({
  problem: { code: 'secret.unresolved', params, at, ...(detail === '' ? {} : { detail }) },
});

/** Editors and `echo` add a newline that is not part of the secret. */
const cut = (text: string): string => text.replace(/\r?\n$/, '');

async function read(ref: SecretRef, { base, env, timeoutMs }: SecretOptions): Promise<Read> {
  switch (ref.kind) {
    case 'env': {
      const value = env[ref.name];
      if (value) return { secret: new Secret(value) };
      const reason = value === undefined ? 'unset' : 'empty-variable';
      return unresolved(ref, { reason, variable: ref.name });
    }
    case 'file': {
      const path = besideInventory(ref.path, base, env.HOME);
      const file = await readTextFile(path, MAX_BYTES);
      if (!file.ok)
        return unresolved(ref, { reason: 'unreadable-file', path, failure: file.failure });
      const text = cut(file.text);
      if (text === '') return unresolved(ref, { reason: 'empty-file', path });
      const secret = new Secret(text);
      if ((file.mode & 0o077) === 0) return { secret };
      const params = { reason: 'readable-by-others', path } as const;
      return { secret, warning: { code: 'secret.readable', params, at: ref.at } };
    }
    case 'exec': {
      const [program] = ref.argv;
      const { failure, stdout, stderr } = await runProgram(ref.argv, base, timeoutMs, env);
      if (failure) return unresolved(ref, { reason: 'program-failed', program, failure }, stderr);
      const text = cut(stdout);
      if (text === '') return unresolved(ref, { reason: 'program-silent', program }, stderr);
      if (text.includes('\uFFFD')) return unresolved(ref, { reason: 'not-text', program });
      return { secret: new Secret(text) };
    }
  }
}
