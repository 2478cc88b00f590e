import { OUTCOMES, type Outcome } from '../model/event.ts';
import type { Run } from './fold.ts';
import type { Hosts } from './groups.ts';
import type { Paint } from './paint.ts';
import { count, duration, pad, someNames } from './plain.ts';
import type { ProblemStyle } from './problem-text.ts';

/** The colour of an outcome; null: the host did not finish. */
export const outcomePaint = (outcome: Outcome | null, paint: Paint): ((text: string) => string) => {
  switch (outcome) {
    case 'unchanged':
    case 'changed':
      return paint.green;
    case 'pending':
    case 'skipped':
      return paint.yellow;
    default:
      return paint.red;
  }
};

/**
 * The run in one table: a row for each outcome that occurred, with its hosts as far as they fit.
 * As long with 10,000 hosts as with ten.
 */
export function summaryText(
  hosts: Hosts,
  { verb, interrupted }: Pick<Run, 'verb' | 'interrupted'>,
  durationMs: number,
  { paint, width }: ProblemStyle,
): string {
  const title = `${verb[0]!.toUpperCase()}${verb.slice(1)} ${interrupted ? 'interrupted' : 'finished'}`;
  const rows = outcomeRows(hosts, verb === 'status' ? STATE_WORDS : {});
  const numbers = Math.max(...rows.map(({ names }) => String(names.length).length));
  const words = Math.max(...rows.map(({ word }) => word.length));
  const lines = rows.map(({ word, outcome, names }) => {
    const number = String(names.length).padStart(numbers);
    const list = paint.dim(someNames(names, width - numbers - words - 6));
    return `  ${number} ${outcomePaint(outcome, paint)(pad(word, words))}  ${list}\n`;
  });
  const total = rows.reduce((sum, { names }) => sum + names.length, 0);
  return `${paint.bold(title)}: ${count(total, 'host')} in ${duration(durationMs)}\n${lines.join('')}`;
}

/** What a status calls an outcome. */
const STATE_WORDS = { unchanged: 'up to date', pending: 'needs changes' };

/** The hosts of each outcome that occurred. */
export const outcomeRows = (hosts: Hosts, words: Readonly<Partial<Record<Outcome, string>>> = {}) =>
  [...OUTCOMES, null]
    .map((outcome) => ({
      outcome,
      word: outcome === null ? 'not finished' : (words[outcome] ?? outcome),
      names: [...hosts].flatMap(([name, host]) => (host.outcome === outcome ? [name] : [])),
    }))
    .filter(({ names }) => names.length > 0);
