import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createPartings } from '../../src/engine/partings.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const ended: string[] = [];
const login = (name: string) => () => {
  ended.push(name);
};
beforeEach(() => {
  ended.length = 0;
});

test('a login ends a while after its host is through', () => {
  const partings = createPartings(1000);
  partings.later(login('a'));
  vi.advanceTimersByTime(999);
  expect(ended).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(ended).toEqual(['a']);
});

test('what is left at the end of the run ends with it, and once', () => {
  const partings = createPartings(1000);
  for (const name of ['a', 'b', 'c']) partings.later(login(name));
  vi.advanceTimersByTime(500);
  partings.end();
  expect(ended).toEqual(['a', 'b', 'c']);
  vi.advanceTimersByTime(5000);
  expect(ended).toEqual(['a', 'b', 'c']);
});

test('no more than some are kept, whatever the size of the fleet', () => {
  const partings = createPartings(1000, 2);
  for (const name of ['a', 'b', 'c', 'd']) partings.later(login(name));
  expect(ended).toEqual(['a', 'b']);
});

test('one that waits keeps no process alive', () => {
  vi.useRealTimers();
  const before = process.getActiveResourcesInfo().filter((one) => one === 'Timeout').length;
  const partings = createPartings(60_000);
  partings.later(login('a'));
  expect(process.getActiveResourcesInfo().filter((one) => one === 'Timeout').length).toBe(before);
  partings.end();
});
