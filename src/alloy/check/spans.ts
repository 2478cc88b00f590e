import type { Block } from '../ast.ts';
import type { Parsed } from '../parser.ts';
import type { Span } from '../position.ts';
import type { FileSpan, Node } from './model.ts';

export const spanOf = (parsed: Parsed, { start, end }: Span): FileSpan => ({ parsed, start, end });

/** The name and label of a node's block. */
export const headOf = ({ parsed, block }: Node): FileSpan => ({
  parsed,
  start: block.start,
  end: block.label?.end ?? block.name.at(-1)!.end,
});

/** A block up to its `{`. */
export const openingOf = (parsed: Parsed, { start, open }: Block): FileSpan => ({
  parsed,
  start,
  end: open,
});
