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
  const part = createPartings(1000);
  part(login('a'));
  vi.advanceTimersByTime(999);
  expect(ended).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(ended).toEqual(['a']);
});

test('no more than some are kept, whatever the size of the fleet', () => {
  const part = createPartings(1000, 2);
  for (const name of ['a', 'b', 'c', 'd']) part(login(name));
  expect(ended).toEqual(['a', 'b']);
});

test('one that waits keeps no process alive', () => {
  vi.useRealTimers();
  const before = process.getActiveResourcesInfo().filter((one) => one === 'Timeout').length;
  const part = createPartings(60_000);
  part(login('a'));
  expect(process.getActiveResourcesInfo().filter((one) => one === 'Timeout').length).toBe(before);
});
