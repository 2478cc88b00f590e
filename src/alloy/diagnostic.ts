/** What is wrong at one place of an Alloy text. */
export interface Diagnostic {
  readonly severity: 'error' | 'warning';
  /** Stable word, `syntax.` for what the parser says. */
  readonly code: string;
  /** What is wrong; of the parser, in the words of Alloy itself, so that it can be searched for. */
  readonly message: string;
  /** How to fix it, in the imperative. */
  readonly hint: string;
  /** Index into the source text (UTF-16 units). */
  readonly start: number;
  /** Exclusive; equal to `start` where something is missing. */
  readonly end: number;
  /** From 1. */
  readonly line: number;
  /** From 1, in bytes of UTF-8, as Alloy counts. */
  readonly column: number;
}
