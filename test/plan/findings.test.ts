import { expect, test } from 'vitest';
import { KEYRING_PATH } from '../../src/model/desired.ts';
import type { Facts } from '../../src/model/facts.ts';
import { type FindingsInput, hostFindings } from '../../src/plan/findings.ts';
import {
  bareFactsOf,
  FINGERPRINT,
  factsOf,
  keyringOf,
  NOW,
  suppliesOf,
  targetOf,
} from '../builders.ts';

const target = targetOf();

const findings = (facts: Facts = factsOf(target), more: Partial<FindingsInput> = {}) =>
  hostFindings({
    target,
    facts,
    supplies: suppliesOf(),
    aheadMs: 0,
    ntp: true,
    logInput: false,
    readOnly: [],
    unreachable: null,
    ...more,
  }).map(({ state, check }) => `${state} ${check}`);

const MB = 1 << 20;

test('a host that is as asked has nothing in the way', () => {
  expect(findings()).toEqual([]);
});

test('a bare host has nothing in the way either', () => {
  expect(findings(bareFactsOf(target), { supplies: suppliesOf({ keyrings: new Map() }) })).toEqual(
    [],
  );
});

test.each([
  ['a clock that is seconds off', { aheadMs: 20_000 }, []],
  ['a clock that is minutes off', { aheadMs: -300_000 }, ['note clock']],
  ['a clock that is hours off', { aheadMs: 7_200_000 }, ['trip clock']],
  ['no time server', { ntp: false }, ['note ntp']],
  ['no word of a time server', { ntp: null }, []],
  ['sudo that keeps its input', { logInput: true }, ['trip sudo']],
  ['a disk that is mounted read-only', { readOnly: ['/var/lib'] }, ['trip read-only']],
  ['no way to the repository', { unreachable: 'No route to host' }, ['note repository']],
] as const)('%s', (_, more, expected) => {
  expect(findings(factsOf(target), more)).toEqual(expected);
});

test('a full disk trips an install, and is only noted where Alloy is there', () => {
  const full = { '/usr': 10 * MB, '/var': 10_000 * MB };
  expect(findings({ ...factsOf(target), freeBytes: full })).toEqual(['note disk']);
  const bare = { ...bareFactsOf(target), freeBytes: full };
  expect(findings(bare, { supplies: suppliesOf({ keyrings: new Map() }) })).toEqual(['trip disk']);
});

test('no way to the repository trips an install', () => {
  const supplies = suppliesOf({ keyrings: new Map() });
  const unreachable = 'Connection refused';
  expect(findings(bareFactsOf(target), { supplies, unreachable })).toEqual(['trip repository']);
});

test('a key that has expired on the host is noted', () => {
  const certificates = [{ fingerprint: FINGERPRINT, expiresAt: NOW - 1, revoked: false }];
  const supplies = suppliesOf({ keyrings: new Map([[KEYRING_PATH, keyringOf({ certificates })]]) });
  expect(findings(factsOf(target), { supplies })).toContain('note key');
});

test.each([
  [
    'half-configured packages',
    { broken: [{ name: 'mc', status: 'half-configured' }] },
    ['trip dpkg'],
  ],
  ['a held lock', { lockedBy: { pid: 812, command: 'apt-get' } }, ['note dpkg']],
  ['a journal', { journal: true }, ['note dpkg']],
] as const)('%s', (_, dpkg, expected) => {
  const facts = factsOf(target);
  expect(findings({ ...facts, dpkg: { ...facts.dpkg, ...dpkg } })).toEqual(expected);
});

test('a run that was cut off is noted', () => {
  const facts = factsOf(target);
  const alloyup = { ...facts.alloyup, unfinished: '20261123T101500Z-3f9a' };
  expect(findings({ ...facts, alloyup })).toEqual(['note run']);
});

test('a key that expires soon is noted', () => {
  const certificates = [{ fingerprint: FINGERPRINT, expiresAt: NOW + 86_400_000, revoked: false }];
  const supplies = suppliesOf({ keyrings: new Map([[KEYRING_PATH, keyringOf({ certificates })]]) });
  expect(findings(factsOf(target), { supplies })).toContain('note key');
});

test('what keeps a host from being touched trips', () => {
  const facts = factsOf(target);
  expect(findings({ ...facts, os: { ...facts.os, id: 'fedora', name: 'Fedora 43' } })).toEqual([
    'trip unsupported',
  ]);
});
