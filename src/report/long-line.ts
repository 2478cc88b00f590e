import { upToWidth, widthOf } from './plain.ts';

/**
 * A line in parts of at most `width` columns, which is at least 20. A part after the first stands behind "…" in
 * the first column, where a diff has its + and -, deeper than the line.
 */
export function foldLine(line: string, width: number): readonly string[] {
  const margin = `…${' '.repeat(/^.?( *)/.exec(line)![1]!.length + 4)}`;
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

/** A file to look at on a terminal: tabs as blanks, long lines folded. */
export const foldText = (text: string, width: number): string =>
  text
    .split('\n')
    .flatMap((line) => foldLine(line.replaceAll('\t', '    '), width))
    .join('\n');
