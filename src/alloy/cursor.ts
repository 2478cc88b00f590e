import type { Comment } from './ast.ts';
import type { Diagnostic } from './diagnostic.ts';
import * as hint from './hints.ts';
import { type LineColumn, lineAt, lineStartsOf, type Span, utf8Length } from './position.ts';
import { commentText, Scanner } from './scan.ts';
import { firstBehind, secretSpans } from './secret-spans.ts';
import { quote } from './string-literal.ts';
import * as token from './token.ts';

/** Brackets, blocks and prefix operators inside each other: bounds our own stack. */
const MAX_NESTING = 200;
/** Levels of one expression's tree, chains like a + b + c + ... counted: bounds the stack of whoever walks it. */
const MAX_HEIGHT = 1000;

/**
 * The token a parser stands at, the errors it has reported, and how deep it is. Upstream's rule for
 * errors: of those of the parser on one line, only the first is kept.
 */
export class Cursor implements hint.Place {
  readonly errors: Diagnostic[] = [];
  readonly source: string;
  private readonly scanner: Scanner;
  protected readonly lineStarts: readonly number[];
  protected readonly comments: Comment[] = [];
  kind: number = token.EOF;
  start = 0;
  end = 0;
  previousKind: number = token.EOF;
  previousStart = 0;
  previousEnd = 0;
  private lastErrorLine = 0;
  protected nesting = 0;
  /** Levels of the expression read last. */
  protected height = 0;
  private stopped = false;
  private counted = { line: 1, column: 1, offset: 0 };
  private secrets: readonly Span[] | null = null;

  constructor(source: string) {
    this.source = source;
    this.lineStarts = lineStartsOf(source);
    this.scanner = new Scanner(source, (code, start, end, message, advice) =>
      this.add(code, start, end, message, advice),
    );
    this.next();
  }

  // --- tokens

  protected next(): void {
    const scanner = this.scanner;
    this.previousKind = this.kind;
    this.previousStart = this.start;
    this.previousEnd = this.end;
    let kind = scanner.next();
    if (kind === token.COMMENT) kind = this.readComments();
    this.kind = kind;
    this.start = scanner.start;
    this.end = scanner.end;
  }

  private readComments(): number {
    const { scanner, source } = this;
    let kind: number = token.COMMENT;
    let endLine = -2;
    while (kind === token.COMMENT) {
      const { start } = scanner;
      const text = commentText(source, start, scanner.end);
      const end = source[scanner.end - 1] === '\r' ? scanner.end - 1 : scanner.end;
      const line = lineAt(this.lineStarts, start);
      this.comments.push({ kind: 'comment', start, end, text, joined: line <= endLine + 1 });
      endLine = text.charCodeAt(1) === 42 ? lineAt(this.lineStarts, end) : line;
      kind = scanner.next();
    }
    return kind;
  }

  protected skipTo(kind: number): void {
    while (this.kind !== token.EOF && this.kind !== kind) this.next();
  }

  /** To the end of the statement: a line break outside all brackets that were opened on the way. */
  protected skipStatement(): void {
    const open = new Map<number, number>();
    for (; this.kind !== token.EOF; this.next()) {
      const { kind } = this;
      if (kind === token.TERMINATOR && ![...open.values()].some((count) => count > 0)) return;
      if (kind < token.LCURLY || kind > token.RBRACK) continue;
      const pair = kind >> 1;
      open.set(pair, (open.get(pair) ?? 0) + (kind % 2 === 0 ? 1 : -1));
    }
  }

  // --- errors

  protected add(code: string, start: number, end: number, message: string, advice: string): void {
    if (this.stopped) return;
    const { line, column } = this.position(start);
    this.errors.push({ severity: 'error', code, message, hint: advice, start, end, line, column });
  }

  /** Counts on from the place asked for before: a line may be long, and have many errors. */
  private position(offset: number): LineColumn {
    const { source, lineStarts, counted } = this;
    const line = lineAt(lineStarts, offset);
    let column: number;
    if (line !== counted.line) column = 1 + utf8Length(source, lineStarts[line - 1]!, offset);
    else if (offset >= counted.offset) {
      column = counted.column + utf8Length(source, counted.offset, offset);
    } else column = counted.column - utf8Length(source, offset, counted.offset);
    this.counted = { line, column, offset };
    return { line, column };
  }

  /** An error at the current token, unless the last one of this kind was on the same line. */
  protected fail(code: string, message: string, advice: string): void {
    const line = lineAt(this.lineStarts, this.start);
    if (line === this.lastErrorLine) return;
    this.lastErrorLine = line;
    const shown = this.kind === token.TERMINATOR ? this.start : this.end;
    this.add(code, this.start, shown, message, advice);
  }

  protected failExpected(what: string, advise: (place: hint.Place) => hint.Advice): void {
    this.failHere(`expected ${what}, got ${token.TOKEN_NAMES[this.kind]}`, advise);
  }

  /** An error with the advice for this place; for a character that begins no token there is one everywhere. */
  protected failHere(message: string, advise: (place: hint.Place) => hint.Advice): void {
    const [code, advice] =
      this.kind === token.ILLEGAL ? hint.illegalCharacter(this.source, this.start) : advise(this);
    this.fail(code, message, advice);
  }

  /** The current token may be part of a secret. */
  hidden(): boolean {
    this.secrets ??= secretSpans(this.source);
    const next = this.secrets[firstBehind(this.secrets, this.start)];
    return next !== undefined && next.start < this.end;
  }

  /** A text of the current token, as a message may repeat it. */
  protected shown(text: string): string {
    return this.hidden() ? 'a text that may be secret' : quote(text);
  }

  /** Takes the current token, which should be of `kind`; whether it was. `opened`: where its partner stands. */
  protected expect(kind: number, opened: number): boolean {
    const found = this.kind === kind;
    if (!found) {
      const line = opened < 0 ? 0 : lineAt(this.lineStarts, opened);
      this.failExpected(token.TOKEN_NAMES[kind]!, (place) => hint.expected(kind, line, place));
    }
    this.next();
    return found;
  }

  protected enter(): void {
    if (++this.nesting > MAX_NESTING) this.tooDeep();
  }

  protected grow(height: number): void {
    this.height = height;
    if (height > MAX_HEIGHT) this.tooDeep();
  }

  private tooDeep(): void {
    if (this.stopped) return;
    this.add('syntax.depth', this.start, this.end, 'nested too deeply', hint.DEPTH);
    this.stopped = true;
    this.scanner.stop();
    this.kind = token.EOF;
  }
}
