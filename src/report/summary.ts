import type { HostReport, Outcome, Verb } from '../model/event.ts';
import { OUTCOMES } from '../model/event.ts';
import { problemGroups } from './groups.ts';
import type { Paint } from './paint.ts';
import { count, duration, pad, someNames } from './plain.ts';
import { type ProblemStyle, problemText } from './problem-text.ts';

export interface Ending {
  readonly verb: Verb;
  readonly durationMs: number;
  readonly interrupted: boolean;
}

type Hosts = readonly (readonly [string, HostReport])[];

/** The colour of an outcome. */
export const outcomePaint = (outcome: Outcome, paint: Paint): ((text: string) => string) => {
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

/** What went wrong, each problem once with its hosts. */
export const hostProblemsText = (hosts: Hosts, style: ProblemStyle): string =>
  problemGroups(hosts)
    .map(({ item, names }) => problemText(item, style, names))
    .join('\n');

/**
 * The run in one table: a row for each outcome that occurred, with its hosts as far as they fit.
 * As long with 10,000 hosts as with ten.
 */
export function summaryText(
  hosts: Hosts,
  { verb, durationMs, interrupted }: Ending,
  style: ProblemStyle,
): string {
  const { paint, width } = style;
  const title = `${verb[0]!.toUpperCase()}${verb.slice(1)} ${interrupted ? 'interrupted' : 'finished'}`;
  const rows = rowsOf(hosts, verb);
  const numbers = Math.max(...rows.map(({ names }) => String(names.length).length));
  const words = Math.max(...rows.map(({ word }) => word.length));
  return (
    `${paint.bold(title)}: ${count(hosts.length, 'host')} in ${duration(durationMs)}\n` +
    rows
      .map(({ word, outcome, names }) => {
        const number = String(names.length).padStart(numbers);
        const colour = outcome ? outcomePaint(outcome, paint) : paint.red;
        const room = width - numbers - words - 6;
        return `  ${number} ${colour(pad(word, words))}  ${paint.dim(someNames(names, room))}\n`;
      })
      .join('')
  );
}

interface Row {
  readonly word: string;
  readonly outcome: Outcome | null;
  readonly names: readonly string[];
}

/** What a status calls an outcome. */
const STATE_WORDS: Readonly<Partial<Record<Outcome, string>>> = {
  unchanged: 'up to date',
  pending: 'needs changes',
};

function rowsOf(hosts: Hosts, verb: Verb): readonly Row[] {
  const rows = [...OUTCOMES, null].map((outcome) => ({
    word:
      (verb === 'status' && outcome ? (STATE_WORDS[outcome] ?? outcome) : outcome) ??
      'not finished',
    outcome,
    names: hosts.filter(([, host]) => host.outcome === outcome).map(([name]) => name),
  }));
  return rows.filter(({ names }) => names.length > 0);
}
