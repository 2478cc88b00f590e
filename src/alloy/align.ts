/**
 * Elastic tabstops: the cells of neighbouring lines are padded so that what follows them stands in
 * one column. The rules (which lines are neighbours, which columns count) are those of Go's
 * text/tabwriter with minwidth 0, tabwidth 8, padding 1, DiscardEmptyColumns and TabIndent, because
 * `alloy fmt` prints through it. Blanks at line ends are dropped, but never those of a token.
 */
export class Aligner {
  private out = '';
  /** Blanks that are written when something follows them on the line. */
  private blanks = '';

  // the current section: lines whose columns may still depend on each other
  private lineCount = 0;
  /** Empty cells, each ended by a tab, that a line begins with. */
  private readonly indents: number[] = [];
  /** Index behind the last cell of each line. */
  private readonly lineEnds: number[] = [];
  private cellCount = 0;
  private readonly texts: string[] = [];
  /** Length of each cell's text without the blanks at its end that may be dropped. */
  private readonly solids: number[] = [];
  /** Ended by a tab; otherwise by a soft column or the line's end. */
  private readonly hards: boolean[] = [];
  /** Of the columns to the left of the one being laid out. */
  private readonly widths: number[] = [];

  // the cell being written
  private text = '';
  private solid = 0;
  private lineIndent = 0;

  /** Whether a character may take two units: widths are in code points. */
  private readonly wide: boolean;

  constructor(wide: boolean) {
    this.wide = wide;
  }

  /** Text that stays as it is; line breaks inside it do not count as such. */
  write(text: string): void {
    this.text += text;
    this.solid = this.text.length;
  }

  blank(): void {
    this.text += ' ';
  }

  indent(levels: number): void {
    this.lineIndent = levels;
  }

  endCell(hard: boolean): void {
    const cell = this.cellCount++;
    this.texts[cell] = this.text;
    this.solids[cell] = this.solid;
    this.hards[cell] = hard;
    this.text = '';
    this.solid = 0;
  }

  /** `section`: no line after this one depends on it. */
  endLine(section: boolean): void {
    if (this.lineCount === 0 && section && this.cellCount === 0) {
      // alone in its section, without a column: most lines
      this.blanks = indentation(this.lineIndent);
      this.emit(this.text, this.solid);
      this.text = '';
      this.solid = 0;
    } else {
      const alone = this.lineIndent === 0 && this.cellCount === this.lineStart(this.lineCount);
      this.endCell(false);
      const line = this.lineCount++;
      this.indents[line] = this.lineIndent;
      this.lineEnds[line] = this.cellCount;
      this.lineIndent = 0;
      if (section || alone) this.flush();
      return;
    }
    this.lineIndent = 0;
    this.newline();
  }

  /** The whole text; the last line without its break. */
  finish(): string {
    this.endLine(true);
    return this.out.slice(0, -1);
  }

  private flush(): void {
    this.layOut(0, this.lineCount, 0);
    this.lineCount = 0;
    this.cellCount = 0;
  }

  private lineStart(line: number): number {
    return line === 0 ? 0 : this.lineEnds[line - 1]!;
  }

  /** Cells of a line, those of its indentation too. */
  private cells(line: number): number {
    return this.indents[line]! + this.lineEnds[line]! - this.lineStart(line);
  }

  /**
   * Writes lines `from` to `to`, for which the widths of all columns left of `column` are known.
   * Lines next to each other that have a cell in this column (their last cell is none) share its width.
   */
  private layOut(from: number, to: number, firstColumn: number): void {
    let column = firstColumn;
    // columns that all lines have: in a loop, for a line may have thousands
    for (let end = this.widen(from, to, column); end === to && end > from; ) {
      end = this.widen(from, to, ++column);
    }
    let unwritten = from;
    let line = from;
    while (line < to) {
      const end = this.widen(line, to, column);
      if (end === line) {
        line++;
        continue;
      }
      this.writeLines(unwritten, line, column);
      this.layOut(line, end, column + 1);
      unwritten = end;
      line = end;
    }
    this.writeLines(unwritten, to, column);
  }

  /** Sets the width that the cells of `column` share from line `from` on, and gives the first line without one. */
  private widen(from: number, to: number, column: number): number {
    let width = 0;
    let empty = true;
    let line = from;
    for (; line < to && column < this.cells(line) - 1; line++) {
      const textColumn = column - this.indents[line]!;
      if (textColumn < 0) {
        empty = false;
        if (width === 0) width = 1;
        continue;
      }
      const cell = this.lineStart(line) + textColumn;
      const cellWidth = this.width(this.texts[cell]!);
      if (cellWidth + 1 > width) width = cellWidth + 1;
      if (cellWidth > 0 || this.hards[cell]) empty = false;
    }
    if (line > from) this.widths[column] = empty ? 0 : width;
    return line;
  }

  private writeLines(from: number, to: number, columns: number): void {
    for (let line = from; line < to; line++) {
      const indent = this.indents[line]!;
      const start = this.lineStart(line);
      const end = this.lineEnds[line]!;
      let leading = true;
      let tabs = 0;
      for (let column = 0; column < indent && column < columns; column++) {
        tabs += Math.ceil(this.widths[column]! / TAB_WIDTH);
      }
      this.blanks = indentation(tabs);
      for (let cell = start; cell < end; cell++) {
        const column = indent + cell - start;
        const text = this.texts[cell]!;
        if (text !== '') {
          leading = false;
          this.emit(text, this.solids[cell]!);
        }
        if (column >= columns) continue;
        const width = this.widths[column]!;
        this.blanks += leading
          ? indentation(Math.ceil(width / TAB_WIDTH))
          : spaces(width - this.width(text));
      }
      this.newline();
    }
  }

  private emit(text: string, solid: number): void {
    if (solid === text.length) {
      if (solid === 0) return;
      this.out += this.blanks + text;
      this.blanks = '';
    } else if (solid === 0) {
      this.blanks += text;
    } else {
      this.out += this.blanks + text.slice(0, solid);
      this.blanks = text.slice(solid);
    }
  }

  private newline(): void {
    this.blanks = '';
    this.out += '\n';
  }

  private width(text: string): number {
    if (!this.wide) return text.length;
    let width = text.length;
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      if (unit >= 0xdc00 && unit < 0xe000) width--;
    }
    return width;
  }
}

const TAB_WIDTH = 8;

const TABS = Array.from({ length: 40 }, (_, n) => '\t'.repeat(n));
const indentation = (levels: number): string => TABS[levels] ?? '\t'.repeat(levels);

const SPACES = Array.from({ length: 120 }, (_, n) => ' '.repeat(n));
const spaces = (count: number): string => SPACES[count] ?? ' '.repeat(count);
