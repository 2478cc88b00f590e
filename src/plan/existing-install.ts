import { extractSecrets } from '../alloy/extract-secrets.ts';
import { isSecretName, secretSpans } from '../alloy/secret-spans.ts';
import { CONFIG_PATH, ENVIRONMENT_PATH } from '../model/desired.ts';
import type { Configuration, Facts } from '../model/facts.ts';
import { failWith, ok, type ProblemOf, type Result } from '../model/problem.ts';
import { Secret } from '../model/secret.ts';
import { GROUPS_OF_PACKAGE } from '../steps/access.ts';
import { readArguments } from '../steps/arguments.ts';
import { environmentOf, OWN_VARIABLES } from '../steps/environment.ts';

/** What is installed on a host that alloyup never wrote, as an inventory would ask for it. */
export interface ExistingInstall {
  readonly config: string;
  /** Lines of the configuration that may still hold a secret, from 1. */
  readonly secretLines: readonly number[];
  /** Variables that hold what the configuration itself held. */
  readonly extracted: readonly string[];
  readonly listen: string;
  readonly stability: string;
  readonly args: readonly string[];
  /** A Secret where the name or the value looks like one. */
  readonly environment: ReadonlyMap<string, string | Secret>;
  readonly memberOf: readonly string[];
  /** Held: this version stays. null: whatever is there. */
  readonly version: string | null;
}

/** Where Alloy reads its configuration from; null: from the package's own file. */
export function configuredPath({ files }: Facts): string | null {
  const used = environmentOf(files[ENVIRONMENT_PATH]?.content ?? null).get('CONFIG_FILE');
  return used === undefined || used === CONFIG_PATH ? null : used;
}

/**
 * Reads an existing installation so that a plan for it changes nothing but where secrets and configuration lie, or
 * reports all that prevents it. `elsewhere`: the files at `configuredPath`.
 */
export function readExistingInstall(
  { host, package: installed, files, account }: Facts,
  elsewhere: readonly Configuration[] | null = null,
): Result<ExistingInstall> {
  const problems: ProblemOf<'host.file'>[] = [];
  const refuse = (params: ProblemOf<'host.file'>['params']): void => {
    problems.push({ code: 'host.file', host, params });
  };
  if (installed.status === 'absent' || installed.status === 'config-files')
    refuse({ reason: 'no-package' });
  const config = files[CONFIG_PATH]?.content;
  const parts = elsewhere ?? [
    { path: CONFIG_PATH, content: typeof config === 'string' ? config : null },
  ];
  for (const { path, content } of parts) if (content === null) refuse({ reason: 'not-text', path });
  if (problems.length > 0) return failWith(problems);

  const variables = environmentOf(files[ENVIRONMENT_PATH]?.content ?? null);
  const { listen, stability, others } = readArguments(variables.get('CUSTOM_ARGS') ?? '');
  // sys.env came with 1.4
  const read = /^1\.[0-3]\./.test(installed.version ?? '') ? 'env' : 'sys.env';
  const { text, secrets, left } = extractSecrets(merged(parts), read, variables.keys());
  const environment = new Map<string, string | Secret>();
  for (const [name, value] of variables)
    if (!OWN_VARIABLES.includes(name))
      environment.set(name, looksSecret(name, value) ? new Secret(value) : value);
  for (const [name, value] of secrets) environment.set(name, new Secret(value));
  return ok({
    config: text,
    secretLines: left,
    extracted: [...secrets.keys()],
    listen,
    stability,
    args: others,
    environment,
    memberOf: account.groups.filter((group) => !GROUPS_OF_PACKAGE.includes(group)),
    version: installed.held ? installed.version : null,
  });
}

/** Alloy reads the files of a directory as one, in the order of their names. */
const merged = (parts: readonly Configuration[]): string => {
  const [only] = parts;
  if (parts.length === 1) return only!.content!;
  return parts
    .map(({ path, content }) => `// ${path.slice(path.lastIndexOf('/') + 1)}\n${content!.trim()}\n`)
    .join('\n');
};

const looksSecret = (name: string, value: string): boolean =>
  value !== '' && (isSecretName(name) || secretSpans(value).length > 0);
