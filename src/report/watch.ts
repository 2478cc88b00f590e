import type { Outcome } from '../model/event.ts';
import { groupEqual, groupProblems } from './groups.ts';
import type { Size } from './live.ts';
import type { Paint } from './paint.ts';
import { count, cut, isoTime, oneLine, pad, shorten, who, widest, widthOf, wrap } from './plain.ts';
import { type Printable, toPrintable } from './printable.ts';
import { outcomePaint } from './summary.ts';
import { textOf } from './text-of.ts';
import { COLUMNS, type Watched, type WatchState } from './watch-state.ts';

/** How long a change is marked. */
const MARK_MS = 60_000;
/** Differences in view. */
const DIFFERENCES = 5;
/** Lines of what is wrong with a host. */
const NOTE_LINES = 3;
/** Columns that a host's name keeps. */
const NAME = 8;
/** Given up first where the terminal is narrow. */
const SPARE = ['CHANGED', 'DATA', 'HEALTH', 'SERVICE', 'ALLOY'] as const;

type Head = (typeof COLUMNS)[number] | 'CHANGED';
const HEADS: readonly Head[] = [...COLUMNS, 'CHANGED'];

type Entry = readonly [name: string, host: Watched];

/**
 * The watched hosts as lines for a terminal: counts, a table with hosts that need attention first, what has changed
 * last, what is wrong, and a clock. At most `rows - 1` lines, none wider than `columns`, of which it needs ten. Only the clock differs while
 * nothing happens.
 *
 * @param now milliseconds since the epoch, by the clock that stamps the events
 */
export function openWatchView(paint: Paint, intervalS: number) {
  let key = '';
  let body: readonly string[] = [];
  let fresh = Number.POSITIVE_INFINITY;
  return (state: WatchState, { columns, rows }: Size, now: number): readonly Printable[] => {
    const wanted = [state.version, columns, rows].join(' ');
    if (wanted !== key || now >= fresh) {
      key = wanted;
      body = bodyLines(state, { columns, height: rows - 2, now, paint });
      fresh = nextExpiry(state, now);
    }
    if (rows < 2) return [];
    const clock = `${isoTime(now).slice(11, 19)} UTC, every ${intervalS} s; q quits`;
    return [...body, paint.dim(cut(clock, columns))].map(toPrintable);
  };
}

/** When the next mark is to go. */
function nextExpiry({ hosts }: WatchState, now: number): number {
  let first = Number.POSITIVE_INFINITY;
  for (const { changed } of hosts.values())
    if (changed && changed.at + MARK_MS > now) first = Math.min(first, changed.at + MARK_MS);
  return first;
}

interface View {
  readonly columns: number;
  /** Lines. */
  readonly height: number;
  readonly now: number;
  readonly paint: Paint;
}

function bodyLines({ hosts, differences }: WatchState, view: View): readonly string[] {
  const { columns, height, paint } = view;
  const all = [...hosts];
  const head = [cut(countsLine(all), columns)];
  const room = Math.max(0, height - head.length);
  const changes = differences
    .slice(-Math.min(DIFFERENCES, Math.floor(room / 4)))
    .map(({ at, host, what }) => cut(`${timeOf(at)} ${host}: ${what}`, columns));
  const notes = noteLines(all, view).slice(0, Math.floor(room / 3));
  const below = [
    ...(changes.length === 0 ? [] : ['', ...changes]),
    ...(notes.length === 0 ? [] : ['', ...notes]),
  ];
  return [
    ...head.map(paint.bold),
    ...tableLines(all, { ...view, height: room - below.length }),
    ...below,
  ].slice(0, Math.max(0, height));
}

const isMarked = ({ changed }: Watched, now: number): boolean =>
  changed !== null && now - changed.at < MARK_MS;

/** "20 hosts: 1 unreachable, 1 change, 17 up to date, 1 not read yet". */
function countsLine(all: readonly Entry[]): string {
  const counts = new Map<string, number>();
  for (const [, { cells, outcome }] of all) {
    const state = outcome === null ? 'not read yet' : cells.STATE;
    counts.set(state, (counts.get(state) ?? 0) + 1);
  }
  const rank = (state: string): number =>
    state === 'not read yet' ? 2 : state === 'up to date' ? 1 : 0;
  const parts = [...counts]
    .sort(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1))
    .map(([state, n]) => `${n} ${/^\d/.test(state) ? `with ${state}` : state}`);
  return `${count(all.length, 'host')}: ${parts.join(', ')}`;
}

/** Needing attention, changed not long ago, and the rest, each in the order of the inventory. */
function inOrder(all: readonly Entry[], now: number): readonly Entry[] {
  const rank = ([, host]: Entry): number =>
    host.needsAttention ? 0 : isMarked(host, now) ? 1 : host.outcome === null ? 3 : 2;
  const ranks = [0, 1, 2, 3].map((one) => all.filter((entry) => rank(entry) === one));
  return ranks.flat();
}

function tableLines(all: readonly Entry[], view: View): readonly string[] {
  const { columns, height, now, paint } = view;
  if (height < 2) return [];
  const entries = inOrder(all, now);
  const fits = entries.length <= height - 1;
  const shown = fits ? entries : entries.slice(0, Math.max(0, height - 2));
  const rows = shown.map(([name, host]) => ({
    name,
    host,
    cells: { ...host.cells, ...changedOf(host) },
  }));

  let heads = HEADS;
  const widthIn = (head: Head): number =>
    Math.max(head.length, widest(rows.map(({ cells }) => cells[head])));
  // the mark, and the gap before each column
  const taken = (): number => heads.reduce((sum, head) => sum + 2 + widthIn(head), 2);
  if (rows.every(({ cells }) => cells.DATA === '-'))
    heads = heads.filter((head) => head !== 'DATA');
  for (const spare of SPARE)
    if (taken() + NAME > columns) heads = heads.filter((head) => head !== spare);
  const names = Math.min(
    widest(['HOST', ...rows.map(({ name }) => name)]),
    Math.max(NAME, columns - taken()),
  );
  const widths = new Map(heads.map((head) => [head, widthIn(head)]));
  const line = (
    mark: string,
    name: string,
    textOf: (head: Head) => string,
    paintCell: (head: Head, cell: string) => string,
  ): string => {
    const plain = [
      pad(shorten(name, names), names),
      ...heads.map((h) => pad(textOf(h), widths.get(h)!)),
    ];
    const whole = `${mark} ${plain.join('  ')}`.trimEnd();
    // a terminal narrower than any table
    if (widthOf(whole) > columns) return cut(whole, columns);
    const painted = plain.map((cell, i) => (i === 0 ? cell : paintCell(heads[i - 1]!, cell)));
    return `${mark === ' ' ? mark : paint.yellow(mark)} ${painted.join('  ')}`.trimEnd();
  };
  const left = entries.slice(shown.length);
  return [
    line(
      ' ',
      'HOST',
      (head) => head,
      (_, cell) => paint.bold(cell),
    ),
    ...rows.map(({ name, host, cells }) => {
      const marked = isMarked(host, now);
      const isNew = (head: Head): boolean =>
        marked && (head === 'CHANGED' || host.changed!.columns.some((one) => one === head));
      return line(
        marked ? '*' : ' ',
        name,
        (head) => cells[head],
        (head, cell) => cellPaint(head, host.outcome, isNew(head), paint)(cell),
      );
    }),
    ...(left.length === 0 ? [] : [paint.dim(cut(`  and ${moreText(left)}`, columns))]),
  ];
}

function cellPaint(head: Head, outcome: Outcome | null, isNew: boolean, paint: Paint) {
  if (head === 'STATE') {
    const colour = outcome === null ? paint.dim : outcomePaint(outcome, paint);
    return isNew ? (cell: string) => paint.bold(colour(cell)) : colour;
  }
  if (isNew) return paint.yellow;
  return head === 'CHANGED' ? paint.dim : (cell: string) => cell;
}

const changedOf = ({ changed }: Watched): { readonly CHANGED: string } => ({
  CHANGED: changed === null ? '-' : timeOf(changed.at),
});

/** "12 more hosts", "12 more hosts, 3 of which need attention". */
function moreText(left: readonly Entry[]): string {
  const bad = left.filter(([, { needsAttention }]) => needsAttention).length;
  const head = `${left.length} more ${left.length === 1 ? 'host' : 'hosts'}`;
  return bad === 0 ? head : `${head}, of which ${bad} ${bad === 1 ? 'needs' : 'need'} attention`;
}

/** What is wrong, equal things once. */
function noteLines(all: readonly Entry[], { columns, paint }: View): readonly string[] {
  const problems = groupProblems(all.flatMap(([, { problem }]) => (problem ? [problem] : [])));
  const hosts = new Map(all);
  const texts = [
    ...problems.map(({ item, names }) => {
      const first = names.length === 1 ? hosts.get(names[0]!) : undefined;
      const since = first ? ` since ${timeOf(first.since)} UTC` : '';
      const state = hosts.get(names[0]!)!.cells.STATE;
      return `${who(names)}: ${state}${since}: ${oneLine(textOf(item).message)}`;
    }),
    ...groupEqual(
      all.filter(([, { needsAttention }]) => needsAttention),
      ({ notes }: Watched) => notes,
    ).map(({ item, names }) => `${who(names)}: ${item}`),
  ];
  return texts.flatMap((text) =>
    wrap(text, Math.max(20, columns) - 2, 0)
      .split('\n')
      .slice(0, NOTE_LINES)
      .map((line, i) => `${i === 0 ? paint.yellow('!') : ' '} ${cut(line, columns - 2)}`),
  );
}

/** "21:04:13". */
const timeOf = (ms: number): string => isoTime(ms).slice(11, 19);
