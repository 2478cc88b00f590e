import type { File } from './ast.ts';
import { decode } from './decode.ts';
import type { Diagnostic } from './diagnostic.ts';
import { Parser } from './parser.ts';

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
  const source = typeof input === 'string' ? input : decode(input);
  const parser = new Parser(source);
  const file = parser.file();
  return { source, file, errors: parser.errors };
}

/**
 * The errors worth showing to a person: of several at one place only the first, since the others
 * follow from it.
 */
export function withoutEchoes(errors: readonly Diagnostic[]): readonly Diagnostic[] {
  const seen = new Set<number>();
  return errors.filter(({ start }) => !seen.has(start) && seen.add(start));
}
