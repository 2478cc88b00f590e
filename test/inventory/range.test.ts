import fc from 'fast-check';
import { expect, test } from 'vitest';
import { expandName, MAX_NAMES } from '../../src/inventory/range.ts';

const names = (pattern: string): readonly string[] | string => {
  const expanded = expandName(pattern);
  return expanded.ok ? expanded.value : expanded.mistake.reason;
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
  ['web-[1:20', 'unclosed-bracket'],
  ['web-1:20]', 'unclosed-bracket'],
  ['web-[1]', 'not-a-range'],
  ['web-[1:]', 'not-a-range'],
  ['web-[1:2:0]', 'not-a-range'],
  ['web-[1:2:3:4]', 'not-a-range'],
  ['web-[1:c]', 'mixed-range'],
  ['web-[aa:bb]', 'mixed-range'],
  ['web-[5:1]', 'backward-range'],
  ['web-[c:a]', 'backward-range'],
  ['web-[01:100]', 'uneven-range'],
  ['web-[1:999999999]', 'too-many-names'],
  ['[1:200]-[1:200]', 'too-many-names'],
])('%s is refused: %s', (pattern, reason) => {
  expect(names(pattern)).toBe(reason);
});

test('a range up to the limit is accepted', () => {
  expect(names(`h[1:${MAX_NAMES}]`)).toHaveLength(MAX_NAMES);
  expect(names(`h[0:${MAX_NAMES}]`)).toBe('too-many-names');
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

test('ranges in a name multiply, the last one varying fastest', () => {
  const part = fc.constantFrom<readonly [pattern: string, names: readonly string[]]>(
    ['[1:2]', ['1', '2']],
    ['[08:10]', ['08', '09', '10']],
    ['[a:c:2]', ['a', 'c']],
    ['[:1]', ['0', '1']],
    ['web', ['web']],
    [':', [':']],
    ['-', ['-']],
  );
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 5 }), (parts) => {
      const expected = parts.reduce(
        (heads, [, tails]) => heads.flatMap((head) => tails.map((tail) => head + tail)),
        [''],
      );
      const pattern = parts.map(([one]) => one).join('');
      expect(names(pattern)).toEqual(expected);
      expect(names(`${pattern}[`)).toBe('unclosed-bracket');
    }),
  );
});
