import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import { startClock } from '../../src/engine/host-clock.ts';

const world = (abandon: AbortSignal) => ({
  now: () => 0,
  sleep: (_: number, signal?: AbortSignal) =>
    new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve())),
  abandon,
});

test('a clock that is stopped leaves nothing with the run that all hosts share', () => {
  const { signal } = new AbortController();
  const clock = startClock(world(signal), 60);
  expect(getEventListeners(signal, 'abort')).toHaveLength(1);
  clock.stop();
  expect(getEventListeners(signal, 'abort')).toHaveLength(0);
});

test('a run that is abandoned ends the time of each host', async () => {
  const run = new AbortController();
  const clock = startClock(world(run.signal), 60);
  expect(clock.signal.aborted).toBe(false);
  run.abort();
  expect(clock.signal.aborted).toBe(true);
  clock.stop();
});
