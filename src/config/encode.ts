import type { AlloyContext } from '../model/alloy-context.ts';
import type { Misplacement } from '../model/problems/config-problems.ts';

/** A value that cannot be written where the template has it. Thrown through Liquid, caught in render.ts. */
export class MisplacedError extends Error {
  readonly misplacement: Misplacement;

  constructor(misplacement: Misplacement) {
    super(misplacement.reason);
    this.misplacement = misplacement;
  }
}

/** An Alloy name such as `constants.hostname`, written as it is where a value stands. */
export class Reference {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }

  toString(): string {
    return this.name;
  }
}

/** Where an output stands: what was written just before it decides too. */
export interface Place {
  readonly context: AlloyContext;
  /** The current line so far. */
  readonly line: string;
}

/** Text that writes `value` in its place, without letting any of it escape. @throws MisplacedError */
export function encode(value: unknown, { context, line }: Place): string {
  switch (context) {
    case 'string':
      return escaped(plain(value, context));
    case 'raw-string':
      return inRawString(plain(value, context));
    case 'comment':
      return inComment(plain(value, context), line);
    case 'label':
    case 'name':
      return identifier(value, line, context);
    case 'value':
      return literal(value, /^\t*/.exec(line)![0]);
  }
}

/** Where a value is written as plain text. */
type PlainPlace = Extract<Misplacement, { readonly reason: 'no-value' }>['where'];

/** A string, number or boolean as text. @throws MisplacedError */
export function plain(value: unknown, where: PlainPlace): string {
  if (typeof value === 'string') return wellFormed(value);
  if (typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  if (typeof value === 'number') return number(value);
  if (value === null || value === undefined)
    throw new MisplacedError({ reason: 'no-value', where });
  if (value instanceof Reference)
    throw new MisplacedError({ reason: 'misplaced-reference', name: value.name, where });
  const reason = Array.isArray(value) ? 'misplaced-list' : 'misplaced-map';
  throw new MisplacedError({ reason, where });
}

function wellFormed(text: string): string {
  // `isWellFormed` is not in Node 20's types
  if (/[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/.test(text))
    throw new MisplacedError({ reason: 'lone-surrogate' });
  return text;
}

function number(value: number): string {
  if (!Number.isFinite(value))
    throw new MisplacedError({ reason: 'not-finite', value: String(value) });
  return String(value === 0 ? 0 : value);
}

/**
 * Text for inside "...". What is invisible (controls, byte order mark, direction marks) is written
 * as an escape: a reader of the file sees that it is there.
 */
function escaped(text: string): string {
  return text.replace(/["\\]|[\p{C}\u2028\u2029]/gu, (char) => {
    if (/["\\\n\r\t]/.test(char)) return JSON.stringify(char).slice(1, -1);
    const code = char.codePointAt(0)!.toString(16);
    return code.length > 4 ? `\\U${code.padStart(8, '0')}` : `\\u${code.padStart(4, '0')}`;
  });
}

function inRawString(text: string): string {
  // a carriage return is dropped from a raw string when it is read, the other two are refused
  const [bad] = /[`\r\0\uFEFF]/.exec(text) ?? [];
  if (bad === undefined) return text;
  throw new MisplacedError({ reason: 'raw-string-character', character: nameOf(bad) });
}

function inComment(text: string, line: string): string {
  const closes =
    text.includes('*/') || text.endsWith('*') || (line.endsWith('*') && text.startsWith('/'));
  const [bad] = /[\n\r\0\uFEFF]/.exec(text) ?? [];
  if (!closes && bad === undefined) return text;
  const character = bad === undefined ? null : nameOf(bad);
  throw new MisplacedError({ reason: 'comment-character', character });
}

/** Name of a character that cannot be seen, or means something else in a message. */
const nameOf = (char: string): string =>
  ({ '`': 'a backtick', '\r': 'a carriage return', '\n': 'a newline', '\0': 'a NUL' })[char] ??
  'a byte order mark';

const IDENTIFIER_PART = /^[\p{L}\p{Nd}_]+$/u;

/** A whole identifier, or the rest of one that the line has begun. */
function identifier(value: unknown, line: string, where: 'label' | 'name'): string {
  const text = plain(value, where);
  const glued = /[\p{L}\p{Nd}_]$/u.test(line);
  if (IDENTIFIER_PART.test(text) && (glued || !/^\p{Nd}/u.test(text))) return text;
  throw new MisplacedError({ reason: 'not-an-identifier', value: escaped(text), where });
}

/** An Alloy literal. Maps are laid out over several lines as `alloy fmt` does; `indent` is the line's. */
function literal(value: unknown, indent: string): string {
  if (typeof value === 'string') return `"${escaped(wellFormed(value))}"`;
  if (typeof value === 'number') return number(value);
  if (typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  if (value === null) return 'null';
  if (value instanceof Reference) return value.name;
  if (Array.isArray(value)) return `[${value.map((item) => literal(item, indent)).join(', ')}]`;
  if (isMap(value)) return object(value, indent);
  throw new MisplacedError({ reason: 'not-a-value' });
}

function object(map: Readonly<Record<string, unknown>>, indent: string): string {
  const fields = Object.entries(map).map(([key, value]) => ({
    key: objectKey(key),
    text: literal(value, `${indent}\t`),
  }));
  if (fields.length === 0) return '{}';

  let lines = '';
  let section: typeof fields = [];
  fields.forEach((field, i) => {
    section.push(field);
    // columns are aligned down to and with the first value that takes several lines
    if (!field.text.includes('\n') && i < fields.length - 1) return;
    const width = Math.max(...section.map(({ key }) => [...key].length));
    for (const { key, text } of section) {
      lines += `${indent}\t${key}${' '.repeat(width - [...key].length)} = ${text},\n`;
    }
    section = [];
  });
  return `{\n${lines}${indent}}`;
}

/** Keys are read without decoding escapes, so only what is printed as it is can be one. */
function objectKey(key: string): string {
  wellFormed(key);
  if (/^[A-Za-z_]\w*$/.test(key) && !['true', 'false', 'null'].includes(key)) return key;
  if (/^(?:[\p{L}\p{M}\p{N}\p{P}\p{S} ])+$/u.test(key) && !/["\\]/.test(key)) return `"${key}"`;
  throw new MisplacedError({ reason: 'object-key', key: escaped(key) });
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}
