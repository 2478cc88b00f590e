import { expect, test } from 'vitest';
import { readArguments, sameArguments } from '../../src/steps/arguments.ts';

test('takes apart what an inventory has keys for', () => {
  expect(
    readArguments(
      '--disable-reporting  --server.http.listen-addr=0.0.0.0:9000 --stability.level experimental',
    ),
  ).toEqual({
    listen: '0.0.0.0:9000',
    stability: 'experimental',
    others: ['--disable-reporting'],
  });
  expect(readArguments('--server.http.listen-addr=:9000').listen).toBe('[::]:9000');
});

test.each([
  ['', '--server.http.listen-addr=127.0.0.1:12345 --stability.level=generally-available', true],
  ['--a --stability.level=generally-available --b', '--a --b', true],
  ['--a --b', '--b --a', false],
  ['--server.http.listen-addr=127.0.0.1:1', '', false],
])('%j starts the same Alloy as %j: %s', (a, b, same) => {
  expect(sameArguments(a, b)).toBe(same);
});
