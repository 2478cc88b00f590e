import type { Desired, DesiredFile, Repository, WantedVersion } from '../model/desired.ts';
import type { Host } from '../model/host.ts';
import type { Position } from '../model/problem.ts';
import { outermost } from '../model/readable.ts';
import type { Rollout, Share } from '../model/rollout.ts';
import type { SecretRef } from '../model/secret-ref.ts';
import type { FileRef } from '../model/text-files.ts';
import { trimEndOf } from '../model/trim-end.ts';
import { secondsOf } from './formats.ts';
import type { Inventory, InventoryHost } from './members.ts';
import { type Layer, layersOf, mergeLayers } from './merge.ts';
import {
  DEFAULTS,
  type InventoryInput,
  type SecretInput,
  type SettingsInput,
  type TemplateValue,
} from './schema.ts';

/** How to become root. A password is still a reference, not yet read. */
type SudoSettings =
  | { readonly kind: 'none' | 'passwordless' | 'ask' }
  | { readonly kind: 'password'; readonly password: SecretRef };

/** A file that the configuration refers to. Its content is still a reference, not yet read. */
export interface FileSettings extends Omit<DesiredFile, 'content'> {
  /** `source` is a path as written: relative to the inventory's directory, `~/` allowed. */
  readonly from: { readonly source: string } | { readonly secret: SecretRef };
  readonly at: Position;
}

/** A fragment as it is merged, its template not yet read. */
export interface FragmentSettings {
  readonly name: string;
  /** As written: a path, or the name of a built-in fragment; null: no section sets it. */
  readonly template: string | null;
  readonly vars: Readonly<Record<string, TemplateValue>>;
  readonly at: Position;
}

/** `alloy.cluster`; `name` is empty where no section sets it, which a rule refuses. */
export interface ClusterSettings {
  readonly name: string;
  readonly advertise: string | null;
  readonly waitForSize: number | null;
}

export type ServiceSettings = Readonly<NonNullable<NonNullable<SettingsInput['alloy']>['service']>>;

/** The complete settings of one host, from the inventory and the defaults. Holds no secret. */
export interface HostSettings {
  readonly name: string;
  readonly at: Position;
  readonly groups: readonly string[];
  readonly ssh: Omit<Host, 'name' | 'at' | 'groups' | 'sudo'>;
  readonly sudo: SudoSettings;
  /** `key` as written: a URL, or a file relative to the inventory's directory. */
  readonly repository: Repository;
  /** `listen`: the address that it binds, without brackets; `args`: those of the inventory alone. */
  readonly alloy: Pick<
    Desired,
    'listen' | 'check' | 'stability' | 'args' | 'tolerate' | 'memberOf'
  > & {
    readonly version: WantedVersion;
    readonly environment: ReadonlyMap<string, string | SecretRef>;
    readonly service: ServiceSettings;
    /** null: Alloy runs on its own. */
    readonly cluster: ClusterSettings | null;
  };
  readonly config: {
    readonly template: string;
    readonly vars: Readonly<Record<string, TemplateValue>>;
    /** Those of `vars` that were set for a template that a later section replaced. */
    readonly inherited: readonly string[];
    /** By name. */
    readonly fragments: readonly FragmentSettings[];
    readonly files: readonly FileSettings[];
    /** Sorted; none lies in another. */
    readonly readable: readonly string[];
  };
  readonly rollout: Rollout;
  /** The groups, or the host, that set anything of `rollout`; empty: none does. */
  readonly rolloutGroup: string;
  /** Where each value was set, by path: "alloy.version" -> inventory.yaml:14:5. Defaults have no entry. */
  readonly origins: ReadonlyMap<string, Position>;
}

/** What hosts in the same groups share, computed once for each set of groups. */
type Shared = Pick<
  HostSettings,
  'sudo' | 'repository' | 'alloy' | 'config' | 'rollout' | 'rolloutGroup' | 'origins'
> & {
  readonly ssh: Omit<HostSettings['ssh'], 'address'> & { readonly address: string | null };
};

type Source = Pick<Inventory, 'input' | 'hosts' | 'place'>;

interface Cache {
  /** By the sections that apply. */
  readonly shared: Map<string, Shared>;
  /** Of each host: every rule asks for them. */
  readonly hosts: WeakMap<InventoryHost, HostSettings>;
}

const caches = new WeakMap<InventoryInput, Cache>();

/** Merges host > group > defaults. Hosts of one inventory with equal settings share the same objects. */
export function settingsOf(inventory: Source, name: string): HostSettings {
  const host = inventory.hosts.get(name);
  if (!host) throw new Error(`no host "${name}" in the inventory`);
  const cache = caches.get(inventory.input) ?? { shared: new Map(), hosts: new WeakMap() };
  caches.set(inventory.input, cache);
  const known = cache.hosts.get(host);
  if (known) return known;
  const { at, groups } = host;
  const shared = sharedOf(inventory, host, cache.shared);
  const { sudo, repository, alloy, config, rollout, rolloutGroup, origins } = shared;
  const settings = {
    name,
    at,
    groups,
    ssh: { ...shared.ssh, address: shared.ssh.address ?? name },
    sudo,
    repository,
    alloy,
    config,
    rollout,
    rolloutGroup,
    origins,
  };
  cache.hosts.set(host, settings);
  return settings;
}

function sharedOf(inventory: Source, host: InventoryHost, cache: Cache['shared']): Shared {
  const own = host.key === null ? {} : (inventory.input.hosts?.[host.key] ?? {});
  const hasSettings = Object.keys(own).some((name) => name !== 'groups');
  const key = [hasSettings ? host.key : '', ...host.groups].join('\n');
  const known = cache.get(key);
  if (known) return known;
  const merged = complete(layersOf(inventory, host), inventory);
  // most hosts have but an address of their own, and what is rendered from one configuration is rendered once
  const shared =
    hasSettings && own.config === undefined
      ? { ...merged, config: sharedOf(inventory, { ...host, key: null }, cache).config }
      : merged;
  cache.set(key, shared);
  return shared;
}

/** Variables that were set for a template that a later layer replaced. */
function inheritedVars(layers: readonly Layer[]): readonly string[] {
  // all groups have the same rank: they cannot disagree
  const configs = layers.map(({ value, path }) => ({
    ...(value as SettingsInput).config,
    rank: path[0],
  }));
  const chosen = new Map<unknown, string | null>();
  let last: string | null = null;
  for (const { template, rank } of configs) {
    last = template ?? last;
    chosen.set(rank, last);
  }
  const namesOf = (own: boolean): readonly string[] =>
    configs
      .filter(({ rank }) => (chosen.get(rank) === last) === own)
      .flatMap(({ vars }) => Object.keys(vars ?? {}));
  const own = namesOf(true);
  return [...new Set(namesOf(false))].filter((name) => !own.includes(name));
}

function complete(layers: readonly Layer[], { place }: Source): Shared {
  const { settings, origins: paths } = mergeLayers(layers);
  const origins = new Map([...paths].map(([key, path]) => [key, place(path)]));
  const at = (key: string): Position => origins.get(key) ?? place([]);
  const secretOf = (written: SecretInput, key: string) => readSecret(written, at(key));
  const ssh = filled(DEFAULTS.ssh, settings.ssh ?? {});
  const repository = filled(DEFAULTS.repository, settings.repository ?? {});
  const alloy = filled(DEFAULTS.alloy, settings.alloy ?? {});
  const config = filled(DEFAULTS.config, settings.config ?? {});
  const { pause, ...rollout } = filled(DEFAULTS.rollout, settings.rollout ?? {});

  return {
    ssh: {
      ...ssh,
      address: ssh.address ?? null,
      identity: list(ssh.identity ?? []),
      jump: list(ssh.jump),
      hostKey: ssh.hostKey?.replace(/=$/, '') ?? null,
    },
    sudo: readSudo(settings, secretOf),
    repository: {
      ...repository,
      url: trimEndOf(repository.url, '/'),
      fingerprints: unique(
        repository.fingerprints.map((print) => print.replace(/\s/g, '').toUpperCase()),
      ),
    },
    alloy: {
      ...alloy,
      version: readVersion(alloy.version),
      listen: readListen(alloy.listen),
      tolerate: unique(alloy.tolerate),
      environment: new Map(
        Object.entries(alloy.environment ?? {}).map(([name, value]) => [
          name,
          typeof value === 'string' ? value : secretOf(value.secret, `alloy.environment.${name}`),
        ]),
      ),
      memberOf: unique(alloy.memberOf),
      service: alloy.service ?? {},
      cluster: alloy.cluster
        ? filled({ name: '', advertise: null, waitForSize: null }, alloy.cluster)
        : null,
    },
    config: {
      template: config.template,
      vars: withoutNull(config.vars ?? {}),
      inherited: inheritedVars(layers),
      fragments: Object.entries(config.fragments ?? {})
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .flatMap(([name, given]) => {
          if (given === null) return [];
          const { template = null, vars = {} } =
            typeof given === 'string' ? { template: given } : given;
          return [{ name, template, vars: withoutNull(vars), at: at(`config.fragments.${name}`) }];
        }),
      readable: outermost(
        Object.entries(config.readable ?? {})
          .flatMap(([path, given]) => (given ? [path] : []))
          .sort(),
      ),
      files: Object.entries(config.files ?? {}).map(([path, given]) => {
        const key = `config.files.${path}`;
        const { mode, user, group } = filled(DEFAULTS.file, given);
        const from =
          given.secret !== undefined
            ? { secret: secretOf(given.secret, `${key}.secret`) }
            : { source: given.source ?? '' };
        return { path, from, mode: mode.padStart(4, '0'), user, group, at: at(key) };
      }),
    },
    rollout: {
      ...rollout,
      serial: list(rollout.serial).map(readShare),
      maxFail: rollout.maxFail === undefined ? null : readShare(rollout.maxFail),
      pauseS: secondsOf(pause),
    },
    rolloutGroup: layers
      .filter(({ value, path: [kind] }) => kind !== 'defaults' && hasWaves(value))
      .map(({ path }) => path[1])
      .join(', '),
    origins,
  };
}

/** `delivery` concerns each host alone. */
const hasWaves = (value: Layer['value']): boolean =>
  Object.keys(('rollout' in value && value.rollout) || {}).some((key) => key !== 'delivery');

const readShare = (written: number | string): Share =>
  typeof written === 'number' ? { hosts: written } : { percent: Number(written.slice(0, -1)) };

/** What is given, and the defaults where nothing is. */
const filled = <D extends object, G extends object>(defaults: D, given: G) =>
  ({ ...defaults, ...given }) as G & {
    readonly [K in keyof D]: D[K] | (K extends keyof G ? Exclude<G[K], undefined> : never);
  };

function readSudo(
  { sudo, ssh }: SettingsInput,
  secretOf: (written: SecretInput, key: string) => SecretRef,
): SudoSettings {
  if (sudo === undefined) return { kind: ssh?.user === 'root' ? 'none' : DEFAULTS.sudo };
  return typeof sudo === 'string'
    ? { kind: sudo }
    : { kind: 'password', password: secretOf(sudo.password.secret, 'sudo') };
}

function readSecret(written: SecretInput, at: Position): SecretRef {
  if (typeof written === 'object') return { kind: 'exec', argv: written.exec, at };
  const value = written.slice(written.indexOf(':') + 1);
  return written.startsWith('env:')
    ? { kind: 'env', name: value, at }
    : { kind: 'file', path: value, at };
}

/** Upstream's packages have revision 1: `1.18.1` is `1.18.1-1`. */
const readVersion = (written: string): WantedVersion =>
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

const list = <T extends string | number>(written: T | readonly T[]): readonly T[] =>
  typeof written === 'object' ? written : [written];

const unique = (words: readonly string[]): readonly string[] => [...new Set(words)];

/** The template that a host uses, and where it was set. */
export type TemplateRef =
  | { readonly kind: 'builtin'; readonly name: string; readonly at: Position }
  | ({ readonly kind: 'file' } & FileRef);

/** Every secret that a host needs, once for each reference to it. */
export const secretRefs = ({ sudo, alloy, config }: HostSettings): readonly SecretRef[] => [
  ...(sudo.kind === 'password' ? [sudo.password] : []),
  ...[...alloy.environment.values()].filter((value) => typeof value !== 'string'),
  ...config.files.flatMap(({ from }) => ('secret' in from ? [from.secret] : [])),
];

/** The files that `config.files` copies. */
export const fileRefs = ({ config, origins }: HostSettings): readonly FileRef[] =>
  config.files.flatMap(({ path, from, at }) =>
    'source' in from
      ? [{ path: from.source, at: origins.get(`config.files.${path}.source`) ?? at }]
      : [],
  );

/** A template whose name contains a `/` or ends in `.alloy` is a file, any other is built in. */
export const templateRef = ({ config, origins, at }: HostSettings): TemplateRef =>
  refOf(config.template, origins.get('config.template') ?? at);

/** Those of its fragments, by name. */
export const fragmentRefs = ({ config, origins }: HostSettings) =>
  config.fragments.map(({ name, template, at }) => {
    const place = origins.get(`config.fragments.${name}.template`) ?? at;
    return [name, refOf(template ?? '', place)] as const;
  });

const refOf = (template: string, at: Position): TemplateRef =>
  template.includes('/') || template.endsWith('.alloy')
    ? { kind: 'file', path: template, at }
    : { kind: 'builtin', name: template, at };

/** Maps without the keys that a stronger section has taken away. */
function withoutNull<T extends Readonly<Record<string, TemplateValue | null>>>(map: T): T {
  const kept = Object.entries(map).flatMap(([key, value]) =>
    value === null
      ? []
      : [
          [
            key,
            typeof value === 'object' && !Array.isArray(value) ? withoutNull(value as T) : value,
          ],
        ],
  );
  return Object.assign(Object.create(null), Object.fromEntries(kept)) as T;
}
