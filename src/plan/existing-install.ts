import { isSecretName, secretSpans } from '../alloy/secret-spans.ts';
import { CONFIG_PATH, ENVIRONMENT_PATH } from '../model/desired.ts';
import type { Facts } from '../model/facts.ts';
import { failWith, ok, type ProblemOf, type Result } from '../model/problem.ts';
import { Secret } from '../model/secret.ts';
import { GROUPS_OF_PACKAGE } from '../steps/access.ts';
import { readArguments } from '../steps/arguments.ts';
import { environmentOf, OWN_VARIABLES } from '../steps/environment.ts';

/** What is installed on a host that alloyup never wrote, as an inventory would ask for it. */
export interface ExistingInstall {
  readonly config: string;
  /** Lines of the configuration that may hold a secret itself, from 1. */
  readonly secretLines: readonly number[];
  readonly listen: string;
  readonly stability: string;
  readonly args: readonly string[];
  /** A Secret where the name or the value looks like one. */
  readonly environment: ReadonlyMap<string, string | Secret>;
  readonly memberOf: readonly string[];
  /** Held: this version stays. null: whatever is there. */
  readonly version: string | null;
}

/** Reads an existing installation so that a plan for it changes nothing, or reports all that prevents it. */
export function readExistingInstall({
  host,
  package: installed,
  files,
  account,
}: Facts): Result<ExistingInstall> {
  const problems: ProblemOf<'host.file'>[] = [];
  const refuse = (params: ProblemOf<'host.file'>['params']): void => {
    problems.push({ code: 'host.file', host, params });
  };
  if (installed.status === 'absent' || installed.status === 'config-files')
    refuse({ reason: 'no-package' });
  const config = files[CONFIG_PATH];
  const text = typeof config?.content === 'string' ? config.content : null;
  if (text === null) refuse({ reason: 'not-text', path: CONFIG_PATH });
  const environment = environmentOf(files[ENVIRONMENT_PATH]?.content ?? null);
  const used = environment.get('CONFIG_FILE') ?? CONFIG_PATH;
  if (used !== CONFIG_PATH) refuse({ reason: 'elsewhere', path: used });
  if (text === null || problems.length > 0) return failWith(problems);
  const { listen, stability, others } = readArguments(environment.get('CUSTOM_ARGS') ?? '');
  return ok({
    config: text,
    secretLines: secretLines(text),
    listen,
    stability,
    args: others,
    environment: new Map(
      [...environment]
        .filter(([name]) => !OWN_VARIABLES.includes(name))
        .map(([name, value]) => [name, looksSecret(name, value) ? new Secret(value) : value]),
    ),
    memberOf: account.groups.filter((group) => !GROUPS_OF_PACKAGE.includes(group)),
    version: installed.held ? installed.version : null,
  });
}

const looksSecret = (name: string, value: string): boolean =>
  value !== '' && (isSecretName(name) || secretSpans(value).length > 0);

const secretLines = (text: string): readonly number[] => [
  ...new Set(secretSpans(text).map(({ start }) => text.slice(0, start).split('\n').length)),
];
