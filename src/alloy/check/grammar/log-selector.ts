import { re2Problem } from '../../../model/re2.ts';

/** What is wrong with a selector; `panics`: Alloy panics on it, where it refuses the others. */
export interface SelectorProblem {
  readonly message: string;
  readonly panics: boolean;
}

type Token =
  | { readonly kind: 'text'; readonly value: string; readonly at: number }
  | { readonly kind: 'name' | 'sign' | 'end'; readonly value: string; readonly at: number };

const SIGNS: ReadonlySet<string> = new Set([',', '.', '{', '}', '=', '!=', '=~', '!~', '|=', '|~']);
const MATCHERS: ReadonlySet<string> = new Set(['=', '!=', '=~', '!~']);
const FILTERS: ReadonlySet<string> = new Set(['|~', '|=', '!~', '!=']);

/**
 * What Alloy has against the selector of stage.match: `{app="nginx",path=~"a.*"} |= "text" !~ "x"`.
 * A grammar of its own (internal/loki/logql), smaller than LogQL. It makes the matchers while it
 * parses, and panics on a pattern that RE2 refuses.
 */
export function selectorProblem(text: string): SelectorProblem | undefined {
  const read = tokensOf(text);
  if ('message' in read) return read;
  const { tokens } = read;
  let at = 0;
  const seen = () => tokens[at]!;
  const wrong = (expected: string): SelectorProblem => {
    const { kind, value } = seen();
    const got = kind === 'end' ? 'the end' : kind === 'text' ? 'a string' : value;
    return { message: `syntax error: unexpected ${got}, expecting ${expected}`, panics: false };
  };
  const isSign = (value: string) => seen().kind === 'sign' && seen().value === value;

  if (!isSign('{')) return wrong('{');
  do {
    at++;
    if (seen().kind !== 'name') return wrong('a label name');
    at++;
    const sign = seen();
    if (sign.kind !== 'sign' || !MATCHERS.has(sign.value)) return wrong('=, !=, =~ or !~');
    at++;
    const value = seen();
    if (value.kind !== 'text') return wrong('a string');
    if (sign.value.endsWith('~')) {
      // matchers are anchored
      const problem = re2Problem(`^(?s:${value.value})$`);
      if (problem) return { message: `error parsing regexp: ${problem}`, panics: true };
    }
    at++;
  } while (isSign(','));
  if (!isSign('}')) return wrong(', or }');
  at++;

  while (seen().kind !== 'end') {
    const sign = seen();
    if (sign.kind !== 'sign' || !FILTERS.has(sign.value)) return wrong('|=, !=, |~ or !~');
    at++;
    const value = seen();
    if (value.kind !== 'text') return wrong('a string');
    if (sign.value.endsWith('~')) {
      const problem = re2Problem(value.value);
      if (problem) return { message: `error parsing regexp: ${problem}`, panics: false };
    }
    at++;
  }
  return undefined;
}

/** As Go's text/scanner splits it: names, strings, Go comments, and signs of one or two characters. */
function tokensOf(text: string): { readonly tokens: readonly Token[] } | SelectorProblem {
  const refused = (message: string): SelectorProblem => ({ message, panics: false });
  const tokens: Token[] = [];
  let i = 0;
  while (i < text.length) {
    const rest = text.slice(i);
    const skip = /^(?:[ \t\r\n]+|\/\/[^\n]*|\/\*[\s\S]*?\*\/)/.exec(rest)?.[0];
    if (skip) {
      i += skip.length;
      continue;
    }
    const raw = /^`[^`]*`/.exec(rest)?.[0];
    const quoted = /^"(?:[^"\\\n]|\\.)*"/.exec(rest)?.[0];
    if (raw || quoted) {
      const value = raw ? raw.slice(1, -1).replaceAll('\r', '') : unquoted(quoted!);
      if (value === undefined) return refused('invalid syntax in a string');
      tokens.push({ kind: 'text', value, at: i });
      i += (raw ?? quoted)!.length;
      continue;
    }
    if (rest[0] === '"' || rest[0] === '`') return refused('literal not terminated');
    const pair = rest.slice(0, 2);
    if (SIGNS.has(pair) || SIGNS.has(rest[0]!)) {
      const value = SIGNS.has(pair) ? pair : rest[0]!;
      tokens.push({ kind: 'sign', value, at: i });
      i += value.length;
      continue;
    }
    // the scanner gives numbers and odd characters as they are, and they count as names
    const name = /^(?:[\p{L}_][\p{L}\p{Nd}_]*|\d[\w.]*|'(?:[^'\\\n]|\\.)*'|[\s\S])/u.exec(rest)![0];
    tokens.push({ kind: 'name', value: name, at: i });
    i += name.length;
  }
  tokens.push({ kind: 'end', value: '', at: text.length });
  return { tokens };
}

const ESCAPES: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  '"': '"',
};

/** The value of a string in Go's quotes; undefined: an escape that Go does not know. */
function unquoted(written: string): string | undefined {
  let fine = true;
  const value = written
    .slice(1, -1)
    .replace(
      /\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|([0-7]{3})|([\s\S]))/g,
      (_, hex, short, long, octal, simple: string | undefined) => {
        const code = hex ?? short ?? long;
        if (code !== undefined) {
          const point = Number.parseInt(code, 16);
          if (point <= 0x10ffff) return String.fromCodePoint(point);
          fine = false;
          return '';
        }
        if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8));
        const one = ESCAPES[simple!];
        if (one === undefined) fine = false;
        return one ?? '';
      },
    );
  return fine ? value : undefined;
}
