import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import json from '../../src/host/program/json.pl';

/** What the host program makes of a text, written again: "no" where it refuses. */
const decoded = (text: string): string => {
  const program = `${json}\nlocal $/; my $v = eval { decode(<STDIN>) }; print $@ ? 'no' : encode($v);`;
  const { stdout, status } = spawnSync('perl', ['-e', program], {
    input: text,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
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

test.each<[string, string]>([
  ['lines', 'a\n'.repeat(200_000)],
  ['quotes', '"'.repeat(200_000)],
  ['backslashes', '\\'.repeat(200_001)],
  ['none of these', 'é{}[]:,'],
])(
  'a text of %s is read whole: a configuration may have more lines than a group repeats',
  (_, text) => {
    const json = JSON.stringify({ [text]: text });
    expect(JSON.parse(decoded(json))).toEqual({ [text]: text });
  },
);

test('a string that does not end is refused', () => {
  expect(decoded('"a\\"')).toBe('no');
  expect(decoded('{"a')).toBe('no');
  expect(decoded('{"a" 1}')).toBe('no');
});

test('more values than any program writes are refused', () => {
  expect(decoded(`[${'1,'.repeat(999_998)}1]`)).toHaveLength(4 * 999_999 + 1);
  expect(decoded(`[${'{},'.repeat(2 << 20)}1]`)).toBe('no');
});
