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
});

const NOTHING = { listen: '127.0.0.1:12345', stability: 'generally-available', others: [] };

test.each([
  ['', {}],
  [' \t\n ', {}],
  ['--server.http.listen-addr=:9000', { listen: '[::]:9000' }],
  ['--server.http.listen-addr :9000', { listen: '[::]:9000' }],
  ['--server.http.listen-addr', { listen: '' }],
  ['--stability.level=a --stability.level\tb', { stability: 'b' }],
  ['--stability.level= x', { stability: '', others: ['x'] }],
  ['--storage.path /data --a=1 b', { others: ['--storage.path=/data', '--a=1', 'b'] }],
  ['--stability.levels=a', { others: ['--stability.levels=a'] }],
  ['x--stability.level=a', { others: ['x--stability.level=a'] }],
  ['--serverxhttpxlisten-addr=a', { others: ['--serverxhttpxlisten-addr=a'] }],
])('%j', (text, expected) => {
  expect(readArguments(text)).toEqual({ ...NOTHING, ...expected });
});

test.each([
  ['', '--server.http.listen-addr=127.0.0.1:12345 --stability.level=generally-available', true],
  ['--a --stability.level=generally-available --b', '--a --b', true],
  ['--a --b', '--b --a', false],
  ['--cluster.name edge --b', '--cluster.name=edge --b', true],
  ['--server.http.listen-addr=127.0.0.1:1', '', false],
])('%j starts the same Alloy as %j: %s', (a, b, same) => {
  expect(sameArguments(a, b)).toBe(same);
});
