import {
  type ArrayExpression,
  type BinaryExpression,
  type Block,
  type Body,
  blockName,
  type CallExpression,
  type Expression,
  type FieldKey,
  type File,
  type ObjectExpression,
  type Statement,
} from './ast.ts';
import { parse } from './parser.ts';
import { quote } from './string-literal.ts';
import { BLANK, BREAK, COLUMN, INDENT, NEWLINE, TokenWriter, UNINDENT } from './token-writer.ts';

/** Comments that move settle in two or three. */
const MAX_PASSES = 10;

/**
 * The canonical text of a file without errors, byte for byte what `alloy fmt` prints, with one line
 * break at its end. It differs where `alloy fmt` would change the meaning: the content of string
 * literals and quoted keys stays as it is, a call without arguments stays valid, and a comment is
 * moved on rather than put where it would end the statement.
 *
 * The layout is upstream's (syntax/printer): tokens are written with the place they have in the
 * source, or, where upstream keeps none, with the place next to the token before; comments go before
 * the first token that stands behind them.
 */
export function format(source: string, file: File): string {
  let text = '';
  let from = source;
  let tree = file;
  // upstream's layout of such a text changes when it is printed again: once more until it stays
  for (let pass = 0; pass < MAX_PASSES; pass++) {
    const writer = new TokenWriter(from, tree);
    new Printer(from, writer).statements(tree.body);
    text = writer.finish();
    // a comment behind a block on one line moves too, though nothing of it stands inside a line
    if (text === from || !(writer.unsettled || tree.comments.length > 0)) break;
    from = text;
    tree = parse(text).file;
  }
  return text;
}

/** Sends the tree to a writer, token by token. */
class Printer {
  private readonly source: string;
  private readonly out: TokenWriter;

  constructor(source: string, out: TokenWriter) {
    this.source = source;
    this.out = out;
  }

  statements(body: Body): void {
    const { out } = this;
    let endLine = 0;
    for (let i = 0; i < body.length; i++) {
      const statement = body[i]!;
      const startLine = out.lineOf(statement.start);
      if (i > 0 && (statement.kind === 'block' || startLine - endLine > 1)) out.space(BREAK);
      this.statement(statement);
      endLine = out.lineOf(statement.end - 1);
      out.space(endLine > startLine ? BREAK : NEWLINE);
    }
  }

  private statement(statement: Statement): void {
    const { out } = this;
    if (statement.kind === 'block') {
      this.block(statement);
      return;
    }
    out.word(statement.name.name, statement.name.start);
    this.assigned(statement.value, statement.start);
  }

  /** A value behind its `=`; gives the line breaks in the source from `start` on. */
  private assigned(value: Expression, start: number): number {
    const { out } = this;
    const { printed } = out;
    out.space(COLUMN);
    out.punctuation('=');
    out.space(BLANK);
    this.expression(value);
    const lines = out.lineOf(value.end - 1) - out.lineOf(start);
    if (lines > 0 && out.printed === printed) out.unsettled = true;
    return lines;
  }

  private block(block: Block): void {
    const { out } = this;
    const { label } = block;
    out.word(blockName(block), block.start);
    if (label !== null) {
      out.space(BLANK);
      out.closer(`"${label.text}"`, label.start);
    }
    out.space(BLANK);
    out.punctuation('{', block.open);
    out.space(INDENT, block.body.length > 0 ? BREAK : BLANK);
    this.statements(block.body);
    out.space(UNINDENT);
    out.word('}', block.close);
  }

  private expression(node: Expression): void {
    const { out } = this;
    switch (node.kind) {
      case 'literal':
        if (node.type === 'string') out.string(node.text, node.start);
        else out.word(node.text, node.start);
        out.afterNumber = node.type === 'number';
        return;
      case 'identifier':
        out.word(node.name, node.start);
        return;
      case 'access':
        this.expression(node.value);
        if (out.afterNumber) out.space(BLANK);
        out.punctuation('.');
        out.word(node.name.name);
        out.stoodAt(node.name.start);
        return;
      case 'index':
        this.expression(node.value);
        out.punctuation('[', node.open);
        this.expression(node.index);
        out.closer(']', node.end - 1);
        return;
      case 'call':
        this.call(node);
        return;
      case 'array':
        this.array(node);
        return;
      case 'object':
        this.object(node);
        return;
      case 'unary':
        out.opener(node.operator, node.start);
        this.expression(node.value);
        return;
      case 'binary':
        this.binary(node);
        return;
      case 'paren':
        out.opener('(');
        out.stoodAt(node.start);
        this.expression(node.inner);
        out.closer(')');
        out.stoodAt(node.end - 1);
        return;
      case 'missing':
        return;
    }
  }

  private binary(node: BinaryExpression): void {
    const { out } = this;
    this.expression(node.left);
    out.space(BLANK);
    out.punctuation(node.operator, node.at);
    out.space(BLANK);
    this.expression(node.right);
  }

  private array({ start, end, elements }: ArrayExpression): void {
    const { out } = this;
    out.opener('[', start);
    let previousLine = out.lineOf(start);
    for (let i = 0; i < elements.length; i++) {
      const element = elements[i]!;
      const broken = out.lineOf(element.start) !== previousLine;
      if (broken) out.space(INDENT, BREAK);
      else if (i > 0) out.space(BLANK);
      this.expression(element);
      previousLine = out.lineOf(element.end - 1);
      if (i + 1 < elements.length) out.punctuation(',');
      if (broken) out.space(UNINDENT);
    }
    if (elements.length > 0 && out.lineOf(end - 1) !== previousLine) {
      out.punctuation(',');
      out.space(INDENT, BREAK, UNINDENT);
    }
    out.closer(']', end - 1);
  }

  private object({ start, end, fields }: ObjectExpression): void {
    const { out } = this;
    out.opener('{', start);
    out.space(INDENT);
    let previousLine = out.lineOf(start);
    let valueLines = 0;
    for (let i = 0; i < fields.length; i++) {
      const { key, value } = fields[i]!;
      const keyLine = out.lineOf(key.start);
      if (keyLine !== previousLine) out.space(i > 0 && valueLines === 0 ? NEWLINE : BREAK);
      else if (i > 0) out.space(BLANK);
      previousLine = keyLine;
      out.string(this.keyText(key), key.start);
      valueLines = this.assigned(value, value.start);
      if (i + 1 < fields.length) out.punctuation(',');
    }
    if (fields.length > 0 && out.lineOf(end - 1) !== previousLine) {
      out.punctuation(',');
      out.space(BREAK);
    }
    out.space(UNINDENT);
    out.closer('}', end - 1);
  }

  private call({ value, open, end, args }: CallExpression): void {
    const { out } = this;
    this.expression(value);
    out.punctuation('(');
    out.stoodAt(open);
    let previousLine = out.lineOf(open);
    for (let i = 0; i < args.length; i++) {
      const arg = args[i]!;
      const broken = out.lineOf(arg.start) !== previousLine;
      if (broken) out.space(BREAK, INDENT);
      this.expression(arg);
      previousLine = out.lineOf(arg.end - 1);
      if (i + 1 < args.length) {
        out.punctuation(',');
        out.space(BLANK);
      }
      if (broken) out.space(UNINDENT);
    }
    // upstream writes the comma without an argument, too: f(,) is no expression
    if (args.length > 0 && out.lineOf(end - 1) !== previousLine) {
      out.punctuation(',');
      out.space(BREAK);
    }
    out.closer(')');
    out.stoodAt(end - 1);
  }

  /** A raw key gets double quotes, like upstream's, unless that would change it: keys are taken undecoded. */
  private keyText({ name, quoted, start }: FieldKey): string {
    if (!quoted) return name;
    const raw = this.source.charCodeAt(start) === 96 && quote(name) !== `"${name}"`;
    return raw ? `\`${name}\`` : `"${name}"`;
  }
}
