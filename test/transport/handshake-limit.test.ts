import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { handshakeLimit } from '../../src/transport/handshake-limit.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Begins so much work, of which each takes so long. */
function begin(n: number, ms: number, isBusy: () => boolean) {
  const inTurn = handshakeLimit(isBusy);
  const seen = { active: 0, most: 0, done: 0 };
  const work = async (): Promise<void> => {
    seen.active += 1;
    seen.most = Math.max(seen.most, seen.active);
    await new Promise((resolve) => setTimeout(resolve, ms));
    seen.active -= 1;
    seen.done += 1;
  };
  const all = Promise.all(Array.from({ length: n }, () => inTurn(work)));
  return { seen, all };
}

test('a machine that is busy makes 32 handshakes at once, and all in the end', async () => {
  const { seen, all } = begin(200, 100, () => true);
  await vi.runAllTimersAsync();
  await all;
  expect(seen).toEqual({ active: 0, most: 32, done: 200 });
});

test('an idle one makes more with each that goes well', async () => {
  const { seen, all } = begin(500, 500, () => false);
  await vi.advanceTimersByTimeAsync(400);
  expect(seen.active).toBe(32);
  await vi.advanceTimersByTimeAsync(500);
  expect(seen.active).toBe(64);
  await vi.advanceTimersByTimeAsync(500);
  expect(seen.active).toBe(128);
  await vi.runAllTimersAsync();
  await all;
  expect(seen.done).toBe(500);
});

test('no more than sixteen begin in the same moment beyond the first, whatever room there is', async () => {
  vi.useRealTimers();
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  const inTurn = handshakeLimit(() => false);
  const begun = new Map<number, number>();
  const all = Array.from({ length: 600 }, () =>
    inTurn(async () => {
      const at = performance.now();
      begun.set(at, (begun.get(at) ?? 0) + 1);
      await new Promise((resolve) => setTimeout(resolve, 500));
    }),
  );
  await vi.runAllTimersAsync();
  await Promise.all(all);
  expect([...begun.values()].reduce((sum, n) => sum + n)).toBe(600);
  const [first, ...later] = begun.values();
  expect(first).toBe(32);
  // whoever ends makes room for one of the first 32
  expect(Math.max(...later)).toBeLessThanOrEqual(32 + 16);
  expect(begun.size).toBeGreaterThan(15);
});

test('whoever is silent after its greeting holds its place for five seconds at most', async () => {
  const inTurn = handshakeLimit(() => true);
  const silent = Array.from({ length: 32 }, () =>
    inTurn(() => new Promise<void>((resolve) => setTimeout(resolve, 15_000))),
  );
  let begun = false;
  const good = inTurn(async () => {
    begun = true;
  });
  await vi.advanceTimersByTimeAsync(4900);
  expect(begun).toBe(false);
  await vi.advanceTimersByTimeAsync(200);
  expect(begun).toBe(true);
  await good;
  await vi.runAllTimersAsync();
  await Promise.all(silent);
});

test('where handshakes take long, no more are made than on a busy machine', async () => {
  const { seen, all } = begin(200, 4000, () => false);
  await vi.runAllTimersAsync();
  await all;
  expect(seen).toEqual({ active: 0, most: 32, done: 200 });
});

test('an error frees its place', async () => {
  const inTurn = handshakeLimit(() => true);
  const failing = Array.from({ length: 100 }, () => inTurn(() => Promise.reject(new Error('no'))));
  const ends = Promise.allSettled(failing);
  await vi.runAllTimersAsync();
  expect((await ends).every(({ status }) => status === 'rejected')).toBe(true);
});
