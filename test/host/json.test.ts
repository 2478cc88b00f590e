import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import json from '../../src/host/program/json.pl';

/** What the host program makes of a text, written again: "no" where it refuses. */
const decoded = (text: string): string => {
  const program = `${json}\nlocal $/; my $v = eval { decode(<STDIN>) }; print $@ ? 'no' : encode($v);`;
  const { stdout, status } = spawnSync('perl', ['-e', program], { input: text, encoding: 'utf8' });
  return status === 0 ? stdout : `exit ${status}`;
};

const nested = (depth: number, [open, close]: readonly [string, string]): string =>
  open.repeat(depth) + close.repeat(depth);

test('lists and maps are read down to a hundred levels', () => {
  expect(decoded(nested(100, ['[', ']']))).toBe(nested(100, ['[', ']']));
});

test.each<[string, string]>([
  ['lists', nested(102, ['[', ']'])],
  ['maps', `${'{"a":'.repeat(102)}1${'}'.repeat(102)}`],
  // what an answer of eight megabytes can hold: a gigabyte of perl's memory for each million
  ['lists without end', '['.repeat(4 << 20)],
])('deeper %s are refused, whatever sent them', (_, text) => {
  const began = performance.now();
  expect(decoded(text)).toBe('no');
  expect(performance.now() - began).toBeLessThan(10_000);
});
