import { describe, expect, test } from 'vitest';
import { planHost } from '../../src/plan/planner.ts';
import { savedHost } from '../../src/plan/saved-plan.ts';
import { factsOf, suppliesOf, targetOf } from '../builders.ts';
import { type Entry, eventsOf, fleetOf, outdated, run, sentTo } from './scripted-hosts.ts';

const target = targetOf({ config: '// new\n' });
const upToDate = factsOf(target);

test.each([
  [600_000, [600]],
  [-7_200_000, [-7200]],
  [60_000, []],
])('a clock that is %i ms ahead is named before apt says anything', async (ms, expected) => {
  for (const verb of ['plan', 'apply'] as const) {
    const facts = outdated(targetOf({ config: '// new\n' }));
    const fleet = fleetOf({ a: { facts: { ...facts, takenAt: facts.takenAt + ms } } });
    await run(fleet, { verb });
    const said = fleet.events.flatMap((event) =>
      event.type === 'host.warning' && event.warning.code === 'host.clock'
        ? [(event.warning.params as { aheadS: number }).aheadS]
        : [],
    );
    expect(said).toEqual(expected);
  }
});

test('a host is planned, approved and changed over one login, with one command each', async () => {
  const fleet = fleetOf({ a: {} });
  expect((await run(fleet)).outcomes).toEqual({ a: 'changed' });
  expect(sentTo(fleet.hosts.a)).toEqual(['facts', 'apply r1']);
  expect(fleet.hosts.a!.logins).toBe(1);
  expect(fleet.hosts.a!.commands.map((words) => words.slice(4))).toEqual([
    ['sudo', '-n', 'perl', '-'],
    ['sudo', '-n', 'perl', '-'],
  ]);
  expect(eventsOf(fleet, 'a')).toEqual([
    'host.started',
    'host.connected',
    'host.facts',
    'host.planned',
    'host.resumed',
    'change.started',
    'change.finished',
    'change.started',
    'change.finished',
    'host.facts',
    'host.finished',
  ]);
  expect(fleet.events.find(({ type }) => type === 'host.connected')).toMatchObject({
    via: 'ssh',
    how: 'ssh a',
    why: null,
  });
  expect(fleet.events[0]).toMatchObject({ place: { file: 'inventory.yaml', line: 3 } });
});

test('every host is planned before the question, and none is changed before the answer', async () => {
  const fleet = fleetOf({ a: {}, b: { facts: upToDate }, c: { login: () => 5000 } });
  expect((await run(fleet)).outcomes).toEqual({ a: 'changed', b: 'unchanged', c: 'changed' });
  expect(fleet.questions).toEqual([{ hosts: 3, changing: 2, waves: 1, over: 1 }]);
  const types = fleet.events.map(({ type }) => type);
  const planned = types.indexOf('run.planned');
  expect(fleet.events[planned]).toMatchObject({ changing: 2 });
  expect(types.lastIndexOf('host.planned')).toBeLessThan(planned);
  expect(types.indexOf('host.resumed')).toBeGreaterThan(planned);
  // a host that needs nothing is let go at once
  expect(fleet.events.find((e) => e.type === 'host.finished')).toMatchObject({ host: 'b' });
});

test('a "no" changes nothing', async () => {
  const fleet = fleetOf({ a: {}, b: {} }, { confirm: async () => false });
  expect((await run(fleet)).outcomes).toEqual({ a: 'skipped', b: 'skipped' });
  expect(sentTo(fleet.hosts.a)).toEqual(['facts']);
  expect(fleet.events.some(({ type }) => type === 'host.resumed')).toBe(false);
});

test('where nobody can be asked, the answer is yes', async () => {
  const fleet = fleetOf({ a: {} });
  const { confirm: _, ...world } = fleet.world;
  expect((await run({ ...fleet, world })).outcomes).toEqual({ a: 'changed' });
});

test('nobody is asked about a fleet that is up to date', async () => {
  const fleet = fleetOf({ a: { facts: upToDate }, b: { facts: upToDate } });
  expect((await run(fleet)).outcomes).toEqual({ a: 'unchanged', b: 'unchanged' });
  expect(fleet.questions).toEqual([]);
  expect(fleet.events.some(({ type }) => type === 'run.planned')).toBe(false);
});

describe('forks', () => {
  /** The most hosts that were in progress at once, between two types of events. */
  const most = (events: ReturnType<typeof fleetOf>['events'], from: string, to: string): number => {
    let now = 0;
    return Math.max(
      ...events.map(({ type }) => {
        if (type === from) now += 1;
        if (type === to) now -= 1;
        return now;
      }),
    );
  };
  const names = ['a', 'b', 'c', 'd', 'e'];
  const hosts = Object.fromEntries(names.map((name) => [name, {}]));

  test('no more hosts are planned or changed at once', async () => {
    const fleet = fleetOf(hosts);
    const { outcomes } = await run(fleet, { forks: 2 });
    expect(Object.values(outcomes)).toEqual(names.map(() => 'changed'));
    expect(most(fleet.events, 'host.started', 'host.planned')).toBe(2);
    expect(most(fleet.events, 'host.resumed', 'host.finished')).toBe(2);
  });

  test('hosts are started in the order of the inventory', async () => {
    const fleet = fleetOf({ ...hosts, a: { login: () => 9000 } });
    await run(fleet, { forks: 2 });
    const started = fleet.events.flatMap((e) => (e.type === 'host.started' ? [e.host] : []));
    const resumed = fleet.events.flatMap((e) => (e.type === 'host.resumed' ? [e.host] : []));
    expect(started).toEqual(names);
    expect(resumed).toEqual(names);
  });

  test('a slow host holds up no other', async () => {
    const slow = [60_000, { type: 'result', result: 'ok' }] as readonly Entry[];
    const fleet = fleetOf({ ...hosts, a: { run: () => slow } });
    await run(fleet, { forks: 2 });
    const finished = fleet.events.flatMap((e) => (e.type === 'host.finished' ? [e.host] : []));
    expect(finished).toEqual(['b', 'c', 'd', 'e', 'a']);
  });
});

test('a problem on one host stops no other', async () => {
  const fleet = fleetOf({
    a: {
      login: () => ({
        code: 'ssh.auth',
        params: { reason: 'no-key-of-ssh', endpoint: 'ops@a' },
      }),
    },
    b: {
      fault: (kind) => (kind === 'facts' ? { exit: 3, out: 'what?', err: 's3cret' } : undefined),
    },
    c: { facts: { ...upToDate, os: { ...upToDate.os, systemd: false } } },
    e: {},
  });
  const { outcomes, problems } = await run(fleet);
  expect(outcomes).toEqual({ a: 'unreachable', b: 'failed', c: 'failed', e: 'changed' });
  expect(problems.a!.code).toBe('ssh.auth');
  expect(problems.b).toMatchObject({ code: 'host.probe', detail: 'what?\n(secret)' });
  expect(problems.c!.code).toBe('host.unsupported');
  expect(fleet.questions).toEqual([{ hosts: 4, changing: 1, waves: 1, over: 3 }]);
});

test('a bug in alloyup is reported as one, for one host', async () => {
  const fleet = fleetOf({ a: {}, b: {} });
  const world = {
    ...fleet.world,
    planned: (host: string) => {
      if (host === 'a') throw new TypeError('undefined is not s3cret');
    },
  };
  const { outcomes, problems } = await run({ ...fleet, world });
  expect(outcomes).toEqual({ a: 'failed', b: 'changed' });
  expect(problems.a).toMatchObject({ code: 'bug', params: { reason: 'on-host' } });
  expect(problems.a!.detail).toMatch(/^TypeError: undefined is not \(secret\)\n +at /);
});

describe('a plan that the host does not allow', () => {
  const masked = { ...outdated(target), unit: { ...outdated(target).unit, load: 'masked' } };

  test('is never carried out', async () => {
    const fleet = fleetOf({ a: { facts: masked }, b: {} });
    const { outcomes, problems } = await run(fleet, { unattended: true });
    expect(outcomes).toEqual({ a: 'failed', b: 'changed' });
    expect(problems.a!.code).toBe('host.unit');
    expect(sentTo(fleet.hosts.a)).toEqual(['facts']);
    expect(fleet.questions).toEqual([{ hosts: 2, changing: 1, waves: 1, over: 1 }]);
  });

  test('is shown, and goes into no saved plan', async () => {
    const planned: string[] = [];
    const fleet = fleetOf(
      { a: { facts: masked }, b: {} },
      { planned: (host) => planned.push(host) },
    );
    expect((await run(fleet, { verb: 'plan' })).outcomes).toEqual({ a: 'failed', b: 'pending' });
    expect(eventsOf(fleet, 'a')).toContain('host.planned');
    expect(planned).toEqual(['b']);
  });
});

describe('plan and status', () => {
  test('a host with an unhealthy component is not up to date for status', async () => {
    const sick = [{ id: 'a.b', health: 'unhealthy', message: 'no route' }] as const;
    const of = targetOf({ config: '// new\n', components: { known: true, ids: ['a.b'] } });
    const facts = factsOf(of, { components: sick });
    for (const [verb, outcome] of [
      ['status', 'pending'],
      ['plan', 'unchanged'],
    ] as const) {
      const fleet = fleetOf({ a: { target: of, facts } });
      expect((await run(fleet, { verb })).outcomes).toEqual({ a: outcome });
    }
  });

  test.each(['plan', 'status'] as const)('%s changes nothing and asks nothing', async (verb) => {
    const fleet = fleetOf({ a: {}, b: { facts: upToDate } });
    expect((await run(fleet, { verb })).outcomes).toEqual({ a: 'pending', b: 'unchanged' });
    expect(fleet.questions).toEqual([]);
    expect(sentTo(fleet.hosts.a)).toEqual(['facts']);
  });

  test.each([
    ['plan', 1],
    ['apply', 1],
    ['status', 0],
    ['rollback', 0],
    ['remove', 0],
  ] as const)('%s asks the repository %i times', async (verb, times) => {
    let asked = 0;
    const fleet = fleetOf({ a: { facts: { ...outdated(target), package: absentPackage } } });
    const world = {
      ...fleet.world,
      repository: {
        ...fleet.world.repository,
        versions: async () => {
          asked += 1;
          return ['1.18.1-1'];
        },
      },
    };
    await run({ ...fleet, world }, { verb });
    expect(asked).toBe(times);
  });
});
const absentPackage = { ...upToDate.package, status: 'absent', version: null } as const;

describe('a saved plan', () => {
  const saved = (facts = outdated(target)) =>
    savedHost(planHost(target, facts, suppliesOf(), { adopt: false, watchS: 15 }));

  test('is applied to hosts that are still what it was made from', async () => {
    const fleet = fleetOf(
      { a: {}, b: {} },
      {
        expected: new Map([
          ['a', saved()],
          ['b', saved()],
        ]),
      },
    );
    expect((await run(fleet)).outcomes).toEqual({ a: 'changed', b: 'changed' });
  });

  test('is applied to no host when one of them has moved', async () => {
    const fleet = fleetOf(
      { a: {}, b: {} },
      {
        expected: new Map([
          ['a', saved()],
          ['b', saved(upToDate)],
        ]),
      },
    );
    const { outcomes, problems } = await run(fleet, { unattended: true });
    expect(outcomes).toEqual({ a: 'skipped', b: 'stale' });
    expect(problems.b).toMatchObject({ code: 'apply.stale' });
    for (const host of Object.values(fleet.hosts)) expect(sentTo(host)).toEqual(['facts']);
    expect(fleet.questions).toEqual([]);
    expect(fleet.events.some(({ type }) => type === 'run.planned')).toBe(false);
  });

  test('is applied to no host when one of them refuses its plan by now', async () => {
    const masked = { ...outdated(target), unit: { ...outdated(target).unit, load: 'masked' } };
    const fleet = fleetOf(
      { a: {}, b: { facts: masked } },
      {
        expected: new Map([
          ['a', saved()],
          ['b', saved()],
        ]),
      },
    );
    expect((await run(fleet)).outcomes).toEqual({ a: 'skipped', b: 'failed' });
    expect(sentTo(fleet.hosts.a)).toEqual(['facts']);
  });

  test.each([
    [
      'another run is in progress',
      { lockedBy: { run: 'r0', who: 'me', since: 0 }, unfinished: null },
    ],
    ['a run was cut off', { lockedBy: null, unfinished: 'r0' }],
  ])('is applied to no host when on one of them %s', async (_, alloyup) => {
    const busy = { ...outdated(target), alloyup: { ...alloyup, runs: [] } };
    const fleet = fleetOf(
      { a: {}, b: { facts: busy } },
      {
        expected: new Map([
          ['a', saved()],
          ['b', saved()],
        ]),
      },
    );
    const { outcomes, problems } = await run(fleet);
    expect(outcomes).toEqual({ a: 'skipped', b: 'stale' });
    expect(problems.b).toMatchObject({ code: 'apply.stale', params: { reason: 'other-run' } });
    expect(sentTo(fleet.hosts.b)).toEqual(['facts']);
  });
});

describe('the first interrupt', () => {
  test('while hosts are planned: those in progress are finished, no others are started', async () => {
    const fleet = fleetOf({ a: { login: () => 1000 }, b: {}, c: {} });
    fleet.clock.after(500, () => fleet.stop.abort());
    const { outcomes } = await run(fleet, { forks: 1 });
    expect(outcomes).toEqual({ a: 'skipped', b: 'skipped', c: 'skipped' });
    expect(sentTo(fleet.hosts.a)).toEqual(['facts']);
    expect(fleet.hosts.b!.logins).toBe(0);
    expect(fleet.questions).toEqual([]);
    expect(fleet.events.some(({ type }) => type === 'run.planned')).toBe(false);
  });

  test('while the question is open', async () => {
    const fleet = fleetOf({ a: {} });
    const confirm = async () => {
      fleet.stop.abort();
      return true;
    };
    const { outcomes } = await run({ ...fleet, world: { ...fleet.world, confirm } });
    expect(outcomes).toEqual({ a: 'skipped' });
    expect(sentTo(fleet.hosts.a)).toEqual(['facts']);
  });

  test('while hosts are changed', async () => {
    const fleet = fleetOf({ a: {}, b: {} });
    fleet.clock.after(150, () => fleet.stop.abort());
    expect((await run(fleet, { forks: 1 })).outcomes).toEqual({ a: 'changed', b: 'skipped' });
  });
});

test('the second interrupt leaves hosts to themselves, and says so', async () => {
  const slow = [60_000, { type: 'result', result: 'ok' }] as readonly Entry[];
  const fleet = fleetOf({ a: { run: () => slow }, b: {} });
  fleet.clock.after(10_000, () => {
    fleet.stop.abort();
    fleet.abandon.abort();
  });
  const { outcomes, problems } = await run(fleet);
  expect(outcomes).toEqual({ a: 'unknown', b: 'changed' });
  expect(problems.a).toMatchObject({
    code: 'apply.unknown',
    params: { reason: 'in-progress' },
    transient: true,
  });
  expect(fleet.events.at(-1)!.ms).toBe(10_000);
});
