/** A stretch of text: indexes into it (UTF-16 units), `end` exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A place as Alloy names it: line from 1, column from 1 in bytes of UTF-8. */
export interface LineColumn {
  readonly line: number;
  readonly column: number;
}

/** Where `offset` stands in `source`. Give `lineStarts` (of a parsed File) when asking often. */
export function positionAt(
  source: string,
  offset: number,
  lineStarts = lineStartsOf(source),
): LineColumn {
  const line = lineAt(lineStarts, offset);
  return { line, column: 1 + utf8Length(source, lineStarts[line - 1]!, offset) };
}

/** The reverse: a place behind the end of its line is that end. */
export function offsetAt(
  source: string,
  { line, column }: LineColumn,
  lineStarts = lineStartsOf(source),
): number {
  const start = lineStarts[Math.min(line, lineStarts.length) - 1] ?? 0;
  const newline = source.indexOf('\n', start);
  const end = newline < 0 ? source.length : newline;
  let offset = start;
  while (offset < end && utf8Length(source, start, offset) < column - 1) offset++;
  return offset;
}

/** Index at which each line starts. */
export function lineStartsOf(source: string): readonly number[] {
  const starts = [0];
  for (let at = source.indexOf('\n'); at >= 0; at = source.indexOf('\n', at + 1)) {
    starts.push(at + 1);
  }
  return starts;
}

/** The line, from 1, that `offset` stands on. */
export function lineAt(lineStarts: readonly number[], offset: number): number {
  let low = 0;
  let high = lineStarts.length;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if (lineStarts[middle]! <= offset) low = middle;
    else high = middle;
  }
  return low + 1;
}

/**
 * Bytes that a stretch of text takes in UTF-8. A lone U+DC80..U+DCFF stands for one byte that was no
 * UTF-8 (see decode.ts).
 */
export function utf8Length(text: string, from = 0, to = text.length): number {
  let bytes = 0;
  for (let i = from; i < to; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) bytes += 1;
    else if (unit < 0x800) bytes += 2;
    else if (unit >= 0xd800 && unit < 0xdc00 && isLowSurrogate(text.charCodeAt(i + 1))) {
      bytes += 4;
      i++;
    } else bytes += unit >= 0xdc80 && unit <= 0xdcff ? 1 : 3;
  }
  return bytes;
}

export const isLowSurrogate = (unit: number): boolean => unit >= 0xdc00 && unit < 0xe000;
