import pLimit from 'p-limit';
import { fail, ok, type Problem, type Result, type Warning } from '../model/problem.ts';
import { Secret } from '../model/secret.ts';
import { type SecretRef, secretKey } from '../model/secret-ref.ts';
import { besideInventory } from './directories.ts';
import { runProgram } from './run-program.ts';
import { readTextFile } from './text-file.ts';

const MAX_BYTES = 1024 * 1024;
/** Programs at a time: password managers ask their own daemon, and that is slow in crowds. */
const AT_ONCE = 8;

export interface SecretOptions {
  /** The inventory's folder. */
  readonly base: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Milliseconds that one program may take. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

export interface Secrets {
  /** By `secretKey`. */
  readonly secrets: ReadonlyMap<string, Secret>;
  readonly warnings: readonly Warning[];
}

interface Read {
  readonly secret?: Secret;
  readonly problem?: Problem;
  readonly warning?: Warning;
}

/** Reads every secret once, wherever it is named, and gives all that cannot be read at once. */
export async function resolveSecrets(
  refs: readonly SecretRef[],
  options: SecretOptions,
): Promise<Result<Secrets>> {
  const distinct = new Map<string, SecretRef>();
  for (const ref of refs) {
    const key = secretKey(ref);
    if (!distinct.has(key)) distinct.set(key, ref);
  }

  const limit = pLimit(AT_ONCE);
  const found = await limit.map(distinct.values(), (ref) => read(ref, options));

  const secrets = new Map<string, Secret>();
  const problems: Problem[] = [];
  const warnings: Warning[] = [];
  for (const [i, key] of [...distinct.keys()].entries()) {
    const { secret, problem, warning } = found[i]!;
    if (secret) secrets.set(key, secret);
    if (problem) problems.push(problem);
    if (warning) warnings.push(warning);
  }
  return problems.length > 0 ? fail(...problems) : ok({ secrets, warnings });
}

function read(ref: SecretRef, options: SecretOptions): Promise<Read> | Read {
  switch (ref.kind) {
    case 'env':
      return readEnv(ref.name, ref, options);
    case 'file':
      return readFile(ref.path, ref, options);
    case 'exec':
      return readExec(ref.argv, ref, options);
  }
}

const unresolved = ({ at }: SecretRef, message: string, hint: string, detail?: string): Read => ({
  problem: {
    code: 'secret.unresolved',
    message,
    hint,
    at,
    ...(detail ? { detail } : {}),
  },
});

/** Editors and `echo` end a file with a newline that is no part of the secret. */
const cut = (text: string): string => text.replace(/\r?\n$/, '');

function readEnv(name: string, ref: SecretRef, { env }: SecretOptions): Read {
  const value = env[name];
  if (value === undefined || value === '') {
    return unresolved(
      ref,
      `the environment variable ${name} is ${value === undefined ? 'not set' : 'empty'}`,
      `set it where alloyup runs: read -rs ${name} && export ${name}`,
    );
  }
  return { secret: new Secret(value) };
}

async function readFile(path: string, ref: SecretRef, { base, env }: SecretOptions): Promise<Read> {
  const where = besideInventory(path, base, env.HOME);
  const file = await readTextFile(where, MAX_BYTES);
  if (!file.ok) {
    return unresolved(
      ref,
      `the secret file ${where} ${file.message}`,
      file.why === 'missing'
        ? 'create it, or mend the path: relative paths start beside the inventory'
        : `see what it is: ls -ld ${where}`,
    );
  }
  const text = cut(file.text);
  if (text === '')
    return unresolved(ref, `the secret file ${where} is empty`, 'write the secret into it');
  const open = (file.mode & 0o077) !== 0;
  return {
    secret: new Secret(text),
    ...(open
      ? {
          warning: {
            code: 'secret.readable',
            message: `the secret file ${where} can be read by other users of this machine`,
            hint: `chmod 600 ${where}`,
            at: ref.at,
          },
        }
      : {}),
  };
}

async function readExec(
  argv: readonly [string, ...string[]],
  ref: SecretRef,
  { base, env, timeoutMs, signal }: SecretOptions,
): Promise<Read> {
  const ran = await runProgram(argv, { cwd: base, timeoutMs, signal, env });
  const [program] = argv;
  if (!ran.ok) {
    return unresolved(
      ref,
      `the program ${program}, which should print a secret, failed: ${ran.why}`,
      ran.why === 'not found'
        ? `install ${program}, or name it with its path`
        : 'run it yourself in this terminal: it may want you to sign in',
      ran.stderr,
    );
  }
  const text = cut(ran.stdout);
  if (text === '') {
    return unresolved(
      ref,
      `the program ${program}, which should print a secret, printed nothing`,
      'run it yourself in this terminal: it may want you to sign in',
      ran.stderr,
    );
  }
  if (text.includes('\uFFFD')) {
    return unresolved(
      ref,
      `what ${program} printed is not UTF-8 text`,
      'let it print base64 or text',
    );
  }
  return { secret: new Secret(text) };
}
