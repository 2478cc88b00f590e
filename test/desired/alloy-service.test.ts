import { expect, test } from 'vitest';
import { unsayable } from '../../src/desired/alloy-service.ts';
import { Secret } from '../../src/model/secret.ts';

test.each([
  ['a\tb\r\nc\u0007\u001b[0m\u007f', null],
  ['é密🔑\u0085', null],
  ['zero\0', 'the character U+0000'],
  ['\ufdd0', 'the character U+FDD0'],
  ['x\u{1fffe}', 'the character U+1FFFE'],
  ['x'.repeat(131_069), null],
  ['x'.repeat(131_070), 'more than 128 KiB'],
])('%j in a variable: %s', (value, what) => {
  expect(unsayable('A', new Secret(value))).toBe(what);
  expect(unsayable('A', value)).toBe(what);
});
