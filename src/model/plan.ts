import type { ClusterMember } from './cluster.ts';
import type { Desired, ExpectedComponents } from './desired.ts';
import type { Facts } from './facts.ts';
import type { Position, Problem, Warning } from './problem.ts';
import type { Rollout } from './rollout.ts';
import type { Secret } from './secret.ts';

/** The concerns of a host, in the order in which a host takes them. */
export const STEP_IDS = [
  'repository',
  'environment',
  'package',
  'access',
  'unit',
  'config',
  'service',
] as const;
export type StepId = (typeof STEP_IDS)[number];

/** An argument vector; no step writes shell text. */
export type Command = readonly [string, ...string[]];

/**
 * One thing to do on a host, as data: `do_NAME` in src/host/program, with its `undo_NAME` next to it. It notes in the
 * run's journal what its undo needs, then does its work.
 */
export type Action =
  /** Makes a directory (parents too) or gives an existing one this mode and owner. */
  | {
      readonly do: 'directory';
      readonly path: string;
      readonly mode: string;
      readonly user: string;
      readonly group: string;
    }
  /** Writes a file atomically: staged in root's own directory, fsync, rename. */
  | {
      readonly do: 'file';
      readonly path: string;
      readonly content: string | Secret;
      readonly mode: string;
      readonly user: string;
      readonly group: string;
    }
  /** Mode and owner alone. */
  | {
      readonly do: 'mode';
      readonly path: string;
      readonly mode: string;
      readonly user: string;
      readonly group: string;
    }
  | { readonly do: 'delete'; readonly path: string }
  /** Reads the environment file as the package's maintainer scripts do: `sh -c 'set -e; . FILE'`. */
  | { readonly do: 'check-environment' }
  /** Finishes what dpkg was cut off in: `dpkg --configure -a`. */
  | { readonly do: 'configure-dpkg' }
  /** Has apt read all its sources, and fails where it refuses one of these files, or the repository. */
  | { readonly do: 'check-sources'; readonly paths: readonly string[]; readonly url: string }
  /** `apt-get update`, for the repository's list alone. */
  | { readonly do: 'refresh' }
  /** Installs exactly this version of alloy, up or down. */
  | { readonly do: 'install'; readonly version: string }
  | { readonly do: 'hold'; readonly held: boolean }
  | { readonly do: 'join-groups'; readonly groups: readonly string[] }
  /** A directory and all below it, links not followed. */
  | {
      readonly do: 'own-tree';
      readonly path: string;
      readonly user: string;
      readonly group: string;
    }
  /**
   * Lets user alloy read a directory or a file, by ACLs: all below it, what is made there later, and to search the
   * directories above. Without `gives` it takes away what was given.
   */
  | {
      readonly do: 'acl';
      readonly path: string;
      readonly gives: boolean;
      readonly search: readonly string[];
    }
  /** `ifNeeded`: only where systemd says so; the scripts of a package have mostly done it already. */
  | { readonly do: 'daemon-reload'; readonly ifNeeded?: true }
  /** The host's own `alloy validate` on this text, with the flags it knows. */
  | { readonly do: 'validate'; readonly content: string; readonly flags: readonly string[] }
  | { readonly do: 'enable' }
  | { readonly do: 'unmask' }
  | { readonly do: 'reload' }
  /** Also starts a service that is stopped. */
  | { readonly do: 'restart' }
  | { readonly do: 'stop' }
  | { readonly do: 'disable' }
  | { readonly do: 'uninstall'; readonly purge: boolean }
  | { readonly do: 'delete-account' }
  /** Removes what is kept of runs, but for the audit log, once this run is proven: nothing can be rolled back any more. */
  | { readonly do: 'forget-runs' }
  /** Removes a directory and all that is in it; only of alloy's own data. */
  | { readonly do: 'delete-tree'; readonly path: string };

/** One file's change, for people. Already masked. */
export interface FileDiff {
  readonly path: string;
  readonly kind: 'create' | 'change' | 'delete' | 'mode';
  /** Unified diff body (lines starting with ' ', '+', '-', '@@'); null where the content is secret. */
  readonly text: string | null;
}

/** What the service needs so that a change counts, least first. */
export const NEEDS = ['nothing', 'reload', 'restart'] as const;
export type Needs = (typeof NEEDS)[number];

/** One difference, as data: what to show, what to do. How to take it back is each action's own. */
export interface Change {
  readonly step: StepId;
  /** Past-proof label, e.g. "alloy 1.17.0-1 -> 1.18.1-1". */
  readonly title: string;
  /** What is there and what will be: versions of the package, "running" or "stopped" for the service; null: not in one word. */
  readonly before: string | null;
  readonly after: string | null;
  readonly diffs: readonly FileDiff[];
  readonly actions: readonly Action[];
  readonly warnings: readonly Warning[];
  readonly needs: Needs;
}

/** What the plan was made from: compared on the host, under the lock, before anything is touched. */
export type Expectation =
  /** `sha256` null: the file must not be there. `mode` and `owner` '': whatever they are. */
  | {
      readonly of: 'file';
      readonly path: string;
      readonly sha256: string | null;
      readonly mode: string;
      readonly owner: string;
    }
  | {
      readonly of: 'package';
      readonly status: string;
      readonly version: string | null;
      readonly held: boolean;
    }
  /** systemd's InvocationID; '' when it does not run. */
  | { readonly of: 'invocation'; readonly id: string };

/** How the host proves at the end that Alloy is up. */
export interface Proof {
  readonly service: Needs;
  /** `none`: nothing shall run (a removal). */
  readonly check: 'http' | 'service' | 'none';
  readonly listen: { readonly address: string; readonly port: number };
  readonly components: ExpectedComponents;
  /** Ids that may be anything but healthy: tolerated ones, and those that were no better before. */
  readonly tolerate: readonly string[];
  /** Version that must run, "1.18.1-1"; null: whatever is installed. */
  readonly version: string | null;
  /** Seconds that a restarted service is watched. */
  readonly watchS: number;
  /** The cluster whose members must all see each other; null: none, or Alloy cannot be asked. */
  readonly cluster: {
    readonly name: string;
    /** This host's name in the inventory. */
    readonly self: string;
    readonly members: readonly ClusterMember[];
    /** Members that were seen in the cluster by this run, and must still be there. */
    readonly known: readonly string[];
  } | null;
  /** Files whose hashes the receipt holds. */
  readonly receiptFiles: readonly string[];
  /** Whether the data that is sent is watched, and for how many seconds at most; 0: nothing is sent, or nobody asks. */
  readonly delivery: { readonly mode: Rollout['delivery']; readonly seconds: number };
}

/** Everything that will happen to one host, in order. No changes = converged. */
export interface Plan {
  readonly host: string;
  readonly changes: readonly Change[];
  readonly warnings: readonly Warning[];
  /** Why nothing may be done on this host; when there is one, `changes` are for information. */
  readonly problems: readonly Problem[];
  readonly expect: readonly Expectation[];
  readonly proof: Proof;
  /** The one apt source file that apt is asked about. */
  readonly listPath: string;
}

/** What planning needs from beyond the host; fetched at most once a run and only when `wants` says so. */
export interface Supplies {
  /** The key to write; null: not needed by any host so far. */
  readonly key: SigningKey | null;
  /** What is in the host's keyrings, by path. */
  readonly keyrings: ReadonlyMap<string, KeyringFacts>;
  /** Versions of alloy in the repository for this host's architecture, newest first; null: not read. */
  readonly versions: readonly string[] | null;
}

export interface Certificate {
  /** 40 upper-case hex digits of the primary key. */
  readonly fingerprint: string;
  /** Milliseconds since the epoch; null: never. */
  readonly expiresAt: number | null;
  readonly revoked: boolean;
}

/** The pinned certificates of a checked bundle, armored: what is written to a host. */
export interface SigningKey {
  readonly armored: string;
  readonly certificates: readonly Certificate[];
}

/** What a keyring of a host holds; `problem`: it could not be read as one. */
export interface KeyringFacts {
  readonly certificates: readonly Certificate[];
  readonly problem: string | null;
}

/** One concern of a host. Pure: equal input, equal output. Nothing else needs to know how it works. */
export interface Step {
  readonly id: StepId;
  /** The change that makes `facts` match `desired`; undefined when they match. */
  diff(input: StepInput): Change | undefined;
  /** Why the planned changes must not be made. Asked only when there are some. */
  problems?(input: Planned): readonly Problem[];
  /** What is not as asked and no change of ours can settle; nothing is changed until somebody does. */
  unmet?(input: Planned): readonly Problem[];
  /** What to know about the host or the planned changes. */
  warnings?(input: Planned): readonly Warning[];
  /** Files that alloyup never wrote and that the plan would overwrite. */
  foreignFiles?(input: Planned): readonly ForeignFile[];
}

/** A host with all of its planned changes. */
export interface Planned extends Omit<StepInput, 'earlier' | 'hide'> {
  readonly host: string;
  readonly changes: readonly Change[];
}

export interface ForeignFile {
  readonly path: string;
  /** Variables in it whose values would be removed or replaced. */
  readonly loses: readonly string[];
}

export interface StepInput {
  readonly desired: Desired;
  readonly facts: Facts;
  readonly supplies: Supplies;
  /** Changes already planned for this host: ask these, not the facts, what will have happened. */
  readonly earlier: readonly Change[];
  readonly options: PlanOptions;
  /** Takes out of a text what may be a secret, for diffs. Every line stays a line. */
  readonly hide: (text: string) => string;
}

export interface PlanOptions {
  /** Take over a configuration that alloyup never wrote. */
  readonly adopt: boolean;
  /** Seconds a restarted service is watched. */
  readonly watchS: number;
}

/** The place in the inventory where a value was written, when it was. */
export const originOf = (desired: Desired, path: string): { at?: Position } => {
  const at = desired.origins.get(path);
  return at ? { at } : {};
};
