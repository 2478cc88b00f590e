import type { Target } from '../model/desired.ts';
import type { Verb } from '../model/event.ts';
import type { GraphChanges } from '../model/graph-changes.ts';
import type { Emit, Mask, RepositorySource, Transport } from '../model/ports.ts';
import type { Wave } from '../model/rollout.ts';
import type { SavedHost } from '../plan/saved-plan.ts';

/** Everything outside that the engine uses. It has no I/O and no clock of its own. */
export interface World {
  readonly transport: Transport;
  readonly repository: RepositorySource;
  readonly emit: Emit;
  readonly mask: Mask;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Resolves after `ms` milliseconds, or as soon as the signal aborts. Never rejects. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Resolves when a host may compute for some milliseconds without keeping the event loop from everything else. */
  readonly turn: () => Promise<void>;
  /**
   * 128 random bits as hex, new on each call. Where several processes may have to follow the same run on a host, it is
   * what all of them, and nobody else, can make of its name.
   */
  readonly nonce: (of?: string) => string;
  /** First Ctrl-C: hosts in progress are finished, no others are started. */
  readonly stop: AbortSignal;
  /** Second Ctrl-C: hosts in progress continue on their own, and the engine stops waiting for them. */
  readonly abandon: AbortSignal;
  /** What the configuration of a host does to its components, in place of another text; null: nothing. */
  readonly graphChanges: (target: Target, before: string) => Promise<GraphChanges | null>;
  /** Asked once, after every host was planned and before the first is changed; undefined: yes. */
  readonly confirm?: (summary: Confirmation) => Promise<boolean>;
  /** Receives the plan of each host that may be changed, as it is saved. Its titles are not masked. */
  readonly planned?: (host: string, plan: SavedHost) => void;
  /**
   * Receives each host that is planned for a configuration, again whenever it is planned again, and the text that is to
   * be replaced; null: none, or the same. Where it is not the configuration of the target that comes after it, as when
   * Alloy is removed or a run undone, that is told as well; null: none. No text is masked.
   */
  readonly configured?: (target: Target, before: string | null, after?: string | null) => void;
  /** A saved plan. If any host's plan differs from it, that host is stale and no host is changed. */
  readonly expected?: ReadonlyMap<string, SavedHost>;
}

export interface Confirmation {
  readonly hosts: number;
  readonly changing: number;
  /** In how many waves. */
  readonly waves: number;
  /** Hosts that are finished already: unchanged, refused or unreachable. */
  readonly over: number;
}

export interface RunOptions {
  readonly run: string;
  readonly verb: Verb;
  /** Hosts in progress at once. */
  readonly forks: number;
  readonly connectTimeoutS: number;
  /** Time limit for planning one host, and again for changing it. */
  readonly timeoutS: number;
  /** How long a restarted service is watched. */
  readonly watchS: number;
  /** How long to wait for another run on a host. */
  readonly lockTimeoutS: number;
  readonly adopt: boolean;
  /** Undo a failed run. */
  readonly rollback: boolean;
  /** Nobody has read the plan, so a host that changes before it is applied may be planned again. */
  readonly unattended: boolean;
  /** "ops@laptop": for the audit log on the hosts, and for whoever waits for the lock. */
  readonly who: string;
  /** Waves that were shown before: of the saved plan, or of the run that is continued. */
  readonly waves?: readonly Wave[];
  /** The login of a host stays when it has ended, for the next look at it. */
  readonly keepLogin?: boolean;
  readonly purge?: boolean;
  /** `rollback`: the oldest run to undo; by default only the newest is undone. */
  readonly toRun?: string;
}
