import { getEventListeners } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { startClock } from '../../src/engine/host-clock.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const world = (abandon: AbortSignal) => ({
  now: () => 0,
  sleep: (_: number, signal?: AbortSignal) =>
    new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve())),
  abandon,
});

test('a clock that is stopped leaves nothing with the run that all hosts share', async () => {
  const { signal } = new AbortController();
  const clocks = Array.from({ length: 100 }, () => startClock(world(signal), 60));
  expect(getEventListeners(signal, 'abort')).toHaveLength(100);
  // whatever is held weakly is gone by then; a WeakRef holds its target to the end of the turn
  await new Promise((resolve) => setTimeout(resolve));
  collectGarbage();
  for (const clock of clocks) clock.stop();
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
