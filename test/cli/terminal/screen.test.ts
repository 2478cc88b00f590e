import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openScreen } from '../../../src/cli/terminal/screen.ts';
import type { Printable } from '../../../src/report/printable.ts';

/** As much of a terminal as the view uses: lines, upward moves, clearing. Text is ASCII. */
function fakeTerminal(columns: number, rows: number) {
  const lines: string[] = [''];
  let row = 0;
  let column = 0;
  let cursor = true;
  let wraps = true;
  const put = (char: string): void => {
    if (column >= columns) {
      if (!wraps) return;
      row += 1;
      column = 0;
    }
    const line = (lines[row] ?? '').padEnd(column);
    lines[row] = line.slice(0, column) + char + line.slice(column + 1);
    column += 1;
  };
  return {
    size: () => ({ columns, rows }),
    write(text: string) {
      for (const [part] of text.matchAll(/\u001b\[\??\d*[A-Za-z]|[\s\S]/g)) {
        if (part === '\n') {
          row += 1;
          column = 0;
          lines[row] ??= '';
        } else if (part === '\r') column = 0;
        else if (part === '\u001b[J')
          lines.splice(row, Infinity, (lines[row] ?? '').slice(0, column));
        else if (part === '\u001b[2K') lines[row] = '';
        else if (part === '\u001b[?25l') cursor = false;
        else if (part === '\u001b[?25h') cursor = true;
        else if (part === '\u001b[?7l') wraps = false;
        else if (part === '\u001b[?7h') wraps = true;
        else if (part.startsWith('\u001b') && part.endsWith('A'))
          row = Math.max(0, row - Number(part.slice(2, -1)));
        else if (part.startsWith('\u001b'))
          throw new Error(`unknown sequence ${JSON.stringify(part)}`);
        else put(part);
      }
    },
    shown: () => lines.map((line) => line.trimEnd()).join('\n'),
    cursor: () => cursor,
  };
}

const printed = (text: string): Printable => text as Printable;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('what is printed scrolls above the view, and the view goes without a trace', () => {
  const terminal = fakeTerminal(20, 10);
  let view = ['one', 'two'];
  const screen = openScreen(terminal, () => view.map(printed));
  vi.advanceTimersByTime(100);
  expect(terminal.shown()).toBe('one\ntwo\n');
  screen.print(printed('said\n'));
  view = ['three'];
  vi.advanceTimersByTime(100);
  expect(terminal.shown()).toBe('said\nthree\n');
  expect(terminal.cursor()).toBe(false);
  screen.close();
  expect(terminal.shown()).toBe('said\n');
  expect(terminal.cursor()).toBe(true);
});

/** A question, and how to answer it. */
function question() {
  let answer = (): void => {};
  const answered = new Promise<void>((done) => {
    answer = done;
  });
  return { answer, ask: () => answered };
}

test('a question has the terminal to itself; what is said meanwhile follows it', async () => {
  const terminal = fakeTerminal(20, 10);
  const screen = openScreen(terminal, () => [printed('view')]);
  vi.advanceTimersByTime(100);
  screen.print(printed('plan\n'));
  const [one, another] = [question(), question()];
  const asides = [screen.aside(one.ask)];
  expect(terminal.shown()).toBe('plan\n');
  expect(terminal.cursor()).toBe(true);
  screen.print(printed('late\n'));
  vi.advanceTimersByTime(1000);
  expect(terminal.shown()).toBe('plan\n');
  asides.push(screen.aside(another.ask));
  one.answer();
  await asides[0];
  vi.advanceTimersByTime(1000);
  expect(terminal.shown()).toBe('plan\n');
  terminal.write('Apply? yes\n');
  another.answer();
  await asides[1];
  vi.advanceTimersByTime(100);
  expect(terminal.shown()).toBe('plan\nApply? yes\nlate\nview\n');
});

test('ten times a second it is drawn at most, however much happens', () => {
  let writes = 0;
  let events = 0;
  const screen = openScreen(
    {
      size: () => ({ columns: 80, rows: 24 }),
      write: () => {
        writes += 1;
      },
    },
    () => [printed(`${events} events`)],
  );
  for (let ms = 0; ms < 1000; ms += 1) {
    for (let i = 0; i < 100; i += 1) {
      events += 1;
      screen.print(printed(`event ${events}\n`));
    }
    vi.advanceTimersByTime(1);
  }
  expect(writes).toBe(10);
  screen.close();
});

test('an unchanged view is not drawn again', () => {
  const terminal = fakeTerminal(20, 10);
  const write = vi.spyOn(terminal, 'write');
  openScreen(terminal, () => [printed('same')]);
  vi.advanceTimersByTime(100);
  const before = write.mock.calls.length;
  vi.advanceTimersByTime(5000);
  expect(write.mock.calls.length).toBe(before);
});

test('of a view that changes in one line, only that line is written', () => {
  const terminal = fakeTerminal(20, 10);
  const write = vi.spyOn(terminal, 'write');
  let view = ['stays', 'ticks 1', 'stays too'];
  openScreen(terminal, () => view.map(printed));
  vi.advanceTimersByTime(100);
  view = ['stays', 'ticks 2', 'stays too'];
  vi.advanceTimersByTime(100);
  expect(terminal.shown()).toBe('stays\nticks 2\nstays too\n');
  expect(write.mock.lastCall![0]).not.toContain('stays');
});

test('a view that stays is drawn anew below what is printed', () => {
  const terminal = fakeTerminal(20, 10);
  const screen = openScreen(terminal, () => ['one', 'two'].map(printed));
  vi.advanceTimersByTime(100);
  screen.print(printed('said\n'));
  vi.advanceTimersByTime(100);
  expect(terminal.shown()).toBe('said\none\ntwo\n');
});

test('whatever is said and drawn in whatever order, only what was said remains', async () => {
  const step = fc.oneof(
    fc.record({ print: fc.string({ maxLength: 30, unit: fc.constantFrom('a', 'b', ' ', '\n') }) }),
    fc.record({
      view: fc.array(fc.string({ maxLength: 12, unit: fc.constantFrom('x', 'y') }), {
        maxLength: 9,
      }),
    }),
    fc.constant('ask' as const),
    fc.constant('answer' as const),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const terminal = fakeTerminal(12, 10);
      const plain = fakeTerminal(12, 10);
      let view: readonly string[] = ['begin'];
      const open: (() => Promise<void>)[] = [];
      const screen = openScreen(terminal, () => view.map(printed));
      for (const one of steps) {
        if (one === 'ask') {
          const { ask, answer } = question();
          const answered = screen.aside(ask);
          open.push(() => {
            answer();
            return answered;
          });
        } else if (one === 'answer') await open.pop()?.();
        else if ('view' in one) view = one.view;
        else {
          screen.print(printed(`${one.print}\n`));
          plain.write(`${one.print}\n`);
        }
        vi.advanceTimersByTime(100);
      }
      screen.close();
      expect(terminal.shown()).toBe(plain.shown());
      expect(terminal.cursor()).toBe(true);
    }),
  );
});
