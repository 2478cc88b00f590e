import type { Body, Expression, Literal } from './ast.ts';
import { partsOf } from './ast-lookup.ts';
import { type Parsed, parse } from './parser.ts';
import type { Span } from './position.ts';

/** Something that was asked of a string constant, as it is written. */
interface Asked extends Span {
  readonly question: (text: string) => unknown;
  readonly answer: unknown;
}

/** A text that differs from others in its holes alone, each inside a string constant, and what was asked about these. */
export interface Watched {
  readonly parsed: Parsed;
  /** Grows with what is asked; null: the text itself was read, so that nothing is known of others. */
  readonly asked: () => readonly Asked[] | null;
}

/** Reads a text, and notes from then on what is asked about the strings that have holes in them. */
export function parseWatched(text: string, holes: readonly Span[]): Watched {
  const parsed = parse(text);
  if (holes.length === 0) return { parsed, asked: () => [] };
  const asked: Asked[] = [];
  const strings = stringsOf(parsed.file.body).filter(({ start, end }) =>
    holes.some((hole) => start < hole.end && hole.start < end),
  );
  const inside = holes.filter((hole) =>
    strings.some(({ start, end }) => start < hole.start && hole.end < end),
  );
  let read = parsed.errors.length > 0 || inside.length < holes.length;
  for (const literal of strings) watch(literal, (one) => asked.push(one));
  const watched = {
    ...parsed,
    get source() {
      read = true;
      return text;
    },
  };
  return { parsed: watched, asked: () => (read ? null : asked) };
}

function watch(literal: Literal, tell: (asked: Asked) => void): void {
  const { start, end, text } = literal;
  let told = false;
  Object.defineProperties(literal, {
    text: {
      enumerable: true,
      get: () => {
        if (!told) tell({ start, end, question: (other) => other, answer: text });
        told = true;
        return text;
      },
    },
    ask: {
      value: <T>(question: (text: string) => T): T => {
        const answer = question(text);
        tell({ start, end, question, answer });
        return answer;
      },
    },
  });
}

function stringsOf(body: Body): readonly Literal[] {
  const found: Literal[] = [];
  const look = (expression: Expression): void => {
    if (expression.kind === 'literal' && expression.type === 'string') found.push(expression);
    for (const part of partsOf(expression)) look(part);
  };
  const walk = (statements: Body): void => {
    for (const statement of statements) {
      if (statement.kind === 'block') walk(statement.body);
      else look(statement.value);
    }
  };
  walk(body);
  return found;
}

/** Of an offset in a text that is in no hole: where the same stands in another, whose holes are these. */
export function movedBetween(
  from: readonly Span[],
  to: readonly Span[],
): (offset: number) => number {
  return (offset) => {
    const before = from.findLastIndex(({ end }) => end <= offset);
    return before < 0 ? offset : offset - from[before]!.end + to[before]!.end;
  };
}

/** The same would have been answered of another text, whose holes are these. */
export function answersAlike(
  asked: readonly Asked[],
  from: readonly Span[],
  text: string,
  to: readonly Span[],
): boolean {
  const moved = movedBetween(from, to);
  return asked.every(({ start, end, question, answer }) =>
    Object.is(question(text.slice(moved(start), moved(end))), answer),
  );
}
