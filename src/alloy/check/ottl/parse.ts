/** A call of a function: `set(...)` or `Concat(...)["key"]`. */
export interface OttlCall {
  readonly kind: 'call';
  readonly name: string;
  readonly args: readonly OttlArgument[];
}

export interface OttlArgument {
  /** `mode = "key"`; '' where arguments stand in order. */
  readonly name: string;
  readonly value: OttlValue;
}

/** `resource.attributes["a"]` */
export interface OttlPath {
  readonly kind: 'path';
  readonly fields: readonly { readonly name: string; readonly keyed: boolean }[];
  /** As it is written, keys included. */
  readonly text: string;
}

/** Anything that gives a value, as far as its names matter. */
export type OttlValue =
  | OttlCall
  | OttlPath
  | { readonly kind: 'string'; readonly value: string }
  /** A word in upper case: an enumeration, or in an argument the name of a function. */
  | { readonly kind: 'enum'; readonly name: string }
  /** A constant. */
  | { readonly kind: 'literal' }
  /** `(a, b) => ...`: its parameters are names inside. */
  | {
      readonly kind: 'lambda';
      readonly params: readonly string[];
      readonly inner: readonly OttlValue[];
    }
  /** Whatever consists of other values: a list, a sum, a comparison. */
  | { readonly kind: 'group'; readonly inner: readonly OttlValue[] };

export interface OttlText {
  /** What a statement calls. */
  readonly editor: OttlCall | undefined;
  /** What stands beside: the condition of a statement, or all of a condition. */
  readonly values: readonly OttlValue[];
}

export type OttlKind = 'statement' | 'condition' | 'value';

/** A text that is no OTTL; the message is in the words of OTTL's parser. */
export class OttlSyntaxError extends Error {}

/** A function of the wrong kind: no other reading of the text helps. */
class WrongName extends OttlSyntaxError {}

type TokenKind = 'word' | 'string' | 'number' | 'bytes' | 'sign' | 'end';

interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const FORMS: readonly (readonly [TokenKind, RegExp])[] = [
  ['bytes', /0x[a-fA-F0-9]+/y],
  ['number', /(?:\d+\.\d*|\d*\.\d+)(?:[eE][-+]?\d+)?|\d+/y],
  ['string', /"(?:\\[\s\S]|[^\\"])*"/y],
  ['word', /[A-Za-z][A-Za-z0-9_]*|\b_\b/y],
  ['sign', /==|!=|>=|<=|=>|[><=+\-/*(){}:,.[\]]/y],
];
const RESERVED: ReadonlySet<string> = new Set(['nil', 'not', 'or', 'and', 'true', 'false']);
const COMPARISONS: ReadonlySet<string> = new Set(['==', '!=', '<', '<=', '>', '>=']);
const LOWER = /^[a-z][a-z0-9_]*$/;
const UPPER = /^[A-Z][A-Z0-9_]*$/;

/** Reads OTTL by its grammar (pkg/ottl/grammar.go); throws an OttlSyntaxError. */
export function parseOttl(text: string, kind: OttlKind): OttlText {
  return new Parser(text, kind).whole();
}

class Parser {
  readonly #text: string;
  readonly #kind: OttlKind;
  readonly #tokens: readonly Token[];
  #at = 0;
  #depth = 0;
  /** The farthest token that did not fit: what the text is wrong about. */
  #farthest = 0;

  constructor(text: string, kind: OttlKind) {
    this.#text = text;
    this.#kind = kind;
    this.#tokens = this.#split();
  }

  whole(): OttlText {
    if (this.#kind === 'value') {
      const value = this.#value();
      this.#end();
      return { editor: undefined, values: [value] };
    }
    if (this.#kind === 'condition') {
      const values = this.#condition();
      this.#end();
      return { editor: undefined, values };
    }
    const call = this.#call();
    if (!call) return this.#unexpected();
    const values = this.#word('where') ? this.#condition() : [];
    this.#end();
    if (/^[A-Z]/.test(call.name)) {
      throw new OttlSyntaxError(
        `editor names must start with a lowercase letter but got '${call.name}'`,
      );
    }
    return { editor: call, values };
  }

  #split(): readonly Token[] {
    const tokens: Token[] = [];
    let i = 0;
    while (i < this.#text.length) {
      if (/\s/.test(this.#text[i]!)) {
        i++;
        continue;
      }
      const form = FORMS.map(([kind, form]) => {
        form.lastIndex = i;
        return [kind, form.exec(this.#text)?.[0]] as const;
      }).find(([, found]) => found !== undefined);
      if (!form)
        this.#syntax(i, `lexer: invalid input text ${JSON.stringify(this.#text.slice(i, i + 12))}`);
      const [kind, found] = form as readonly [TokenKind, string];
      if (kind === 'string' && unquoted(found) === undefined) {
        this.#syntax(i, `invalid quoted string ${JSON.stringify(found)}: invalid syntax`);
      }
      tokens.push({ kind, text: found, start: i, end: i + found.length });
      i += found.length;
    }
    tokens.push({ kind: 'end', text: '', start: i, end: i });
    return tokens;
  }

  #syntax(at: number, what: string): never {
    const before = this.#text.slice(0, at).split('\n');
    const place = `${before.length}:${before.at(-1)!.length + 1}`;
    const subject = this.#kind === 'value' ? 'expression' : this.#kind;
    throw new OttlSyntaxError(`${subject} has invalid syntax: ${place}: ${what}`);
  }

  #unexpected(): never {
    const { kind, text, start } = this.#tokens[this.#farthest]!;
    const shown = kind === 'end' ? '<EOF>' : text;
    return this.#syntax(start, `unexpected token ${JSON.stringify(shown)}`);
  }

  #peek(ahead = 0): Token {
    return this.#tokens[this.#at + ahead] ?? this.#tokens.at(-1)!;
  }

  #next(): Token {
    const token = this.#peek();
    if (token.kind !== 'end') this.#at++;
    this.#farthest = Math.max(this.#farthest, this.#at);
    return token;
  }

  #sign(text: string): boolean {
    const fits = this.#peek().kind === 'sign' && this.#peek().text === text;
    if (fits) this.#next();
    return fits;
  }

  #word(text: string): boolean {
    const fits = this.#peek().kind === 'word' && this.#peek().text === text;
    if (fits) this.#next();
    return fits;
  }

  #expect(sign: string): void {
    if (!this.#sign(sign)) this.#unexpected();
  }

  #end(): void {
    if (this.#peek().kind !== 'end') this.#unexpected();
  }

  /** `read`, or back to where it began: what does not fit one form may fit the next. */
  #attempt<T>(read: () => T | undefined): T | undefined {
    const from = this.#at;
    try {
      const found = read();
      if (found === undefined) this.#at = from;
      return found;
    } catch (error) {
      if (!(error instanceof OttlSyntaxError) || error instanceof WrongName) throw error;
      this.#at = from;
      return undefined;
    }
  }

  #condition(): readonly OttlValue[] {
    if (++this.#depth > 100) this.#unexpected();
    const values: OttlValue[] = [];
    do {
      this.#word('not');
      values.push(this.#truth());
    } while (this.#word('and') || this.#word('or'));
    this.#depth--;
    return values;
  }

  #truth(): OttlValue {
    const comparison = this.#attempt<OttlValue>(() => {
      const left = this.#value();
      const { kind, text } = this.#peek();
      if (kind !== 'sign' || !COMPARISONS.has(text)) return undefined;
      this.#next();
      return { kind: 'group', inner: [left, this.#value()] };
    });
    if (comparison) return comparison;
    if (this.#word('true') || this.#word('false')) return { kind: 'literal' };
    const call = this.#attempt(() => this.#call());
    if (call) return converter(call);
    if (!this.#sign('(')) this.#unexpected();
    const inner = this.#condition();
    this.#expect(')');
    return { kind: 'group', inner };
  }

  /** A call, with the keys behind it; undefined: no word and bracket stand here. */
  #call(): OttlCall | undefined {
    const { kind, text } = this.#peek();
    const opens = this.#peek(1).kind === 'sign' && this.#peek(1).text === '(';
    if (kind !== 'word' || !opens || RESERVED.has(text) || text === 'where') return undefined;
    this.#next();
    this.#next();
    const args: OttlArgument[] = [];
    if (!this.#sign(')')) {
      do args.push(this.#argument());
      while (this.#sign(','));
      this.#expect(')');
    }
    const keys = this.#keys();
    if (keys.inner.length > 0) args.push({ name: KEYS, value: keys });
    return { kind: 'call', name: text, args };
  }

  #argument(): OttlArgument {
    const named = this.#peek().kind === 'word' && this.#peek(1).text === '=';
    const name = named ? this.#next().text : '';
    if (named) this.#next();
    const { kind, text } = this.#peek();
    const after = this.#peek(1);
    const alone = after.kind === 'sign' && (after.text === ',' || after.text === ')');
    // the name of a function, such as SHA256
    if (kind === 'word' && /^[A-Z]/.test(text) && alone) {
      this.#next();
      return { name, value: { kind: 'enum', name: text } };
    }
    return { name, value: this.#value() };
  }

  #keys(): {
    readonly keyed: boolean;
    readonly inner: readonly OttlValue[];
    readonly kind: 'group';
  } {
    const inner: OttlValue[] = [];
    let keyed = false;
    while (this.#sign('[')) {
      keyed = true;
      inner.push(this.#value());
      this.#expect(']');
    }
    return { kind: 'group', keyed, inner };
  }

  #value(): OttlValue {
    if (++this.#depth > 100) this.#unexpected();
    const lambda = this.#attempt(() => this.#lambda());
    const value = lambda ?? this.#sum();
    this.#depth--;
    return value;
  }

  #lambda(): OttlValue | undefined {
    if (!this.#sign('(')) return undefined;
    const params: string[] = [];
    if (!this.#sign(')')) {
      do {
        const { kind, text } = this.#next();
        if (kind !== 'word' || !/^[a-z_]/.test(text)) return undefined;
        params.push(text);
      } while (this.#sign(','));
      if (!this.#sign(')')) return undefined;
    }
    if (!this.#sign('=>')) return undefined;
    const alone = this.#attempt(() => {
      const value = this.#value();
      const { kind, text } = this.#peek();
      const goes = COMPARISONS.has(text) || (kind === 'word' && (text === 'and' || text === 'or'));
      return goes ? undefined : value;
    });
    return { kind: 'lambda', params, inner: alone ? [alone] : this.#condition() };
  }

  #sum(): OttlValue {
    const inner = [this.#operand()];
    while (this.#sign('+') || this.#sign('-') || this.#sign('*') || this.#sign('/')) {
      inner.push(this.#operand());
    }
    return inner.length === 1 ? inner[0]! : { kind: 'group', inner };
  }

  #operand(): OttlValue {
    if (this.#sign('+') || this.#sign('-')) {
      const value = this.#operand();
      if (value.kind === 'string' || value.kind === 'enum') this.#unexpected();
      return value;
    }
    const { kind, text } = this.#peek();
    switch (kind) {
      case 'number':
      case 'bytes':
        this.#next();
        return { kind: 'literal' };
      case 'string':
        this.#next();
        return { kind: 'string', value: unquoted(text)! };
      case 'word':
        return this.#named();
      default:
    }
    if (this.#sign('(')) {
      const inner = this.#sum();
      this.#expect(')');
      return inner;
    }
    if (this.#sign('[')) {
      const inner: OttlValue[] = [];
      while (!this.#sign(']')) {
        inner.push(this.#value());
        if (!this.#sign(',') && this.#peek().text !== ']') this.#unexpected();
      }
      return { kind: 'group', inner };
    }
    if (this.#sign('{')) {
      const inner: OttlValue[] = [];
      while (!this.#sign('}')) {
        if (this.#peek().kind !== 'string') this.#unexpected();
        this.#next();
        this.#expect(':');
        inner.push(this.#value());
        this.#sign(',');
      }
      return { kind: 'group', inner };
    }
    return this.#unexpected();
  }

  #named(): OttlValue {
    const { text } = this.#peek();
    if (text === 'nil' || text === 'true' || text === 'false') {
      this.#next();
      return { kind: 'literal' };
    }
    if (RESERVED.has(text)) this.#unexpected();
    const call = this.#call();
    if (call) return converter(call);
    if (UPPER.test(text)) {
      this.#next();
      return { kind: 'enum', name: text };
    }
    return this.#path();
  }

  #path(): OttlPath {
    const { start } = this.#peek();
    const fields: { name: string; keyed: boolean }[] = [];
    do {
      const { kind, text } = this.#peek();
      if (kind !== 'word' || !LOWER.test(text) || RESERVED.has(text)) this.#unexpected();
      this.#next();
      fields.push({ name: text, keyed: this.#keys().keyed });
    } while (this.#sign('.'));
    const text = this.#text.slice(start, this.#tokens[this.#at - 1]!.end);
    return { kind: 'path', fields, text };
  }
}

/** The name under which the keys behind a call stand among its arguments. */
export const KEYS = '[]';

function converter(call: OttlCall): OttlCall {
  if (/^[A-Z]/.test(call.name)) return call;
  throw new WrongName(`converter names must start with an uppercase letter but got '${call.name}'`);
}

const ESCAPE =
  /\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|([0-7]{3})|([abfnrtv\\"]))|\\|\n/g;
const ESCAPED: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

/** The value of a string in Go's quotes; undefined: Go cannot read it. */
function unquoted(text: string): string | undefined {
  let fine = true;
  const value = text.slice(1, -1).replace(ESCAPE, (...found: (string | undefined)[]) => {
    const [, hex, short, long, octal, simple] = found;
    const code = hex ?? short ?? long;
    if (code !== undefined && Number.parseInt(code, 16) <= 0x10ffff) {
      return String.fromCodePoint(Number.parseInt(code, 16));
    }
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8));
    if (simple !== undefined) return ESCAPED[simple] ?? simple;
    fine = false;
    return '';
  });
  return fine ? value : undefined;
}
