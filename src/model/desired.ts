import type { Asker } from './asker.ts';
import type { Cluster } from './cluster.ts';
import type { Host } from './host.ts';
import type { Position, Problem } from './problem.ts';
import type { Rollout } from './rollout.ts';
import type { Secret } from './secret.ts';

/** Where packages come from. */
export interface Repository {
  /** Without a slash at the end. */
  readonly url: string;
  readonly suite: string;
  readonly components: readonly string[];
  /** URL or absolute path of the key bundle. */
  readonly key: string;
  /** 40 upper-case hex digits each; all of them must be in force. */
  readonly fingerprints: readonly string[];
  /** For the hosts' apt and for our own fetches; null: none. */
  readonly proxy: string | null;
}

/** Which package; versions are Debian's, with revision: `1.18.1-1`. */
export type WantedVersion =
  | { readonly policy: 'present' }
  | { readonly policy: 'latest' }
  /** `version` is pinned and held. */
  | { readonly policy: 'exact'; readonly version: string };

/** A file that the configuration needs beside it. */
export interface DesiredFile {
  readonly path: string;
  readonly content: string | Secret;
  /** Octal, four digits: "0640". */
  readonly mode: string;
  readonly user: string;
  readonly group: string;
}

/** The component ids that the configuration makes, as `/api/v0/web/components` names them (`localID`). */
export type ExpectedComponents =
  | { readonly known: true; readonly ids: readonly string[] }
  /** Part of the set is made elsewhere (remotecfg, a computed foreach): `ids` must be there, more may be. */
  | { readonly known: false; readonly ids: readonly string[]; readonly because: string };

/**
 * After how many seconds an exporter should have had something to send, by the first word of its name; absent: there
 * is none.
 */
export type DeliveryDeadlines = Readonly<
  Partial<Record<'prometheus' | 'loki' | 'otelcol', number>>
>;

export type Stability = 'generally-available' | 'public-preview' | 'experimental';

/** What a template or a fragment needs from its host, and says so. */
export interface HostNeeds {
  readonly by: Asker;
  /** Where the inventory chose it. */
  readonly at: Position;
  /** Groups that the user alloy must be in; `Desired.memberOf` has them too. */
  readonly memberOf: readonly string[];
  /** The oldest version of Alloy that will do, `1.5` or `1.5.2`; null: any. */
  readonly alloy: string | null;
}

/** A file, socket or directory on the host that Alloy reads. */
export interface HostRead {
  /** Absolute; may be a pattern, as in `/var/log/nginx/*.log`. */
  readonly path: string;
  /** Patterns of what it leaves out. */
  readonly exclude: readonly string[];
  /** It may come later: Alloy waits for a log file. */
  readonly waits: boolean;
  readonly by: Asker;
  /** Where the inventory names it, or chose what names it. */
  readonly at: Position;
}

/** What must be true on a host after apply. Complete: no field is optional. */
export interface Desired {
  readonly repository: Repository;
  readonly package: WantedVersion;
  /** Every variable of /etc/default/alloy, CONFIG_FILE, CUSTOM_ARGS and RESTART_ON_UPGRADE among them, in file order. */
  readonly environment: ReadonlyMap<string, string | Secret>;
  /** Text of our drop-in /etc/systemd/system/alloy.service.d/alloyup.conf; null: there must be none. */
  readonly dropIn: string | null;
  /** Unix groups that the user alloy must be in. */
  readonly memberOf: readonly string[];
  readonly needs: readonly HostNeeds[];
  /** What the template and the fragments declare that they read, and what the configuration itself names. */
  readonly reads: readonly HostRead[];
  /** Directories and files of others that the user alloy may read, by ACLs; none lies in another. */
  readonly readable: readonly string[];
  /** Full text of /etc/alloy/config.alloy. Holds no secret: it reads sys.env(). */
  readonly config: string;
  /** Stretches of `config`, each inside a string, in which hosts may differ that have the rest of it in common; in order. */
  readonly configHoles: readonly { readonly start: number; readonly end: number }[];
  /** Where a fragment's part of `config` was written, by offset; undefined: that is no fragment's, or nobody can open it. */
  readonly writtenAt: (offset: number) => Pick<Problem, 'at' | 'detail'> | undefined;
  readonly files: readonly DesiredFile[];
  readonly components: ExpectedComponents;
  readonly deadlines: DeliveryDeadlines;
  /** Where the checks ask; `address` is what reaches the listener from the host itself. */
  readonly listen: { readonly address: string; readonly port: number };
  readonly check: 'http' | 'service';
  readonly stability: Stability;
  /** Arguments of `alloy run` (CUSTOM_ARGS), listen address and stability included. */
  readonly args: readonly string[];
  /** Component ids that may be unhealthy. */
  readonly tolerate: readonly string[];
  /** Where each value was written, by path: "alloy.version" -> inventory.yaml:14:5. */
  readonly origins: ReadonlyMap<string, Position>;
}

/** One host and its wish: the unit that desired/ gives and the engine runs. */
export interface Target {
  readonly host: Host;
  readonly desired: Desired;
  /** null: it runs on its own. */
  readonly cluster: Cluster | null;
  readonly rollout: Rollout;
  /** The groups, or the host, whose settings made `rollout`; empty: the whole fleet's. */
  readonly rolloutGroup: string;
}

export const CONFIG_PATH = '/etc/alloy/config.alloy';
export const ENVIRONMENT_PATH = '/etc/default/alloy';
export const DROP_IN_PATH = '/etc/systemd/system/alloy.service.d/alloyup.conf';
export const LIST_PATH = '/etc/apt/sources.list.d/grafana.list';
export const KEYRING_PATH = '/etc/apt/keyrings/grafana.asc';
/** apt's proxy for this repository alone. */
export const PROXY_PATH = '/etc/apt/apt.conf.d/95alloyup-proxy';

/** Flags that `alloy validate` knows; all others of `run` are unknown to it and fail it (recorded). */
const VALIDATE_FLAGS = [
  '--stability.level',
  '--feature.community-components.enabled',
  '--config.format',
  '--config.bypass-conversion-errors',
  '--config.extra-args',
];

/** Those of the service's arguments that `alloy validate` must be given, too. */
export const validateFlags = (args: readonly string[]): readonly string[] =>
  args.filter((arg) => VALIDATE_FLAGS.includes(arg.split('=')[0]!));
