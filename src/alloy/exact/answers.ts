import type { LineColumn } from '../position.ts';

/** A finding of `alloy validate` or `alloy fmt`. */
export interface AlloyFinding {
  readonly severity: 'error' | 'warning';
  readonly file: string;
  readonly line: number;
  /** From 1, in bytes of UTF-8. */
  readonly column: number;
  readonly message: string;
}

/** What Alloy printed of a configuration. */
export interface AlloyAnswers {
  readonly found: readonly AlloyFinding[];
  /** First line of the panic of a Go program; null: it did not panic. */
  readonly panic: string | null;
  /** The lines that name no place, without those that say so each time. */
  readonly rest: readonly string[];
}

/** `Error: FILE:1:2: MESSAGE` of validate, `FILE:1:2: MESSAGE` of fmt; an excerpt follows behind a blank line. */
const FINDING = /^(?:(Error|Warning): )?(\S+\.alloy):(\d+):(\d+): (.*)$/;
/** A file in a message, with or without a place. */
const COPY = /([\w./-]+\.alloy)(?::(\d+):(\d+))?/g;
const EXCERPT = /^\s*(?:\d+ *)?\|/;
/** Said at the end of each failure, with and without Go's date. */
const CLOSING =
  /^Error: (validation failed|encountered errors during formatting)|collector server run finished with error/;
const PANIC = /^(?:panic|fatal error): (.*)$/;

/**
 * Reads what `alloy validate` and `alloy fmt` print on stderr, as recorded from 1.18.1.
 *
 * @param names what Alloy calls each file, and what findings call it; in messages, too
 * @param written the place where what stands at a place of a file was written
 */
export function readAnswers(
  printed: string,
  names: ReadonlyMap<string, string>,
  written: (file: string, at: LineColumn) => LineColumn = (_, at) => at,
): AlloyAnswers {
  const found: { severity: AlloyFinding['severity']; place: string[]; lines: string[] }[] = [];
  const rest: string[] = [];
  let panic: string | null = null;
  /** Lines of a message that has several. */
  let open: string[] | null = null;
  for (const line of printed.split(/\r?\n/)) {
    const [, said] = PANIC.exec(line) ?? [];
    if (said !== undefined) {
      panic = said;
      break;
    }
    const [, severity, ...place] = FINDING.exec(line) ?? [];
    if (place.length > 0 && names.has(place[0]!)) {
      open = [place.pop()!];
      found.push({ severity: severity === 'Warning' ? 'warning' : 'error', place, lines: open });
    } else if (line === '' || EXCERPT.test(line) || CLOSING.test(line)) open = null;
    else if (open) open.push(line.trim());
    else rest.push(line);
  }
  const named = (text: string): string =>
    text.replace(COPY, (all, copy: string, line?: string, column?: string) => {
      const name = names.get(copy);
      if (name === undefined) return all;
      if (line === undefined) return name;
      const at = written(copy, { line: Number(line), column: Number(column) });
      return `${name}:${at.line}:${at.column}`;
    });
  return {
    found: found.map(({ severity, place: [file, line, column], lines }) => ({
      severity,
      file: names.get(file!)!,
      ...written(file!, { line: Number(line), column: Number(column) }),
      message: named(lines.join(' ')),
    })),
    panic,
    rest: rest.map(named),
  };
}
