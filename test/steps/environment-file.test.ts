import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Secret } from '../../src/model/secret.ts';
import { parseEnvironment, renderEnvironment } from '../../src/steps/environment-file.ts';

test('a written value is read back the same', () => {
  const value = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.string({ unit: fc.constantFrom(...'\'"\\$`\n\r\t #;=a'), maxLength: 12 }),
  );
  fc.assert(
    fc.property(value, (text) => {
      const variables = new Map([
        ['A', text],
        ['B', 'after'],
      ]);
      expect(parseEnvironment(renderEnvironment(variables).reveal())).toEqual(variables);
    }),
  );
});

test('a file is quoted, and a Secret as soon as one value is one', () => {
  const file = renderEnvironment(
    new Map<string, string | Secret>([
      ['A', 'plain $x'],
      ['B', `it's "\\\`$x`],
      ['C', new Secret('hunter2')],
    ]),
  );
  expect(file.reveal()).toBe(
    `# Written by alloyup; changes made here are overwritten.\nA='plain $x'\nB="it's \\"\\\\\\\`\\$x"\nC='hunter2'\n`,
  );
  expect(JSON.stringify(file)).not.toContain('hunter2');
});

test.each([
  ['CUSTOM_ARGS=--a --b\n', '--a --b'],
  ['CUSTOM_ARGS="--a --b"  \n', '--a --b'],
  ['CUSTOM_ARGS=\'--a\'"--b"\n', '--a--b'],
  ['# no\n; no\nCUSTOM_ARGS=\\"x\n', '"x'],
  ['CUSTOM_ARGS="a\\\nb"\n', 'ab'],
  ['export CUSTOM_ARGS=x', 'x'],
  ['export\t CUSTOM_ARGS=x', 'x'],
  ['  CUSTOM_ARGS =  x \t y \t\n', 'x \t y'],
  ['CUSTOM_ARGS=\t x\r\n', 'x'],
  ["CUSTOM_ARGS='a' \t'b'  ", 'a \tb'],
  ["CUSTOM_ARGS='a b", 'a b'],
  ['CUSTOM_ARGS="a b', 'a b'],
  ['CUSTOM_ARGS="a\\', 'a\\'],
  ['CUSTOM_ARGS=a "b" c', 'a b c'],
  ["CUSTOM_ARGS=it's\\'", 'its\\'],
  ['CUSTOM_ARGS=a \\ b \\', 'a  b '],
  ['CUSTOM_ARGS=a\\\nb', 'ab'],
  ['CUSTOM_ARGS="\\"\\\\\\$\\`\\n"', '"\\$`\\n'],
  ["CUSTOM_ARGS='\\n\"$x'", '\\n"$x'],
  ["CUSTOM_ARGS='a\nb'\nB=c", 'a\nb'],
  ['CUSTOM_ARGS=a # no comment', 'a # no comment'],
  ['CUSTOM_ARGS=a=b', 'a=b'],
  ['CUSTOM_ARGS=', ''],
  ['CUSTOM_ARGS=a\nCUSTOM_ARGS=b', 'b'],
  ['no assignment\n\n \t\nCUSTOM_ARGS=x', 'x'],
  ['#CUSTOM_ARGS=x', undefined],
  ['  ; CUSTOM_ARGS=x', undefined],
  ['# CUSTOM_ARGS=y\nCUSTOM_ARGS=x', 'x'],
])('%j means %j, as systemd reads it', (text, expected) => {
  expect(parseEnvironment(text).get('CUSTOM_ARGS')).toBe(expected);
});

test('only what may be the name of a variable is one', () => {
  const text = '1A=x\nA-B=x\nA B=x\n=x\n_a1=y\nexportB=z\n';
  expect([...parseEnvironment(text)]).toEqual([
    ['_a1', 'y'],
    ['exportB', 'z'],
  ]);
});
