import { describe, expect, test } from 'vitest';
import { CONFIG_PATH, KEYRING_PATH, LIST_PATH } from '../../src/model/desired.ts';
import type { Facts } from '../../src/model/facts.ts';
import { type FindingsInput, hostFindings } from '../../src/plan/findings.ts';
import {
  bareFactsOf,
  FINGERPRINT,
  factsOf,
  fileOf,
  keyringOf,
  NOW,
  stocked,
  suppliesOf,
  targetOf,
} from '../builders.ts';

const target = targetOf();

const found = (facts: Facts = factsOf(target), more: Partial<FindingsInput> = {}) =>
  hostFindings({
    target,
    facts,
    supplies: suppliesOf(),
    aheadMs: 0,
    ntp: true,
    logInput: false,
    unreachable: null,
    ...more,
  });

const findings = (...input: Parameters<typeof found>) =>
  found(...input).map(({ state, check }) => `${state} ${check}`);

const MB = 1 << 20;

test('a host that is as asked has nothing in the way', () => {
  expect(findings()).toEqual([]);
});

test('what Alloy cannot read is in the way, single files and missing ones are notes', () => {
  const read = (path: string) => ({
    path,
    by: { of: 'template', name: 'minimal' } as const,
    at: { file: 'a.alloy', line: 1, column: 1 },
    exclude: [],
    waits: true,
  });
  const reading = targetOf({ reads: ['/a', '/b/*', '/c', '/d'].map(read) });
  const fact = (state: 'denied' | 'absent' | 'ok', files: number, denied: number) => ({
    state,
    files,
    denied,
    barriers: [],
  });
  const facts = factsOf(reading, {
    reads: {
      '/a': fact('denied', 1, 1),
      '/b/*': fact('denied', 2, 1),
      '/c': fact('absent', 0, 0),
      '/d': fact('ok', 1, 0),
    },
  });
  expect(findings(facts, { target: reading })).toEqual([
    'trip reading',
    'note reading',
    'note reading',
  ]);
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
  [
    'a disk that is mounted read-only',
    { facts: factsOf(target, { fixed: ['/var/lib'] }) },
    ['trip read-only'],
  ],
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

test('a full /tmp trips an install, and is only noted where Alloy is there', () => {
  const full = { '/usr': 10_000 * MB, '/var': 10_000 * MB, '/tmp': 4 * MB - 1 };
  expect(findings({ ...factsOf(target), freeBytes: full })).toEqual(['note disk']);
  const bare = { ...bareFactsOf(target), freeBytes: full };
  expect(findings(bare, { supplies: suppliesOf({ keyrings: new Map() }) })).toEqual(['trip disk']);
  expect(findings({ ...bare, freeBytes: { ...full, '/tmp': 4 * MB } })).toEqual([]);
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

test('a finding says what it is about', () => {
  const facts = factsOf(target);
  const of = {
    ...facts,
    dpkg: { ...facts.dpkg, journal: true, lockedBy: { pid: 812, command: 'apt-get' } },
    freeBytes: { '/usr': 10 * MB },
    fixed: ['/var/lib'],
    alloyup: { ...facts.alloyup, unfinished: 'r0' },
  };
  const notices = found(of, {
    aheadMs: -90_400,
    ntp: false,
    logInput: true,
    unreachable: 'No route to host',
  });
  expect(notices.map(({ check, state }) => `${state} ${check}`)).toEqual([
    'note dpkg',
    'note dpkg',
    'note disk',
    'trip read-only',
    'note repository',
    'note clock',
    'note ntp',
    'trip sudo',
    'note run',
  ]);
  expect(notices[0]).toMatchObject({ part: 'host', host: 'web-01' });
  const host = 'web-01';
  expect(notices.map(({ notice }) => notice)).toEqual([
    { host, code: 'host.dpkg', params: { reason: 'interrupted' } },
    { host, code: 'host.dpkg-lock', params: { reason: 'held', pid: 812, command: 'apt-get' } },
    {
      host,
      code: 'host.disk',
      params: { reason: 'no-room', directory: '/usr', freeMb: 10, neededMb: 450 },
    },
    { host, code: 'host.disk', params: { reason: 'read-only', paths: ['/var/lib'] } },
    {
      host,
      code: 'repository.no-route',
      params: { reason: 'no-route', address: 'apt.grafana.com', said: 'No route to host' },
    },
    { host, code: 'host.clock', params: { reason: 'off', aheadS: -90 } },
    { host, code: 'host.clock', params: { reason: 'no-time-server' } },
    { host, code: 'sudo.log-input', params: { reason: 'enabled' } },
    { host, code: 'run.unfinished', params: { reason: 'cut-off', run: 'r0' } },
  ]);
});

test('the way to the repository is the one through its proxy', () => {
  const proxy = 'http://proxy:3128';
  const proxied = targetOf({ repository: { ...target.desired.repository, proxy } });
  const facts = { ...factsOf(proxied), files: {} };
  const [notice] = found(facts, { target: proxied, unreachable: 'x' })
    .filter(({ check }) => check === 'repository')
    .map((one) => one.notice);
  expect(notice?.params).toMatchObject({ address: 'proxy:3128' });
});

test.each([
  [29_999, []],
  [30_000, ['note clock']],
  [-3_599_999, ['note clock']],
  [-3_600_000, ['trip clock']],
])('a clock that is %d ms ahead', (aheadMs, expected) => {
  expect(findings(factsOf(target), { aheadMs })).toEqual(expected);
});

test('a run that goes on is noted, and not taken for one that was cut off', () => {
  const facts = factsOf(target);
  const lockedBy = { run: 'r1', who: 'ops@laptop', since: 0 };
  const alloyup = { ...facts.alloyup, lockedBy, unfinished: 'r1' };
  expect(found({ ...facts, alloyup })).toEqual([
    {
      part: 'host',
      host: 'web-01',
      check: 'run',
      state: 'note',
      notice: {
        host: 'web-01',
        code: 'run.in-progress',
        params: { reason: 'locked', run: 'r1', who: 'ops@laptop' },
      },
    },
  ]);
});

test('a configuration that alloyup never wrote is worth knowing, and no obstacle', () => {
  const facts = factsOf(target);
  const files = { ...facts.files, [CONFIG_PATH]: fileOf('// by hand\n') };
  expect(findings({ ...facts, files })).toEqual(['note adopt']);
});

test('packages that are half done and room that is missing are found once', () => {
  const facts = bareFactsOf(target, {
    dpkg: { broken: [{ name: 'mc', status: 'unpacked' }], journal: true, lockedBy: null },
    freeBytes: { '/usr': 0, '/var': 0 },
  });
  expect(findings(facts, { supplies: stocked() })).toEqual(['trip dpkg', 'trip disk', 'trip disk']);
});

test('a version that the repository does not have', () => {
  const wanted = targetOf({ package: { policy: 'exact', version: '9-1' } });
  const supplies = suppliesOf({ versions: ['1.18.1-1'] });
  expect(findings(factsOf(target), { target: wanted, supplies })).toEqual([
    'trip repository.version',
  ]);
});

describe('sources that do not serve', () => {
  const facts = factsOf(target);
  const entry = (signedBy: string) =>
    `deb [signed-by=${signedBy}] ${target.desired.repository.url} stable main\n`;
  const other = '/etc/apt/sources.list.d/other.list';
  const keyring = (expiresAt: number) =>
    keyringOf({ certificates: [{ fingerprint: FINGERPRINT, expiresAt, revoked: false }] });
  const notices = (sources: Facts['apt']['sources'], ...rings: [string, number][]) =>
    found(
      { ...facts, apt: { ...facts.apt, sources } },
      { supplies: suppliesOf({ keyrings: new Map(rings.map(([p, at]) => [p, keyring(at)])) }) },
    )
      .filter(({ check }) => check !== 'adopt')
      .map(({ state, check, notice }) => [state, check, notice.code, notice.params]);

  test('are named, but for our own', () => {
    const sources = [
      { path: LIST_PATH, text: entry(KEYRING_PATH) },
      { path: other, text: entry('/k.gpg') + entry('/k.gpg') },
    ];
    expect(notices(sources)).toEqual([
      ['note', 'sources', 'repository.sources', { reason: 'not-serving', paths: [other] }],
    ]);
    expect(notices(sources.slice(0, 1))).toEqual([]);
  });

  test('for their key has expired', () => {
    const sources = [
      { path: LIST_PATH, text: entry('/a.gpg') },
      { path: other, text: entry('/k.gpg') },
    ];
    expect(notices(sources, ['/a.gpg', NOW + 1], ['/k.gpg', NOW])).toEqual([
      ['note', 'key', 'key.expired', { reason: 'on-host', path: '/k.gpg' }],
      ['note', 'sources', 'repository.sources', { reason: 'not-serving', paths: [other] }],
    ]);
    expect(notices(sources.slice(0, 1), ['/a.gpg', NOW + 1])).toEqual([]);
  });

  test('one that serves says nothing of others', () => {
    const sources = [{ path: other, text: entry(KEYRING_PATH) }];
    expect(notices(sources, [KEYRING_PATH, NOW + 400 * 86_400_000])).toEqual([]);
  });
});
