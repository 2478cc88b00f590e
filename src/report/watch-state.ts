import { isFailing } from '../model/delivery.ts';
import type { HostReport } from '../model/event.ts';
import type { Problem } from '../model/problem.ts';
import { foldHost, type HostEvent, NEW_HOST } from './fold.ts';
import { oneLine, present } from './plain.ts';
import type { Cleaned } from './redact.ts';
import { type Answered, cellsOf, HEAD, isFine, noteworthy, type WithFacts } from './status-text.ts';

/** The columns of a watched host, in order. */
export const COLUMNS = ['ALLOY', 'SERVICE', 'HEALTH', 'DATA', 'STATE'] as const;
export type Column = (typeof COLUMNS)[number];

/** A host as of the last look at it that has ended. */
export interface Watched {
  readonly cells: Readonly<Record<Column, string>>;
  /** null: no look has ended. */
  readonly outcome: HostReport['outcome'];
  /** Since when it is in its state, in milliseconds since the epoch. */
  readonly since: number;
  /** Why it could not be read, or must not be changed. */
  readonly problem: Problem | null;
  readonly notes: readonly string[];
  readonly needsAttention: boolean;
  /** What differed last, and when that was seen, in milliseconds since the epoch; null: nothing yet. */
  readonly changed: { readonly at: number; readonly columns: readonly Column[] } | null;
}

/** Something that was different at a look than at the one before it. */
export interface Difference {
  readonly at: number;
  readonly host: string;
  /** "service active -> failed, state up to date -> 1 change". */
  readonly what: string;
}

export interface WatchState {
  /** In the order of the inventory. */
  readonly hosts: ReadonlyMap<string, Watched>;
  /** The newest last. */
  readonly differences: readonly Difference[];
  /** Counts up whenever anything above has changed. */
  readonly version: number;
}

/** The fold behind the table of `status --watch`. */
export interface WatchFold {
  /** Whether the event ended a look at a host that showed something new; the first look at each does. */
  add(event: Cleaned<HostEvent>): boolean;
  readonly state: WatchState;
}

/** Differences that are remembered. */
const KEPT = 20;

const UNKNOWN = Object.fromEntries(COLUMNS.map((column) => [column, '-'])) as Watched['cells'];
const UNSEEN: Watched = {
  cells: UNKNOWN,
  outcome: null,
  since: 0,
  problem: null,
  notes: [],
  needsAttention: false,
  changed: null,
};

/** One event costs the same with 10 hosts and with 10,000. */
export function openWatchFold(names: readonly string[]): WatchFold {
  const hosts = new Map<string, Watched>(names.map((name) => [name, UNSEEN]));
  /** Looks in progress. */
  const reports = new Map<string, HostReport>();
  /** What the last look at each saw, as it is compared. */
  const seen = new Map<string, Seen>();
  let differences: readonly Difference[] = [];
  let version = 0;
  return {
    add(event) {
      const { host: name, at } = event;
      const report = foldHost(reports.get(name) ?? NEW_HOST, event);
      reports.set(name, report);
      if (event.type !== 'host.finished') return false;
      reports.delete(name);
      const before = hosts.get(name) ?? UNSEEN;
      const now = seenAt([name, report]);
      const earlier = seen.get(name);
      seen.set(name, now);
      const columns = earlier === undefined ? [] : differing(earlier, now);
      const restarted = earlier !== undefined && hasRestarted(earlier, now);
      const isNew = earlier === undefined || columns.length > 0 || restarted;
      const changed = isNew && earlier ? { at, columns } : before.changed;
      const { cells, notes, needsAttention } = now;
      const { outcome } = report;
      const problem = report.problem ? { ...report.problem, host: name } : null;
      const since = earlier?.cells.STATE === cells.STATE ? before.since : at;
      const watched = { cells, outcome, since, problem, notes, needsAttention, changed };
      if (JSON.stringify(watched) !== JSON.stringify(before)) version += 1;
      hosts.set(name, watched);
      if (isNew && earlier) {
        const what = present(restarted && 'restarted by systemd', wordsOf(earlier, now, columns));
        differences = [...differences.slice(1 - KEPT), { at, host: name, what: what.join(', ') }];
      }
      return isNew;
    },
    get state() {
      return { hosts, differences, version };
    },
  };
}

interface Seen {
  readonly cells: Watched['cells'];
  /** What is compared in place of a cell: some cells vary while nothing happens. */
  readonly keys: Watched['cells'];
  readonly answers: boolean;
  readonly restarts: number;
  readonly notes: readonly string[];
  readonly needsAttention: boolean;
}

function seenAt([name, report]: readonly [string, HostReport]): Seen {
  if (report.facts === null) {
    const cells = { ...UNKNOWN, STATE: report.outcome ?? 'unknown' };
    return { cells, keys: cells, answers: false, restarts: 0, notes: [], needsAttention: true };
  }
  const answered: Answered = [name, report as WithFacts];
  const { facts } = answered[1];
  // the age of the last run is of no interest here
  const words = cellsOf(answered, 0).map(oneLine);
  const cells = Object.fromEntries(
    COLUMNS.map((column) => [column, words[HEAD.indexOf(column)]!]),
  ) as Watched['cells'];
  // between two scrapes a destination is idle, and delivers again at the next
  const failing = (facts.delivery ?? []).filter(isFailing);
  const ways = failing.map(({ component, destination, state: how, status }) => [
    component,
    destination,
    how,
    status,
  ]);
  return {
    cells,
    keys: { ...cells, DATA: JSON.stringify(ways) },
    answers: true,
    restarts: facts.restarts,
    notes: noteworthy(answered[1]).map(oneLine),
    needsAttention: !isFine(answered),
  };
}

const differing = (before: Seen, now: Seen): readonly Column[] =>
  COLUMNS.filter((column) => before.keys[column] !== now.keys[column]);

/** systemd has started it again: it may be up at each look and down in between. */
const hasRestarted = (before: Seen, now: Seen): boolean =>
  before.answers && now.restarts > before.restarts;

function wordsOf(before: Seen, now: Seen, columns: readonly Column[]): string {
  // of a host that is gone, or is back, nothing else is news
  const isWhole = before.answers && now.answers;
  return (isWhole ? columns : columns.filter((column) => column === 'STATE'))
    .map((column) => `${column.toLowerCase()} ${before.cells[column]} -> ${now.cells[column]}`)
    .join(', ');
}
