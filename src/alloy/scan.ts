import { describeCharacter, isDecimal, isLetter, nameEnd, unitsAt } from './characters.ts';
import * as hint from './hints.ts';
import * as token from './token.ts';

/** Told of every error, in the order found. */
export type Report = (
  code: string,
  start: number,
  end: number,
  message: string,
  hint: string,
) => void;

const NEWLINE = 10;
const QUOTE = 34;
const APOSTROPHE = 39;
const STAR = 42;
const SLASH = 47;
const BACKSLASH = 92;
const BACKTICK = 96;

/** Single-character tokens by character code; 0 where there is none. */
const SIMPLE = new Uint8Array(128);
for (const [char, kind] of [
  ['{', token.LCURLY],
  ['}', token.RCURLY],
  ['(', token.LPAREN],
  [')', token.RPAREN],
  ['[', token.LBRACK],
  [']', token.RBRACK],
  [',', token.COMMA],
  ['.', token.DOT],
  ['+', token.ADD],
  ['-', token.SUB],
  ['*', token.MUL],
  ['%', token.MOD],
  ['^', token.POW],
] as const) {
  SIMPLE[char.charCodeAt(0)] = kind;
}

const UNTERMINATED_STRING = 'string literal not terminated';

/** Hexadecimal digits behind each letter of an escape. */
const ESCAPE_DIGITS: ReadonlyMap<string, number> = new Map([
  ['x', 2],
  ['u', 4],
  ['U', 8],
]);

/** What no text may hold anywhere: NUL, a byte order mark inside, half a surrogate pair. */
const FORBIDDEN = /[\0\uFEFF]|\p{Cs}/u;

/**
 * Cuts an Alloy text into tokens, comments among them. A line break is a token (TERMINATOR) only
 * where the token before it can end a statement, inside brackets too; so it is at the end of the text.
 */
export class Scanner {
  readonly source: string;
  /** Of the current token. */
  kind: number = token.EOF;
  start = 0;
  end = 0;
  private readonly report: Report;
  /** The current token can end a statement. */
  private terminable = false;
  /** Where forbidden characters stand, those already reported taken off; null: there are none. */
  private forbidden: number[] | null = null;

  constructor(source: string, report: Report) {
    this.source = source;
    this.report = report;
    if (source.charCodeAt(0) === 0xfeff) this.end = 1;
    if (FORBIDDEN.test(this.end === 0 ? source : source.slice(1))) {
      const all = source.matchAll(new RegExp(FORBIDDEN, 'gu'));
      this.forbidden = [...all].map(({ index }) => index).filter((index) => index >= this.end);
      this.forbidden.reverse();
    }
  }

  /** Moves to the next token and gives its kind; EOF again and again at the end. */
  next(): number {
    this.kind = this.scan();
    if (this.forbidden !== null) this.reportForbidden(this.end);
    return this.kind;
  }

  /** Nothing of the text is read any more: the next token is EOF. */
  stop(): void {
    this.start = this.source.length;
    this.end = this.source.length;
    this.terminable = false;
    this.forbidden = null;
    this.kind = token.EOF;
  }

  private scan(): number {
    const source = this.source;
    let i = this.end;
    let unit = source.charCodeAt(i);
    while (unit === 32 || unit === 9 || unit === 13 || (unit === NEWLINE && !this.terminable)) {
      unit = source.charCodeAt(++i);
    }
    this.start = i;

    if (unit < 128) {
      const simple = SIMPLE[unit]!;
      if (simple !== 0) {
        if (simple === token.DOT && isDecimal(source.charCodeAt(i + 1))) return this.number(i);
        const closes =
          simple === token.RCURLY || simple === token.RPAREN || simple === token.RBRACK;
        return this.take(simple, i + 1, closes);
      }
      if (isLetter(unit)) return this.word(i);
      switch (unit) {
        case NEWLINE:
          return this.take(token.TERMINATOR, i + 1, false);
        case QUOTE:
          return this.quoted(i);
        case BACKTICK:
          return this.raw(i);
        case SLASH:
          return this.slash(i);
        case 61: // =
          return this.operator(i, 61, token.EQ, token.ASSIGN);
        case 33: // !
          return this.operator(i, 61, token.NEQ, token.NOT);
        case 60: // <
          return this.operator(i, 61, token.LTE, token.LT);
        case 62: // >
          return this.operator(i, 61, token.GTE, token.GT);
        case 124: // |
          return this.doubled(i, '|', token.OR);
        case 38: // &
          return this.doubled(i, '&', token.AND);
      }
      if (isDecimal(unit)) return this.number(i);
      if (unit === APOSTROPHE) return this.singleQuoted(i);
    } else if (i >= source.length) {
      this.start = source.length;
      return this.take(this.terminable ? token.TERMINATOR : token.EOF, source.length, false);
    } else if (isLetter(source.codePointAt(i)!)) {
      return this.word(i);
    }
    return this.illegal(i);
  }

  private take(kind: number, end: number, terminable: boolean): number {
    this.end = end;
    this.terminable = terminable;
    return kind;
  }

  private word(start: number): number {
    const source = this.source;
    const end = nameEnd(source, start + unitsAt(source, start));
    const length = end - start;
    let kind: number = token.IDENT;
    if (length === 4) {
      if (source.startsWith('true', start)) kind = token.BOOL;
      if (source.startsWith('null', start)) kind = token.NULL;
    } else if (length === 5 && source.startsWith('false', start)) kind = token.BOOL;
    return this.take(kind, end, true);
  }

  private number(start: number): number {
    const source = this.source;
    let kind: number = token.NUMBER;
    let i = start;
    while (isDecimal(source.charCodeAt(i))) i++;
    if (source.charCodeAt(i) === 46) {
      kind = token.FLOAT;
      i++;
      while (isDecimal(source.charCodeAt(i))) i++;
    }
    if ((source.charCodeAt(i) | 32) === 101) {
      kind = token.FLOAT;
      i++;
      const sign = source.charCodeAt(i);
      if (sign === 43 || sign === 45) i++;
      const digits = i;
      while (isDecimal(source.charCodeAt(i))) i++;
      if (i === digits) {
        this.report('syntax.number', start, i, 'exponent has no digits', hint.EXPONENT);
      }
    }
    return this.take(kind, i, true);
  }

  private operator(start: number, second: number, long: number, short: number): number {
    return this.source.charCodeAt(start + 1) === second
      ? this.take(long, start + 2, false)
      : this.take(short, start + 1, false);
  }

  private doubled(start: number, char: string, kind: number): number {
    if (this.source[start + 1] === char) return this.take(kind, start + 2, false);
    const message = `missing second ${char} in ${char}${char}`;
    this.report('syntax.operator', start + 1, start + 1, message, hint.doubled(char));
    return this.take(kind, start + 1, false);
  }

  private quoted(start: number): number {
    const source = this.source;
    let i = start + 1;
    for (;;) {
      const unit = source.charCodeAt(i);
      if (unit === QUOTE) return this.take(token.STRING, i + 1, true);
      if (unit === BACKSLASH || unit === NEWLINE || i >= source.length) {
        return this.take(token.STRING, this.escapedString(start, i, QUOTE), true);
      }
      i++;
    }
  }

  /** Goes on at `from` inside a string with escapes; gives the index behind it. */
  private escapedString(start: number, from: number, closer: number): number {
    const source = this.source;
    let i = from;
    for (;;) {
      const unit = source.charCodeAt(i);
      if (unit === NEWLINE || i >= source.length) {
        this.report('syntax.string', start, i, UNTERMINATED_STRING, hint.UNTERMINATED_STRING);
        return i;
      }
      i++;
      if (unit === closer) return i;
      if (unit === BACKSLASH) i = this.escape(i);
    }
  }

  /** Reads the escape behind a backslash; of a wrong one, nothing from the offending character on. */
  private escape(start: number): number {
    const source = this.source;
    const code = source.codePointAt(start);
    if (code === undefined) {
      this.escapeError(start, 'escape sequence not terminated', hint.UNTERMINATED_STRING);
      return start;
    }
    const char = String.fromCodePoint(code);
    if ('abfnrtv\\"'.includes(char)) return start + 1;
    const octal = /[0-7]/.test(char);
    const base = octal ? 8 : 16;
    let digits = octal ? 3 : ESCAPE_DIGITS.get(char);
    if (digits === undefined) {
      this.escapeError(start, 'unknown escape sequence', hint.unknownEscape(char));
      return start;
    }
    let i = octal ? start : start + 1;
    let value = 0;
    for (; digits > 0; digits--) {
      const digit = Number.parseInt(source[i] ?? '', base);
      if (Number.isNaN(digit)) {
        const message =
          i >= source.length
            ? 'escape sequence not terminated'
            : `illegal character ${describeCharacter(source.codePointAt(i)!)} in escape sequence`;
        this.escapeError(start, message, hint.ESCAPE_DIGITS);
        return i;
      }
      value = value * base + digit;
      i++;
    }
    if (value > (octal ? 255 : 0x10ffff) || (value >= 0xd800 && value < 0xe000)) {
      const message = 'escape sequence is invalid Unicode code point';
      this.escapeError(start, message, hint.ESCAPE_RANGE);
    }
    return i;
  }

  private escapeError(start: number, message: string, hintText: string): void {
    const end = Math.min(start + unitsAt(this.source, start), this.source.length);
    this.report('syntax.escape', start, end, message, hintText);
  }

  private raw(start: number): number {
    const close = this.source.indexOf('`', start + 1);
    if (close >= 0) return this.take(token.STRING, close + 1, true);
    const { length } = this.source;
    this.report('syntax.string', start, length, UNTERMINATED_STRING, hint.UNTERMINATED_RAW);
    return this.take(token.STRING, length, true);
  }

  private singleQuoted(start: number): number {
    const message = 'illegal single-quoted string; use double quotes';
    this.report('syntax.single-quotes', start, start + 1, message, hint.SINGLE_QUOTES);
    return this.take(token.ILLEGAL, this.escapedString(start, start + 1, APOSTROPHE), true);
  }

  /** A comment or a division; before a comment that ends its line, the line's end. */
  private slash(start: number): number {
    const second = this.source.charCodeAt(start + 1);
    if (second !== SLASH && second !== STAR) return this.take(token.DIV, start + 1, false);
    if (this.terminable && this.endsLine(start)) return this.take(token.TERMINATOR, start, false);
    const { length } = this.source;
    if (second === SLASH) {
      const newline = this.source.indexOf('\n', start);
      return this.take(token.COMMENT, newline < 0 ? length : newline, false);
    }
    const close = this.source.indexOf('*/', start + 2);
    if (close >= 0) return this.take(token.COMMENT, close + 2, false);
    const message = 'block comment not terminated';
    this.report('syntax.comment', start, start + 2, message, hint.UNTERMINATED_COMMENT);
    return this.take(token.COMMENT, length, false);
  }

  /** From the comment at `start` to the end of the line there are only comments and blanks. */
  private endsLine(start: number): boolean {
    const source = this.source;
    let i = start;
    while (source.charCodeAt(i) === SLASH) {
      const second = source.charCodeAt(i + 1);
      if (second === SLASH) return true;
      if (second !== STAR) return false;
      const close = source.indexOf('*/', i + 2);
      if (close < 0 || source.slice(i, close).includes('\n')) return true;
      i = close + 2;
      let unit = source.charCodeAt(i);
      while (unit === 32 || unit === 9 || unit === 13) unit = source.charCodeAt(++i);
      if (unit === NEWLINE || i >= source.length) return true;
    }
    return false;
  }

  private illegal(start: number): number {
    const code = this.source.codePointAt(start)!;
    if (this.forbidden !== null) this.reportForbidden(start);
    this.end = start + (code > 0xffff ? 2 : 1);
    // a byte order mark is reported with the other forbidden characters
    if (code !== 0xfeff) {
      const shown = code >= 0xd800 && code < 0xe000 ? 0xfffd : code;
      const message = `illegal character ${describeCharacter(shown)}`;
      const [kind, advice] = hint.illegalCharacter(this.source, start);
      this.report(kind, start, this.end, message, advice);
    }
    return token.ILLEGAL;
  }

  /** Tells of those up to `until`: upstream reads one character ahead. */
  private reportForbidden(until: number): void {
    const left = this.forbidden!;
    for (let at = left.at(-1); at !== undefined && at <= until; at = left.at(-1)) {
      left.pop();
      const unit = this.source.charCodeAt(at);
      if (unit === 0) {
        this.report('syntax.nul', at, at + 1, 'illegal character NUL', hint.NUL);
      } else if (unit === 0xfeff) {
        this.report('syntax.bom', at, at + 1, 'illegal byte order mark', hint.BOM);
      } else {
        this.report('syntax.utf8', at, at + 1, 'illegal UTF-8 encoding', hint.UTF8);
      }
    }
  }
}

/** The text of the comment token, without the carriage returns of its line ends. */
export function commentText(source: string, start: number, end: number): string {
  const text = source.slice(start, end);
  if (!text.includes('\r')) return text;
  const block = text.charCodeAt(1) === STAR;
  let kept = '';
  const body = text.endsWith('\r') ? text.slice(0, -1) : text;
  for (let i = 0; i < body.length; i++) {
    // one between * and / stays: without it the comment would end there
    const needed = block && kept.length > 2 && kept.endsWith('*') && body[i + 1] === '/';
    if (body[i] !== '\r' || needed) kept += body[i];
  }
  return kept;
}
