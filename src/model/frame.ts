/** Lines shown before the one that is meant. */
const BEFORE = 2;
/** Longer lines are cut around the column: frame and gutter fit 80 columns. */
const WIDTH = 73;

/**
 * The lines around a place with a caret under the column, for `Problem.detail`. Line and column
 * count from 1, the column in UTF-16 units of the line. A place outside the text gives ''.
 */
export function codeFrame(text: string, line: number, column: number): string {
  const lines = text.split(/\r?\n/);
  const meant = lines[line - 1];
  if (meant === undefined) return '';

  const before = spread(meant.slice(0, column - 1)).length;
  const cut = Math.max(0, Math.min(before - Math.ceil(WIDTH / 2), spread(meant).length - WIDTH));
  const from = Math.max(1, line - BEFORE);
  const gutter = String(line).length;
  const shown = lines
    .slice(from - 1, line)
    .map((content, i) =>
      `${String(from + i).padStart(gutter)} | ${clip(spread(content), cut)}`.trimEnd(),
    );
  const blank = ' '.repeat(Math.max(0, before - cut));
  return [...shown, `${' '.repeat(gutter)} | ${blank}^`].join('\n');
}

/** Tabs as blanks: behind a gutter a terminal's own tab stops stand askew. */
const spread = (line: string): string => line.replaceAll('\t', '    ');

function clip(line: string, cut: number): string {
  const shown = line.slice(cut, cut + WIDTH);
  const left = cut > 0 && shown !== '' ? `…${shown.slice(1)}` : shown;
  return line.length > cut + WIDTH ? `${left.slice(0, -1)}…` : left;
}

/** The word that was probably meant, at most a third of it mistyped; undefined when none is near. */
export function nearest(word: string, words: Iterable<string>): string | undefined {
  let best: string | undefined;
  let least = Math.floor(word.length / 3) + 1;
  for (const candidate of words) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase(), least);
    if (distance < least) {
      least = distance;
      best = candidate;
    }
  }
  return best;
}

/** Letters to add, drop, change or swap; `limit` or more is not told apart. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit;
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = last[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swap =
        i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
          ? before[j - 2]! + 1
          : Number.POSITIVE_INFINITY;
      row.push(Math.min(change, swap, last[j]! + 1, row[j - 1]! + 1));
    }
    before = last;
    last = row;
  }
  return last[b.length]!;
}
