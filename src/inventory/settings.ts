import type { Repository, Stability, WantedVersion } from '../model/desired.ts';
import type { Host } from '../model/host.ts';
import type { Position } from '../model/problem.ts';
import type { SecretRef } from '../model/secret-ref.ts';
import { DEFAULTS } from './defaults.ts';
import { type Layer, type Merged, mergeLayers } from './merge.ts';
import type { TemplateValue, WrittenSecret, WrittenSettings } from './schema.ts';
import { layersOf, type WrittenHost, type WrittenInventory } from './written.ts';

/** How root is reached; a password is still a place to read it from. */
export type SudoSettings =
  | { readonly kind: 'none' | 'passwordless' | 'ask' }
  | { readonly kind: 'password'; readonly password: SecretRef };

/** A file that the configuration needs; what is in it is still a place to read it from. */
export interface FileSettings {
  readonly path: string;
  /** `source` is a path as written: relative to the inventory's folder, `~/` allowed. */
  readonly from: { readonly source: string } | { readonly secret: SecretRef };
  readonly mode: string;
  readonly user: string;
  readonly group: string;
  readonly at: Position;
}

export type ServiceSettings = Readonly<
  NonNullable<NonNullable<WrittenSettings['alloy']>['service']>
>;

/** Everything the inventory and the defaults say of one host. Complete; holds no secret. */
export interface HostSettings {
  readonly name: string;
  readonly at: Position;
  readonly groups: readonly string[];
  readonly ssh: Pick<
    Host,
    'address' | 'port' | 'user' | 'identity' | 'jump' | 'transport' | 'hostKeys' | 'hostKey'
  >;
  readonly sudo: SudoSettings;
  /** `key` as written: a URL, or a file relative to the inventory's folder. */
  readonly repository: Repository;
  readonly alloy: {
    readonly version: WantedVersion;
    /** The address it binds, without brackets. */
    readonly listen: { readonly address: string; readonly port: number };
    readonly check: 'http' | 'service';
    readonly stability: Stability;
    readonly args: readonly string[];
    readonly tolerate: readonly string[];
    readonly environment: ReadonlyMap<string, string | SecretRef>;
    readonly memberOf: readonly string[];
    readonly service: ServiceSettings;
  };
  readonly config: {
    readonly template: string;
    readonly vars: Readonly<Record<string, TemplateValue>>;
    /** Those of `vars` that were written where another template was in force. */
    readonly inherited: readonly string[];
    readonly files: readonly FileSettings[];
  };
  /** Where each value was written, by path: "alloy.version" -> inventory.yaml:14:5. Defaults have none. */
  readonly origins: ReadonlyMap<string, Position>;
}

/** What hosts of the same groups share; made once for each set of groups. */
type Shared = Pick<HostSettings, 'sudo' | 'repository' | 'alloy' | 'config' | 'origins'> & {
  readonly ssh: Omit<HostSettings['ssh'], 'address'> & { readonly address: string | null };
};

const caches = new WeakMap<WrittenInventory, Map<string, Shared>>();

/** Merged host > group > defaults; the same inventory gives equal hosts the same objects. */
export function settingsOf(inventory: WrittenInventory, name: string): HostSettings {
  const host = inventory.hosts.get(name);
  if (!host) throw new Error(`no host "${name}" in the inventory`);
  const shared = sharedOf(inventory, host);
  const address = shared.ssh.address ?? name;
  return {
    ...shared,
    name,
    at: host.at,
    groups: host.groups,
    ssh: { ...shared.ssh, address },
  };
}

function sharedOf(inventory: WrittenInventory, host: WrittenHost): Shared {
  const cache = caches.get(inventory) ?? new Map<string, Shared>();
  caches.set(inventory, cache);
  const own = host.key !== null && ownSettings(inventory, host.key) ? host.key : '';
  const key = `${own}\n${host.groups.join('\n')}`;
  let shared = cache.get(key);
  if (!shared) {
    const layers = layersOf(inventory, host);
    shared = complete(mergeLayers(layers), inherited(layers), inventory);
    cache.set(key, shared);
  }
  return shared;
}

const ownSettings = ({ written }: WrittenInventory, key: string): boolean =>
  Object.keys(written.hosts?.[key] ?? {}).some((name) => name !== 'groups');

/** Variables of a template that a later layer replaced by another. */
function inherited(layers: readonly Layer[]): readonly string[] {
  // groups are of one rank: two of them cannot disagree
  const configs = layers.map(({ value, path }) => ({
    ...(value as WrittenSettings).config,
    rank: path[0],
  }));
  const chosen = new Map<unknown, string | null>();
  let last: string | null = null;
  for (const { template, rank } of configs) {
    last = template ?? last;
    chosen.set(rank, last);
  }
  const own = new Set<string>();
  const foreign = new Set<string>();
  for (const { vars, rank } of configs)
    for (const name of Object.keys(vars ?? {}))
      (chosen.get(rank) === last ? own : foreign).add(name);
  return [...foreign].filter((name) => !own.has(name));
}

function complete(
  { settings, origins: paths }: Merged,
  foreign: readonly string[],
  inventory: WrittenInventory,
): Shared {
  const origins = new Map([...paths].map(([key, path]) => [key, inventory.place(path)]));
  const at = (key: string): Position => origins.get(key) ?? inventory.place([]);
  const { ssh = {}, repository = {}, alloy = {}, config = {} } = settings;
  const secretOf = (written: WrittenSecret['secret'], key: string) => readSecret(written, at(key));

  return {
    ssh: {
      address: ssh.address ?? null,
      port: ssh.port ?? DEFAULTS.ssh.port,
      user: ssh.user ?? DEFAULTS.ssh.user,
      identity: list(ssh.identity ?? DEFAULTS.ssh.identity),
      jump: list(ssh.jump ?? DEFAULTS.ssh.jump),
      transport: ssh.transport ?? DEFAULTS.ssh.transport,
      hostKeys: ssh.hostKeys ?? DEFAULTS.ssh.hostKeys,
      hostKey: ssh.hostKey?.replace(/=$/, '') ?? DEFAULTS.ssh.hostKey,
    },
    sudo: readSudo(settings, secretOf),
    repository: {
      url: (repository.url ?? DEFAULTS.repository.url).replace(/\/+$/, ''),
      suite: repository.suite ?? DEFAULTS.repository.suite,
      components: repository.components ?? DEFAULTS.repository.components,
      key: repository.key ?? DEFAULTS.repository.key,
      fingerprints: unique(
        (repository.fingerprints ?? DEFAULTS.repository.fingerprints).map((print) =>
          print.replace(/\s/g, '').toUpperCase(),
        ),
      ),
      proxy: repository.proxy ?? DEFAULTS.repository.proxy,
    },
    alloy: {
      version: readVersion(alloy.version ?? DEFAULTS.alloy.version),
      listen: readListen(alloy.listen ?? DEFAULTS.alloy.listen),
      check: alloy.check ?? DEFAULTS.alloy.check,
      stability: alloy.stability ?? DEFAULTS.alloy.stability,
      args: alloy.args ?? DEFAULTS.alloy.args,
      tolerate: unique(alloy.tolerate ?? DEFAULTS.alloy.tolerate),
      environment: new Map(
        Object.entries(alloy.environment ?? {}).map(([name, value]) => [
          name,
          typeof value === 'string' ? value : secretOf(value.secret, `alloy.environment.${name}`),
        ]),
      ),
      memberOf: unique(alloy.memberOf ?? DEFAULTS.alloy.memberOf),
      service: alloy.service ?? {},
    },
    config: {
      template: config.template ?? DEFAULTS.config.template,
      vars: config.vars ?? {},
      inherited: foreign,
      files: Object.entries(config.files ?? {}).map(([path, file]) => {
        const key = `config.files.${path}`;
        return {
          path,
          from:
            file.secret !== undefined
              ? { secret: secretOf(file.secret, `${key}.secret`) }
              : { source: file.source ?? '' },
          mode: (file.mode ?? DEFAULTS.file.mode).padStart(4, '0'),
          user: file.user ?? DEFAULTS.file.user,
          group: file.group ?? DEFAULTS.file.group,
          at: at(key),
        };
      }),
    },
    origins,
  };
}

function readSudo(
  { sudo, ssh }: WrittenSettings,
  secretOf: (written: WrittenSecret['secret'], key: string) => SecretRef,
): SudoSettings {
  if (sudo === undefined) return { kind: ssh?.user === 'root' ? 'none' : DEFAULTS.sudo };
  if (typeof sudo === 'string') return { kind: sudo };
  return sudo.password
    ? { kind: 'password', password: secretOf(sudo.password.secret, 'sudo') }
    : { kind: 'ask' };
}

/** The schema has checked the form. */
function readSecret(written: WrittenSecret['secret'], at: Position): SecretRef {
  if (typeof written === 'object') {
    return { kind: 'exec', argv: (written.exec ?? ['']) as readonly [string, ...string[]], at };
  }
  const [, kind, rest = ''] = /^(env|file):(.*)$/s.exec(written) ?? [];
  return kind === 'env' ? { kind, name: rest, at } : { kind: 'file', path: rest, at };
}

/** Upstream's packages have the revision 1: `1.18.1` is `1.18.1-1`. */
export const readVersion = (written: string): WantedVersion =>
  written === 'present' || written === 'latest'
    ? { policy: written }
    : { policy: 'exact', version: written.includes('-') ? written : `${written}-1` };

function readListen(written: string): { address: string; port: number } {
  const colon = written.lastIndexOf(':');
  return {
    address: written.slice(0, colon).replace(/^\[|\]$/g, ''),
    port: Number(written.slice(colon + 1)),
  };
}

const list = (written: string | readonly string[]): readonly string[] =>
  typeof written === 'string' ? [written] : written;

const unique = (words: readonly string[]): readonly string[] => [...new Set(words)];
