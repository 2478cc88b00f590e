import type { Template } from '../config/template-model.ts';
import type { FileSettings } from '../inventory/settings.ts';
import { endpoint } from '../model/cluster.ts';
import { CONFIG_PATH, type DesiredFile, type HostRead, type Target } from '../model/desired.ts';
import type { Sudo } from '../model/host.ts';
import { failWith, ok, type Problem, type Result, type Warning } from '../model/problem.ts';
import { Secret } from '../model/secret.ts';
import { type SecretRef, secretKey } from '../model/secret-ref.ts';
import { dropInText, environmentFault, reachable } from './alloy-service.ts';
import { type Clustered, openCluster } from './cluster.ts';
import { type ConfigurationOptions, type Configure, isSet } from './configuration.ts';
import { needsOfHost } from './host-needs.ts';

/** Everything that the desired state of a host is made of. Nothing is read here. */
export interface TargetInput extends ConfigurationOptions, Clustered {
  readonly template: Template;
  /** By `secretKey`; null: they were not read, placeholders stand in (`validate`, `render`). */
  readonly secrets: ReadonlyMap<string, Secret> | null;
  /** Text of each file of `fileRefs`, by its path as written. */
  readonly files: ReadonlyMap<string, string>;
  /** What the user typed for `sudo: ask` or --ask-sudo-password; null: they were not asked. */
  readonly sudoPassword: Secret | null;
  /** alloyup runs as root: on this machine itself no sudo is needed. */
  readonly isRoot: boolean;
  /** Makes a path of the inventory absolute. */
  readonly absolute: (path: string) => string;
  readonly configure: Configure;
}

/** The desired state of one host, or all problems of its template, variables and configuration. */
export function makeTarget(
  input: TargetInput,
): Result<{ readonly target: Target; readonly warnings: readonly Warning[] }> {
  const { settings, template } = input;
  const { name, at, groups, ssh, repository, alloy, config, origins } = settings;
  const problems: Problem[] = [];
  const sudo = sudoOf(input, problems);
  const made = input.configure(settings, template, input);
  if (!made.ok) for (const one of made.problems) problems.push(one);
  const needed = needsOfHost(settings, template, input.fragments, {
    isSet: (variable) => isSet(variable, settings),
    alloyVersion: input.alloyVersion,
  });
  problems.push(...needed.problems);
  const environment = [...alloy.environment].map(
    ([variable, value]) =>
      [variable, typeof value === 'string' ? value : secretOf(value, input)] as const,
  );
  problems.push(...environment.flatMap((entry) => environmentProblems(entry, input)));
  if (!made.ok || problems.length > 0) return failWith(problems);

  const { key } = repository;
  const args = [
    `--server.http.listen-addr=${endpoint(alloy.listen)}`,
    `--stability.level=${alloy.stability}`,
    ...alloy.args,
  ];
  const target: Target = {
    host: { name, at, groups, ...ssh, identity: ssh.identity.map(input.absolute), sudo },
    // each field by its name: V8 gives every object that is spread from a rest a shape of its own, of a kilobyte
    desired: {
      repository: { ...repository, key: isUrl(key) ? key : input.absolute(key) },
      package: alloy.version,
      memberOf: needed.memberOf,
      needs: needed.needs,
      check: alloy.check,
      stability: alloy.stability,
      tolerate: alloy.tolerate,
      environment: new Map<string, string | Secret>([
        ['CONFIG_FILE', CONFIG_PATH],
        ['CUSTOM_ARGS', args.join(' ')],
        ['RESTART_ON_UPGRADE', 'false'],
        ...environment,
      ]),
      dropIn: dropInText(alloy.service),
      config: made.value.text,
      configHoles: made.value.configHoles,
      writtenAt: made.value.writtenAt,
      readable: config.readable,
      reads: onePerPath([...made.value.reads, ...needed.reads]),
      files: config.files.map((file) => fileOf(file, input)),
      components: made.value.components,
      deadlines: made.value.deadlines,
      listen: reachable(alloy.listen),
      args,
      origins,
    },
    cluster: input.cluster,
    rollout: settings.rollout,
    rolloutGroup: settings.rolloutGroup,
  };
  const unreadable = config.files.flatMap(unreadableForService);
  const warnings = [
    ...made.value.warnings,
    ...unreadable,
    ...unknownTolerated(input, target),
    ...openCluster(input),
  ];
  return ok({ target, warnings });
}

/** The first of each path: the configuration itself knows more than what a template declares. */
const onePerPath = (reads: readonly HostRead[]): readonly HostRead[] =>
  [...new Map(reads.toReversed().map((one) => [one.path, one])).values()].toReversed();

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
      host: settings.name,
      params: { reason: 'sudo-password-missing' },
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

function environmentProblems(
  [variable, value]: readonly [string, string | Secret],
  { settings: { alloy, at, origins } }: TargetInput,
): readonly Problem[] {
  const fault = environmentFault(variable, value);
  if (fault === null) return [];
  const setting = alloy.environment.get(variable);
  const params = { reason: 'environment-value', variable, fault } as const;
  return typeof setting === 'object'
    ? [{ code: 'secret.unresolved', params, at: setting.at }]
    : [{ code: 'inventory.rule', params, at: origins.get('alloy.environment') ?? at }];
}

/** The service runs as alloy. */
function unreadableForService({ path, mode, user, group, at }: FileSettings): readonly Warning[] {
  const [owner, members, others] = [...mode.slice(-3)].map(Number) as [number, number, number];
  const bits = user === 'alloy' ? owner : group === 'alloy' ? members : others;
  if ((bits & 4) !== 0 || !['alloy', 'root'].includes(group)) return [];
  const params = { reason: 'for-service', path, mode, user, group } as const;
  return [{ code: 'file.unreadable', params, at }];
}

/** Ids in `alloy.tolerate` that the configuration does not have: a misspelled one has no effect. */
function unknownTolerated({ settings }: TargetInput, { desired }: Target): readonly Warning[] {
  const { components, tolerate } = desired;
  if (!components.known) return [];
  return tolerate
    .filter((id) => !components.ids.includes(id))
    .map((id) => ({
      code: 'inventory.unused' as const,
      params: { reason: 'tolerated-component' as const, component: id },
      at: settings.origins.get('alloy.tolerate') ?? settings.at,
    }));
}
