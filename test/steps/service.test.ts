import { describe, expect, test } from 'vitest';
import {
  CONFIG_PATH,
  type Desired,
  DROP_IN_PATH,
  ENVIRONMENT_PATH,
} from '../../src/model/desired.ts';
import type { Facts, FileFact } from '../../src/model/facts.ts';
import type { Needs } from '../../src/model/plan.ts';
import { receiptHolds, serviceNeeds, serviceStep } from '../../src/steps/service.ts';
import { absent, factsOf, fileOf, NOW, targetOf } from '../builders.ts';
import { changeWith, inputOf } from './input.ts';

const target = targetOf();
const facts = factsOf(target);
const STARTED = facts.process!.startedAtMs;
const earlier = (...needs: Needs[]) => needs.map((one) => ({ ...changeWith(), needs: one }));
const needs = (of: Partial<Facts>, more: Partial<Desired> = {}, ...planned: Needs[]) =>
  serviceNeeds(targetOf(more).desired, { ...facts, ...of }, earlier(...planned));
const titleOf = (of: Partial<Facts>, more: Partial<Desired> = {}, ...planned: Needs[]) =>
  serviceStep.diff(inputOf(targetOf(more), { ...facts, ...of }, { earlier: earlier(...planned) }))
    ?.title;

const unit = (more: Partial<Facts['unit']>) => ({ unit: { ...facts.unit, ...more } });
const process = (more: Partial<NonNullable<Facts['process']>>) => ({
  process: { ...facts.process!, ...more },
});
const http = (more: Partial<Facts['http']>) => ({ http: { ...facts.http, ...more } });
const file = (path: string, more: Partial<FileFact>) => ({
  files: { ...facts.files, [path]: { ...fileOf('x'), ...facts.files[path], ...more } },
});
const running = (...ids: string[]) => ({
  components: ids.map((id) => ({ id, health: 'healthy' as const, message: '' })),
});
const receipt = (more: Partial<NonNullable<Facts['receipt']>> = {}): Facts['receipt'] => ({
  schema: 1,
  run: 'r1',
  invocation: facts.unit.invocation,
  files: {},
  unhealthy: {},
  groups: ['alloy'],
  at: NOW,
  ...more,
});
const STOPPED = { ...unit({ active: 'inactive' }), process: null };

describe('what the facts ask for', () => {
  test.each<[string, Partial<Facts>, Partial<Desired>, string | undefined]>([
    ['all is well', {}, {}, undefined],
    ['no process', { process: null }, {}, 'start alloy'],
    ['a unit that failed', unit({ active: 'failed' }), {}, 'restart alloy (it does not run)'],
    ['another version', process({ version: '1.17.0' }), {}, 'restart alloy (1.17.0 still runs)'],
    ['the version without its revision', process({ version: '1.18.1' }), {}, undefined],
    ['the very version', process({ version: '1.18.1-1' }), {}, undefined],
    [
      'a replaced binary',
      process({ exeDeleted: true }),
      {},
      'restart alloy (its binary was replaced)',
    ],
    [
      'a replaced binary of the same version',
      process({ exeDeleted: true, version: '1.18.1' }),
      {},
      undefined,
    ],
    [
      'an unknown package',
      { ...process({ version: '1.17.0' }), package: { ...facts.package, version: null } },
      {},
      undefined,
    ],
    [
      'a younger environment',
      file(ENVIRONMENT_PATH, { ctimeMs: STARTED }),
      {},
      `restart alloy (${ENVIRONMENT_PATH} was not read since it changed)`,
    ],
    [
      'a younger drop-in',
      file(DROP_IN_PATH, { kind: 'file', sha256: 'x', ctimeMs: STARTED }),
      {},
      `restart alloy (${DROP_IN_PATH} was not read since it changed)`,
    ],
    [
      'a younger file beside the configuration',
      file('/etc/alloy/pw', { ctimeMs: STARTED }),
      {
        files: [
          { path: '/etc/alloy/pw', content: 'x', mode: '0640', user: 'root', group: 'alloy' },
        ],
      },
      'reload alloy (/etc/alloy/pw was not loaded since it changed)',
    ],
    [
      'a younger file beside it that is none of ours',
      file('/etc/alloy/pw', { ctimeMs: STARTED }),
      {},
      undefined,
    ],
    ['a server that is not ready', http({ ready: 503 }), {}, 'restart alloy (it is not ready)'],
    ['a server that was not asked', http({ ready: null }), {}, undefined],
    ['a server that is asked nothing', http({ ready: 503 }), { check: 'service' }, undefined],
    [
      'components that are missing',
      running('a'),
      { components: { known: true, ids: ['a', 'b'] } },
      'reload alloy (it runs other components than its configuration makes)',
    ],
    [
      'components that are missing, if others may be there',
      running('a'),
      { components: { known: false, because: 'a module', ids: ['b'] } },
      'reload alloy (it runs other components than its configuration makes)',
    ],
    [
      'components that are too many',
      running('a', 'b'),
      { components: { known: true, ids: ['a'] } },
      'reload alloy (it runs more components than its configuration makes)',
    ],
    [
      'components that may be there',
      running('a', 'b'),
      { components: { known: false, because: 'a module', ids: ['a'] } },
      undefined,
    ],
    ['components twice', running('a', 'a'), { components: { known: true, ids: ['a'] } }, undefined],
    [
      'unknown components',
      { components: null },
      { components: { known: true, ids: ['a'] } },
      undefined,
    ],
  ])('%s', (_, more, desired, title) => {
    expect(titleOf(more, desired)).toBe(title);
  });

  test.each<[string, string, number, number | null, boolean]>([
    ['a tick after the file', CONFIG_PATH, STARTED - 21, null, true],
    ['within a tick of the file', CONFIG_PATH, STARTED - 20, null, false],
    ['before the directory changed', CONFIG_PATH, 0, STARTED - 20, false],
    ['after the directory changed', CONFIG_PATH, 0, STARTED - 21, true],
    ['before the directory of the environment changed', ENVIRONMENT_PATH, 0, STARTED, true],
  ])('a process that started %s', (_, path, ctimeMs, directoryMs, loaded) => {
    const directory = { kind: 'directory', mode: '0755', user: 'root', group: 'root' } as const;
    const parent = path.slice(0, path.lastIndexOf('/'));
    const directories: Facts['directories'] =
      directoryMs === null ? {} : { [parent]: { ...directory, ctimeMs: directoryMs } };
    expect(needs({ ...file(path, { ctimeMs }), directories }) === 'nothing').toBe(loaded);
  });

  test.each<[string, Facts['receipt'], Partial<Facts>, boolean]>([
    ['of this process and file', receipt({ files: { [CONFIG_PATH]: 'x' } }), {}, true],
    ['of another file', receipt({ files: { [CONFIG_PATH]: 'y' } }), {}, false],
    [
      'of another process',
      receipt({ invocation: 'other', files: { [CONFIG_PATH]: 'x' } }),
      {},
      false,
    ],
    [
      'of no process at all',
      receipt({ invocation: '', files: { [CONFIG_PATH]: 'x' } }),
      unit({ invocation: '' }),
      false,
    ],
    ['that is missing', null, {}, false],
  ])('a receipt %s vouches for a younger file: %s', (_, of, more, holds) => {
    const younger = file(CONFIG_PATH, { sha256: 'x', ctimeMs: STARTED });
    const loaded = process({ configHash: 'x' });
    expect(needs({ ...younger, ...loaded, ...more, receipt: of })).toBe(
      holds ? 'nothing' : 'reload',
    );
  });

  test('a file that was taken away asks for nothing by itself', () => {
    const gone = { files: { ...facts.files, [CONFIG_PATH]: { ...absent, ctimeMs: NOW } } };
    expect(needs(gone)).toBe('nothing');
    expect(needs({ ...gone, receipt: receipt({ files: { [CONFIG_PATH]: 'x' } }) })).toBe('nothing');
  });

  test.each<[string, Facts['receipt'], Needs]>([
    ['a process that has them all', receipt({ groups: ['alloy', 'www'] }), 'nothing'],
    ['a process that lacks one', receipt({ groups: ['alloy'] }), 'restart'],
    ['a process that nothing is known of', receipt({ invocation: 'other', groups: [] }), 'nothing'],
  ])('groups are fixed at the start: %s', (_, of, expected) => {
    const more = { memberOf: ['alloy', 'www'] };
    expect(needs({ receipt: of }, more)).toBe(expected);
    if (expected === 'restart')
      expect(titleOf({ receipt: of }, more)).toBe('restart alloy (it runs without its groups)');
  });

  test('the receipt is about a process, and one that runs', () => {
    const holds = (of: Facts['receipt'], invocation: string) =>
      receiptHolds({ ...facts, ...unit({ invocation }), receipt: of });
    expect(holds(receipt(), facts.unit.invocation)).toBe(true);
    expect(holds(receipt(), 'other')).toBe(false);
    expect(holds(receipt({ invocation: '' }), '')).toBe(false);
    expect(holds(null, facts.unit.invocation)).toBe(false);
  });
});

describe('the most that is asked for', () => {
  test.each<[Needs[], Partial<Facts>, Partial<Desired>, Needs]>([
    [[], {}, {}, 'nothing'],
    [['nothing', 'reload'], {}, {}, 'reload'],
    [['restart', 'reload', 'nothing'], {}, {}, 'restart'],
    [['reload'], STOPPED, {}, 'restart'],
    [['restart'], running('a'), {}, 'restart'],
    [['reload'], {}, { check: 'service' }, 'restart'],
    [['nothing'], {}, { check: 'service' }, 'nothing'],
  ])('%j', (planned, of, more, expected) => {
    expect(needs(of, more, ...planned)).toBe(expected);
  });
});

describe('the change', () => {
  const change = (of: Partial<Facts>, ...planned: Needs[]) =>
    serviceStep.diff(inputOf(target, { ...facts, ...of }, { earlier: earlier(...planned) }));

  test('a running service is reloaded', () => {
    expect(change({}, 'reload')).toEqual({
      step: 'service',
      title: 'reload alloy',
      before: 'running',
      after: 'running',
      actions: [{ do: 'reload' }],
      diffs: [],
      warnings: [],
      needs: 'reload',
    });
  });

  test('a stopped and disabled service is enabled and started', () => {
    const of = { ...STOPPED, unit: { ...STOPPED.unit, enabled: 'disabled' } };
    expect(change(of)).toMatchObject({
      title: 'enable and start alloy',
      before: 'stopped',
      after: 'running',
      actions: [{ do: 'daemon-reload', ifNeeded: true }, { do: 'enable' }, { do: 'restart' }],
      needs: 'restart',
    });
  });

  test('a disabled service that runs is left running', () => {
    expect(change(unit({ enabled: 'disabled' }))).toMatchObject({
      title: 'enable alloy',
      before: 'running',
      after: 'running',
      actions: [{ do: 'daemon-reload', ifNeeded: true }, { do: 'enable' }],
      needs: 'nothing',
    });
  });

  test('the unit of a new package is made known before the restart', () => {
    const installed = [changeWith({ do: 'install', version: '1' })];
    const change = serviceStep.diff(
      inputOf(target, { ...facts, ...http({ ready: 0 }) }, { earlier: installed }),
    );
    expect(change?.actions).toEqual([{ do: 'daemon-reload', ifNeeded: true }, { do: 'restart' }]);
  });

  test('what is restarted for a planned change needs no reason', () => {
    expect(titleOf(running('a'), {}, 'reload')).toBe('reload alloy');
    expect(titleOf(running('a'), {}, 'restart')).toBe('restart alloy');
    expect(titleOf(http({ ready: 0 }), {}, 'reload')).toBe('restart alloy (it is not ready)');
  });
});

test.each([
  ['grafana-agent', true],
  ['alloy', false],
  [null, false],
])('a port that %s uses is in the way: %s', (portOwner, inTheWay) => {
  const at = { file: 'inventory.yaml', line: 4, column: 1 };
  const of = targetOf({ origins: new Map([['alloy.listen', at]]) });
  const params = { reason: 'taken', owner: portOwner, address: '127.0.0.1', port: 12345 };
  expect(serviceStep.problems?.(inputOf(of, { ...facts, ...http({ portOwner }) }))).toEqual(
    inTheWay ? [{ code: 'host.port', host: 'web-01', params, at }] : [],
  );
});

test('components that are not healthy are warned about, but for those that may be', () => {
  const components = [
    { id: 'a', health: 'unhealthy', message: 'no route' },
    { id: 'b', health: 'exited', message: '' },
    { id: 'c', health: 'unhealthy', message: 'x' },
    { id: 'd', health: 'healthy', message: '' },
  ] as const;
  const warned = (planned: readonly Needs[], ids: Facts['components'] = components) =>
    serviceStep.warnings?.(
      inputOf(
        targetOf({ tolerate: ['c'] }),
        { ...facts, components: ids },
        { earlier: earlier(...planned) },
      ),
    );
  expect(warned([])).toEqual([
    {
      code: 'alloy.components',
      host: 'web-01',
      params: {
        reason: 'unhealthy',
        components: [
          { id: 'a', health: 'unhealthy' },
          { id: 'b', health: 'exited' },
        ],
      },
      detail: 'a: no route\nb: ',
    },
  ]);
  expect(warned([], components.slice(2))).toEqual([]);
  expect(warned(['nothing'])).toEqual([]);
});

test('components that nobody knows are warned about by nobody', () => {
  expect(serviceStep.warnings?.(inputOf(target, { ...facts, components: null }))).toEqual([]);
});

describe('an environment file of others', () => {
  const ours = { path: '/etc/default/alloy', sets: ['CONFIG_FILE', 'CUSTOM_ARGS'] };
  const theirs = { path: '/etc/alloy/extra.env', sets: ['CUSTOM_ARGS'] };
  const unmet = (...environmentFiles: Facts['unit']['environmentFiles']) =>
    serviceStep.unmet?.(
      inputOf(target, {
        ...facts,
        unit: { ...facts.unit, dropIns: ['/x.conf'], environmentFiles },
      }),
    );
  const problem = (params: object) => [
    { code: 'host.unit', host: 'web-01', params: { ...params, paths: ['/x.conf'] } },
  ];

  test('is named where it decides how Alloy starts, even before it does', () => {
    expect(unmet(ours, theirs)).toEqual(problem({ reason: 'environment-file', ...theirs }));
    expect(unmet(theirs)).toEqual(problem({ reason: 'no-environment' }));
  });

  test('is none of our business where it sets something else, or where ours has the last word', () => {
    expect(unmet(ours, { ...theirs, sets: [] })).toEqual([]);
    expect(unmet(theirs, ours)).toEqual([]);
    expect(unmet()).toEqual([]);
  });
});
