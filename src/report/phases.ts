import type { Paint } from './paint.ts';
import { cut, duration, widthOf } from './plain.ts';

/** A part of a run that everybody waits for: the inventory is read, hosts are asked, changes are made. */
export interface PhaseView {
  readonly title: string;
  readonly state: 'waiting' | 'running' | 'done';
  /** Milliseconds that it took; null: it is not over. */
  readonly tookMs: number | null;
  /** What it is about right now: "resolving apt.grafana.com". */
  readonly note: string | null;
}

const BETWEEN = ' > ';

/** "inventory 0.1 s > configurations 0.4 s > plan > apply": what is over, what runs, what is to come. */
export function phasesLine(phases: readonly PhaseView[], columns: number, paint: Paint): string {
  const parts = phases.map(({ title, state, tookMs, note }) => {
    if (state === 'running')
      return { text: note === null ? title : `${title}, ${note}`, colour: paint.bold };
    const took = tookMs === null || tookMs < 50 ? '' : ` ${duration(tookMs)}`;
    return { text: `${title}${took}`, colour: paint.dim };
  });
  const whole = parts.map(({ text }) => text).join(BETWEEN);
  return widthOf(whole) <= columns
    ? parts.map(({ text, colour }) => colour(text)).join(paint.dim(BETWEEN))
    : cut(whole, columns);
}
