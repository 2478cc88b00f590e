import type { Parsed } from '../parser.ts';
import type { Node, Span } from './model.ts';

export const spanOf = (
  parsed: Parsed,
  { start, end }: { readonly start: number; readonly end: number },
): Span => ({ parsed, start, end });

/** The name and label of a node's block. */
export const headOf = ({ parsed, block }: Pick<Node, 'parsed' | 'block'>): Span => ({
  parsed,
  start: block.start,
  end: block.label?.end ?? block.name.at(-1)!.end,
});

/** All of a node's block. */
export const statementSpan = ({ parsed, block }: Pick<Node, 'parsed' | 'block'>): Span =>
  spanOf(parsed, block);
