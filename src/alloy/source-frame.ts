import { lineAt, lineStartsOf, type Span } from './position.ts';
import { firstBehind, secretSpans } from './secret-spans.ts';

/** Gives the frame of a stretch of the text: `start` and `end` (exclusive) are indexes into it. */
type Framer = (start: number, end: number) => string;

/** Lines shown before the one that is meant. */
const BEFORE = 2;
const TAB = 4;
const HIDDEN = '***';

/**
 * Gives the lines around a place as a compiler shows them, with line numbers and `^^^` under the stretch:
 *
 *     3 |     url = "http://***@host"
 *       |           ^^^^^^^^^^^^^^^^^
 *
 * Tabs become spaces, control characters `?`, lines longer than a terminal of `width` columns are cut;
 * secrets are hidden, each as three stars, so that not even its length shows. What is secret is looked
 * for once, when first needed.
 */
export function framesOf(source: string, width = 80): Framer {
  let spans: readonly Span[] | undefined;
  /** Rows of the frame before: a line may be long, and have many errors. */
  let kept = new Map<number, Row>();
  const lineStarts = lineStartsOf(source);
  return (start, end) => {
    spans ??= secretSpans(source);
    const line = lineAt(lineStarts, Math.max(0, Math.min(start, source.length)));
    const gutter = String(line).length;
    const room = Math.max(20, width - gutter - 3);
    const first = Math.max(1, line - BEFORE);
    const rows = new Map<number, Row>();
    for (let number = first; number <= line; number++) {
      const from = lineStarts[number - 1]!;
      const to = lineStarts[number] === undefined ? source.length : lineStarts[number]! - 1;
      rows.set(number, kept.get(number) ?? rowOf(source, from, to, spans));
    }
    kept = rows;
    const meant = rows.get(line)!;
    const [left, right] = underline(meant, lineStarts[line - 1]!, start, end);
    const cut = Math.max(0, Math.min(left - Math.floor(room / 3), meant.width - room));
    const shown = [...rows].map(([number, row]) =>
      `${String(number).padStart(gutter)} | ${clip(row, cut, room)}`.trimEnd(),
    );
    const caret = ' '.repeat(left - cut) + '^'.repeat(Math.min(right, cut + room) - left);
    return [...shown, `${' '.repeat(gutter)} | ${caret}`].join('\n');
  };
}

/** A line as it is shown. */
interface Row {
  /** What is shown column by column; '' in the second column of a wide character. */
  readonly cells: readonly string[];
  readonly width: number;
  /** The column of each index of the line, and of its end. */
  readonly columns: readonly number[];
}

function rowOf(source: string, from: number, to: number, spans: readonly Span[]): Row {
  const cells: string[] = [];
  const columns: number[] = [];
  let span = firstBehind(spans, from);
  for (let i = from; i < to; ) {
    const hidden = spans[span];
    if (hidden && i >= hidden.start) {
      const column = cells.length;
      const end = Math.min(hidden.end, to);
      cells.push(...HIDDEN);
      for (; i < end; i++) columns.push(column);
      span++;
      continue;
    }
    const char = String.fromCodePoint(source.codePointAt(i)!);
    for (let unit = 0; unit < char.length; unit++) columns.push(cells.length);
    i += char.length;
    show(cells, char, i === to);
  }
  columns.push(cells.length);
  return { cells, width: cells.length, columns };
}

function show(cells: string[], char: string, last: boolean): void {
  if (char === '\t') {
    do cells.push(' ');
    while (cells.length % TAB !== 0);
  } else if (COMBINING.test(char) && cells.length > 0) {
    cells[cells.length - 1] += char;
  } else if (CONTROL.test(char)) {
    if (char !== '\r' || !last) cells.push('?');
  } else {
    cells.push(char);
    if (WIDE.test(char)) cells.push('');
  }
}

/** Controls, halves of characters, and what turns the direction of writing: a terminal must not obey them. */
const CONTROL = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;
const COMBINING = /\p{M}/u;
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;

/** First column of the underline and the one behind it; at least one wide, on this line only. */
function underline(
  { columns, width }: Row,
  lineStart: number,
  start: number,
  end: number,
): readonly [number, number] {
  const column = (offset: number) => columns[Math.min(offset - lineStart, columns.length - 1)]!;
  const left = column(Math.max(start, lineStart));
  // inside a hidden text: all of it
  const right = end > start ? column(end - 1) + widthAt(columns, end - 1 - lineStart, width) : left;
  return [left, Math.max(right, left + 1)];
}

/** Columns that the character at `index` of a line takes. */
function widthAt(columns: readonly number[], index: number, width: number): number {
  const column = columns[Math.min(index, columns.length - 1)]!;
  let next = index + 1;
  while (next < columns.length && columns[next] === column) next++;
  return (columns[next] ?? width) - column;
}

function clip({ cells, width }: Row, cut: number, room: number): string {
  const shown = cells.slice(cut, cut + room);
  if (cut > 0 && shown.length > 0) shown[0] = '…';
  if (width > cut + room) shown[room - 1] = '…';
  return shown.join('');
}
