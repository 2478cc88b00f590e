/** Escape sequences of terminals: CSI, OSC (titles, links), and the two-byte ones. */
const SEQUENCES =
  /\u001b\[[0-?]*[ -/]*[@-~]|\u001b[\]PX^_][^\u0007\u001b]*(?:\u0007|\u001b\\)?|\u001b[@-Z\\-_=>78]|\u009b[0-?]*[ -/]*[@-~]/g;

/** Control characters except tab and newline, and all that is invisible: marks of direction, joiners, tags. */
const CONTROLS = /(?![\t\n])[\p{Cc}\p{Cf}\p{Cs}]/gu;

/**
 * Text of a host or a file, safe on a terminal and in a log: no escape sequences, no control
 * characters except tab and newline, nothing invisible. A carriage return (apt's progress) and the line
 * separators of Unicode become spaces.
 */
export const plain = (text: string): string =>
  /^[\t\n\u0020-\u007e]*$/.test(text)
    ? text
    : text
        .replace(SEQUENCES, '')
        .replace(/\r\n/g, '\n')
        .replace(/[\r\u2028\u2029]/g, ' ')
        .replace(CONTROLS, '');

/** The same on one line: a name or a path must not look like a line of ours. */
export function oneLine(text: string): string {
  const shown = plain(text);
  if (!shown.includes('\n')) return shown;
  const lines = shown.split(/\n\s*/);
  return lines.map((line, i) => (i < lines.length - 1 ? line.trimEnd() : line)).join(' ');
}

/**
 * Breaks `text` at spaces so that lines fit `width`; lines after the first start with `indent`
 * spaces. The first line may start `first` columns in. A word longer than a line stays whole: it
 * is a path or a command to copy.
 */
export function wrap(text: string, width: number, indent: number, first = 0): string {
  const pad = ' '.repeat(indent);
  const lines: string[] = [];
  let start = first;
  for (const paragraph of text.split('\n')) {
    let line = '';
    let taken = 0;
    for (const word of paragraph.split(' ')) {
      const columns = widthOf(word);
      if (line !== '' && start + taken + 1 + columns > width) {
        lines.push(line);
        line = word;
        taken = columns;
        start = indent;
      } else {
        taken += line === '' ? columns : 1 + columns;
        line = line === '' ? word : `${line} ${word}`;
      }
    }
    lines.push(line);
    start = indent;
  }
  return lines.join(`\n${pad}`);
}

/** Columns that a text takes: one for each code point, two for East Asian ones and emoji. */
export function widthOf(text: string): number {
  let width = 0;
  for (const char of text) {
    const code = char.codePointAt(0)!;
    if (code < 0x300) width += 1;
    else if (!/\p{M}|\u200d|\ufe0f/u.test(char)) width += isWide(code) ? 2 : 1;
  }
  return width;
}

const isWide = (code: number): boolean =>
  (code >= 0x1100 && code <= 0x115f) ||
  (code >= 0x2e80 && code <= 0xa4cf) ||
  (code >= 0xac00 && code <= 0xd7a3) ||
  (code >= 0xf900 && code <= 0xfaff) ||
  (code >= 0xfe30 && code <= 0xfe6f) ||
  (code >= 0xff00 && code <= 0xff60) ||
  (code >= 0x1f300 && code <= 0x1faff);

/** Of the widest; 0 for none. */
export const widest = (texts: Iterable<string>): number => {
  let width = 0;
  for (const text of texts) width = Math.max(width, widthOf(text));
  return width;
};

/** Fills with spaces up to `width` columns. */
export const pad = (text: string, width: number): string =>
  text + ' '.repeat(Math.max(0, width - widthOf(text)));

/** Shortens in the middle: both ends of a host's name tell hosts apart. */
export function shorten(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  const left = Math.ceil((width - 1) / 2);
  const right = Math.max(0, width - 1 - left);
  const end = upTo([...text].reverse(), right).reverse();
  return `${upTo([...text], left).join('')}…${end.join('')}`;
}

/** The characters in the first `width` columns. */
function upTo(chars: readonly string[], width: number): string[] {
  let taken = 0;
  const end = chars.findIndex((char) => {
    taken += widthOf(char);
    return taken > width;
  });
  return end < 0 ? [...chars] : chars.slice(0, end);
}

/**
 * Names on one line of at most `width` columns: "web-01, web-02 and 3 more". At least one name.
 */
export function someNames(names: readonly string[], width: number): string {
  const whole = names.join(', ');
  if (widthOf(whole) <= width) return whole;
  for (let shown = names.length - 1; shown > 1; shown -= 1) {
    if (shown > width) continue; // a name takes two columns at least: avoids joining 10,000
    const some = `${names.slice(0, shown).join(', ')} and ${names.length - shown} more`;
    if (widthOf(some) <= width) return some;
  }
  return names.length === 1 ? names[0]! : `${names[0]} and ${names.length - 1} more`;
}

/** Those texts whose condition holds: `[failed && 'it failed', ...]`. */
export const present = (
  ...texts: readonly (string | false | null | undefined)[]
): readonly string[] => texts.filter((text): text is string => Boolean(text));

/** A single host by its name, several by their number. */
export const who = (names: readonly string[]): string =>
  names.length === 1 ? names[0]! : count(names.length, 'host');

/** "1 host", "3 hosts". */
export const count = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? '' : 's'}`;

/** "0.4 s", "12 s", "2 min", "3 min 20 s". */
export function duration(ms: number): string {
  if (ms < 10_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 120) return `${seconds} s`;
  const rest = seconds % 60;
  return `${Math.floor(seconds / 60)} min${rest === 0 ? '' : ` ${rest} s`}`;
}

/** Cuts off the end of what does not fit. */
export const cut = (text: string, width: number): string =>
  widthOf(text) <= width ? text : `${upTo([...text], width - 1).join('')}…`;

/** UTF-16 units for a column, with room for marks that take none. */
const UNITS = 8;

/**
 * A line in parts of at most `width` columns, which is at least 20. Parts after the first start with
 * "…" in the first column, where a diff has its + and -, and are indented deeper than the line.
 */
export function foldLine(line: string, width: number): readonly string[] {
  const margin = `…${' '.repeat(/^.?( *)/.exec(line)![1]!.length + 4)}`;
  const parts: string[] = [];
  let head = '';
  let at = 0;
  let columns = widthOf(line);
  while (widthOf(head) + columns > width) {
    // the rest of a long line is not looked at again for each part
    const window = [...line.slice(at, at + UNITS * width)];
    const most = upTo(window, width - widthOf(head)).join('');
    // at a space, if there is one near the end
    const blank = most.lastIndexOf(' ');
    const useful = blank > most.length / 2 && most.slice(1, blank).trim() !== '';
    let next = at + (useful ? blank : most.length);
    parts.push(head + line.slice(at, next));
    while (/^\s/.test(line[next] ?? '')) next += 1;
    columns -= widthOf(line.slice(at, next));
    at = next;
    // deeply indented text would have no room left
    head = margin.length < width / 2 ? margin : '… ';
  }
  return [...parts, head + line.slice(at)];
}

/** A file for a terminal: tabs as spaces, long lines wrapped. */
export const foldText = (text: string, width: number): string =>
  text
    .split('\n')
    .flatMap((line) => foldLine(line.replaceAll('\t', '    '), width))
    .join('\n');

/** The last moment that a Date can be, in milliseconds. */
const LAST_MS = 8.64e15;

/** "2026-11-23T10:15:00.000Z", of any number: it may come from a host, or from a log that was edited. */
export const isoTime = (ms: number): string =>
  new Date(Math.min(LAST_MS, Math.max(-LAST_MS, ms))).toISOString();
