import type { Verb } from '../model/event.ts';
import type { Plan } from '../model/plan.ts';
import type { Emit, Mask, RepositorySource, Transport } from '../model/ports.ts';
import type { SavedHost } from '../plan/saved-plan.ts';

/** All that the engine touches; handed in, so that it has no I/O of its own. */
export interface World {
  readonly transport: Transport;
  readonly repository: RepositorySource;
  readonly emit: Emit;
  readonly mask: Mask;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** 128 random bits as hex; a new one each call. */
  readonly nonce: () => string;
  /** First Ctrl-C: no more hosts are begun, begun ones come to their end. */
  readonly stop: AbortSignal;
  /** Second Ctrl-C: begun hosts go on alone, nobody waits for them. */
  readonly abandon: AbortSignal;
  /** Asked once, when every host is planned and before the first is touched; undefined: yes. */
  readonly confirm?: (summary: Confirmation) => Promise<boolean>;
  /** Ends a login that is not needed any more, when it likes; undefined: at once. */
  readonly part?: (close: () => void) => void;
  /** Hears the whole plan of each host that may be changed. Not for printing: it holds contents. */
  readonly planned?: (host: string, plan: Plan) => void;
  /** A saved plan. Where a host's plan is another one now, that host is stale and none is touched. */
  readonly expected?: ReadonlyMap<string, SavedHost>;
}

export interface Confirmation {
  readonly hosts: number;
  readonly changing: number;
  /** Unchanged, blocked, unreachable: whose end was told already. */
  readonly over: number;
}

export interface RunOptions {
  readonly run: string;
  readonly verb: Verb;
  /** Hosts in progress at once. */
  readonly forks: number;
  readonly connectTimeoutS: number;
  /** For one host's whole life in a run. */
  readonly timeoutS: number;
  /** How long a restarted service is watched. */
  readonly watchS: number;
  /** How long another run on a host is waited for. */
  readonly lockTimeoutS: number;
  readonly adopt: boolean;
  /** Take a failed run back. */
  readonly rollback: boolean;
  /** Nobody has read the plan: where a host changes before it is carried out, another may take its place. */
  readonly unattended: boolean;
  /** "ops@laptop": for the audit log on the hosts, and for whoever waits. */
  readonly who: string;
  readonly purge?: boolean;
  /** `rollback`: the oldest run to take back; the newest one alone when not given. */
  readonly toRun?: string;
}
