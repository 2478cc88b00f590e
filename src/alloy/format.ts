import { Aligner } from './align.ts';
import type {
  ArrayExpression,
  BinaryExpression,
  Block,
  Body,
  CallExpression,
  Comment,
  Expression,
  FieldKey,
  File,
  ObjectExpression,
  Statement,
} from './ast.ts';
import { blockName } from './ast.ts';
import { parse } from './parse.ts';
import { quote } from './quote.ts';

/** Space between two tokens, kept back until the second one is written. */
const IGNORE = 0;
const BLANK = 1;
/** A soft column. */
const COLUMN = 2;
const NEWLINE = 3;
/** A line break that ends a section: no alignment across it. */
const BREAK = 4;
const INDENT = 5;
const UNINDENT = 6;

/** Comments that move settle in two or three. */
const MAX_PASSES = 10;

/** At most one empty line. */
const MAX_BREAKS = 2;

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
    const printer = new Printer(from, tree);
    printer.statements(tree.body);
    text = printer.finish();
    if (!printer.unsettled || text === from) break;
    from = text;
    tree = parse(text).file;
  }
  return text;
}

class Printer {
  private readonly source: string;
  private readonly lineStarts: readonly number[];
  private readonly comments: readonly Comment[];
  private readonly aligner: Aligner;
  private nextComment = 0;
  /** Where the next comment stands; past everything when there is none. */
  private commentAt: number;
  private line = 0;
  private level = 0;
  private readonly waiting: number[] = [];
  private atLineStart = true;
  private empty = true;
  /** Where the next token stands, as far as known. */
  private offset = 0;
  private offsetLine = 1;
  /** Line on which the token or comment written last ended. */
  private lastLine = 1;
  /** The token written last was a whole number: a dot may not touch it. */
  private afterNumber = false;
  /** A line break behind the token written last would end the statement. */
  private terminable = false;
  /** Where the next token stands is known, not guessed. */
  private placed = false;
  /** The token written last stood on another line than `lastLine`. */
  private drifted = false;
  /** Lines printed so far. */
  private printed = 0;
  /**
   * What is printed may be laid out in another way next time: a comment stands inside a line of
   * tokens, or a value took several lines and takes one now.
   */
  unsettled = false;

  constructor(source: string, file: File) {
    this.source = source;
    this.lineStarts = file.lineStarts;
    this.comments = file.comments;
    this.commentAt = this.comments[0]?.start ?? Number.POSITIVE_INFINITY;
    this.aligner = new Aligner(/[\ud800-\udfff]/.test(source));
  }

  finish(): string {
    if (this.nextComment < this.comments.length) {
      this.inject(Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER, true);
    }
    return `${this.aligner.finish()}\n`;
  }

  // --- the tree

  statements(body: Body): void {
    let endLine = 0;
    for (let i = 0; i < body.length; i++) {
      const statement = body[i]!;
      const startLine = this.lineOf(statement.start);
      if (i > 0 && (statement.kind === 'block' || startLine - endLine > 1)) this.space(BREAK);
      this.statement(statement);
      endLine = this.lineOf(statement.end - 1);
      this.space(endLine > startLine ? BREAK : NEWLINE);
    }
  }

  private statement(statement: Statement): void {
    if (statement.kind === 'block') {
      this.block(statement);
      return;
    }
    this.at(statement.name.start);
    this.word(statement.name.name);
    const { printed } = this;
    this.space(COLUMN);
    this.punctuation('=');
    this.space(BLANK);
    this.expression(statement.value);
    const lines = this.lineOf(statement.end - 1) - this.lineOf(statement.start);
    if (lines > 0 && this.printed === printed) this.unsettled = true;
  }

  private block(block: Block): void {
    const { label } = block;
    this.at(block.start);
    this.word(blockName(block));
    if (label !== null) {
      this.space(BLANK);
      this.at(label.start);
      this.goingOn(`"${label.text}"`);
      this.terminable = true;
    }
    this.space(BLANK);
    this.at(block.open);
    this.punctuation('{');
    this.space(INDENT);
    if (block.body.length > 0) {
      this.space(BREAK);
      this.statements(block.body);
    } else {
      this.space(BLANK);
    }
    this.space(UNINDENT);
    this.at(block.close);
    this.word('}');
  }

  private expression(node: Expression): void {
    switch (node.kind) {
      case 'literal':
        this.at(node.start);
        if (node.type === 'string') this.string(node.text);
        else this.word(node.text);
        this.afterNumber = node.type === 'number';
        return;
      case 'identifier':
        this.at(node.start);
        this.word(node.name);
        return;
      case 'access':
        this.expression(node.value);
        if (this.afterNumber) this.space(BLANK);
        this.punctuation('.');
        this.word(node.name.name);
        this.stoodAt(node.name.start);
        return;
      case 'index':
        this.expression(node.value);
        this.at(node.open);
        this.punctuation('[');
        this.expression(node.index);
        this.at(node.end - 1);
        this.closer(']');
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
        this.at(node.start);
        this.word(node.operator);
        this.terminable = false;
        this.expression(node.value);
        return;
      case 'binary':
        this.binary(node);
        return;
      case 'paren':
        this.word('(');
        this.terminable = false;
        this.stoodAt(node.start);
        this.expression(node.inner);
        this.closer(')');
        this.stoodAt(node.end - 1);
        return;
      case 'missing':
        return;
    }
  }

  private binary(node: BinaryExpression): void {
    this.expression(node.left);
    this.space(BLANK);
    this.at(node.at);
    this.punctuation(node.operator);
    this.space(BLANK);
    this.expression(node.right);
  }

  private array({ start, end, elements }: ArrayExpression): void {
    this.at(start);
    this.word('[');
    this.terminable = false;
    let previousLine = this.lineOf(start);
    for (let i = 0; i < elements.length; i++) {
      const element = elements[i]!;
      const broken = this.lineOf(element.start) !== previousLine;
      if (broken) {
        this.space(INDENT);
        this.space(BREAK);
      } else if (i > 0) {
        this.space(BLANK);
      }
      this.expression(element);
      previousLine = this.lineOf(element.end - 1);
      if (i + 1 < elements.length) this.punctuation(',');
      if (broken) this.space(UNINDENT);
    }
    if (elements.length > 0 && this.lineOf(end - 1) !== previousLine) {
      this.punctuation(',');
      this.space(INDENT);
      this.space(BREAK);
      this.space(UNINDENT);
    }
    this.at(end - 1);
    this.closer(']');
  }

  private object({ start, end, fields }: ObjectExpression): void {
    this.at(start);
    this.word('{');
    this.terminable = false;
    this.space(INDENT);
    let previousLine = this.lineOf(start);
    let valueLines = 0;
    for (let i = 0; i < fields.length; i++) {
      const { key, value } = fields[i]!;
      const keyLine = this.lineOf(key.start);
      if (keyLine !== previousLine) this.space(i > 0 && valueLines === 0 ? NEWLINE : BREAK);
      else if (i > 0) this.space(BLANK);
      previousLine = keyLine;
      this.at(key.start);
      this.string(this.keyText(key));
      const { printed } = this;
      this.space(COLUMN);
      this.punctuation('=');
      this.space(BLANK);
      const valueLine = this.lineOf(value.start);
      this.expression(value);
      valueLines = this.lineOf(value.end - 1) - valueLine;
      if (valueLines > 0 && this.printed === printed) this.unsettled = true;
      if (i + 1 < fields.length) this.punctuation(',');
    }
    if (fields.length > 0 && this.lineOf(end - 1) !== previousLine) {
      this.punctuation(',');
      this.space(BREAK);
    }
    this.space(UNINDENT);
    this.at(end - 1);
    this.closer('}');
  }

  private call({ value, open, end, args }: CallExpression): void {
    this.expression(value);
    this.punctuation('(');
    this.stoodAt(open);
    let previousLine = this.lineOf(open);
    for (let i = 0; i < args.length; i++) {
      const arg = args[i]!;
      const broken = this.lineOf(arg.start) !== previousLine;
      if (broken) {
        this.space(BREAK);
        this.space(INDENT);
      }
      this.expression(arg);
      previousLine = this.lineOf(arg.end - 1);
      if (i + 1 < args.length) {
        this.punctuation(',');
        this.space(BLANK);
      }
      if (broken) this.space(UNINDENT);
    }
    // upstream writes the comma without an argument, too: f(,) is no expression
    if (args.length > 0 && this.lineOf(end - 1) !== previousLine) {
      this.punctuation(',');
      this.space(BREAK);
    }
    this.closer(')');
    this.stoodAt(end - 1);
  }

  // --- tokens

  /** The token written last, of which upstream does not know the place, stood at `offset`. */
  private stoodAt(offset: number): void {
    this.drifted = this.lineOf(offset) !== this.lastLine;
  }

  /** The next token stands at `offset` of the source. */
  private at(offset: number): void {
    this.drifted = false;
    this.placed = true;
    this.offset = offset;
    this.offsetLine = this.lineOf(offset);
  }

  private space(kind: number): void {
    this.waiting.push(kind);
  }

  /** A token that may begin a line: a name, a constant, an opening bracket, the end of a block. */
  private word(text: string): void {
    this.before(false);
    this.aligner.write(text);
    this.after(text.length);
    this.terminable = true;
  }

  /** A token that goes on with a statement: before it no line may break unless the token before allows it. */
  private goingOn(text: string): void {
    this.before(this.terminable);
    this.aligner.write(text);
    this.after(text.length);
  }

  private punctuation(text: string): void {
    this.goingOn(text);
    this.terminable = false;
  }

  private closer(text: string): void {
    this.goingOn(text);
    this.terminable = true;
  }

  /** A string or key: its line breaks end lines of the layout. */
  private string(text: string): void {
    this.before(false);
    let from = 0;
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', from)) {
      this.aligner.write(text.slice(from, at));
      this.aligner.endLine(false);
      this.offsetLine++;
      this.printed++;
      from = at + 1;
    }
    this.aligner.write(from === 0 ? text : text.slice(from));
    this.after(text.length);
    this.terminable = true;
  }

  private before(keepLine: boolean): void {
    if (this.commentAt <= this.offset && !(keepLine && this.breaksLine(this.offset))) {
      const broken = this.waiting.includes(BREAK) || this.waiting.includes(NEWLINE);
      if (!broken || !this.placed) this.unsettled = true;
      this.inject(this.offset, this.offsetLine, false);
    } else {
      if (this.commentAt <= this.offset) this.unsettled = true;
      this.writeSpace(this.waiting.length);
    }
    if (this.atLineStart) this.startLine();
  }

  private after(length: number): void {
    this.offset += length;
    this.lastLine = this.offsetLine;
    this.afterNumber = false;
    this.placed = false;
    this.empty = false;
  }

  private startLine(): void {
    this.aligner.indent(this.level);
    this.atLineStart = false;
  }

  // --- space

  private writeSpace(count: number): void {
    const { waiting } = this;
    for (let i = 0; i < count; i++) {
      switch (waiting[i]) {
        case INDENT:
          this.level++;
          break;
        case UNINDENT:
          this.level--;
          break;
        case BLANK:
          if (this.atLineStart) this.startLine();
          this.aligner.blank();
          break;
        case COLUMN:
          if (this.atLineStart) this.startLine();
          this.aligner.endCell(false);
          break;
        case NEWLINE:
          this.breakLine(1, false);
          break;
        case BREAK:
          this.breakLine(1, true);
          break;
      }
    }
    if (count === waiting.length) waiting.length = 0;
    else waiting.splice(0, count);
  }

  private breakLine(times: number, section: boolean): void {
    // an empty line is indented too: it has cells, though they are trimmed
    if (this.atLineStart) this.startLine();
    for (let i = 0; i < times; i++) this.aligner.endLine(section);
    this.atLineStart = true;
    this.printed += times;
  }

  // --- comments

  private skipComment(): void {
    this.nextComment++;
    this.commentAt = this.comments[this.nextComment]?.start ?? Number.POSITIVE_INFINITY;
  }

  /** Some comment that would go before `offset` ends its line. */
  private breaksLine(offset: number): boolean {
    for (let i = this.nextComment; i < this.comments.length; i++) {
      const { start, end, text, joined } = this.comments[i]!;
      if (start > offset && !(joined && i > this.nextComment)) return false;
      if (text[1] === '/' || text.includes('\n') || this.lineOf(start) !== this.lastLine)
        return true;
      if (this.lineOf(end) !== this.offsetLine) return true;
    }
    return false;
  }

  /** Writes all comments that stand before `offset`, and the space around them. */
  private inject(offset: number, line: number, atEnd: boolean): void {
    let last: Comment | undefined;
    while (this.commentAt <= offset) {
      do {
        last = this.comments[this.nextComment]!;
        this.skipComment();
        this.comment(last, line);
      } while (this.comments[this.nextComment]?.joined);
    }
    if (last === undefined || atEnd) return;

    // behind a comment whose carriage returns were dropped, upstream looks at that much too early a place
    const lastLine = this.lineOf(last.start + last.text.length - 1);
    if (last.text[1] === '*' && line === lastLine) {
      if (this.atLineStart) this.startLine();
      this.aligner.blank();
    }
    let breaks = line - this.lastLine;
    // upstream's guess of the next token's line may be too early
    if (breaks <= 0 && last.text[1] === '/') breaks = 1;
    let section = false;
    for (let i = 0; i < this.waiting.length; i++) {
      const kind = this.waiting[i]!;
      if (kind === BREAK) section = true;
      if (kind !== INDENT && kind !== UNINDENT) this.waiting[i] = IGNORE;
    }
    this.writeSpace(this.waiting.length);
    if (breaks > 0) this.breakLine(Math.min(breaks, MAX_BREAKS), section);
  }

  /** `nextLine`: that of the token behind. */
  private comment({ start, text }: Comment, nextLine: number): void {
    const line = this.lineOf(start);
    if (this.drifted) this.unsettled = true;
    if (!this.empty) {
      // earlier than the last token is only one that was moved on
      if (line <= this.lastLine) {
        if (this.atLineStart) this.startLine();
        // a tab would look odd between two tokens of a line
        if (line === nextLine) this.aligner.blank();
        else this.aligner.endCell(true);
      } else {
        this.spaceBeforeComment();
        const breaks = line - this.lastLine;
        if (breaks > 0) this.breakLine(Math.min(breaks, MAX_BREAKS), true);
      }
    }
    if (this.atLineStart) this.startLine();
    this.aligner.write(text);
    this.empty = false;
    this.lastLine = line;
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) this.lastLine++;
  }

  /** Applies the indentation that waits before the first space of another kind; that one is dropped. */
  private spaceBeforeComment(): void {
    const first = this.waiting.findIndex((kind) => kind !== INDENT && kind !== UNINDENT);
    if (first < 0) return;
    this.waiting[first] = IGNORE;
    this.writeSpace(first);
  }

  /** A raw key gets double quotes, like upstream's, unless that would change it: keys are taken undecoded. */
  private keyText({ name, quoted, start }: FieldKey): string {
    if (!quoted) return name;
    const raw = this.source.charCodeAt(start) === 96 && quote(name) !== `"${name}"`;
    return raw ? `\`${name}\`` : `"${name}"`;
  }

  /** Line of `offset`, from 1. Most calls ask for places close to the one before. */
  private lineOf(offset: number): number {
    const { lineStarts } = this;
    let line = this.line;
    while (line + 1 < lineStarts.length && lineStarts[line + 1]! <= offset) line++;
    while (lineStarts[line]! > offset) line--;
    this.line = line;
    return line + 1;
  }
}
