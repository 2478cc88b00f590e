import type { ClusterView } from './cluster.ts';
import type { Delivery } from './delivery.ts';
import type { GraphChanges } from './graph-changes.ts';
import type { TransportKind } from './host.ts';
import type { FileDiff, Needs, StepId } from './plan.ts';
import type { Position, Problem, Warning } from './problem.ts';
import type { Wave } from './rollout.ts';

export type Verb = 'plan' | 'apply' | 'status' | 'rollback' | 'remove';

/** How a host ended. */
export const OUTCOMES = [
  'unchanged',
  'pending',
  'changed',
  'rolled-back',
  'stuck',
  'failed',
  'unreachable',
  'stale',
  'locked',
  'drift',
  'skipped',
  'unknown',
] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** A plan as it is shown and logged: no action's content, diffs masked. */
export interface PlanView {
  readonly changes: readonly {
    readonly step: StepId;
    readonly title: string;
    readonly before: string | null;
    readonly after: string | null;
    readonly diffs: readonly FileDiff[];
    readonly warnings: readonly Warning[];
    readonly needs: Needs;
  }[];
  readonly warnings: readonly Warning[];
  readonly problems: readonly Problem[];
  /** The host is rolled back unless its data arrives within so many seconds; absent: it is not. */
  readonly requiresDeliveryS?: number;
  /** The cluster whose members are changed one at a time; absent: the host is in none. */
  readonly cluster?: string;
  /** What it does to the components of the configuration; absent: nothing, or there was none before. */
  readonly graph?: GraphChanges;
}

/** What a report tells of a host: the part of its facts that holds no file's content. */
export interface FactsView {
  readonly os: string;
  readonly arch: string;
  readonly version: string | null;
  readonly running: string | null;
  readonly held: boolean;
  readonly enabled: string;
  readonly active: string;
  readonly restarts: number;
  readonly rssBytes: number | null;
  readonly ready: number | null;
  readonly healthy: number | null;
  /** Component ids by health. */
  readonly components: Readonly<Record<string, readonly string[]>> | null;
  /** Milliseconds since the epoch, of the pinned key that expires first; null: no key, or it never does. */
  readonly keyExpiresAt: number | null;
  /** The receipt's run, and whether it still holds for the process that runs. */
  readonly proven: { readonly run: string; readonly at: number; readonly holds: boolean } | null;
  readonly lastRun: { readonly run: string; readonly verdict: string } | null;
  /** How the data of each exporter fares; null: not asked, or Alloy sends nothing anywhere. */
  readonly delivery: readonly Delivery[] | null;
  /** How it fares in its cluster; null: not a member, or nobody answered. */
  readonly cluster: ClusterView | null;
}

/** Something that happened. Whoever knows it says it, once, in these words. */
export type Happening =
  | {
      readonly type: 'run.started';
      readonly schema: 1;
      readonly run: string;
      readonly verb: Verb;
      readonly hosts: readonly string[];
      readonly version: string;
    }
  | { readonly type: 'run.warning'; readonly warning: Warning }
  | {
      readonly type: 'host.started';
      readonly host: string;
      /** Where the inventory says that this host exists. */
      readonly place?: Position;
    }
  /** A login stands; said again for each one that follows a lost connection. */
  | {
      readonly type: 'host.connected';
      readonly host: string;
      readonly via: TransportKind;
      /** "ssh ops@web-01, key ~/.ssh/id_ed25519". */
      readonly how: string;
      /** Why `auto` left the built-in client; null: it did not. */
      readonly why: string | null;
    }
  | { readonly type: 'host.facts'; readonly host: string; readonly facts: FactsView }
  | { readonly type: 'host.planned'; readonly host: string; readonly plan: PlanView }
  | { readonly type: 'host.warning'; readonly host: string; readonly warning: Warning }
  /** Said when a wait begins and each time the host tells that it goes on. */
  | {
      readonly type: 'host.waiting';
      readonly host: string;
      /** "for Alloy to flush", "for the dpkg lock of apt-get (pid 812)". */
      readonly for: string;
      readonly seconds: number;
      /** null: no limit known. */
      readonly limitS: number | null;
    }
  | { readonly type: 'host.reconnecting'; readonly host: string; readonly attempt: number }
  /** Its plan is carried out from here on: somebody has said yes, and its turn has come. */
  | { readonly type: 'host.resumed'; readonly host: string }
  | { readonly type: 'change.started'; readonly host: string; readonly step: StepId }
  | {
      readonly type: 'change.output';
      readonly host: string;
      readonly step: StepId | null;
      readonly line: string;
    }
  | { readonly type: 'change.finished'; readonly host: string; readonly step: StepId }
  | {
      readonly type: 'change.failed';
      readonly host: string;
      readonly step: StepId;
      readonly exit: number;
    }
  | { readonly type: 'change.undone'; readonly host: string; readonly step: StepId }
  /** Its data was watched after the change, and this is how it fares. A host that has finished stays finished. */
  | {
      readonly type: 'host.delivery';
      readonly host: string;
      readonly deliveries: readonly Delivery[];
    }
  /** Said again where a host that was changed is rolled back because others failed. */
  | {
      readonly type: 'host.finished';
      readonly host: string;
      readonly outcome: Outcome;
      readonly problem?: Problem;
    }
  /** In which waves the hosts with changes are changed; not said where that is one, unless it is left of several. */
  | { readonly type: 'run.waves'; readonly waves: readonly Wave[] }
  /**
   * Every host was looked at, unless nobody has to say yes and some are silent; so many will be changed, once somebody
   * has said yes.
   */
  | { readonly type: 'run.planned'; readonly changing: number }
  /** The wave before it is proven. `wave` counts from 1 within the group. */
  | {
      readonly type: 'wave.waiting';
      readonly group: string;
      readonly wave: number;
      readonly of: number;
      readonly seconds: number;
    }
  | {
      readonly type: 'wave.started';
      readonly group: string;
      readonly wave: number;
      readonly of: number;
      readonly hosts: number;
    }
  /** More hosts have failed than the rollout allows, and hosts that were changed are rolled back. */
  | { readonly type: 'run.rolling-back'; readonly hosts: number }
  | { readonly type: 'run.interrupted'; readonly again: boolean }
  | { readonly type: 'run.finished'; readonly exitCode: number };

/**
 * Everything a run tells the world, in order: renderers and the run log read this and nothing else.
 * `at` is the tool's clock, milliseconds since the epoch; `seq` counts from 1 without a hole.
 */
export type RunEvent = Happening & {
  /** Milliseconds since the epoch, by the clock of the machine that runs alloyup. */
  readonly at: number;
  /** Counts from 1 without a hole. */
  readonly seq: number;
};

export interface ChangeReport {
  readonly step: StepId;
  readonly title: string;
  readonly state: 'pending' | 'running' | 'done' | 'failed' | 'undone';
}

export interface HostReport {
  readonly outcome: Outcome | null;
  /** Where the inventory says that this host exists; not of a host that was never begun. */
  readonly place?: Position;
  readonly startedAt: number | null;
  /** Without the time in which its plan waited for a yes and for its turn. */
  readonly durationMs: number;
  readonly changes: readonly ChangeReport[];
  readonly plan: PlanView | null;
  readonly warnings: readonly Warning[];
  readonly facts: FactsView | null;
  readonly problem?: Problem;
}

/** The fold of all events so far: what documents are printed from. */
export interface RunReport {
  readonly schema: 1;
  readonly run: string;
  readonly verb: Verb;
  readonly startedAt: number;
  readonly finishedAt: number | null;
  readonly exitCode: number | null;
  /** `hosts` counts all; then one count for each Outcome that occurred. */
  readonly summary: { readonly hosts: number } & Readonly<Partial<Record<Outcome, number>>>;
  readonly warnings: readonly Warning[];
  /** In which waves hosts were changed; empty: all at once, or not at all. */
  readonly waves: readonly Wave[];
  readonly hosts: Readonly<Record<string, HostReport>>;
}
