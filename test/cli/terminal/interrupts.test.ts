import process from 'node:process';
import { afterEach, expect, test, vi } from 'vitest';
import { catchInterrupts } from '../../../src/cli/terminal/interrupts.ts';
import { memoryTerminal } from '../terminal.ts';

afterEach(() => void vi.restoreAllMocks());

test.each([
  [false, /nothing was started on any host/, /Nothing was started on any host/],
  [true, /those in progress finish or are rolled back/, /finish or roll back on their own/],
])('what goes on after a Ctrl-C, if something was begun: %s', (begun, first, second) => {
  const terminal = memoryTerminal();
  const events: object[] = [];
  let now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  const interrupts = catchInterrupts(
    terminal,
    (event) => events.push(event),
    () => begun,
    () => undefined,
  );
  const said = (): string => {
    now += 1000;
    const before = terminal.printed().err.length;
    process.emit('SIGHUP');
    return terminal.printed().err.slice(before).replaceAll(/\s+/g, ' ');
  };
  try {
    expect(said()).toMatch(first);
    expect([interrupts.stop.aborted, interrupts.abandon.aborted]).toEqual([true, false]);
    expect(said()).toMatch(second);
    expect(interrupts.abandon.aborted).toBe(true);
    expect(events).toEqual([
      { type: 'run.interrupted', again: false },
      { type: 'run.interrupted', again: true },
    ]);
  } finally {
    interrupts.release();
  }
});
