import { nearest } from '../../../model/frame.ts';
import { TEMPLATE_FUNCTIONS } from './template-functions.ts';

/** What is wrong with a template, and the function that was probably meant. */
export interface TemplateProblem {
  readonly message: string;
  readonly meant?: string;
}

/**
 * What Go's text/template has against the template of stage.template and stage.replace when it parses
 * it, with the functions that Alloy gives it; undefined: nothing. `name` is that of the template.
 */
export function templateProblem(
  text: string,
  name = 'pipeline_template',
): TemplateProblem | undefined {
  try {
    new Parser(text).whole();
    return undefined;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const line = text.slice(0, error.at).split('\n').length;
    const message = `template: ${name}:${line}: ${error.message}`;
    return error.meant === undefined ? { message } : { message, meant: error.meant };
  }
}

class Refused extends Error {
  readonly at: number;
  readonly meant: string | undefined;

  constructor(message: string, at: number, meant?: string) {
    super(message);
    this.at = at;
    this.meant = meant;
  }
}

type Kind =
  | 'text'
  | 'open'
  | 'close'
  | 'space'
  | 'assign'
  | 'declare'
  | 'pipe'
  | '('
  | ')'
  | 'string'
  | 'char'
  | 'number'
  | 'variable'
  | 'field'
  | 'dot'
  | 'identifier'
  | 'bool'
  | 'nil'
  | 'keyword'
  | 'sign'
  | 'end of input';

interface Token {
  readonly kind: Kind;
  readonly text: string;
  readonly at: number;
}

const KEYWORDS: ReadonlySet<string> = new Set([
  'block',
  'break',
  'continue',
  'define',
  'else',
  'end',
  'if',
  'range',
  'template',
  'with',
]);
/** What may not follow a name directly does not end it. */
const ENDS_NAME = /^(?:$|[ \t\r\n.,|:)(]|\}\})/;
const NUMBER =
  /^[+-]?(?:0[xX][0-9a-fA-F_]*(?:\.[0-9a-fA-F_]*)?(?:[pP][+-]?[0-9_]*)?|0[oO][0-7_]*|0[bB][01_]*|[0-9_]*(?:\.[0-9_]*)?(?:[eE][+-]?[0-9_]*)?)i?/;
const GO_NUMBER =
  /^[+-]?(?:0[xX](?:_?[0-9a-fA-F])+|0[oO]?(?:_?[0-7])+|0[bB](?:_?[01])+|0|[1-9](?:_?[0-9])*|(?:[0-9](?:_?[0-9])*(?:\.(?:[0-9](?:_?[0-9])*)?)?|\.(?:[0-9](?:_?[0-9])*)?)?(?:[eE][+-]?[0-9](?:_?[0-9])*)?|0[xX](?:_?[0-9a-fA-F])*(?:\.(?:[0-9a-fA-F](?:_?[0-9a-fA-F])*)?)?[pP][+-]?[0-9]+)i?$/;
const GO_STRING =
  /^"(?:[^"\\\n]|\\(?:[abfnrtv\\"]|x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|[0-7]{3}))*"$/;
const GO_CHAR =
  /^'(?:[^'\\\n]|\\(?:[abfnrtv\\']|x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|[0-7]{3}))'$/u;

/** Splits a template into text and the tokens of its actions, as Go's lexer does. */
class Lexer {
  readonly #text: string;
  #at = 0;
  #inside = false;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  next(): Token {
    return this.#inside ? this.#action() : this.#outside();
  }

  #token(kind: Kind, length: number): Token {
    const at = this.#at;
    this.#at += length;
    return { kind, text: this.#text.slice(at, this.#at), at };
  }

  #outside(): Token {
    const rest = this.#text.slice(this.#at);
    if (rest === '') return this.#token('end of input', 0);
    const open = rest.indexOf('{{');
    if (open < 0) return this.#token('text', rest.length);
    if (open > 0) return this.#token('text', open);
    const trims = /^\{\{-[ \t\r\n]/.test(rest) ? 4 : 2;
    if (rest.startsWith('/*', trims)) {
      const end = rest.indexOf('*/', trims + 2);
      if (end < 0) throw new Refused('unclosed comment', this.#at);
      const close = /^(?:[ \t\r\n]-)?\}\}/.exec(rest.slice(end + 2))?.[0];
      if (!close) throw new Refused('comment ends before closing delimiter', this.#at);
      this.#at += end + 2 + close.length;
      return this.#outside();
    }
    this.#inside = true;
    this.#depth = 0;
    const token = this.#token('open', 2);
    // the marker is passed over, the blank behind it too
    if (trims === 4) this.#at += 2;
    return token;
  }

  #action(): Token {
    const rest = this.#text.slice(this.#at);
    const close = /^(?:[ \t\r\n]-)?\}\}/.exec(rest)?.[0];
    if (close) {
      if (this.#depth > 0) throw new Refused('unclosed left paren', this.#at);
      this.#inside = false;
      return this.#token('close', close.length);
    }
    if (rest === '') throw new Refused('unclosed action', this.#at);
    const space = /^[ \t\r\n]+/.exec(rest)?.[0];
    if (space) {
      const marked = rest.startsWith('-}}', space.length);
      if (marked && space.length === 1) return this.#action();
      return this.#token('space', marked ? space.length - 1 : space.length);
    }
    const char = rest[0]!;
    switch (char) {
      case '=':
        return this.#token('assign', 1);
      case ':':
        if (rest[1] !== '=') throw new Refused('expected :=', this.#at);
        return this.#token('declare', 2);
      case '|':
        return this.#token('pipe', 1);
      case '"': {
        const string = /^"(?:[^"\\\n]|\\[^\n])*"/.exec(rest)?.[0];
        if (!string) throw new Refused('unterminated quoted string', this.#at);
        return this.#token('string', string.length);
      }
      case '`': {
        const end = rest.indexOf('`', 1);
        if (end < 0) throw new Refused('unterminated raw quoted string', this.#at);
        return this.#token('string', end + 1);
      }
      case "'": {
        const constant = /^'(?:[^'\\\n]|\\[^\n])*'/.exec(rest)?.[0];
        if (!constant) throw new Refused('unterminated character constant', this.#at);
        return this.#token('char', constant.length);
      }
      case '(':
        this.#depth++;
        return this.#token('(', 1);
      case ')':
        if (--this.#depth < 0) throw new Refused('unexpected right paren', this.#at);
        return this.#token(')', 1);
      case '$':
      case '.': {
        if (char === '.' && /^\.\d/.test(rest)) break;
        const word = /^[$.][\p{L}\p{Nd}_]*/u.exec(rest)![0];
        this.#ended(rest, word.length);
        const kind = char === '$' ? 'variable' : word === '.' ? 'dot' : 'field';
        return this.#token(kind, word.length);
      }
      default:
    }
    if (/^[+\-.0-9]/.test(rest)) return this.#number(rest);
    const word = /^[\p{L}\p{Nd}_]+/u.exec(rest)?.[0];
    if (word) {
      this.#ended(rest, word.length);
      const bool = word === 'true' || word === 'false';
      const kind = KEYWORDS.has(word)
        ? 'keyword'
        : word === 'nil'
          ? 'nil'
          : bool
            ? 'bool'
            : 'identifier';
      return this.#token(kind, word.length);
    }
    if (/^[\x20-\x7e]/.test(rest)) return this.#token('sign', 1);
    throw new Refused(`unrecognized character in action: ${codeOf(rest)}`, this.#at);
  }

  #number(rest: string): Token {
    let text = NUMBER.exec(rest)![0];
    if (/^[+-]/.test(rest.slice(text.length))) text += NUMBER.exec(rest.slice(text.length))![0];
    if (/^[\p{L}\p{Nd}_]/u.test(rest.slice(text.length))) {
      const shown = rest.slice(0, text.length + 1);
      throw new Refused(`bad number syntax: ${JSON.stringify(shown)}`, this.#at);
    }
    return this.#token('number', text.length);
  }

  #ended(rest: string, length: number): void {
    const after = rest.slice(length);
    if (ENDS_NAME.test(after)) return;
    throw new Refused(`bad character ${codeOf(after)}`, this.#at);
  }
}

function codeOf(text: string): string {
  const char = String.fromCodePoint(text.codePointAt(0)!);
  return `U+${text.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')} '${char}'`;
}

type Part = 'end' | 'else' | 'other';

class Parser {
  readonly #lexer: Lexer;
  readonly #ahead: Token[] = [];
  #variables: string[] = ['$'];
  #ranges = 0;
  #depth = 0;

  constructor(text: string) {
    this.#lexer = new Lexer(text);
  }

  whole(): void {
    while (this.#peek().kind !== 'end of input') {
      if (this.#peek().kind === 'open') {
        const open = this.#next();
        const spaces = this.#peek().kind === 'space' ? this.#next() : undefined;
        const what = this.#peek();
        if (what.kind === 'keyword' && what.text === 'define') {
          this.#next();
          this.#define();
          continue;
        }
        this.#ahead.unshift(open, ...(spaces ? [spaces] : []));
      }
      const { at } = this.#peek();
      const part = this.#textOrAction();
      if (part !== 'other') throw new Refused(`unexpected {{${part}}}`, at);
    }
  }

  #peek(): Token {
    if (this.#ahead.length === 0) this.#ahead.push(this.#lexer.next());
    return this.#ahead[0]!;
  }

  #next(): Token {
    const token = this.#peek();
    this.#ahead.shift();
    return token;
  }

  #skipSpace(): Token {
    while (this.#peek().kind === 'space') this.#next();
    return this.#peek();
  }

  #nextNonSpace(): Token {
    this.#skipSpace();
    return this.#next();
  }

  #unexpected({ kind, text, at }: Token, context: string): never {
    const shown = kind === 'end of input' ? 'EOF' : kind === 'keyword' ? `<${text}>` : `"${text}"`;
    throw new Refused(`unexpected ${shown} in ${context}`, at);
  }

  #expect(kind: Kind, context: string): void {
    const token = this.#nextNonSpace();
    if (token.kind !== kind) this.#unexpected(token, context);
  }

  /** A definition of its own sees none of the variables around it. */
  #apart(read: () => void): void {
    const [variables, ranges] = [this.#variables, this.#ranges];
    this.#variables = ['$'];
    this.#ranges = 0;
    read();
    this.#variables = variables;
    this.#ranges = ranges;
  }

  #define(): void {
    const name = this.#nextNonSpace();
    if (name.kind !== 'string') this.#unexpected(name, 'define clause');
    this.#string(name);
    this.#apart(() => {
      this.#expect('close', 'define clause');
      this.#toEnd('define clause');
    });
  }

  #toEnd(context: string): void {
    const { at } = this.#peek();
    const part = this.#items();
    if (part !== 'end') throw new Refused(`unexpected {{else}} in ${context}`, at);
  }

  /** Everything up to an end or else that belongs to what is around it. */
  #items(): Part {
    for (;;) {
      const token = this.#skipSpace();
      if (token.kind === 'end of input') throw new Refused('unexpected EOF', token.at);
      const part = this.#textOrAction();
      if (part !== 'other') return part;
    }
  }

  #textOrAction(): Part {
    const token = this.#nextNonSpace();
    if (token.kind === 'text') return 'other';
    if (token.kind !== 'open') this.#unexpected(token, 'input');
    return this.#action();
  }

  #action(): Part {
    const token = this.#skipSpace();
    if (token.kind !== 'keyword') {
      this.#pipeline('command', 'close');
      return 'other';
    }
    this.#next();
    switch (token.text) {
      case 'break':
      case 'continue': {
        const shown = `{{${token.text}}}`;
        this.#expect('close', shown);
        if (this.#ranges === 0) throw new Refused(`${shown} outside {{range}}`, token.at);
        return 'other';
      }
      case 'end':
        this.#expect('close', 'end');
        return 'end';
      case 'else': {
        const { kind, text } = this.#skipSpace();
        if (kind === 'keyword' && (text === 'if' || text === 'with')) return 'else';
        this.#expect('close', 'else');
        return 'else';
      }
      case 'if':
      case 'range':
      case 'with':
        this.#control(token.text);
        return 'other';
      case 'template':
      case 'block': {
        const context = `${token.text} clause`;
        const name = this.#nextNonSpace();
        if (name.kind !== 'string') this.#unexpected(name, context);
        this.#string(name);
        if (token.text === 'template' && this.#skipSpace().kind === 'close') {
          this.#next();
          return 'other';
        }
        this.#pipeline(context, 'close');
        if (token.text === 'block') this.#apart(() => this.#toEnd(context));
        return 'other';
      }
      default:
        return this.#unexpected(token, 'command');
    }
  }

  #control(context: string): void {
    const kept = this.#variables.length;
    this.#pipeline(context, 'close');
    if (context === 'range') this.#ranges++;
    const part = this.#items();
    if (context === 'range') this.#ranges--;
    if (part === 'else') {
      const { kind, text, at } = this.#peek();
      if (kind === 'keyword' && text === context && context !== 'range') {
        this.#next();
        this.#control(context);
      } else if (this.#items() !== 'end') {
        throw new Refused('expected end; found {{else}}', at);
      }
    }
    this.#variables.length = kept;
  }

  #pipeline(context: string, end: Kind): void {
    const first = this.#skipSpace();
    this.#declarations(context);
    let commands = 0;
    for (;;) {
      const token = this.#skipSpace();
      if (token.kind === end) {
        this.#next();
        if (commands === 0) throw new Refused(`missing value for ${context}`, first.at);
        return;
      }
      if (!OPERANDS.has(token.kind)) this.#unexpected(this.#next(), context);
      commands++;
      if (!this.#command() && commands > 1) {
        throw new Refused(`non executable command in pipeline stage ${commands}`, token.at);
      }
    }
  }

  #declarations(context: string): void {
    for (let declared = 0; this.#skipSpace().kind === 'variable'; ) {
      const variable = this.#next();
      const spaces = this.#peek().kind === 'space' ? this.#next() : undefined;
      const after = this.#skipSpace();
      const comma = after.kind === 'sign' && after.text === ',';
      if (!comma && after.kind !== 'assign' && after.kind !== 'declare') {
        this.#ahead.unshift(variable, ...(spaces ? [spaces] : []));
        return;
      }
      this.#next();
      this.#variables.push(variable.text);
      declared++;
      if (!comma) return;
      if (context !== 'range' || declared > 1) {
        throw new Refused(`too many declarations in ${context}`, after.at);
      }
      const { kind, at } = this.#skipSpace();
      if (kind !== 'variable' && kind !== 'close' && kind !== ')') {
        throw new Refused('range can only initialize variables', at);
      }
    }
  }

  /** Reads one command; whether it is something that can be called. */
  #command(): boolean {
    let calls: boolean | undefined;
    for (;;) {
      const { at } = this.#skipSpace();
      const operand = this.#operand();
      if (operand !== undefined) calls ??= operand;
      const token = this.#peek();
      if (token.kind === 'space') {
        this.#next();
        continue;
      }
      if (token.kind === 'pipe') this.#next();
      else if (token.kind !== 'close' && token.kind !== ')') this.#unexpected(token, 'operand');
      if (calls === undefined) throw new Refused('empty command', at);
      return calls;
    }
  }

  /** Reads one operand; whether it can be called, undefined: there is none. */
  #operand(): boolean | undefined {
    const token = this.#skipSpace();
    const calls = this.#term();
    if (calls === undefined || this.#peek().kind !== 'field') return calls;
    while (this.#peek().kind === 'field') this.#next();
    if (!calls)
      throw new Refused(`unexpected . after term ${JSON.stringify(token.text)}`, token.at);
    return true;
  }

  #term(): boolean | undefined {
    const token = this.#peek();
    const { kind, text, at } = token;
    switch (kind) {
      case 'identifier':
        if (!TEMPLATE_FUNCTIONS.has(text)) {
          throw new Refused(
            `function "${text}" not defined`,
            at,
            nearest(text, TEMPLATE_FUNCTIONS.keys()),
          );
        }
        break;
      case 'variable':
        if (!this.#variables.includes(text)) throw new Refused(`undefined variable "${text}"`, at);
        break;
      case 'char':
        if (!GO_CHAR.test(text)) throw new Refused(`malformed character constant: ${text}`, at);
        break;
      case 'number':
        if (!isNumber(text))
          throw new Refused(`illegal number syntax: ${JSON.stringify(text)}`, at);
        break;
      case 'string':
        this.#string(token);
        break;
      case '(':
        if (++this.#depth > 10_000) throw new Refused('max expression depth exceeded', at);
        this.#next();
        this.#pipeline('parenthesized pipeline', ')');
        this.#depth--;
        return true;
      case 'field':
        break;
      case 'dot':
      case 'nil':
      case 'bool':
        this.#next();
        return false;
      default:
        return undefined;
    }
    this.#next();
    return kind === 'identifier' || kind === 'variable' || kind === 'field';
  }

  #string({ text, at }: Token): void {
    if (text.startsWith('"') && !GO_STRING.test(text)) throw new Refused('invalid syntax', at);
  }
}

const isNumber = (text: string): boolean => {
  // octal digits only, where nothing makes it a float
  if (/^[+-]?0[0-7_]*[89][0-9_]*$/.test(text)) return false;
  const complex = /^([+-]?.*[^eEpP+-])([+-].*i)$/.exec(text);
  const parts = complex ? complex.slice(1) : [text];
  return parts.every((one) => GO_NUMBER.test(one!) && /\d/.test(one!));
};

const OPERANDS: ReadonlySet<Kind> = new Set([
  'bool',
  'char',
  'dot',
  'field',
  'identifier',
  'number',
  'nil',
  'string',
  'variable',
  '(',
]);
