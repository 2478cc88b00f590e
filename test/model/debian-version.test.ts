import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareDebianVersions, isDebianVersion } from '../../src/model/debian-version.ts';

const TABLE: readonly (readonly [string, '<' | '=' | '>', string])[] = [
  ['1.9.1-1', '<', '1.18.1-1'],
  ['1.18.1-1', '=', '1.18.1-1'],
  ['1.18.1-1', '<', '1.18.1-2'],
  ['1.19.0~rc.3-1', '<', '1.19.0-1'],
  ['1.19.0~~', '<', '1.19.0~'],
  ['1.0', '=', '1.0-0'],
  ['1.0', '=', '0:1.0'],
  ['1:0.1', '>', '9.9'],
  ['1.0a', '<', '1.0+'],
  ['1.0a', '>', '1.0'],
  ['1.010', '=', '1.10'],
  ['1.0-1~bpo12+1', '<', '1.0-1'],
  ['20240101000000000000001', '>', '20240101000000000000000'],
  ['1.2-3-4', '>', '1.2-3-3'],
];

test.each(TABLE)('%s %s %s', (a, order, b) => {
  const sign = { '<': -1, '=': 0, '>': 1 }[order];
  expect(Math.sign(compareDebianVersions(a, b))).toBe(sign);
  expect(Math.sign(compareDebianVersions(b, a))).toBe(0 - sign);
});

test.each([
  ['1.18.1-1', true],
  ['1:1.18.1', true],
  ['v1.18.1', false],
  ['', false],
  ['1.18.1-', false],
  ['1.18 1', false],
  ['latest', false],
])('%s is a version: %s', (text, is) => {
  expect(isDebianVersion(text)).toBe(is);
});

test('orders as dpkg does', () => {
  if (spawnSync('dpkg', ['--version']).status !== 0) {
    console.warn('no dpkg here: the order of versions was not compared with it');
    return;
  }
  const part = fc.string({ unit: fc.constantFrom(...'019az~+.'), maxLength: 5 });
  const version = fc
    .tuple(fc.constantFrom('', '0:', '1:'), fc.constantFrom('0', '1', '10'), part, part)
    .map(
      ([epoch, digit, rest, revision]) => `${epoch}${digit}${rest}${revision && `-${revision}`}`,
    );
  const pairs = fc.sample(fc.tuple(version, version), { numRuns: 400, seed: 7 });
  // one shell for all: a process for each pair would take half a minute
  const script = `while read -r a b; do
    if dpkg --compare-versions "$a" lt "$b"; then echo -1
    elif dpkg --compare-versions "$a" eq "$b"; then echo 0
    else echo 1; fi
  done`;
  const { stdout } = spawnSync('sh', ['-c', script], {
    input: pairs.map((pair) => `${pair.join(' ')}\n`).join(''),
    encoding: 'utf8',
  });
  const ours = pairs.map(([a, b]) => String(Math.sign(compareDebianVersions(a, b)) + 0));
  expect(stdout.trim().split('\n')).toEqual(ours);
});
