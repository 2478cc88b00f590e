import { Scanner } from './scan.ts';
import { secretSpans } from './secret-spans.ts';
import { stringValue } from './string-literal.ts';
import * as token from './token.ts';

/** A configuration whose secrets are elsewhere. */
export interface Extraction {
  readonly text: string;
  /** Name of the variable that is read instead, and what the text held. */
  readonly secrets: ReadonlyMap<string, string>;
  /** Lines, from 1, that may still hold one: in a label, a key, or what is no string. */
  readonly left: readonly number[];
}

/**
 * Takes what looks like a secret out of the strings of an Alloy text: each becomes a call of `read`, such as sys.env.
 * In comments it is blanked. `taken`: names that are variables already. The text need not be valid.
 */
export function extractSecrets(source: string, read: string, taken: Iterable<string>): Extraction {
  const spans = secretSpans(source);
  const names = new Set(taken);
  const secrets = new Map<string, string>();
  const nameOf = (key: string, value: string): string => {
    for (const [name, known] of secrets) if (known === value) return name;
    const base = `ALLOY_${key.replace(/[^A-Za-z0-9]+/g, '_').toUpperCase() || 'SECRET'}`;
    let name = base;
    for (let n = 2; names.has(name); n += 1) name = `${base}_${n}`;
    names.add(name);
    secrets.set(name, value);
    return name;
  };

  let text = '';
  let done = 0;
  const put = (start: number, end: number, instead: string): void => {
    text += source.slice(done, start) + instead;
    done = end;
  };
  const tokens = tokensOf(source);
  let key = '';
  tokens.forEach(({ kind, start, end }, index) => {
    const next = tokens[index + 1]?.kind;
    const isName = next === token.ASSIGN || next === token.LCURLY;
    if (isName && (kind === token.IDENT || kind === token.STRING))
      key = source.slice(start, end).replace(/^["`]|["`]$/g, '');
    const within = spans.filter((span) => span.start < end && span.end > start);
    if (within.length === 0) return;
    if (kind === token.COMMENT)
      for (const span of within) put(Math.max(span.start, start), Math.min(span.end, end), '***');
    if (kind !== token.STRING || isName || isReference(tokens, index, source)) return;
    const quote = source[start]!;
    const [first, last] = [start + 1, end - 1];
    const parts: string[] = [];
    const literal = (from: number, to: number): void => {
      if (from < to) parts.push(`${quote}${source.slice(from, to)}${quote}`);
    };
    let at = first;
    for (const span of within) {
      const [from, to] = [Math.max(span.start, first), Math.min(span.end, last)];
      if (from >= to) continue;
      literal(at, from);
      const value = stringValue(`${quote}${source.slice(from, to)}${quote}`);
      parts.push(`${read}("${nameOf(key, value)}")`);
      at = to;
    }
    if (at === first) return;
    literal(at, last);
    put(start, end, parts.join(' + '));
  });
  text += source.slice(done);
  return { text, secrets, left: linesWithSecrets(text) };
}

function linesWithSecrets(text: string): readonly number[] {
  const tokens = tokensOf(text);
  const held = tokens.filter(
    ({ kind }, index) =>
      kind === token.ILLEGAL || (kind === token.STRING && !isReference(tokens, index, text)),
  );
  const lines = secretSpans(text)
    .filter((span) => held.some(({ start, end }) => span.start < end && span.end > start))
    .map(({ start }) => text.slice(0, start).split('\n').length);
  return [...new Set(lines)];
}

interface Token {
  readonly kind: number;
  readonly start: number;
  readonly end: number;
}

function tokensOf(source: string): readonly Token[] {
  const scanner = new Scanner(source, () => {});
  const tokens: Token[] = [];
  for (let kind = scanner.next(); kind !== token.EOF; kind = scanner.next())
    tokens.push({ kind, start: scanner.start, end: scanner.end });
  return tokens;
}

/** The name of a variable that is read already: sys.env("NAME"). */
const isReference = (tokens: readonly Token[], index: number, source: string): boolean => {
  const [name, bracket] = [tokens[index - 2], tokens[index - 1]];
  return (
    bracket?.kind === token.LPAREN &&
    name !== undefined &&
    source.slice(name.start, name.end) === 'env'
  );
};
