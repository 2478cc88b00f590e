import type { LineColumn, Span } from './position.ts';

/** What is wrong at one place of an Alloy text; an empty one where something is missing. */
export interface Diagnostic extends Span, LineColumn {
  /** A note is an opinion or a limit of what is known here: nobody has to act on it. */
  readonly severity: 'error' | 'warning' | 'note';
  /** Stable word, `syntax.` for what the parser says. */
  readonly code: string;
  /** What is wrong; of the parser, in the words of Alloy itself, so that it can be searched for. */
  readonly message: string;
  /** How to fix it, in the imperative. */
  readonly hint: string;
}
