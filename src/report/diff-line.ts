import type { Paint } from './paint.ts';
import { upToWidth, widthOf } from './plain.ts';

/** The colour of a line of a diff, by its mark. */
export function diffPaint(line: string, paint: Paint): (text: string) => string {
  if (line.startsWith('@@')) return paint.cyan;
  if (line.startsWith('+')) return paint.green;
  if (line.startsWith('-')) return paint.red;
  return (text) => text;
}

/**
 * A line of a diff in parts of at most `width` columns, which is at least 20. A part after the first stands
 * behind "…" in the column of + and -, deeper than the line.
 */
export function foldDiffLine(line: string, width: number): readonly string[] {
  const margin = `…${' '.repeat(/^.( *)/.exec(line)![1]!.length + 4)}`;
  const parts: string[] = [];
  let rest = line;
  let head = '';
  while (widthOf(head + rest) > width) {
    const most = upToWidth(rest, width - widthOf(head));
    // at a blank, where one is near the end
    const blank = most.lastIndexOf(' ');
    const useful = blank > most.length / 2 && most.slice(1, blank).trim() !== '';
    const end = useful ? blank : most.length;
    parts.push(head + rest.slice(0, end));
    rest = rest.slice(end).trimStart();
    // deeply indented text would have no room left
    head = margin.length < width / 2 ? margin : '… ';
  }
  return [...parts, head + rest];
}
