import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readExtras, readFacts, readOtherPackages } from '../../src/host/facts.ts';
import { CONFIG_PATH } from '../../src/model/desired.ts';
import type { Facts } from '../../src/model/facts.ts';
import { ToolError } from '../../src/model/problem.ts';
import { Secret, sha256 } from '../../src/model/secret.ts';
import { bareFactsOf, factsOf, fileOf, NOW, targetOf } from '../builders.ts';
import { rawFacts } from './raw-facts.ts';

const target = targetOf({ memberOf: ['docker'] });
const facts = factsOf(target);

/** What is read from a report that differs in these parts. */
const read = (more: object = {}): Facts =>
  readFacts('web-01', { ...(rawFacts(facts) as object), ...more });
const problemOf = (work: () => unknown) => {
  try {
    work();
  } catch (error) {
    return error instanceof ToolError ? error.problem : error;
  }
  return undefined;
};
/** Text as the program prints it: each byte as one character. */
const bytes = (text: string) => Buffer.from(text).toString('latin1');

describe('what a host reported is read', () => {
  test('of a host with everything', () => {
    const all = factsOf(target, {
      sudoLog: '/var/log/süd',
      missingTools: ['usermod'],
      package: {
        status: 'half-installed',
        reinstRequired: true,
        version: '1:2~rc1-1',
        held: true,
        conffiles: { [CONFIG_PATH]: 'e'.repeat(32) },
      },
      dpkg: {
        broken: [{ name: 'mc', status: 'unpacked' }],
        lockedBy: { pid: 7, command: 'apt' },
        journal: true,
      },
      apt: { ...facts.apt, preferences: [{ path: '/p', text: 'Pin: ü\n' }], listed: false },
      files: { '/etc/ä': fileOf('ö\n'), '/s': fileOf(new Secret('hunter2')) },
      directories: {
        '/etc/ä': { kind: 'directory', mode: '0770', user: 'root', group: 'alloy', ctimeMs: 5 },
      },
      receipt: {
        schema: 1,
        run: 'r1',
        invocation: 'i',
        files: { '/a': 'f' },
        unhealthy: { 'a.b': 'exited' },
        groups: ['adm'],
        at: 5,
      },
      unit: { ...facts.unit, dropIns: ['/a', '/b'], restarts: 3, needsReload: true },
      process: { ...facts.process!, exeDeleted: true, version: '1.17.0', argv: ['alloy', 'ü'] },
      http: { ready: 503, healthy: 500, healthyBody: 'ü', error: 'é', portOwner: 'ö' },
      components: [
        { id: 'a', health: 'exited', message: 'ü' },
        { id: 'b', health: 'unhealthy', message: 'x' },
        { id: 'c', health: 'healthy', message: '' },
      ],
      account: { ...bareFactsOf(target).account, groupExists: true, known: ['www'] },
      alloyup: {
        lockedBy: { run: 'r2', who: 'ops at laptop', since: 1_795_418_205_000 },
        unfinished: 'r1',
        runs: [
          { run: 'r2', verdict: '' },
          { run: 'r1', verdict: 'ok' },
        ],
      },
    });
    const found = readFacts('web-01', rawFacts(all));
    expect(found).toEqual(all);
    expect(found.files['/s']?.content).toSatisfy(
      (it) => it instanceof Secret && it.reveal() === 'hunter2',
    );
  });

  test('of a host with nothing', () => {
    const bare = bareFactsOf(target);
    expect(readFacts('web-01', rawFacts(bare))).toEqual(bare);
    const silent = { ready: null, healthy: null, healthyBody: '', error: '', portOwner: null };
    const unasked = { ...bare, http: silent };
    expect(readFacts('web-01', rawFacts(unasked))).toEqual(unasked);
  });

  test('of a report that says nothing', () => {
    expect(readFacts('h', { v: '1' })).toEqual({
      host: 'h',
      takenAt: 0,
      delivery: null,
      cluster: null,
      os: {
        id: '',
        version: '',
        codename: '',
        name: '',
        arch: '',
        systemd: false,
        hostname: '',
        uptimeS: 0,
        bootId: '',
      },
      sudoLog: null,
      missingTools: [],
      package: {
        status: 'absent',
        reinstRequired: false,
        version: null,
        held: false,
        conffiles: {},
      },
      dpkg: { broken: [], lockedBy: null, journal: false },
      apt: { sources: [], keyrings: [], preferences: [], listed: false },
      files: {},
      fixed: [],
      mounted: [],
      reads: {},
      readable: null,
      given: {},
      freeInodes: {},
      directories: {},
      unit: {
        load: 'not-found',
        active: 'inactive',
        sub: 'dead',
        enabled: '',
        fragment: '',
        dropIns: [],
        restarts: 0,
        invocation: '',
        result: 'success',
        mainPid: 0,
        needsReload: false,
        command: [],
        environmentFiles: [],
        settings: {},
      },
      process: null,
      receipt: null,
      http: { ready: null, healthy: null, healthyBody: '', error: '', portOwner: null },
      components: null,
      account: { exists: false, uid: null, home: '', groupExists: false, groups: [], known: [] },
      freeBytes: {},
      alloyup: { lockedBy: null, unfinished: null, runs: [] },
    });
  });
});

describe('what cannot be used is a problem', () => {
  test.each([undefined, null, '', [], {}, { v: '2' }, { v: 1 }])('%j is no report', (value) => {
    expect(problemOf(() => readFacts('h', value))).toEqual({
      code: 'host.probe',
      host: 'h',
      params: { reason: 'nonsense' },
    });
  });

  test('who is not root is told so', () => {
    expect(problemOf(() => read({ error: 'not root' }))).toEqual({
      code: 'sudo.refused',
      host: 'web-01',
      params: { reason: 'not-root' },
    });
  });

  test.each(['dpkg', 'account', 'apt', 'own', 'unit'])('%s must be readable', (part) => {
    const problem = (error: string) => problemOf(() => read({ [part]: { error: bytes(error) } }));
    const params = { reason: 'unreadable', part };
    expect(problem('tür')).toEqual({
      code: 'host.probe',
      host: 'web-01',
      params: { ...params, why: 'tür' },
    });
    expect(problem('deadline')).toEqual({
      code: 'host.probe',
      host: 'web-01',
      params: { ...params, why: 'deadline' },
      transient: true,
    });
  });

  test('any JSON gives facts or host.probe', () => {
    const keys = [
      'dpkg',
      'apt',
      'own',
      'unit',
      'http',
      'files',
      'directories',
      'process',
      'lock',
      'free',
    ];
    fc.assert(
      fc.property(fc.constantFrom(...keys), fc.jsonValue(), (key, value) => {
        const problem = problemOf(() => readFacts('h', { v: '1', [key]: value }));
        if (problem) expect(problem).toMatchObject({ code: 'host.probe' });
      }),
    );
  });
});

test.each([
  ['ID=debian', { id: 'debian' }],
  ['ID="debian"', { id: 'debian' }],
  ["ID='debian'", { id: 'debian' }],
  ['  ID=debian \t', { id: 'debian' }],
  ['#ID=x\nID=a\nID=b\nnonsense', { id: 'b' }],
  ['ID="a\nVERSION_ID=', { id: '"a', version: '' }],
  ["ID=a'b'", { id: "a'b'" }],
  [
    'PRETTY_NAME="say \\"hi\\" for \\$5 \\`x\\` it\\\'s \\\\ \\n"',
    { name: 'say "hi" for $5 `x` it\'s \\ \\n' },
  ],
  [bytes('PRETTY_NAME="Dü"'), { name: 'Dü' }],
  ['id=x\nXID=y', { id: '' }],
  [`PRETTY_NAME=it's\nID='a"`, { name: "it's", id: `'a"` }],
  ['ID=\nVERSION_ID=12', { id: '', version: '12' }],
])('os-release %j', (os, expected) => {
  expect(read({ os }).os).toMatchObject(expected);
});

describe('the package', () => {
  const packageOf = (alloy: string | null) => read({ dpkg: { alloy } }).package;
  const absent = {
    status: 'absent',
    reinstRequired: false,
    version: null,
    held: false,
    conffiles: {},
  };

  test.each<[string | null, object]>([
    [null, absent],
    ['', absent],
    ['Status: install ok not-installed\nVersion: 1\n', absent],
    ['Status: hold ok not-installed\n', { ...absent, held: true }],
    ['X-Status: install ok installed\n', absent],
    ['Status: install ok installed\n', { ...absent, status: 'installed' }],
    [
      'Package: alloy\nStatus:   deinstall ok config-files\nConfig-Version: 1.0\n',
      { ...absent, status: 'config-files', version: '1.0' },
    ],
    [
      'Status: hold reinstreq half-configured\nConfig-Version: 1.0\nVersion: 2.0\n',
      { ...absent, status: 'half-configured', reinstRequired: true, held: true, version: '2.0' },
    ],
    ['Status: install ok triggers-awaited\n', { ...absent, status: 'triggers-awaited' }],
    ['Status: install ok triggers-pending\n', { ...absent, status: 'triggers-pending' }],
    ['Status: install ok unpacked\n', { ...absent, status: 'unpacked' }],
  ])('%j', (paragraph, expected) => {
    expect(packageOf(paragraph)).toEqual(expected);
  });

  test('its conffiles come with their hashes', () => {
    const md5 = (digit: string) => digit.repeat(32);
    const paragraph = `Status: install ok installed
Conffiles:
 /a ${md5('a')}
 /b ${md5('0')} obsolete
 /c newconffile
Description: x
 /d ${md5('d')}
`;
    expect(packageOf(paragraph).conffiles).toEqual({ '/a': md5('a'), '/b': md5('0') });
    expect(
      packageOf(`Status: install ok installed\nConffiles:\n /a ${md5('a')}`).conffiles,
    ).toEqual({ '/a': md5('a') });
  });

  test('other packages are broken, it is not', () => {
    const broken = [
      ['alloy', 'ok unpacked'],
      ['a', 'ok unpacked'],
      ['b', 'reinstreq half-installed'],
      ['c', 'not ok'],
    ];
    expect(read({ dpkg: { alloy: null, broken, journal: '0' } }).dpkg).toEqual({
      broken: [
        { name: 'a', status: 'unpacked' },
        { name: 'b', status: 'reinstreq half-installed' },
        { name: 'c', status: 'not ok' },
      ],
      lockedBy: null,
      journal: false,
    });
  });
});

describe('files', () => {
  const raw = (...more: unknown[]) => ['file', '0640', 'root', 'alloy', '5', '7', ...more];
  const file = (...more: unknown[]) => read({ files: { '/f': raw(...more) } }).files['/f'];

  test('text is text', () => {
    expect(file(`t${bytes('ü\n')}`, null)).toEqual({
      ...fileOf('ü\n', { mode: '0640', group: 'alloy', ctimeMs: 5, size: 7 }),
    });
  });

  test.each([
    ['with a NUL', 'ta\0b', 'a\0b'],
    ['that is no UTF-8', 't\xff', Uint8Array.of(255)],
    [
      'in base64 that is no text',
      `b${Buffer.from([0, 255]).toString('base64')}`,
      Uint8Array.of(0, 255),
    ],
  ])('%s is none that could be shown, and has a hash', (_, body, content) => {
    expect(file(body, null)).toMatchObject({ content: null, sha256: sha256(content) });
  });

  test('text in base64 is text, too', () => {
    expect(file('bYQ==', null)?.content).toBe('a');
  });

  test('what was not sent has the hash that the host tells', () => {
    expect(file(null, 'abc')).toMatchObject({ content: null, sha256: 'abc', md5: null });
    expect(file(null, '')).toMatchObject({ sha256: null });
    expect(file('', 'abc')?.content).toBe('');
  });

  test('a secret that cannot be read as text stays unknown', () => {
    const found = read({ files: { '/f': raw('t\xff', null) }, secret: ['/f'] });
    expect(found.files['/f']?.content).toBeNull();
  });

  test.each(['absent', 'file', 'symlink', 'directory', 'other'])('%s is a kind', (kind) => {
    expect(read({ files: { '/f': [kind] } }).files['/f']?.kind).toBe(kind);
  });

  test('every other kind is another one', () => {
    expect(read({ directories: { '/d': ['socket'] } }).directories['/d']?.kind).toBe('other');
  });

  test('a keyring is bytes', () => {
    const rings = {
      [bytes('/ü')]: raw('t\x99\0', 'ignored'),
      '/large': raw(null, 'abc'),
      '/absent': ['absent'],
    };
    expect(read({ apt: { rings } }).apt.keyrings).toEqual([
      {
        path: '/ü',
        kind: 'file',
        mode: '0640',
        sha256: sha256(Uint8Array.of(0x99, 0)),
        content: Buffer.from([0x99, 0]),
      },
      { path: '/large', kind: 'file', mode: '0640', sha256: 'abc', content: null },
      { path: '/absent', kind: 'absent', mode: '', sha256: '', content: null },
    ]);
  });
});

describe('what of ours goes on', () => {
  const own = (more: object) => read({ own: more });

  test.each([
    [
      'r1 4711 1795418205 ops at laptop\n',
      { run: 'r1', who: 'ops at laptop', since: 1_795_418_205_000 },
    ],
    ['r1', { run: 'r1', who: '?', since: 0 }],
    ['r1 1 soon x', { run: 'r1', who: 'x', since: 0 }],
    [bytes('r1 1 1 ü'), { run: 'r1', who: 'ü', since: 1000 }],
    [null, null],
    [[], null],
  ])('the holder %j', (holder, expected) => {
    expect(own({ holder }).alloyup.lockedBy).toEqual(expected);
  });

  test.each([
    ['r1\n', 'r1'],
    [' \n', null],
    ['', null],
  ])('armed: %j', (armed, expected) => {
    expect(own({ armed }).alloyup.unfinished).toBe(expected);
  });

  test('runs', () => {
    const runs = [['r2', ''], ['r1', 'ok\n'], 'nonsense'];
    expect(own({ runs }).alloyup.runs).toEqual([
      { run: 'r2', verdict: '' },
      { run: 'r1', verdict: 'ok' },
      { run: '', verdict: '' },
    ]);
  });

  const receipt = { schema: 1, run: 'r', invocation: 'i', files: {}, groups: [] };
  test.each<[string, unknown]>([
    ['{', null],
    ['', null],
    ['null', null],
    ['5', null],
    ['[]', null],
    ...Object.keys(receipt).map((key): [string, unknown] => [
      JSON.stringify({ ...receipt, [key]: undefined }),
      null,
    ]),
    [JSON.stringify({ ...receipt, files: null }), null],
    [JSON.stringify({ ...receipt, files: 'x' }), null],
    [JSON.stringify(receipt), { ...receipt, at: 0 }],
    [JSON.stringify({ ...receipt, at: '5' }), { ...receipt, at: 0 }],
    [
      JSON.stringify({
        ...receipt,
        at: 5,
        files: { '/a': 'x', '/b': 1 },
        groups: ['a', 1],
        more: 1,
      }),
      { ...receipt, at: 5, files: { '/a': 'x' }, groups: ['a'] },
    ],
  ])('the receipt %s', (text, expected) => {
    expect(own({ receipt: text }).receipt).toEqual(expected && { unhealthy: {}, ...expected });
  });
});

test.each<[string, object, (facts: Facts) => unknown, unknown]>([
  ['sudo logs nothing', { sudoLog: undefined }, ({ sudoLog }) => sudoLog, null],
  ['systemd is another word', { systemd: 'yes' }, ({ os }) => os.systemd, false],
  ['half a lock is none', { lock: ['1'] }, ({ dpkg }) => dpkg.lockedBy, null],
  ['a lock', { lock: ['1', bytes('ü')] }, ({ dpkg }) => dpkg.lockedBy, { pid: 1, command: 'ü' }],
  ['no number', { now: 'soon' }, ({ takenAt }) => takenAt, 0],
  ['no end of a number', { now: 'Infinity' }, ({ takenAt }) => takenAt, 0],
  ['a number that is none of text', { now: 5 }, ({ takenAt }) => takenAt, 0],
  ['lists', { apt: { listed: '2' } }, ({ apt }) => apt.listed, true],
  [
    'free bytes are those of paths',
    { free: { '/usr': ['5', null], error: 'x' } },
    ({ freeBytes }) => freeBytes,
    { '/usr': 5 },
  ],
  [
    'a unit that needs no reload',
    { unit: { NeedDaemonReload: 'no', DropInPaths: '' } },
    ({ unit }) => [unit.needsReload, unit.dropIns],
    [false, []],
  ],
  ['no process', { process: { pid: '0' } }, ({ process }) => process, null],
  [
    'a process',
    { process: { pid: '7', started: '5', exe: '/a (deleted) b', rss: '3' }, http: null },
    ({ process }) => process,
    {
      pid: 7,
      startedAtMs: 5,
      exeDeleted: false,
      version: null,
      configHash: null,
      argv: [],
      rssBytes: 3072,
    },
  ],
  [
    'nobody answered',
    { http: { ready: '0' } },
    ({ http, components }) => [http.ready, http.healthy, http.portOwner, components],
    [0, 0, null, null],
  ],
  [
    'components of any health',
    { http: { components: [['a', 'sleepy', 'x'], ['b', 'healthy', 'x'], 'nonsense'] } },
    ({ components }) => components,
    [
      { id: 'a', health: 'unknown', message: 'x' },
      { id: 'b', health: 'healthy', message: '' },
      { id: '', health: 'unknown', message: '' },
    ],
  ],
  [
    'sources that are no list',
    { apt: { sources: 'x', preferences: [[bytes('/ü'), bytes('ö')], 'x'] } },
    ({ apt }) => [apt.sources, apt.preferences],
    [
      [],
      [
        { path: '/ü', text: 'ö' },
        { path: '', text: '' },
      ],
    ],
  ],
])('%s', (_, more, pick, expected) => {
  expect(pick(read(more))).toEqual(expected);
});

test.each<[string, unknown, object]>([
  ['nothing', {}, { ntp: null, logInput: false, unreachable: null }],
  [
    'all is well',
    { extras: { ntp: 'yes', logInput: '0', unreachable: '' } },
    { ntp: true, logInput: false, unreachable: null },
  ],
  [
    'nothing is well',
    { extras: { ntp: 'no', logInput: '1', unreachable: bytes('ö') } },
    { ntp: false, logInput: true, unreachable: 'ö' },
  ],
])('what doctor asks: %s', (_, reported, expected) => {
  expect(readExtras(reported)).toEqual(expected);
});

test('other packages are named, or it is said why not', () => {
  expect(readOtherPackages('h', { packages: [bytes('ü')] })).toEqual(['ü']);
  expect(problemOf(() => readOtherPackages('h', { packages: { error: bytes('tür') } }))).toEqual({
    code: 'host.probe',
    host: 'h',
    params: { reason: 'unreadable', part: 'packages', why: 'tür' },
    transient: true,
  });
});

test('the time is that of the host', () =>
  expect(read({ now: `${NOW + 5}` }).takenAt).toBe(NOW + 5));
