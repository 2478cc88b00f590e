import { describe, expect, test } from 'vitest';
import type { Desired } from '../../src/model/desired.ts';
import type { Facts, PackageFact } from '../../src/model/facts.ts';
import type { StepInput } from '../../src/model/plan.ts';
import { isInstalled, noRoom, packageStep, targetVersion } from '../../src/steps/package.ts';
import { factsOf, suppliesOf, targetOf } from '../builders.ts';
import { changeWith, inputOf } from './input.ts';

const PRESENT = { policy: 'present' } as const;
const LATEST = { policy: 'latest' } as const;
const exact = (version: string) => ({ policy: 'exact', version }) as const;
const versions = ['1.18.1-1', '1.17.0-1'];
const supplies = suppliesOf({ versions });

const factsWith = (pkg: Partial<PackageFact>, dpkg: Partial<Facts['dpkg']> = {}): Facts => {
  const facts = factsOf(targetOf());
  return {
    ...facts,
    package: { ...facts.package, version: '1.17.0-1', ...pkg },
    dpkg: { ...facts.dpkg, ...dpkg },
  };
};
const ABSENT = { status: 'absent', version: null } as const;

const changeOf = (wanted: Desired['package'], facts: Facts, more: Partial<StepInput> = {}) =>
  packageStep.diff(inputOf(targetOf({ package: wanted }), facts, { supplies, ...more }));

/** Actions in a line: "refresh, install 1.18.1-1, hold". */
const actionsOf = (change: ReturnType<typeof changeOf>) =>
  (change?.actions ?? [])
    .map((action) =>
      action.do === 'install'
        ? `install ${action.version}`
        : action.do === 'hold'
          ? action.held
            ? 'hold'
            : 'release'
          : action.do,
    )
    .join(', ');

test('a whole change', () => {
  expect(changeOf(exact('1.18.1-1'), factsWith({}))).toEqual({
    step: 'package',
    title: 'alloy 1.17.0-1 -> 1.18.1-1, held',
    before: '1.17.0-1',
    after: '1.18.1-1',
    actions: [
      { do: 'refresh' },
      { do: 'install', version: '1.18.1-1' },
      { do: 'hold', held: true },
    ],
    diffs: [],
    warnings: [],
    needs: 'restart',
  });
});

const UNPACKED = { status: 'unpacked' } as const;
const TRIGGERS = { status: 'triggers-pending' } as const;
const REINST = { status: 'half-installed', reinstRequired: true } as const;
const install = (version: string) => `refresh, install ${version}`;

test.each<[Desired['package'], Partial<PackageFact>, string, string, string]>([
  [PRESENT, {}, '', '', ''],
  [PRESENT, { held: true }, '', '', ''],
  [PRESENT, ABSENT, 'install alloy 1.18.1-1', install('1.18.1-1'), 'restart'],
  [
    PRESENT,
    { status: 'config-files', version: '1.16.3-1' },
    'install alloy 1.18.1-1',
    install('1.18.1-1'),
    'restart',
  ],
  [LATEST, {}, 'alloy 1.17.0-1 -> 1.18.1-1', install('1.18.1-1'), 'restart'],
  [LATEST, { version: '1.18.1-1' }, '', '', ''],
  [LATEST, { version: '1.18.1-1', held: true }, 'release alloy 1.18.1-1', 'release', 'nothing'],
  [
    LATEST,
    { held: true },
    'alloy 1.17.0-1 -> 1.18.1-1',
    `${install('1.18.1-1')}, release`,
    'restart',
  ],
  [exact('1.17.0-1'), { held: true }, '', '', ''],
  [exact('1.17.0-1'), {}, 'hold alloy 1.17.0-1', 'hold', 'nothing'],
  [
    exact('1.16.3-1'),
    { held: true },
    'alloy 1.17.0-1 -> 1.16.3-1, held',
    `${install('1.16.3-1')}, hold`,
    'restart',
  ],
  [
    exact('1.17.0-1'),
    ABSENT,
    'install alloy 1.17.0-1, held',
    `${install('1.17.0-1')}, hold`,
    'restart',
  ],
  [
    LATEST,
    TRIGGERS,
    'alloy 1.17.0-1 -> 1.18.1-1',
    `configure-dpkg, ${install('1.18.1-1')}`,
    'restart',
  ],
  [
    exact('1.17.0-1'),
    UNPACKED,
    'finish the installation of alloy 1.17.0-1 (unpacked)',
    'configure-dpkg, hold',
    'restart',
  ],
  [
    exact('1.17.0-1'),
    REINST,
    'install alloy 1.17.0-1 again (half-installed)',
    `${install('1.17.0-1')}, hold`,
    'restart',
  ],
  [
    PRESENT,
    { status: 'half-configured' },
    'finish the installation of alloy 1.17.0-1 (half-configured)',
    'configure-dpkg',
    'restart',
  ],
  [
    PRESENT,
    { ...REINST, version: '1.16.3-1' },
    'alloy 1.16.3-1 -> 1.18.1-1',
    install('1.18.1-1'),
    'restart',
  ],
  [
    PRESENT,
    REINST,
    'install alloy 1.17.0-1 again (half-installed)',
    install('1.17.0-1'),
    'restart',
  ],
  [
    PRESENT,
    { reinstRequired: true },
    'install alloy 1.17.0-1 again (installed)',
    install('1.17.0-1'),
    'restart',
  ],
])('%j on a host with %j: %s', (wanted, pkg, title, actions, needs) => {
  const change = changeOf(wanted, factsWith(pkg));
  expect(change?.title ?? '').toBe(title);
  expect(actionsOf(change)).toBe(actions);
  expect(change?.needs ?? '').toBe(needs);
});

test('before is what works today, or nothing', () => {
  const before = (pkg: Partial<PackageFact>) => changeOf(LATEST, factsWith(pkg))?.before;
  expect(before({})).toBe('1.17.0-1');
  expect(before(ABSENT)).toBeNull();
  expect(before({ status: 'config-files' })).toBeNull();
});

test('a half-done package is finished where no index is at hand', () => {
  const change = changeOf(PRESENT, factsWith(UNPACKED), { supplies: suppliesOf() });
  expect(change).toMatchObject({
    title: 'finish the installation of alloy 1.17.0-1 (unpacked)',
    actions: [{ do: 'configure-dpkg' }],
    needs: 'restart',
  });
});

test('nothing can be installed that no index names', () => {
  expect(changeOf(LATEST, factsWith(ABSENT), { supplies: suppliesOf() })).toBeUndefined();
});

test.each<[string, Partial<PackageFact>, Partial<Facts['dpkg']>, boolean]>([
  ['beside an install', {}, { journal: true }, true],
  ['beside a half-done package', REINST, { journal: true }, true],
  ['beside nothing else', { version: '1.18.1-1' }, { journal: true }, false],
  [
    'of a dpkg that is at work',
    {},
    { journal: true, lockedBy: { pid: 1, command: 'dpkg' } },
    false,
  ],
  ['that is not there', {}, {}, false],
])('a journal %s is finished first', (_, pkg, dpkg, finished) => {
  const actions = actionsOf(changeOf(LATEST, factsWith(pkg, dpkg)));
  expect(actions.startsWith('configure-dpkg')).toBe(finished);
});

test('an index that was read anew a moment ago is not read again', () => {
  const change = changeOf(LATEST, factsWith({}), { earlier: [changeWith({ do: 'refresh' })] });
  expect(actionsOf(change)).toBe('install 1.18.1-1');
  const other = changeOf(LATEST, factsWith({}), { earlier: [changeWith({ do: 'enable' })] });
  expect(actionsOf(other)).toBe(install('1.18.1-1'));
});

test.each<[Desired['package'], Partial<PackageFact>, readonly string[] | null, string | null]>([
  [exact('1.16.3-1'), {}, versions, '1.16.3-1'],
  [PRESENT, {}, versions, '1.17.0-1'],
  [LATEST, {}, versions, '1.18.1-1'],
  [LATEST, {}, [], null],
  [LATEST, {}, null, null],
])('%j with %j and %j means %s', (wanted, pkg, available, version) => {
  const { desired } = targetOf({ package: wanted });
  expect(targetVersion(desired, factsWith(pkg), available)).toBe(version);
});

test.each<[Partial<PackageFact>, boolean]>([
  [{}, true],
  [{ reinstRequired: true }, false],
  [UNPACKED, false],
])('%j works: %s', (pkg, works) => {
  expect(isInstalled(factsWith(pkg))).toBe(works);
});

describe('problems', () => {
  const at = { file: 'inventory.yaml', line: 7, column: 3 };
  const found = (wanted: Desired['package'], facts: Facts, more: Partial<StepInput> = {}) =>
    packageStep.problems?.(
      inputOf(
        targetOf({
          package: wanted,
          origins: new Map([
            ['repository.url', at],
            ['alloy.version', { ...at, line: 8 }],
          ]),
        }),
        facts,
        { supplies, ...more },
      ),
    );
  const url = 'https://apt.grafana.com';

  test('no version at all is the fault of the repository', () => {
    expect(found(LATEST, factsWith(ABSENT), { supplies: suppliesOf({ versions: [] }) })).toEqual([
      {
        code: 'repository.version',
        host: 'web-01',
        params: { reason: 'no-package', url, arch: 'amd64' },
        at,
      },
    ]);
  });

  test('another version is the fault of who asked for it', () => {
    expect(found(exact('9-1'), factsWith({}))).toEqual([
      {
        code: 'repository.version',
        host: 'web-01',
        params: { reason: 'not-found', version: '9-1', url, arch: 'amd64', available: versions },
        at: { ...at, line: 8 },
      },
    ]);
  });

  test.each<[string, Partial<PackageFact>, number]>([
    ['works', { version: '9-1' }, 0],
    ['has to be fetched again', { version: '9-1', status: 'half-installed' }, 1],
    ['is another one', {}, 1],
  ])('a version that the repository has no more, and that %s on the host', (_, pkg, count) => {
    expect(found(exact('9-1'), factsWith(pkg))).toHaveLength(count);
  });

  test('an index that was not read proves nothing', () => {
    expect(found(exact('9-1'), factsWith({}), { supplies: suppliesOf() })).toEqual([]);
  });

  test.each([
    ['an install', { do: 'install', version: '1' } as const, 2],
    ['a half-done package', { do: 'configure-dpkg' } as const, 2],
    ['a hold', { do: 'hold', held: true } as const, 0],
  ])('dpkg and room matter for %s', (_, action, count) => {
    const broken = [{ name: 'mc', status: 'unpacked' }];
    const facts = { ...factsWith({}, { broken }), freeBytes: { '/usr': 0 } };
    const problems = found(PRESENT, facts, { earlier: [changeWith(action)] });
    expect(problems?.map(({ code, params }) => [code, params])).toEqual(
      [
        ['host.dpkg', { reason: 'broken', packages: broken }],
        ['host.disk', { reason: 'no-room', directory: '/usr', freeMb: 0, neededMb: 450 }],
      ].slice(0, count),
    );
    const room = { ...factsWith({}), freeBytes: { '/usr': 450 << 20 } };
    expect(found(PRESENT, room, { earlier: [changeWith(action)] })).toEqual([]);
  });
});

test('room is needed where the package is fetched, and where it is unpacked', () => {
  const MB = 1 << 20;
  const facts = {
    ...factsWith({}),
    freeBytes: { '/var': 200 * MB + 5, '/usr': 10 * MB, '/etc': 0 },
  };
  expect(noRoom({ host: 'h', facts }).map(({ params }) => params)).toEqual([
    { reason: 'no-room', directory: '/usr', freeMb: 10, neededMb: 450 },
    { reason: 'no-room', directory: '/var', freeMb: 200, neededMb: 250 },
  ]);
});

test('a lock of dpkg is named only where something waits for it', () => {
  const facts = factsWith({}, { lockedBy: { pid: 7, command: 'apt' } });
  const warned = (step: 'package' | 'repository' | 'config', of = facts) =>
    packageStep.warnings?.(
      inputOf(targetOf(), of, {
        earlier: [
          { ...changeWith(), step },
          { ...changeWith(), step },
        ],
      }),
    );
  const params = { reason: 'held', pid: 7, command: 'apt' };
  expect(warned('package')).toEqual([{ code: 'host.dpkg-lock', host: 'web-01', params }]);
  expect(warned('repository')).toHaveLength(1);
  expect(warned('config')).toEqual([]);
  expect(warned('package', factsWith({}))).toEqual([]);
});
