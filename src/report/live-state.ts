import type { Outcome, RunEvent, Verb } from '../model/event.ts';
import type { Problem } from '../model/problem.ts';
import type { Cleaned } from './redact.ts';
import { textOf } from './text-of.ts';

/** What a host is doing. */
export interface ActiveHost {
  /** "logging in", "planning", or a step. */
  readonly doing: string;
  /** When it started that, in milliseconds since the epoch. */
  readonly since: number;
  /** As reported last. */
  readonly wait: Wait | null;
}

type Wait = Extract<RunEvent, { readonly type: 'host.waiting' }>;

/** A part of the run in which every host comes to one end. */
interface Stretch {
  /** All hosts are planned, or those with changes are changed. */
  readonly kind: 'look' | 'change';
  /** null: none of its hosts has started. */
  readonly startedAt: number | null;
  readonly total: number;
  readonly done: number;
}

/** What the live view is drawn from. */
export interface LiveState {
  readonly verb: Verb;
  /** Milliseconds since the epoch; 0: no host has started. */
  readonly startedAt: number;
  readonly phase: Stretch;
  readonly outcomes: ReadonlyMap<Outcome, number>;
  /** In the order in which they started. */
  readonly active: ReadonlyMap<string, ActiveHost>;
  /** The largest number in progress at once in this phase. */
  readonly peak: number;
  /** The last few hosts that failed. */
  readonly problems: readonly { readonly host: string; readonly message: string }[];
  readonly interrupted: boolean;
  /** The wave that began last; null: there are none. */
  readonly wave: { readonly wave: number; readonly of: number } | null;
}

/** The fold behind the view. */
export interface LiveFold {
  add(event: Cleaned<RunEvent>): void;
  /** As of the last event. */
  readonly state: LiveState;
}

const KEPT_PROBLEMS = 5;

/** One event costs the same with 10 hosts and with 10,000. */
export function openLiveFold(): LiveFold {
  const active = new Map<string, ActiveHost>();
  const outcomes = new Map<Outcome, number>();
  const planned = new Set<string>();
  let problems: LiveState['problems'] = [];
  let head = { verb: 'plan' as Verb, startedAt: 0, interrupted: false, hosts: 0 };
  let phase: Stretch = { kind: 'look', startedAt: null, total: 0, done: 0 };
  let peak = 0;
  let wave: LiveState['wave'] = null;
  const ends = new Map<string, Outcome>();

  const begin = (host: string, doing: string, at: number, wait: Wait | null = null): void => {
    const before = active.get(host);
    const since = before?.doing === doing ? before.since : at;
    active.set(host, { doing, since, wait });
    peak = Math.max(peak, active.size);
    if (phase.startedAt === null) phase = { ...phase, startedAt: at };
  };

  const toChange = (): void => {
    if (phase.kind === 'change' || planned.size === 0) return;
    phase = { kind: 'change', startedAt: null, total: planned.size, done: 0 };
    peak = 0;
  };

  const ended = (host: string): void => {
    active.delete(host);
    phase = { ...phase, done: phase.done + 1 };
    if (phase.done >= head.hosts) toChange();
  };

  /** Also while others are changed already. */
  const isLookedAt = (host: string): boolean => phase.kind === 'look' || !planned.has(host);

  const onPlanned = (host: string): void => {
    // one that is planned again is still being changed
    if (!isLookedAt(host)) return;
    // where there is nothing to do, its end follows at once
    planned.add(host);
    if (phase.kind === 'look') {
      ended(host);
      return;
    }
    active.delete(host);
    phase = { ...phase, total: phase.total + 1 };
  };

  const finished = (host: string, outcome: Outcome, problem: Problem | undefined): void => {
    const before = ends.get(host);
    ends.set(host, outcome);
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    // rolled back after it was changed: it is counted already
    if (before !== undefined) {
      outcomes.set(before, outcomes.get(before)! - 1);
      active.delete(host);
      return;
    }
    if (problem) {
      const { message } = textOf({ ...problem, host });
      problems = [...problems.slice(1 - KEPT_PROBLEMS), { host, message }];
    }
    // planning ended with the plan; the last host's end may be reported in the next phase
    if ((phase.kind === 'look' || phase.startedAt === null) && planned.delete(host)) {
      active.delete(host);
      if (phase.kind === 'change') phase = { ...phase, total: phase.total - 1 };
    } else if (isLookedAt(host) && phase.kind === 'change') active.delete(host);
    else ended(host);
  };

  return {
    add(event) {
      switch (event.type) {
        case 'run.started':
          head = { ...head, verb: event.verb, startedAt: event.at, hosts: event.hosts.length };
          phase = { ...phase, total: event.hosts.length };
          return;
        case 'run.interrupted':
          head = { ...head, interrupted: true };
          return;
        case 'host.started':
          return begin(event.host, 'logging in', event.at);
        case 'host.connected':
          return isLookedAt(event.host) ? begin(event.host, 'reading', event.at) : undefined;
        case 'host.facts':
          return begin(event.host, isLookedAt(event.host) ? 'planning' : 'verifying', event.at);
        case 'host.planned':
          return onPlanned(event.host);
        case 'run.planned':
          return toChange();
        case 'host.reconnecting':
          return begin(event.host, 'reconnecting', event.at);
        case 'host.resumed':
          return begin(event.host, 'starting', event.at);
        case 'wave.started':
          wave = { wave: event.wave, of: event.of };
          return;
        case 'change.started':
          return begin(event.host, event.step, event.at);
        case 'change.finished':
          return begin(event.host, active.get(event.host)?.doing ?? event.step, event.at);
        case 'change.failed':
        case 'change.undone':
          return begin(event.host, 'rolling back', event.at);
        case 'host.waiting':
          return begin(event.host, active.get(event.host)?.doing ?? 'waiting', event.at, event);
        case 'host.delivery':
          if (ends.has(event.host)) active.delete(event.host);
          return;
        case 'host.finished':
          return finished(event.host, event.outcome, event.problem);
      }
    },
    get state() {
      return { ...head, phase, outcomes, active, peak, problems, wave };
    },
  };
}
