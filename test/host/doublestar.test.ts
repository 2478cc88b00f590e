import fc from 'fast-check';
import { expect, test } from 'vitest';
import { alternatives, isPattern } from '../../src/host/doublestar.ts';

test.each([
  ['/a/b', ['/a/b']],
  ['/{a,b}/c', ['/a/c', '/b/c']],
  ['/{a,{b,c}d}', ['/a', '/bd', '/cd']],
  ['/{a,b}{c,d}', ['/ac', '/ad', '/bc', '/bd']],
  ['/{a', ['/{a']],
  ['/\\{a,b}', ['/\\{a,b}']],
  ['/a{}', ['/a']],
])('%s', (pattern, expected) => expect(alternatives(pattern)).toEqual(expected));

test('always ends, with a limit', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('{', '}', ',', 'a', '\\', '/') }), (text) => {
      const found = alternatives(text);
      expect(found.length).toBeGreaterThan(0);
      expect(found.length).toBeLessThanOrEqual(64);
    }),
  );
  expect(alternatives('{a,b}'.repeat(40))).toHaveLength(64);
});

test('what is a pattern', () => {
  expect(['/a/*', '/a?', '/[a]', '/{a}', '/a\\*', '/a.b-c'].map(isPattern)).toEqual([
    ...[true, true, true, true, true, false],
  ]);
});
