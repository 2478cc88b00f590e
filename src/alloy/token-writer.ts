import { Aligner } from './align.ts';
import type { Comment, File } from './ast.ts';

/** Space between two tokens, kept back until the second one is written. */
const IGNORE = 0;
export const BLANK = 1;
/** A soft column. */
export const COLUMN = 2;
export const NEWLINE = 3;
/** A line break that ends a section: no alignment across it. */
export const BREAK = 4;
export const INDENT = 5;
export const UNINDENT = 6;

/** At most one empty line. */
const MAX_BREAKS = 2;

/**
 * Writes the tokens of a file, each at the place it has in the source, with the space and the
 * comments between them. The rules are upstream's (syntax/printer), its guesses of places included.
 */
export class TokenWriter {
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
  afterNumber = false;
  /** A line break behind the token written last would end the statement. */
  private terminable = false;
  /** Where the token being written, or written last, stands is known, not guessed. */
  private placed = false;
  /** The token written last stood on another line than `lastLine`. */
  private drifted = false;
  /** Lines printed so far. */
  printed = 0;
  /**
   * What is printed may be laid out in another way next time: a comment stands inside a line of
   * tokens, or a value took several lines and takes one now.
   */
  unsettled = false;

  constructor(source: string, file: File) {
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

  // --- tokens

  /** The token written last, of which upstream does not know the place, stood at `offset`. */
  stoodAt(offset: number): void {
    this.drifted = this.lineOf(offset) !== this.lastLine;
  }

  space(...kinds: readonly number[]): void {
    this.waiting.push(...kinds);
  }

  // `at`: where the token stands in the source; left out where upstream does not know

  /** A token that may begin a line: a name, a constant, the end of a block. */
  word(text: string, at?: number): void {
    this.before(false, at);
    this.aligner.write(text);
    this.after(text.length, true);
  }

  /** An opening bracket or a prefix. */
  opener(text: string, at?: number): void {
    this.word(text, at);
    this.terminable = false;
  }

  /** A token that goes on with a statement: before it no line may break unless the token before allows it. */
  punctuation(text: string, at?: number): void {
    this.before(this.terminable, at);
    this.aligner.write(text);
    this.after(text.length, false);
  }

  /** One that may end it, too: a label, a closing bracket. */
  closer(text: string, at?: number): void {
    this.punctuation(text, at);
    this.terminable = true;
  }

  /** A string or key: its line breaks end lines of the layout. */
  string(text: string, at: number): void {
    this.before(false, at);
    let from = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
      this.aligner.write(text.slice(from, end));
      this.aligner.endLine(false);
      this.offsetLine++;
      this.printed++;
      from = end + 1;
    }
    this.aligner.write(from === 0 ? text : text.slice(from));
    this.after(text.length, true);
  }

  private before(keepLine: boolean, at: number | undefined): void {
    this.placed = at !== undefined;
    if (at !== undefined) {
      this.offset = at;
      this.offsetLine = this.lineOf(at);
    }
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

  private after(length: number, terminable: boolean): void {
    this.terminable = terminable;
    this.offset += length;
    this.lastLine = this.offsetLine;
    this.afterNumber = false;
    if (this.placed) this.drifted = false;
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

  /** Line of `offset`, from 1. Most calls ask for places close to the one before. */
  lineOf(offset: number): number {
    const { lineStarts } = this;
    let line = this.line;
    while (line + 1 < lineStarts.length && lineStarts[line + 1]! <= offset) line++;
    while (lineStarts[line]! > offset) line--;
    this.line = line;
    return line + 1;
  }
}
