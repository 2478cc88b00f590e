import type { Template } from '../config/template.ts';
import type { FileSettings, HostSettings } from '../inventory/settings.ts';
import { CONFIG_PATH, type DesiredFile, type Target } from '../model/desired.ts';
import type { Sudo } from '../model/host.ts';
import {
  fail,
  ok,
  type Position,
  type Problem,
  type Result,
  type Warning,
} from '../model/problem.ts';
import { Secret } from '../model/secret.ts';
import { type SecretRef, secretKey } from '../model/secret-ref.ts';
import type { CheckedTexts, Configure } from './config.ts';
import { listenArgument, reachable } from './listen.ts';
import { dropInText } from './service.ts';
import { unsayable } from './variable.ts';

/** Everything that a host's wish is made of. Nothing is read here. */
export interface TargetInput {
  readonly settings: HostSettings;
  readonly template: Template;
  /** By `secretKey`; null: they were not read, and stand-ins take their places (`validate`, `render`). */
  readonly secrets: ReadonlyMap<string, Secret> | null;
  /** Text of each file of `fileRefs`, by its path as written. */
  readonly files: ReadonlyMap<string, string>;
  /** What the user typed for `sudo: ask` or --ask-sudo-password; null: nothing was asked. */
  readonly sudoPassword: Secret | null;
  /** alloyup runs as root: on this machine itself no sudo is needed. */
  readonly isRoot: boolean;
  /** Makes a path of the inventory absolute: `~/` and what lies beside the inventory. */
  readonly absolute: (path: string) => string;
  /** The lines of the inventory around a place; `Inventory.frame`. */
  readonly frame: (at: Position) => string;
  /** What only our table of components knows counts as an error. */
  readonly strict: boolean;
  /** One for a run: hosts with equal configurations share their checks. */
  readonly checked: CheckedTexts;
  readonly configure: Configure;
}

export interface MadeTarget {
  readonly target: Target;
  readonly warnings: readonly Warning[];
}

/** What must be true on one host, or all that stands against it: template, variables, configuration. */
export function makeTarget(input: TargetInput): Result<MadeTarget> {
  const { settings, template } = input;
  const { name, at, groups, ssh, repository, alloy, config, origins } = settings;
  const problems: Problem[] = [];
  const sudo = sudoOf(input, problems);
  const made = input.configure(settings, template, input);
  if (!made.ok) problems.push(...made.problems);
  const environment = [...alloy.environment].map(
    ([variable, value]) =>
      [variable, typeof value === 'string' ? value : secretOf(value, input)] as const,
  );
  problems.push(...environment.flatMap((entry) => unsayables(entry, input)));
  if (!made.ok || problems.length > 0) return fail(...problems);

  const args = [
    `--server.http.listen-addr=${listenArgument(alloy.listen)}`,
    `--stability.level=${alloy.stability}`,
    ...alloy.args,
  ];
  const target: Target = {
    host: { name, at, groups, ...ssh, identity: ssh.identity.map(input.absolute), sudo },
    desired: {
      repository: {
        ...repository,
        key: isUrl(repository.key) ? repository.key : input.absolute(repository.key),
      },
      package: alloy.version,
      environment: new Map<string, string | Secret>([
        ['CONFIG_FILE', CONFIG_PATH],
        ['CUSTOM_ARGS', args.join(' ')],
        ['RESTART_ON_UPGRADE', 'false'],
        ...environment,
      ]),
      dropIn: dropInText(alloy.service),
      memberOf: alloy.memberOf,
      config: made.value.text,
      files: config.files.map((file) => fileOf(file, input)),
      components: made.value.components,
      listen: reachable(alloy.listen),
      check: alloy.check,
      stability: alloy.stability,
      args,
      tolerate: alloy.tolerate,
      origins,
    },
  };
  const warnings = [
    ...made.value.warnings,
    ...config.files.flatMap(unreadable),
    ...strangers(input, target),
  ];
  return ok({ target, warnings });
}

const isUrl = (place: string): boolean => /^https?:\/\//.test(place);

function sudoOf(
  { settings, secrets, sudoPassword, isRoot }: TargetInput,
  problems: Problem[],
): Sudo {
  const { sudo, ssh, origins, at } = settings;
  if (sudo.kind === 'none' || (ssh.transport === 'local' && isRoot)) return { kind: 'none' };
  if (sudo.kind === 'password')
    return { kind: 'password', password: secretOf(sudo.password, { secrets }) };
  if (sudoPassword) return { kind: 'password', password: sudoPassword };
  if (sudo.kind === 'ask' && secrets) {
    problems.push({
      code: 'usage',
      message: `"${settings.name}" asks for a sudo password, and nobody was asked`,
      hint: 'run it on a terminal, or write sudo: { password: { secret: env:SUDO_PASSWORD } }',
      at: origins.get('sudo') ?? at,
    });
  }
  return { kind: 'passwordless' };
}

function secretOf(ref: SecretRef, { secrets }: Pick<TargetInput, 'secrets'>): Secret {
  const key = secretKey(ref);
  const secret = secrets ? secrets.get(key) : new Secret(`unread ${key}`);
  if (!secret) throw new Error(`the secret ${key} was not read`);
  return secret;
}

function fileOf({ path, from, mode, user, group }: FileSettings, input: TargetInput): DesiredFile {
  const content = 'secret' in from ? secretOf(from.secret, input) : input.files.get(from.source);
  if (content === undefined) throw new Error(`the file ${path} was not read`);
  return { path, content, mode, user, group };
}

function unsayables(
  [variable, value]: readonly [string, string | Secret],
  { settings: { alloy, at, origins } }: TargetInput,
): readonly Problem[] {
  const what = unsayable(variable, value);
  if (what === null) return [];
  const written = alloy.environment.get(variable);
  return [
    {
      code: typeof written === 'string' ? 'inventory.rule' : 'secret.unresolved',
      message: `the variable ${variable} holds ${what}: the service could not be started with it`,
      hint: 'write it as base64, or give it to Alloy as a file, under config.files',
      at: typeof written === 'object' ? written.at : (origins.get('alloy.environment') ?? at),
    },
  ];
}

/** The service runs as alloy, and nobody else has to read the file. */
function unreadable({ path, mode, user, group, at }: FileSettings): readonly Warning[] {
  const [owner, members, others] = [...mode.slice(-3)].map(Number) as [number, number, number];
  const bits = user === 'alloy' ? owner : group === 'alloy' ? members : others;
  if ((bits & 4) !== 0 || !['alloy', 'root'].includes(group)) return [];
  return [
    {
      code: 'file.unreadable',
      message: `the service cannot read ${path}: ${mode} ${user}:${group}`,
      hint: 'write mode: "0640" and group: alloy',
      at,
    },
  ];
}

/** Ids in `alloy.tolerate` that the configuration does not make: a misspelled one excuses nothing. */
function strangers({ settings }: TargetInput, { desired }: Target): readonly Warning[] {
  const { components, tolerate } = desired;
  if (!components.known) return [];
  return tolerate
    .filter((id) => !components.ids.includes(id))
    .map((id) => ({
      code: 'inventory.unused',
      message: `the configuration has no component "${id}" to tolerate`,
      hint: 'take it out of alloy.tolerate, or mend its name',
      at: settings.origins.get('alloy.tolerate') ?? settings.at,
    }));
}
