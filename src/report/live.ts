import { OUTCOMES, type Verb } from '../model/event.ts';
import type { ActiveHost, LiveState } from './live-state.ts';
import type { Paint } from './paint.ts';
import { cut, duration, oneLine, pad, present, shorten, widthOf } from './plain.ts';
import { type Printable, toPrintable } from './printable.ts';
import { outcomePaint } from './summary.ts';

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** A host that spends this long on one thing is highlighted. */
const LONG_MS = 60_000;
/** Problems that stay in view. */
const PROBLEMS = 3;
/** An estimate from fewer hosts or a shorter time would be too unsteady. */
const ETA_HOSTS = 3;
const ETA_MS = 2000;

/**
 * The current state of a run, as lines for the bottom of a terminal: phases, bar, counts, hosts in
 * progress, the last problems; only the phases before `run.started`. At most `rows - 1` lines, none
 * wider than `columns`. Costs the same for 20 hosts and for 5,000, and keeps its height while hosts
 * come and go.
 *
 * @param now milliseconds since the epoch, by the clock that stamps the events
 */
export function liveLines(
  state: LiveState,
  { columns, rows }: Size,
  now: number,
  paint: Paint,
  phases: readonly PhaseView[] = [],
): readonly Printable[] {
  return viewLines(state, { columns, rows }, now, paint, phases).map(toPrintable);
}

function viewLines(
  state: LiveState,
  { columns, rows }: Size,
  now: number,
  paint: Paint,
  phases: readonly PhaseView[],
): readonly string[] {
  // the rest of the screen shows what was printed so far
  const height = Math.min(rows - 1, Math.max(5, Math.floor(rows * 0.6)));
  if (height < 1 || columns < 1) return [];
  const view = { columns, now, paint };
  const trail = phases.length === 0 ? [] : [phasesLine(phases, columns, paint)];
  const gap = rows >= 16 ? [''] : [];
  if (state.startedAt === 0) return [...gap, ...trail].slice(0, height);
  const head = [...(rows >= 16 ? trail : []), barLine(state, view), countsLine(state, view)];
  const troubles = problemLines(state, view, Math.floor(height / 4));
  const room = Math.max(0, height - gap.length - head.length - troubles.length);
  return [...gap, ...head, ...hostLines(state, view, room), ...troubles].slice(0, height);
}

interface View {
  readonly columns: number;
  readonly now: number;
  readonly paint: Paint;
}

const WORDS: Readonly<Record<Verb, string>> = {
  plan: 'Planning',
  apply: 'Applying',
  status: 'Checking',
  rollback: 'Rolling back',
  remove: 'Removing',
};

/** "Applying  [=====>----]  8 of 20  about 12 s left". */
function barLine(state: LiveState, { columns, now, paint }: View): string {
  const { total, done } = state.phase;
  const verb = state.phase.kind === 'look' && state.verb !== 'status' ? 'plan' : state.verb;
  const wave = state.wave === null ? '' : ` wave ${state.wave.wave} of ${state.wave.of}`;
  const word = state.interrupted ? 'Stopping' : `${WORDS[verb]}${wave}`;
  const left = etaText(state, now);
  const numbers = `${done} of ${total}${left === '' ? '' : `  ${left}`}`;
  const room = Math.min(40, columns - widthOf(word) - widthOf(numbers) - 6);
  if (room < 6) return cut(`${word} ${numbers}`, columns);
  const full = total === 0 ? 0 : Math.floor((done / total) * room);
  const tip = full < room ? '>' : '';
  const bar = `${paint.green(`${'='.repeat(full)}${tip}`)}${paint.dim('-'.repeat(room - full - tip.length))}`;
  return `${paint.bold(word)}  [${bar}]  ${numbers}`;
}

/** Estimated from the hosts that have finished in this phase; empty where they are too few. */
function etaText({ phase, interrupted }: LiveState, now: number): string {
  const { startedAt, total, done } = phase;
  if (startedAt === null || interrupted || done >= total) return '';
  const elapsed = now - startedAt;
  if (elapsed < ETA_MS || done < Math.min(ETA_HOSTS, Math.ceil(total / 2))) return '';
  return `about ${roughly((elapsed / done) * (total - done))} left`;
}

/** No estimate is accurate to the second. */
function roughly(ms: number): string {
  const seconds = Math.max(1, Math.round(ms / 1000));
  if (seconds < 20) return `${seconds} s`;
  if (seconds < 120) return `${Math.round(seconds / 5) * 5} s`;
  return `${Math.round(seconds / 60)} min`;
}

type Part = readonly [text: string, colour?: (text: string) => string];

/** Coloured where the line fits; cut where it does not. */
function joined(parts: readonly Part[], between: Part, columns: number): string {
  const whole = parts.map(([text]) => text).join(between[0]);
  const painted = ([text, colour]: Part): string => (colour ? colour(text) : text);
  return widthOf(whole) <= columns
    ? parts.map(painted).join(painted(between))
    : cut(whole, columns);
}

/** "8 in progress, 9 to go, 1 failed, 3 changed, 80 s": the least important part comes last. */
function countsLine(state: LiveState, { columns, now, paint }: View): string {
  const { outcomes, active, phase, startedAt } = state;
  const toGo = Math.max(0, phase.total - phase.done - active.size);
  const ended = [...OUTCOMES].reverse().flatMap((outcome): readonly Part[] => {
    const n = outcomes.get(outcome);
    return n ? [[`${n} ${outcome}`, outcomePaint(outcome, paint)]] : [];
  });
  const counts = present(`${active.size} in progress`, toGo > 0 && `${toGo} to go`);
  const time: Part = [clock(now - startedAt), paint.dim];
  return joined([...counts.map((text): Part => [text]), ...ended, time], [', '], columns);
}

/** Whole seconds: tenths would redraw the view all the time. */
const clock = (ms: number): string =>
  duration(Math.max(0, Math.floor(ms / 1000)) * 1000).replace('.0', '');

function hostLines(
  { active, phase, peak }: LiveState,
  view: View,
  room: number,
): readonly string[] {
  const { columns, paint } = view;
  const left = phase.total - phase.done;
  const slots = Math.min(room, Math.max(active.size, Math.min(peak, left)));
  if (slots === 0) return [];
  const shown = active.size > slots ? slots - 1 : active.size;
  const first: (readonly [string, ActiveHost])[] = [];
  const others = new Map<string, number>();
  for (const entry of active) {
    if (first.length < shown) first.push(entry);
    else others.set(entry[1].doing, (others.get(entry[1].doing) ?? 0) + 1);
  }
  const names = Math.min(
    Math.max(6, Math.floor(columns * 0.4)),
    Math.max(4, ...first.map(([name]) => widthOf(name))),
  );
  const lines = first.map(([name, host]) => hostLine(name, host, names, view));
  if (active.size > shown) {
    const doing = [...others].map(([what, n]) => `${n} ${what}`).join(', ');
    lines.push(paint.dim(cut(`  and ${active.size - shown} more: ${doing}`, columns)));
  }
  while (lines.length < slots) lines.push('');
  return lines;
}

function hostLine(
  name: string,
  { doing, since, wait }: ActiveHost,
  names: number,
  { columns, now, paint }: View,
): string {
  const head = `  ${pad(shorten(name, names), names)}  `;
  const room = columns - widthOf(head);
  if (room < 4) return cut(head.trimEnd(), columns);
  if (wait) {
    const passed = wait.seconds + Math.max(0, Math.floor((now - wait.at) / 1000));
    const limit = wait.limitS === null ? '' : ` of up to ${wait.limitS}`;
    const time = `, ${passed} s${limit}`;
    const step = room >= 56 ? `${pad(doing, STEP_WIDTH)} ` : '';
    // the seconds change, so the reason is shortened first
    const what = cut(`waiting ${wait.for}`, Math.max(8, room - widthOf(step) - widthOf(time)));
    return `${head}${paint.yellow(cut(`${step}${what}${time}`, room))}`;
  }
  const text = cut(`${pad(doing, STEP_WIDTH)} ${clock(now - since)}`, room);
  return `${head}${now - since >= LONG_MS ? paint.yellow(text) : text}`;
}

const STEP_WIDTH = 'reconnecting'.length;

function problemLines(
  { problems }: LiveState,
  { columns, paint }: View,
  room: number,
): readonly string[] {
  const slots = Math.min(PROBLEMS, room, problems.length);
  return problems
    .slice(problems.length - slots)
    .map(({ host, message }) =>
      paint.red(cut(`! ${shorten(host, 24)}: ${message.replace(/\s+/g, ' ')}`, columns)),
    );
}

/** A part of a run, e.g. reading the inventory or making changes. */
export interface PhaseView {
  readonly title: string;
  readonly state: 'waiting' | 'running' | 'done';
  /** Milliseconds that it took; null: it has not finished. */
  readonly tookMs: number | null;
  /** What it is doing now: "resolving apt.grafana.com". */
  readonly note: string | null;
}

/** "inventory 0.1 s > configurations 0.4 s > plan > apply": finished, running and coming phases. */
export function phasesLine(phases: readonly PhaseView[], columns: number, paint: Paint): string {
  const parts = phases.map(({ title, state, tookMs, note }): Part => {
    if (state === 'running')
      return [oneLine(note === null ? title : `${title}, ${note}`), paint.bold];
    const took = tookMs === null || tookMs < 50 ? '' : ` ${duration(tookMs)}`;
    return [`${title}${took}`, paint.dim];
  });
  return joined(parts, [' > ', paint.dim], columns);
}
