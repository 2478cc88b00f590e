import type { Diagnostic } from './diagnostic.ts';
import { type Parsed, parse } from './parser.ts';
import { positionAt } from './position.ts';

/** A broken file as it was probably meant. */
export interface Repaired {
  readonly parsed: Parsed;
  /** The place in the text as written of a place in the repaired one. */
  original(offset: number): number;
  /** Mistakes that stood behind another one, at their places in the text as written. */
  readonly further: readonly Diagnostic[];
}

interface Edit {
  readonly at: number;
  readonly remove: number;
  readonly insert: string;
}

/** A line of six statements needs six rounds; who needs more gets the findings of what could be read. */
const ROUNDS = 12;

/**
 * Repairs the mistakes that can be repaired in one way only (`;`, two statements on a line, `#`, single
 * quotes, `:`, a missing comma or `}`), so that what stands behind them can be checked in the same
 * run. undefined when nothing could be repaired. The file itself is never touched.
 */
export function repair(broken: Parsed): Repaired | undefined {
  let parsed = broken;
  let origin: number[] = [];
  const further: Diagnostic[] = [];
  const reported = new Set(broken.errors.map(({ start }) => start));
  for (let round = 0; round < ROUNDS && parsed.errors.length > 0; round++) {
    const edits = editsOf(parsed);
    if (edits.length === 0) break;
    if (round === 0) origin = Array.from({ length: parsed.source.length + 1 }, (_, i) => i);
    const errorAt = new Map(parsed.errors.map((error) => [error.start, error]));
    for (const { at } of edits) {
      const error = errorAt.get(at);
      const start = origin[at]!;
      if (!error || reported.has(start)) continue;
      reported.add(start);
      const place = positionAt(broken.source, start, broken.file.lineStarts);
      further.push({ ...error, start, end: origin[error.end]!, ...place });
    }
    const next = apply(parsed.source, origin, edits);
    origin = next.origin;
    parsed = parse(next.text);
  }
  if (parsed === broken) return undefined;
  if (parsed.errors.length >= broken.errors.length && parsed.errors.length > 0) return undefined;
  return { parsed, further, original: (offset) => origin[Math.min(offset, origin.length - 1)]! };
}

function editsOf({ source, errors }: Parsed): readonly Edit[] {
  const edits = new Map<number, Edit>();
  for (const { code, start } of errors) {
    const edit = editFor(source, code, start);
    if (edit && !edits.has(edit.at)) edits.set(edit.at, edit);
  }
  if (edits.size === 0) {
    // only then: a missing } is often the echo of another mistake
    const open = errors.find(
      ({ code, message }) => code === 'syntax.unclosed' && message.includes('expected }'),
    );
    if (open) edits.set(source.length, { at: source.length, remove: 0, insert: '\n}' });
  }
  return [...edits.values()].sort((a, b) => a.at - b.at);
}

/** What is written wrongly, '' for nothing, and what was meant, by the error that says so. */
const MEANT: Readonly<Record<string, readonly [written: string, meant: string]>> = {
  'syntax.semicolon': [';', '\n'],
  'syntax.hash-comment': ['#', '//'],
  'syntax.colon': [':', '='],
  'syntax.two-on-a-line': ['', '\n'],
  'syntax.comma': ['', ','],
};

function editFor(source: string, code: string, at: number): Edit | undefined {
  const known = MEANT[code];
  if (known) {
    const [written, insert] = known;
    return source.startsWith(written, at) ? { at, remove: written.length, insert } : undefined;
  }
  if (code !== 'syntax.single-quotes') return undefined;
  const quoted = /'([^'"\\\n]*)'/y;
  quoted.lastIndex = at;
  const found = quoted.exec(source);
  return found ? { at, remove: found[0].length, insert: `"${found[1]}"` } : undefined;
}

function apply(
  source: string,
  origin: readonly number[],
  edits: readonly Edit[],
): { readonly text: string; readonly origin: number[] } {
  let text = '';
  const places: number[] = [];
  let from = 0;
  for (const { at, remove, insert } of edits) {
    if (at < from) continue;
    text += source.slice(from, at) + insert;
    for (let i = from; i < at; i++) places.push(origin[i]!);
    // what replaces letter by letter keeps its place, what is added stands where it was put in
    for (let i = 0; i < insert.length; i++)
      places.push(origin[at + Math.min(i, Math.max(0, remove - 1))]!);
    from = at + remove;
  }
  text += source.slice(from);
  for (let i = from; i <= source.length; i++) places.push(origin[i]!);
  return { text, origin: places };
}
