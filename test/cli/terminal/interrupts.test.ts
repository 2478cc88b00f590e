import process from 'node:process';
import { afterEach, expect, test, vi } from 'vitest';
import { catchInterrupts } from '../../../src/cli/terminal/interrupts.ts';
import { memoryTerminal } from '../terminal.ts';

afterEach(() => void vi.restoreAllMocks());

test.each([
  ['nothing', /nothing was started on any host/, /Nothing was started on any host/],
  ['something', /those in progress finish or are rolled back/, /finish or roll back on their own/],
] as const)('what goes on after a Ctrl-C, if this was begun: %s', (progress, first, second) => {
  const terminal = memoryTerminal();
  const events: object[] = [];
  let now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  const interrupts = catchInterrupts(
    terminal,
    (event) => events.push(event),
    () => progress,
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

test('where every host is done, a Ctrl-C ends the watch and not the run', () => {
  const terminal = memoryTerminal();
  const events: object[] = [];
  const interrupts = catchInterrupts(
    terminal,
    (event) => events.push(event),
    () => 'watching',
    () => undefined,
  );
  try {
    process.emit('SIGHUP');
    expect(terminal.printed().err).toContain('No longer watching whether data arrives.');
    expect([interrupts.stop.aborted, interrupts.interrupted]).toEqual([true, false]);
    expect(events).toEqual([]);
  } finally {
    interrupts.release();
  }
});
