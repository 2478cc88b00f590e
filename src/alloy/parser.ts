import type {
  Attribute,
  BinaryOperator,
  Block,
  Expression,
  Field,
  FieldKey,
  File,
  Identifier,
  Label,
  LiteralType,
  ObjectExpression,
  Statement,
} from './ast.ts';
import { isValidIdentifier } from './characters.ts';
import { Cursor } from './cursor.ts';
import { decode } from './decode.ts';
import type { Diagnostic } from './diagnostic.ts';
import * as hint from './hints.ts';
import type { Span } from './position.ts';
import * as token from './token.ts';

const LITERAL_TYPES: Readonly<Record<number, LiteralType>> = {
  [token.STRING]: 'string',
  [token.NUMBER]: 'number',
  [token.FLOAT]: 'float',
  [token.BOOL]: 'bool',
  [token.NULL]: 'null',
};

const ENDS_ITEM: readonly number[] = [
  token.EOF,
  token.TERMINATOR,
  token.RPAREN,
  token.RCURLY,
  token.RBRACK,
  token.COMMA,
];

/** What stood before `=` or `{`. */
interface Header {
  readonly name: Identifier[];
  readonly label: Label | null;
  /** Where the label's string stands, an empty one too. */
  readonly written: Span | null;
}

/**
 * Recursive descent over the tokens of one text. How it goes on after an error is upstream's way
 * (syntax/parser), so that the errors stand where Alloy itself would place them.
 */
class Parser extends Cursor {
  file(): File {
    const body = this.body(token.EOF, -1);
    return {
      kind: 'file',
      start: 0,
      end: this.source.length,
      body,
      comments: this.comments,
      lineStarts: this.lineStarts,
    };
  }

  // --- statements

  private body(until: number, opened: number): Statement[] {
    const body: Statement[] = [];
    while (this.kind !== until && this.kind !== token.EOF) {
      const statement = this.statement();
      if (statement !== null) body.push(statement);
      if (this.kind === until) break;
      if (this.kind !== token.TERMINATOR) {
        this.failExpected('TERMINATOR', (place) => hint.expectedTerminator(place, opened >= 0));
        this.skipStatement();
      }
      this.next();
    }
    return body;
  }

  private statement(): Statement | null {
    const header = this.header();
    if (header === null) {
      this.skipTo(token.IDENT);
      return null;
    }
    if (this.kind === token.ASSIGN) return this.attribute(header);
    if (this.kind === token.LCURLY) return this.block(header);
    const either = header.name.length === 1 && header.label === null;
    this.failExpected(either ? 'attribute assignment or block body' : 'block body', (place) =>
      hint.afterHeader(place, either),
    );
    this.skipTo(token.IDENT);
    return null;
  }

  private header(): Header | null {
    if (this.kind !== token.IDENT) {
      this.failExpected('identifier', hint.statementStart);
      return null;
    }
    const name = [this.identifier()];
    while (this.kind === token.DOT) {
      this.next();
      if (this.kind !== token.IDENT) this.failExpected('identifier', hint.namePart);
      name.push(this.identifier());
    }
    if (this.kind === token.ASSIGN || this.kind === token.LCURLY) {
      return { name, label: null, written: null };
    }
    const { start, end } = this;
    if (this.kind !== token.STRING) {
      this.failExpected('block label', hint.afterName);
      this.next();
      return { name, label: null, written: null };
    }
    const label = this.label(start, end);
    this.next();
    return { name, label, written: { start, end } };
  }

  /** The current token, a string, as a block's label; null when it is empty. */
  private label(start: number, end: number): Label | null {
    const written = this.source.slice(start, end);
    if (written.charCodeAt(0) !== 34) {
      const message = `expected block label to be a double quoted string, but got ${this.shown(written)}`;
      this.fail('syntax.label', message, hint.LABEL_QUOTES);
    }
    if (written.length <= 2) return null;
    const text = written.slice(1, -1);
    if (!isValidIdentifier(text)) {
      const message = `expected block label to be a valid identifier, but got ${this.shown(text)}`;
      this.fail('syntax.label', message, hint.label(text, this.hidden()));
    }
    return { kind: 'label', start, end, text };
  }

  private attribute({ name, label, written }: Header): Attribute {
    const first = name[0]!;
    this.next();
    if (name.length !== 1) {
      const end = name.at(-1)!.end;
      const message = 'attribute names may only consist of a single identifier with no "."';
      this.add('syntax.attribute-name', first.start, end, message, hint.DOTTED_ATTRIBUTE);
    } else if (written) {
      const message = 'attribute names may not have labels';
      const advice = hint.labelledAttribute(label !== null);
      this.add('syntax.attribute-label', written.start, written.end, message, advice);
    }
    const value = this.expression();
    return { kind: 'attribute', start: first.start, end: value.end, name: first, value };
  }

  private block({ name, label }: Header): Block {
    const open = this.start;
    this.enter();
    this.next();
    const body = this.body(token.RCURLY, open);
    const close = this.start;
    const end = this.end;
    this.expect(token.RCURLY, open);
    this.nesting--;
    return { kind: 'block', start: name[0]!.start, end, name, label, open, close, body };
  }

  private identifier(): Identifier {
    const { start, end } = this;
    this.next();
    return { kind: 'identifier', start, end, name: this.source.slice(start, end) };
  }

  // --- expressions

  private expression(): Expression {
    this.enter();
    const expression = this.binary(1);
    this.nesting--;
    return expression;
  }

  private binary(loosest: number): Expression {
    let left = this.unary();
    for (;;) {
      const { kind, start: at, height } = this;
      const precedence = token.PRECEDENCE[kind]!;
      if (precedence < loosest) return left;
      this.next();
      const nests = kind === token.POW;
      if (nests) this.enter();
      const right = this.binary(nests ? precedence : precedence + 1);
      if (nests) this.nesting--;
      this.grow(Math.max(height, this.height) + 1);
      const operator = token.TOKEN_NAMES[kind] as BinaryOperator;
      left = { kind: 'binary', start: left.start, end: right.end, operator, at, left, right };
    }
  }

  private unary(): Expression {
    if (this.kind !== token.SUB && this.kind !== token.NOT) return this.postfix();
    const start = this.start;
    const operator = this.kind === token.SUB ? '-' : '!';
    this.enter();
    this.next();
    const value = this.unary();
    this.nesting--;
    this.grow(this.height + 1);
    return { kind: 'unary', start, end: value.end, operator, value };
  }

  private postfix(): Expression {
    let value = this.primary();
    for (;;) {
      const height = this.height;
      const open = this.start;
      switch (this.kind) {
        case token.DOT: {
          this.next();
          if (this.kind !== token.IDENT) this.failExpected('IDENT', hint.accessName);
          const name = this.identifier();
          value = { kind: 'access', start: value.start, end: name.end, value, name };
          break;
        }
        case token.LBRACK: {
          this.next();
          const index = this.expression();
          const end = this.end;
          this.expect(token.RBRACK, open);
          this.height = Math.max(height, this.height);
          value = { kind: 'index', start: value.start, end, value, open, index };
          break;
        }
        case token.LPAREN: {
          this.next();
          const args = this.expressions(token.RPAREN);
          const end = this.end;
          this.expect(token.RPAREN, open);
          this.height = Math.max(height, this.height);
          value = { kind: 'call', start: value.start, end, value, open, args };
          break;
        }
        case token.STRING:
        case token.LCURLY:
          if (!this.misplacedBlock(value)) return value;
          continue;
        default:
          return value;
      }
      this.grow(this.height + 1);
    }
  }

  /** Reads on behind `value` as if a block had been assigned; false: it was something else, and is skipped. */
  private misplacedBlock(value: Expression): boolean {
    if (this.kind === token.STRING) this.next();
    const open = this.start;
    if (!this.expect(token.LCURLY, -1)) {
      this.skipStatement();
      return false;
    }
    this.enter();
    this.body(token.RCURLY, open);
    this.nesting--;
    const end = this.end;
    if (!this.expect(token.RCURLY, open)) {
      this.skipStatement();
      return false;
    }
    const message = 'cannot use a block as an expression';
    this.add('syntax.block-value', value.start, end, message, hint.BLOCK_VALUE);
    return true;
  }

  private primary(): Expression {
    const { kind, start, end } = this;
    this.height = 1;
    switch (kind) {
      case token.IDENT:
        return this.identifier();
      case token.STRING:
      case token.NUMBER:
      case token.FLOAT:
      case token.BOOL:
      case token.NULL:
        this.next();
        return {
          kind: 'literal',
          type: LITERAL_TYPES[kind]!,
          start,
          end,
          text: this.source.slice(start, end),
        };
      case token.LPAREN: {
        this.next();
        const inner = this.expression();
        const close = this.end;
        this.expect(token.RPAREN, start);
        this.grow(this.height + 1);
        return { kind: 'paren', start, end: close, inner };
      }
      case token.LBRACK: {
        this.next();
        const elements = this.expressions(token.RBRACK);
        const close = this.end;
        this.expect(token.RBRACK, start);
        this.grow(this.height + 1);
        return { kind: 'array', start, end: close, elements };
      }
      case token.LCURLY:
        return this.object(start);
    }
    this.failExpected('expression', hint.expression);
    while (!ENDS_ITEM.includes(this.kind)) this.next();
    return { kind: 'missing', start, end: start };
  }

  private expressions(until: number): Expression[] {
    const list: Expression[] = [];
    let height = 0;
    while (this.kind !== until && this.kind !== token.EOF) {
      list.push(this.expression());
      if (this.height > height) height = this.height;
      if (this.kind === until) break;
      if (this.kind !== token.COMMA)
        this.failHere("missing ',' in expression list", hint.missingComma);
      this.next();
    }
    this.height = height;
    return list;
  }

  private object(start: number): ObjectExpression {
    this.next();
    const fields: Field[] = [];
    let height = 0;
    // upstream takes { ] for an empty object without its end
    const empty = this.kind === token.RBRACK;
    while (!empty && this.kind !== token.RCURLY && this.kind !== token.EOF) {
      fields.push(this.field());
      if (this.height > height) height = this.height;
      if (this.kind === token.RCURLY) break;
      if (this.kind !== token.COMMA) this.failHere("missing ',' in field list", hint.missingComma);
      this.next();
    }
    const end = this.end;
    this.expect(token.RCURLY, start);
    this.grow(height + 1);
    return { kind: 'object', start, end, fields };
  }

  private field(): Field {
    const { start, end } = this;
    let key: FieldKey = { kind: 'key', start, end: start, name: '', quoted: false };
    if (this.kind === token.STRING || this.kind === token.IDENT) {
      const quoted = this.kind === token.STRING && end - start > 2;
      const name = quoted ? this.source.slice(start + 1, end - 1) : this.source.slice(start, end);
      key = { kind: 'key', start, end, name, quoted };
      this.next();
    } else {
      this.failExpected('field name (string or identifier)', hint.fieldName);
      this.skipTo(token.ASSIGN);
    }
    this.expect(token.ASSIGN, -1);
    const value = this.expression();
    return { kind: 'field', start, end: value.end, key, value };
  }
}

export interface Parsed {
  /** The text that all offsets count in: the input itself, or the bytes decoded. */
  readonly source: string;
  readonly file: File;
  /** Every error of the text, in the order found; empty: it is an Alloy file. */
  readonly errors: readonly Diagnostic[];
}

/** Reads an Alloy file. Never throws: what cannot be read is in `errors`, and the tree holds the rest. */
export function parse(input: string | Uint8Array): Parsed {
  const source = typeof input === 'string' ? input : decode(input);
  const parser = new Parser(source);
  const file = parser.file();
  return { source, file, errors: parser.errors };
}

/**
 * The errors worth showing to a person: of several at one place only the first, since the others
 * follow from it.
 */
export function withoutEchoes(errors: readonly Diagnostic[]): readonly Diagnostic[] {
  const seen = new Set<number>();
  return errors.filter(({ start }) => !seen.has(start) && seen.add(start));
}
