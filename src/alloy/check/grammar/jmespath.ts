/** Binding powers of what may follow a value; what is not here ends the expression. */
const POWERS: ReadonlyMap<string, number> = new Map([
  ['=', 1],
  ['|', 1],
  ['||', 2],
  ['&&', 3],
  ...['==', '<', '<=', '>', '>=', '!='].map((sign) => [sign, 5] as const),
  ['-', 6],
  ['+', 6],
  ...['//', '/', '%', '\u00d7', '\u00f7'].map((sign) => [sign, 7] as const),
  ['[]', 9],
  ['*', 20],
  ['[?', 21],
  ['.', 40],
  ['!', 45],
  ['{', 50],
  ['[', 55],
  ['(', 60],
]);

interface Token {
  /** The sign itself, or name, quoted, number, string, json, variable, end. */
  readonly kind: string;
  readonly text: string;
}

/** The kind of value that an expression gives, as far as the grammar asks. */
type Shape = 'field' | 'other';

class Refused extends Error {}

/**
 * JMESPath as Alloy compiles it (jmespath-community): what is wrong with an expression, undefined for
 * nothing. Without `arithmetic` the library of Alloy before 1.11: no sums, no variables.
 */
export function jmespathProblem(
  expression: string,
  { arithmetic = true }: { readonly arithmetic?: boolean } = {},
): string | undefined {
  try {
    const tokens = tokensOf(expression);
    const newer = arithmetic ? undefined : tokens.find(({ kind }) => NEWER.has(kind));
    if (newer) refuse(`Unknown char: '${newer.text[0]}'`);
    new Parser(tokens).whole();
    return undefined;
  } catch (error) {
    if (error instanceof Refused) return error.message;
    throw error;
  }
}

const NEWER: ReadonlySet<string> = new Set([
  '+',
  '-',
  '/',
  '//',
  '%',
  '\u00d7',
  '\u00f7',
  '$',
  '=',
  'variable',
]);

/** It subtracts, where a key with a hyphen was probably meant: `user-agent`. */
export const subtractsNames = (expression: string): boolean =>
  /^[A-Za-z_][A-Za-z0-9_]*(?:-[A-Za-z_][A-Za-z0-9_]*)+$/.test(expression);

const refuse = (message: string): never => {
  throw new Refused(message);
};

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

const SPACE = /^[ \t\n\r]+/;
const FORMS: readonly (readonly [kind: string | null, form: RegExp])[] = [
  ['name', /^[A-Za-z_][A-Za-z0-9_]*/],
  ['number', /^-?[0-9]+/],
  ['variable', /^\$[A-Za-z0-9_]+/],
  // signs are their own kind, the longest first
  [null, /^(?:\/\/|\[\?|\[\]|\|\||&&|<=|>=|!=|==|[.*,:{}\]()@+%/[|<>!$=&\u00d7\u00f7-])/],
];

function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let i = 0;
  while (i < text.length) {
    const rest = text.slice(i);
    const space = SPACE.exec(rest)?.[0];
    if (space) {
      i += space.length;
      continue;
    }
    const char = rest[0]!;
    if (char === '"' || char === '`' || char === "'") {
      const closed = new RegExp(`^${char}(?:[^${char}\\\\]|\\\\[\\s\\S])*${char}`).exec(rest)?.[0];
      if (!closed) return refuse(`Unclosed delimiter: ${char}`);
      if (char === '"' && !isJson(closed)) return refuse(`invalid quoted identifier ${closed}`);
      const kind = char === '"' ? 'quoted' : char === '`' ? 'json' : 'string';
      tokens.push({ kind, text: closed.slice(1, -1) });
      i += closed.length;
      continue;
    }
    if (char === '\u2212') {
      tokens.push({ kind: '-', text: char });
      i++;
      continue;
    }
    const form = FORMS.find(([, pattern]) => pattern.test(rest));
    if (!form) return refuse(`Unknown char: '${String.fromCodePoint(rest.codePointAt(0)!)}'`);
    const found = form[1].exec(rest)![0];
    tokens.push({ kind: form[0] ?? found, text: found });
    i += found.length;
  }
  tokens.push({ kind: 'end', text: '' });
  return tokens;
}

const END: Token = { kind: 'end', text: '' };

class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  whole(): void {
    this.#expression(0);
    if (this.#kind() !== 'end') {
      refuse(`Unexpected token at the end of the expression: ${this.#token().text}`);
    }
  }

  #token(ahead = 0): Token {
    return this.#tokens[this.#at + ahead] ?? END;
  }

  #kind(ahead = 0): string {
    return this.#token(ahead).kind;
  }

  #match(kind: string): void {
    if (this.#kind() !== kind) refuse(`Expected ${kind}, received: ${this.#shown()}`);
    this.#at++;
  }

  #shown(): string {
    return this.#kind() === 'end' ? 'the end' : this.#token().text;
  }

  #expression(power: number): Shape {
    if (++this.#depth > 500) refuse('too deeply nested');
    const first = this.#token();
    this.#at++;
    let shape = this.#begin(first);
    for (;;) {
      const sign = this.#kind();
      if (power >= (POWERS.get(sign) ?? 0)) break;
      this.#at++;
      shape = this.#follow(sign, shape);
    }
    this.#depth--;
    return shape;
  }

  #begin({ kind, text }: Token): Shape {
    switch (kind) {
      case 'variable':
      case 'string':
      case '@':
      case '$':
        return 'other';
      case 'json':
        if (!isJson(text.replaceAll('\\`', '`'))) refuse(`invalid JSON literal \`${text}\``);
        return 'other';
      case 'name':
        if (text !== 'let' || this.#kind() !== 'variable') return 'field';
        this.#list(() => this.#kind() === 'name' && this.#token().text === 'in');
        this.#expression(0);
        return 'other';
      case 'quoted':
        if (this.#kind() === '(') refuse("Can't have quoted identifier as function name.");
        return 'field';
      case '+':
      case '-':
        this.#expression(6);
        return 'other';
      case '*':
        if (this.#kind() !== ']') this.#projected(20);
        return 'other';
      case '[?':
        return this.#filter();
      case '{':
        return this.#hash();
      case '[]':
        this.#projected(9);
        return 'other';
      case '[':
        if (this.#kind() === 'number' || this.#kind() === ':') return this.#index();
        if (this.#kind() === '*' && this.#kind(1) === ']') {
          this.#at += 2;
          this.#projected(20);
          return 'other';
        }
        return this.#multiList();
      case '&':
        this.#expression(0);
        return 'other';
      case '!':
        this.#expression(45);
        return 'other';
      case '(': {
        const shape = this.#expression(0);
        this.#match(')');
        return shape;
      }
      case 'end':
        return refuse('Incomplete expression');
      default:
        return refuse(`Invalid token: ${text}`);
    }
  }

  #follow(sign: string, left: Shape): Shape {
    switch (sign) {
      case '.':
        if (this.#kind() === '*') {
          this.#at++;
          this.#projected(40);
        } else this.#afterDot(40);
        return 'other';
      case '(':
        if (left !== 'field') refuse('Invalid node as function name.');
        this.#list(() => this.#kind() === ')');
        return 'other';
      case '[?':
        return this.#filter();
      case '[]':
        this.#projected(9);
        return 'other';
      case '=':
        this.#expression(0);
        return 'other';
      case '[':
        if (this.#kind() === 'number' || this.#kind() === ':') return this.#index();
        this.#match('*');
        this.#match(']');
        this.#projected(20);
        return 'other';
      case '{':
      case '!':
        return refuse(`Unexpected token: ${sign}`);
      default:
        this.#expression(POWERS.get(sign)!);
        return 'other';
    }
  }

  #list(ends: () => boolean): void {
    while (!ends()) {
      this.#expression(0);
      if (this.#kind() === ',') this.#at++;
    }
    this.#at++;
  }

  #index(): Shape {
    if (this.#kind() !== ':' && this.#kind(1) !== ':') {
      this.#match('number');
      this.#match(']');
      return 'other';
    }
    let colons = 0;
    while (this.#kind() !== ']') {
      if (this.#kind() === ':') {
        if (++colons === 3) refuse('Too many colons in slice expression');
      } else if (this.#kind() !== 'number')
        refuse(`Expected : or a number, received: ${this.#shown()}`);
      this.#at++;
    }
    this.#at++;
    this.#projected(20);
    return 'other';
  }

  #multiList(): Shape {
    for (;;) {
      this.#expression(0);
      if (this.#kind() === ']') break;
      this.#match(',');
    }
    this.#at++;
    return 'other';
  }

  #hash(): Shape {
    for (;;) {
      if (this.#kind() !== 'name' && this.#kind() !== 'quoted') refuse('Expected a key in { }');
      this.#at++;
      this.#match(':');
      this.#expression(0);
      if (this.#kind() === ',') this.#at++;
      else if (this.#kind() === '}') break;
    }
    this.#at++;
    return 'other';
  }

  #filter(): Shape {
    this.#expression(0);
    this.#match(']');
    if (this.#kind() !== '[]') this.#projected(21);
    return 'other';
  }

  #afterDot(power: number): void {
    const kind = this.#kind();
    if (kind === 'name' || kind === 'quoted' || kind === '*') this.#expression(power);
    else if (kind === '[') {
      this.#at++;
      this.#multiList();
    } else if (kind === '{') {
      this.#at++;
      this.#hash();
    } else refuse('Expected identifier, lbracket, or lbrace');
  }

  /** What stands behind a projection: `[*]` and the like. */
  #projected(power: number): void {
    const kind = this.#kind();
    if ((POWERS.get(kind) ?? 0) < 10) return;
    if (kind === '[' || kind === '[?') this.#expression(power);
    else if (kind === '.') {
      this.#at++;
      this.#afterDot(power);
    } else refuse(`Unexpected token: ${this.#shown()}`);
  }
}
