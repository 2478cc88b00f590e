import { stripVTControlCharacters } from 'node:util';
import type { Size } from '../../report/live.ts';
import { widthOf } from '../../report/plain.ts';
import type { Document, Printable } from '../../report/printable.ts';

/** A terminal that a view can be drawn on. */
export interface Canvas {
  size(): Size;
  write(text: string): void;
}

/** Ten frames a second look smooth. */
const FRAME_MS = 100;

const HIDE_CURSOR = '\u001b[?25l';
const SHOW_CURSOR = '\u001b[?25h';
/** The terminal cuts a line that is wider than computed instead of wrapping it. */
const NO_WRAP = '\u001b[?7l';
const WRAP = '\u001b[?7h';
const CLEAR_LINE = '\u001b[2K';
const TO_SCREEN_END = '\u001b[J';

/**
 * Lines that stay at the bottom of a terminal while text scrolls above them.
 *
 * @param frame the lines for a size; at most `rows - 1` of them
 */
export function openScreen(canvas: Canvas, frame: (size: Size) => readonly Printable[]) {
  let drawn: readonly string[] = [];
  let drawnOn: Size = { columns: 0, rows: 0 };
  /** Printed but not written yet: a fleet prints more lines a second than frames are drawn. */
  let held = '';
  /** Questions that are asked at the moment. */
  let asking = 0;
  let closed = false;
  /** Something was drawn: until then there is nothing to remove. */
  let begun = false;

  /** Moves to the start of the view, wherever a narrower window has wrapped it to. */
  const back = (): string => {
    const { columns, rows } = canvas.size();
    const lines = drawn.reduce((sum, line) => sum + rowsOf(line, columns), 0);
    return lines === 0 ? '\r' : `\r\u001b[${Math.min(lines, Math.max(1, rows - 1))}A`;
  };

  const draw = (): void => {
    const lines = frame(canvas.size());
    if (held === '' && same(lines, drawn)) return;
    const above = held === '' || held.endsWith('\n') ? held : `${held}\n`;
    held = '';
    // text may wrap, so the view is cleared first; without text each line is overwritten
    const over = above === '' ? '' : `${TO_SCREEN_END}${above}`;
    const size = canvas.size();
    const isSame = size.columns === drawnOn.columns && size.rows === drawnOn.rows;
    const keeps = above === '' && isSame;
    // clear before writing: after a full line the cursor is still on its last column
    const view = lines
      .map((line, i) => (keeps && line === drawn[i] ? '\n' : `${CLEAR_LINE}${line}\n`))
      .join('');
    begun = true;
    canvas.write(`${HIDE_CURSOR}${back()}${over}${NO_WRAP}${view}${WRAP}${TO_SCREEN_END}`);
    drawn = lines;
    drawnOn = size;
  };

  const hide = (): void => {
    const away = drawn.length > 0 ? `${back()}${TO_SCREEN_END}` : '';
    canvas.write(`${away}${held}${begun ? SHOW_CURSOR : ''}`);
    drawn = [];
    held = '';
  };

  const timer = setInterval(() => {
    if (asking === 0) draw();
  }, FRAME_MS);
  timer.unref();

  return {
    /** Prints text above the view. */
    print(text: Printable | Document): void {
      if (closed) canvas.write(text);
      else held += text;
    },
    /** Hides the view while a question is asked; what is printed meanwhile follows it. */
    async aside<T>(ask: () => Promise<T>): Promise<T> {
      if (asking === 0 && !closed) hide();
      asking += 1;
      try {
        return await ask();
      } finally {
        asking -= 1;
      }
    },
    /** Removes the view for good. Safe to call twice. */
    close(): void {
      if (closed) return;
      clearInterval(timer);
      hide();
      closed = true;
    },
  };
}

/** Rows that a line takes after the window has become narrower. */
const rowsOf = (line: string, columns: number): number =>
  Math.max(1, Math.ceil(widthOf(stripVTControlCharacters(line)) / Math.max(1, columns)));

const same = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((line, i) => line === b[i]);
