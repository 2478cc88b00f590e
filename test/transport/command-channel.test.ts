import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { commandChannel } from '../../src/transport/command-channel.ts';
import * as problems from '../../src/transport/problems.ts';
import { never, problemOf } from './fixtures.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const carrier = () => {
  const calls: unknown[] = [];
  return {
    calls,
    write: (data: string | Uint8Array) => void calls.push(data),
    end: () => void calls.push('END'),
    drop: () => void calls.push('DROP'),
  };
};
const channelFor = (signal = never) => commandChannel({ timeoutMs: 1000, signal }, 'ops@web');
const exited = { code: 3, signal: null };

test('input waits until the command can take it', () => {
  const channel = channelFor();
  const by = carrier();
  channel.write('one');
  channel.end('two');
  channel.write('ignored');
  channel.end('ignored');
  expect(by.calls).toEqual([]);
  channel.carriedBy(by);
  expect(by.calls).toEqual(['one', 'two', 'END']);
  channel.write('ignored');
  expect(by.calls).toHaveLength(3);
});

test('input goes straight to a command that runs', () => {
  const channel = channelFor();
  const by = carrier();
  channel.carriedBy(by);
  channel.write('one');
  channel.end();
  channel.end();
  expect(by.calls).toEqual(['one', 'END']);
});

test('the first end counts, and takes no more input', async () => {
  const channel = channelFor();
  const by = carrier();
  channel.carriedBy(by);
  channel.ended(exited);
  channel.failed(problems.lost('x', 'too late'));
  channel.write('ignored');
  channel.end('ignored');
  channel.close();
  expect(await channel.exit).toEqual(exited);
  expect(channel.settled).toBe(true);
  expect(by.calls).toEqual([]);
  expect(vi.getTimerCount()).toBe(0);
});

test('a failure is reported, and the command not dropped', async () => {
  const channel = channelFor();
  const by = carrier();
  channel.carriedBy(by);
  channel.failed(problems.lost('ops@web', 'gone'));
  expect(await problemOf(channel.exit)).toEqual(problems.lost('ops@web', 'gone'));
  expect(by.calls).toEqual([]);
});

test('a command past its deadline is abandoned', async () => {
  const channel = channelFor();
  const by = carrier();
  channel.carriedBy(by);
  vi.advanceTimersByTime(999);
  expect(channel.settled).toBe(false);
  vi.advanceTimersByTime(1);
  expect(await problemOf(channel.exit)).toEqual(
    problems.timedOut({ reason: 'command', endpoint: 'ops@web', seconds: 1, limit: null }),
  );
  expect(by.calls).toEqual(['DROP']);
});

test('a command that starts too late is dropped, with its input', async () => {
  const channel = channelFor();
  const by = carrier();
  channel.write('one');
  channel.close();
  expect(await problemOf(channel.exit)).toEqual(problems.lost('ops@web', 'it was closed here'));
  channel.carriedBy(by);
  expect(by.calls).toEqual(['DROP']);
});

test('an interrupt abandons the command, also one before the start', async () => {
  const abort = new AbortController();
  const [running, ended] = [channelFor(abort.signal), channelFor(abort.signal)];
  ended.ended(exited);
  abort.abort();
  for (const channel of [running, channelFor(abort.signal)])
    expect(await problemOf(channel.exit)).toEqual(
      problems.timedOut({ reason: 'command-interrupted', endpoint: 'ops@web' }),
    );
  expect(await ended.exit).toEqual(exited);
});
