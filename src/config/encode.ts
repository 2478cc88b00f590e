import type { AlloyContext } from '../model/alloy-context.ts';

/** A value that cannot stand where the template puts it. Thrown through Liquid, caught in render.ts. */
export class Misplaced extends Error {
  readonly hint: string;

  constructor(message: string, hint: string) {
    super(message);
    this.hint = hint;
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

/** Text that puts `value` where it stands and lets none of it escape. @throws Misplaced */
export function encode(value: unknown, place: Place): string {
  switch (place.context) {
    case 'string':
      return escaped(plain(value, 'inside quotes'));
    case 'raw-string':
      return inRawString(plain(value, 'inside backticks'));
    case 'comment':
      return inComment(plain(value, 'in a comment'), place.line);
    case 'label':
      return identifier(value, place.line, 'a block label');
    case 'name':
      return identifier(value, place.line, 'a name');
    case 'value':
      return literal(value, /^\t*/.exec(place.line)?.[0] ?? '');
  }
}

/** A string, number or boolean as text. @throws Misplaced */
export function plain(value: unknown, where: string): string {
  if (typeof value === 'string') return wellFormed(value);
  if (typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  if (typeof value === 'number') return number(value);
  if (value === null || value === undefined) {
    throw new Misplaced(
      `there is no value to write ${where}`,
      'give it one, or test it with {% if %}',
    );
  }
  if (value instanceof Reference) {
    throw new Misplaced(
      `${value.name} is an expression and cannot stand ${where}`,
      'take it out of the quotes: {{ x | reference }} stands where a value does',
    );
  }
  throw new Misplaced(
    `a ${Array.isArray(value) ? 'list' : 'map'} cannot stand ${where}`,
    Array.isArray(value)
      ? 'write it without quotes, or join it: {{ x | join: "," }}'
      : 'write it without quotes, or name one of its keys: {{ x.key }}',
  );
}

function wellFormed(text: string): string {
  // `isWellFormed` is not in Node 20's types
  if (/[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/.test(text)) {
    throw new Misplaced(
      'the value holds half of a character (a lone surrogate)',
      'write the whole character: no file can hold this one',
    );
  }
  return text;
}

function number(value: number): string {
  if (!Number.isFinite(value)) {
    throw new Misplaced(`${value} is no number that Alloy can read`, 'give a finite number');
  }
  return String(value === 0 ? 0 : value);
}

const SHORT: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

/**
 * Text for inside "...". What is invisible (controls, byte order mark, direction marks) is written
 * as an escape: a reader of the file sees that it is there.
 */
function escaped(text: string): string {
  return text.replace(/["\\]|[\p{C}\u2028\u2029]/gu, (char) => {
    const short = SHORT[char];
    if (short !== undefined) return short;
    const code = char.codePointAt(0)!.toString(16);
    return code.length > 4 ? `\\U${code.padStart(8, '0')}` : `\\u${code.padStart(4, '0')}`;
  });
}

function inRawString(text: string): string {
  // a carriage return is dropped from a raw string when it is read, the other two are refused
  const [bad] = /[`\r\0\uFEFF]/.exec(text) ?? [];
  if (bad === undefined) return text;
  throw new Misplaced(
    `the value holds ${named(bad)}, which cannot stand inside backticks`,
    'use "..." there: values are escaped in it',
  );
}

function inComment(text: string, line: string): string {
  const closes =
    text.includes('*/') || text.endsWith('*') || (line.endsWith('*') && text.startsWith('/'));
  const [bad] = /[\n\r\0\uFEFF]/.exec(text) ?? [];
  if (!closes && bad === undefined) return text;
  throw new Misplaced(
    `the value holds ${bad === undefined ? 'what may end a comment' : named(bad)}`,
    'take it out of the comment, or change the value',
  );
}

/** Name of a character that cannot be seen, or means something else in a message. */
const named = (char: string): string =>
  ({ '`': 'a backtick', '\r': 'a carriage return', '\n': 'a newline', '\0': 'a NUL' })[char] ??
  'a byte order mark';

const WORD = /^[\p{L}\p{Nd}_]+$/u;

/** A whole identifier, or the rest of one that the line has begun. */
function identifier(value: unknown, line: string, what: string): string {
  const text = plain(value, `in ${what}`);
  const glued = /[\p{L}\p{Nd}_]$/u.test(line);
  if (WORD.test(text) && (glued || !/^\p{Nd}/u.test(text))) return text;
  throw new Misplaced(
    `"${escaped(text)}" cannot stand in ${what}: only letters, digits and _, no digit first`,
    'make one of it: {{ x | identifier }}',
  );
}

/** An Alloy literal. Maps are laid out over several lines as `alloy fmt` does; `indent` is the line's. */
export function literal(value: unknown, indent = ''): string {
  if (typeof value === 'string') return `"${escaped(wellFormed(value))}"`;
  if (typeof value === 'number') return number(value);
  if (typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  if (value === null) return 'null';
  if (value instanceof Reference) return value.name;
  if (Array.isArray(value)) return `[${value.map((item) => literal(item, indent)).join(', ')}]`;
  if (isMap(value)) return object(value, indent);
  throw new Misplaced(
    'the value is nothing that Alloy can hold',
    'give text, a number, a list or a map',
  );
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
  throw new Misplaced(
    `the key "${escaped(key)}" cannot be a key of an Alloy object`,
    'use printable characters without " and \\, at least one',
  );
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}
