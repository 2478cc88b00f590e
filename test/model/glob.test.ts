import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { globOf } from '../../src/model/glob.ts';

test.each<[string, string, boolean]>([
  ['web-01', 'web-01', true],
  ['web-01', 'web-012', false],
  ['eb', 'web', false],
  ['web-*', 'web-', true],
  ['web-*', 'web-01.example.com', true],
  ['*', '', true],
  ['*', 'two\nlines', true],
  ['web-?', 'web-1', true],
  ['web-?', 'web-', false],
  ['web-?', 'web-12', false],
  ['?', '\u{1F600}', true],
  ['*.example.com', 'webXexample.com', false],
  ['a+b', 'aab', false],
  ['a|b', 'a', false],
  ['[ab]', '[ab]', true],
  ['[ab]', 'a', false],
  ['[', '[', true],
  ['\\*', '\\anything', true],
  ['Web', 'web', false],
])('%j matches %j: %j', (glob, name, expected) => {
  expect(globOf(glob).test(name)).toBe(expected);
});

test('case is ignored on request', () => {
  expect(globOf('Web-*', { ignoreCase: true }).test('wEB-Ä')).toBe(true);
});

describe('with sets', () => {
  test.each<[string, string, boolean]>([
    ['web[12]', 'web1', true],
    ['web[12]', 'web3', false],
    ['web[12]', 'web12', false],
    ['web[1-3]', 'web2', true],
    ['web[1-3]', 'web-', false],
    ['web[!1-3]', 'web4', true],
    ['web[!1-3]', 'web2', false],
    ['web[!1-3]', 'web', false],
    ['[!]', '!', true],
    ['[1-]', '-', true],
    ['[^a]', '^', true],
    ['[\\]', '\\', true],
    ['[z-a]', 'b', false],
    ['[!z-a]', 'b', true],
    ['[yz-a-b]', '-', true],
    ['[]', '[]', true],
    ['[ab', '[ab', true],
  ])('%j matches %j: %j', (glob, name, expected) => {
    expect(globOf(glob, { sets: true }).test(name)).toBe(expected);
  });
});

const text = fc.string({ unit: fc.constantFrom(...'ab*?[]!-^\\.\n\u{1F600}\u00e4') });

test('a glob of many stars takes no longer than any other', () => {
  const began = performance.now();
  expect(globOf('*a*a*a*a*a*a*a*a*a*a*a*b').test('a'.repeat(250))).toBe(false);
  expect(globOf(`${'*a'.repeat(100)}*`).test('a'.repeat(250))).toBe(true);
  // a regular expression would take years
  expect(performance.now() - began).toBeLessThan(2000);
});

test('any text is a pattern', () => {
  fc.assert(
    fc.property(text, text, fc.boolean(), (glob, name, sets) => {
      globOf(glob, { sets }).test(name);
    }),
  );
});

test('agrees with a matcher that walks both texts', () => {
  const matches = (glob: readonly string[], name: readonly string[]): boolean => {
    const [first, ...rest] = glob;
    if (first === undefined) return name.length === 0;
    if (first === '*')
      return matches(rest, name) || (name.length > 0 && matches(glob, name.slice(1)));
    return name.length > 0 && (first === '?' || first === name[0]) && matches(rest, name.slice(1));
  };
  const short = fc.string({ unit: fc.constantFrom(...'ab*?.[\\'), maxLength: 6 });
  fc.assert(
    fc.property(short, short, (glob, name) => {
      expect(globOf(glob).test(name)).toBe(matches([...glob], [...name]));
    }),
    { numRuns: 2000 },
  );
});
