import type { Position } from './problem.ts';

/** A file on this machine that the inventory names. */
export interface FileRef {
  /** As written: relative to the inventory's directory, `~/` allowed. */
  readonly path: string;
  readonly at: Position;
}

export interface TextFile {
  /** Where it was found; named in problems. */
  readonly file: string;
  readonly text: string;
}

/** A template, and the declarations of its parameters in the `.yaml` beside it. */
export interface TemplateText extends TextFile {
  readonly declarations: TextFile | null;
}
