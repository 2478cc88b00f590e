import fc from 'fast-check';
import { expect, test } from 'vitest';
import { expandName, MOST_NAMES } from '../../src/inventory/range.ts';
import { textOf } from '../../src/report/text-of.ts';

const names = (pattern: string): readonly string[] | string => {
  const expanded = expandName(pattern);
  return expanded.ok ? expanded.value : textOf(expanded.problems[0]!).message;
};

test.each([
  ['web', ['web']],
  ['web-[1:3]', ['web-1', 'web-2', 'web-3']],
  [
    'web-[08:11].example.com',
    ['web-08.example.com', 'web-09.example.com', 'web-10.example.com', 'web-11.example.com'],
  ],
  ['web-[001:002]', ['web-001', 'web-002']],
  ['web-[:2]', ['web-0', 'web-1', 'web-2']],
  ['web-[1:6:2]', ['web-1', 'web-3', 'web-5']],
  ['db-[a:c]', ['db-a', 'db-b', 'db-c']],
  ['db-[a:e:2]', ['db-a', 'db-c', 'db-e']],
  ['db-[y:B]', ['db-y', 'db-z', 'db-A', 'db-B']],
  ['[a:b]-[1:2]', ['a-1', 'a-2', 'b-1', 'b-2']],
  ['10.0.[0:1].[9:10]', ['10.0.0.9', '10.0.0.10', '10.0.1.9', '10.0.1.10']],
  ['n[7:7]', ['n7']],
])('%s stands for %j', (pattern, expected) => {
  expect(names(pattern)).toEqual(expected);
});

test.each([
  ['web-[1:20', 'is not closed'],
  ['web-1:20]', 'is not closed'],
  ['web-[1]', 'is not a range'],
  ['web-[1:]', 'is not a range'],
  ['web-[1:2:0]', 'is not a range'],
  ['web-[1:2:3:4]', 'is not a range'],
  ['web-[1:c]', 'mixes'],
  ['web-[aa:bb]', 'mixes'],
  ['web-[5:1]', 'backwards'],
  ['web-[c:a]', 'backwards'],
  ['web-[01:100]', 'starts with 2 digits'],
  ['web-[1:999999999]', `more than ${MOST_NAMES}`],
  ['[1:200]-[1:200]', 'stands for 40000 hosts'],
])('%s is refused: %s', (pattern, why) => {
  expect(names(pattern)).toContain(why);
});

test('a range counts every number between its ends, at one width when it starts with zeros', () => {
  fc.assert(
    fc.property(
      fc.nat(500),
      fc.nat(500),
      fc.integer({ min: 1, max: 7 }),
      fc.boolean(),
      (from, more, step, padded) => {
        const to = from + more;
        const width = String(to).length + 1;
        const text = (n: number) => (padded ? String(n).padStart(width, '0') : String(n));
        const expected = [];
        for (let n = from; n <= to; n += step) expected.push(`h${text(n)}`);
        expect(names(`h[${text(from)}:${text(to)}:${step}]`)).toEqual(expected);
      },
    ),
  );
});

test('no text throws', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('[', ']', ':', '0', '1', 'a', 'z', '-') }),
      (text) => {
        const expanded = expandName(text);
        if (expanded.ok) expect(expanded.value.length).toBeGreaterThan(0);
      },
    ),
  );
});
