import { expect, test } from 'vitest';
import { environmentFault } from '../../src/desired/alloy-service.ts';
import { Secret } from '../../src/model/secret.ts';

test.each([
  ['a\tb\r\nc\u0007\u001b[0m\u007f', null],
  ['é密🔑\u0085', null],
  ['zero\0', { kind: 'character', character: 'U+0000' }],
  ['\ufdd0', { kind: 'character', character: 'U+FDD0' }],
  ['x\u{1fffe}', { kind: 'character', character: 'U+1FFFE' }],
  ['x'.repeat(131_069), null],
  ['x'.repeat(131_070), { kind: 'too-long' }],
])('%j in a variable: %j', (value, what) => {
  expect(environmentFault('A', new Secret(value))).toEqual(what);
  expect(environmentFault('A', value)).toEqual(what);
});
