import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Rollout } from '../../src/model/rollout.ts';
import { AT_ONCE, factsOf, targetOf } from '../builders.ts';
import {
  type Entry,
  type Fleet,
  fleetOf,
  type HostScript,
  outdated,
  run,
  sentTo,
} from './scripted-hosts.ts';

const target = targetOf({ config: '// new\n' });
const upToDate = factsOf(target);
const BAD: readonly Entry[] = [{ type: 'result', result: 'rolled-back' }];

/** A host of this rollout; a bad one fails and is rolled back. */
const host = (
  rollout: Partial<Rollout>,
  { bad = false, group = '', ...script }: HostScript & { bad?: boolean; group?: string } = {},
) => ({
  target: { ...target, rollout: { ...AT_ONCE, ...rollout }, rolloutGroup: group },
  ...(bad ? { run: () => BAD } : {}),
  ...script,
});

const fleetIn = (rollout: Partial<Rollout>, bad: readonly number[], n = 6): Fleet =>
  fleetOf(
    Object.fromEntries(
      Array.from({ length: n }, (_, i) => [
        `h${i + 1}`,
        host(rollout, { bad: bad.includes(i + 1) }),
      ]),
    ),
  );

const two = { serial: [{ hosts: 2 }] } as const;

const touched = (fleet: Fleet): readonly string[] =>
  Object.entries(fleet.hosts).flatMap(([name, of]) =>
    sentTo(of).some((sent) => sent.startsWith('apply')) ? [name] : [],
  );

const spans = (fleet: Fleet) =>
  Object.fromEntries(
    Object.keys(fleet.hosts).map((name) => {
      const times = fleet.events.flatMap((e) =>
        'host' in e && e.host === name && ['host.resumed', 'host.finished'].includes(e.type)
          ? [e.ms]
          : [],
      );
      return [name, [times[0]!, times.at(-1)!] as const];
    }),
  );

test('a wave begins when every host of the one before it has ended', async () => {
  const fleet = fleetIn({ canary: 1, ...two }, [], 5);
  const { outcomes } = await run(fleet);
  expect(new Set(Object.values(outcomes))).toEqual(new Set(['changed']));
  const at = spans(fleet);
  expect(at.h2![0]).toBeGreaterThanOrEqual(at.h1![1]);
  expect(at.h3![0]).toBe(at.h2![0]);
  expect(at.h4![0]).toBeGreaterThanOrEqual(Math.max(at.h2![1], at.h3![1]));
  expect(fleet.events.filter(({ type }) => type === 'wave.started')).toMatchObject([
    { wave: 1, of: 3, hosts: 1 },
    { wave: 2, of: 3, hosts: 2 },
    { wave: 3, of: 3, hosts: 2 },
  ]);
  expect(fleet.questions).toEqual([{ hosts: 5, changing: 5, waves: 3, over: 0 }]);
});

test('the waves are shown before the question, by plan too, and only if there are several', async () => {
  for (const verb of ['plan', 'apply'] as const) {
    const fleet = fleetIn(two, [], 3);
    await run(fleet, { verb });
    const types = fleet.events.map(({ type }) => type);
    expect(fleet.events.find(({ type }) => type === 'run.waves')).toMatchObject({
      waves: [{ hosts: ['h1', 'h2'] }, { hosts: ['h3'] }],
    });
    if (verb === 'apply') expect(types.indexOf('run.waves')).toBe(types.indexOf('run.planned') - 1);
    const one = fleetIn({}, [], 3);
    await run(one, { verb });
    expect(one.events.some(({ type }) => /^run\.waves|^wave/.test(type))).toBe(false);
  }
});

test('hosts that need nothing are in no wave', async () => {
  const fleet = fleetOf({
    a: host({ canary: 1 }, { facts: upToDate }),
    b: host({ canary: 1 }),
    c: host({ canary: 1 }),
  });
  await run(fleet);
  expect(fleet.events.find(({ type }) => type === 'run.waves')).toMatchObject({
    waves: [{ hosts: ['b'] }, { hosts: ['c'] }],
  });
});

test('a failed canary ends the run: the others are not touched and told why', async () => {
  const fleet = fleetIn({ canary: 1 }, [1], 20);
  const { outcomes, problems } = await run(fleet);
  expect(touched(fleet)).toEqual(['h1']);
  expect(outcomes.h1).toBe('rolled-back');
  expect(Object.values(outcomes).filter((one) => one === 'skipped')).toHaveLength(19);
  expect(problems.h20).toEqual({
    code: 'rollout.stopped',
    params: { reason: 'untouched', group: '', failed: 1, allowed: 0 },
  });
});

describe('two hosts of the second wave fail', () => {
  test.each([
    [1, ['h1', 'h2', 'h3', 'h4']],
    [2, ['h1', 'h2', 'h3', 'h4', 'h5', 'h6']],
    [3, ['h1', 'h2', 'h3', 'h4', 'h5', 'h6']],
  ])('and %s may', async (allowed, expected) => {
    const fleet = fleetIn({ ...two, maxFail: { hosts: allowed } }, [3, 4]);
    const { outcomes } = await run(fleet);
    expect(touched(fleet)).toEqual(expected);
    expect([outcomes.h3, outcomes.h4]).toEqual(['rolled-back', 'rolled-back']);
  });

  test('a host that the limit finds unbegun in the same wave is not touched either', async () => {
    const fleet = fleetIn({ maxFail: { hosts: 0 } }, [1]);
    const { outcomes } = await run(fleet, { forks: 1 });
    expect(touched(fleet)).toEqual(['h1']);
    expect(outcomes.h6).toBe('skipped');
  });
});

test('without waves and a limit, a failure stops no other', async () => {
  const fleet = fleetIn({}, [1]);
  await run(fleet, { forks: 1 });
  expect(touched(fleet)).toHaveLength(6);
});

test('a wave costs no login: with waves and pauses, every host has the one of its plan', async () => {
  const logins = async (rollout: Partial<Rollout>): Promise<readonly number[]> => {
    const fleet = fleetIn(rollout, [], 9);
    await run(fleet, { forks: 3 });
    return Object.values(fleet.hosts).map((one) => one.logins);
  };
  const without = await logins({});
  expect(without).toEqual(Array.from({ length: 9 }, () => 1));
  expect(await logins({ canary: 1, ...two, pauseS: 600 })).toEqual(without);
});

test('whatever the waves: past the limit nobody is begun, and until then everybody is', async () => {
  const size = fc.oneof(
    fc.integer({ min: 1, max: 6 }).map((hosts) => ({ hosts })),
    fc.integer({ min: 1, max: 100 }).map((percent) => ({ percent })),
  );
  const rollouts: fc.Arbitrary<Rollout> = fc.record({
    canary: fc.nat(2),
    serial: fc.array(size, { minLength: 1, maxLength: 3 }),
    maxFail: fc.option(fc.nat(4).map((hosts) => ({ hosts }))),
    pauseS: fc.constantFrom(0, 30),
    order: fc.nat(1),
    onFail: fc.constantFrom('stop', 'rollback'),
    delivery: fc.constant('off'),
  });
  const input = fc.record({
    groups: fc.array(rollouts, { minLength: 1, maxLength: 3 }),
    bad: fc.array(fc.boolean(), { minLength: 1, maxLength: 16 }),
    forks: fc.integer({ min: 1, max: 8 }),
  });
  await fc.assert(
    fc.asyncProperty(input, async ({ groups, bad, forks }) => {
      const groupOf = (i: number): number => i % groups.length;
      const fleet = fleetOf(
        Object.fromEntries(
          bad.map((isBad, i) => [
            `h${i}`,
            host(groups[groupOf(i)]!, { bad: isBad, group: `g${groupOf(i)}` }),
          ]),
        ),
      );
      const { outcomes } = await run(fleet, { forks });
      const isBad = (name: string): boolean => bad[Number(name.slice(1))]!;
      const laneOf = (name: string): number => groupOf(Number(name.slice(1)));
      // the rule again, from what happened, in its order
      const waves = fleet.events.flatMap((e) => (e.type === 'run.waves' ? e.waves : []));
      const inWaves = (lane: number): boolean =>
        waves.filter(({ group }) => group === `g${lane}`).length > 1;
      const mayFail = (lane: number): number =>
        groups[lane]!.maxFail !== null
          ? (groups[lane]!.maxFail as { hosts: number }).hosts
          : inWaves(lane)
            ? 0
            : Number.POSITIVE_INFINITY;
      const failed = new Map<number, number>();
      let over = false;
      const begun = new Set<string>();
      for (const e of fleet.events) {
        if (e.type === 'run.rolling-back') break;
        if (e.type === 'host.resumed') {
          expect(over).toBe(false);
          begun.add(e.host);
        }
        if (e.type !== 'host.finished' || e.outcome !== 'rolled-back') continue;
        const lane = laneOf(e.host);
        failed.set(lane, (failed.get(lane) ?? 0) + 1);
        over ||= failed.get(lane)! > mayFail(lane);
      }
      if (!over) expect(begun.size).toBe(bad.length);
      expect(new Set(touched(fleet))).toEqual(begun);
      for (const [name, outcome] of Object.entries(outcomes)) {
        if (!begun.has(name)) expect(outcome).toBe('skipped');
        else if (isBad(name)) expect(outcome).toBe('rolled-back');
        else expect(['changed', 'rolled-back']).toContain(outcome);
      }
    }),
    { numRuns: 30 },
  );
});

describe('onFail: rollback', () => {
  const rollout = { ...two, onFail: 'rollback' } as const;

  test('what the run has changed is rolled back, the newest wave first', async () => {
    const fleet = fleetIn(rollout, [4]);
    const { outcomes, problems } = await run(fleet);
    expect(outcomes).toEqual({
      h1: 'rolled-back',
      h2: 'rolled-back',
      h3: 'rolled-back',
      h4: 'rolled-back',
      h5: 'skipped',
      h6: 'skipped',
    });
    expect(problems.h1).toEqual({
      code: 'rollout.stopped',
      host: 'h1',
      params: { reason: 'rolled-back', group: '', failed: 1, allowed: 0 },
    });
    expect(problems.h4!.code).toBe('apply.failed');
    expect(sentTo(fleet.hosts.h1)).toEqual(['facts', 'apply r1', 'rollback r1-2']);
    expect(fleet.hosts.h1!.sent.at(-1)).toMatchObject({ toRun: 'r1' });
    const ends = fleet.events.flatMap((e) =>
      e.type === 'host.finished' && e.problem?.params.reason === 'rolled-back' ? [e.host] : [],
    );
    expect(ends.indexOf('h3')).toBeLessThan(ends.indexOf('h1'));
    expect(fleet.events.find(({ type }) => type === 'run.rolling-back')).toMatchObject({
      hosts: 3,
    });
  });

  test('so is a host that does not have what was wanted after all; it keeps its own problem', async () => {
    const fleet = fleetOf({
      a: host(rollout),
      b: host(rollout, { after: outdated(target) }),
      c: host(rollout),
    });
    const { outcomes, problems } = await run(fleet);
    expect(outcomes).toEqual({ a: 'rolled-back', b: 'rolled-back', c: 'skipped' });
    expect(problems.a!.code).toBe('rollout.stopped');
    expect(problems.b!.code).toBe('apply.drift');
  });

  test('a rollback that fails is reported as what it is', async () => {
    const fleet = fleetOf({
      a: host(rollout, {
        run: (sent, _, of) =>
          sent.do === 'rollback'
            ? [
                { type: 'problem', code: 'apply.stuck', params: { reason: 'service' } } as never,
                { type: 'result', result: 'stuck' },
              ]
            : of.usual(sent),
      }),
      b: host(rollout),
      c: host(rollout, { bad: true }),
    });
    const { outcomes } = await run(fleet);
    expect(outcomes).toEqual({ a: 'stuck', b: 'rolled-back', c: 'rolled-back' });
  });

  test('nothing is rolled back while the failures are within the limit', async () => {
    const fleet = fleetIn({ ...rollout, maxFail: { hosts: 1 } }, [4]);
    const { outcomes } = await run(fleet);
    expect(outcomes.h1).toBe('changed');
    expect(outcomes.h6).toBe('changed');
  });
});

describe('groups', () => {
  const fleet = (bad = false) =>
    fleetOf({
      w1: host({ canary: 1 }, { group: 'web', bad }),
      w2: host({ canary: 1 }, { group: 'web' }),
      d1: host({ order: 1 }, { group: 'db' }),
      x1: host({}),
    });

  test('of one order go at the same time, and a later one when they are through', async () => {
    const all = fleet();
    await run(all);
    const at = spans(all);
    expect(at.x1![0]).toBe(at.w1![0]);
    expect(at.d1![0]).toBeGreaterThanOrEqual(at.w2![1]);
  });

  test('a group that stops ends the run for all', async () => {
    const all = fleet(true);
    const { outcomes, problems } = await run(all);
    expect(outcomes).toMatchObject({ w1: 'rolled-back', w2: 'skipped', d1: 'skipped' });
    expect(problems.d1!.params).toMatchObject({ group: 'web', failed: 1 });
  });

  test('the pause of another group is cut short', async () => {
    const all = fleetOf({
      w1: host({ ...two, serial: [{ hosts: 1 }], pauseS: 3600 }, { group: 'web' }),
      w2: host({ ...two, serial: [{ hosts: 1 }], pauseS: 3600 }, { group: 'web' }),
      d1: host({ maxFail: { hosts: 0 } }, { group: 'db', run: () => [60_000, ...BAD] }),
    });
    const { outcomes } = await run(all);
    expect(outcomes.w2).toBe('skipped');
    expect(all.events.at(-1)!.ms).toBeLessThan(600_000);
  });
});

describe('pauses and Ctrl-C', () => {
  test('a pause is kept between waves, and said', async () => {
    const fleet = fleetIn({ ...two, pauseS: 30 }, [], 4);
    await run(fleet);
    const at = spans(fleet);
    expect(at.h3![0] - Math.max(at.h1![1], at.h2![1])).toBeGreaterThanOrEqual(30_000);
    expect(fleet.events.filter(({ type }) => type === 'wave.waiting')).toMatchObject([
      { wave: 2, of: 2, seconds: 30 },
    ]);
  });

  test('Ctrl-C in a pause ends it: later waves are skipped, without an error', async () => {
    const fleet = fleetIn({ ...two, pauseS: 3600 }, [], 4);
    fleet.clock.after(20_000, () => fleet.stop.abort());
    const { outcomes, problems } = await run(fleet);
    expect(outcomes).toEqual({ h1: 'changed', h2: 'changed', h3: 'skipped', h4: 'skipped' });
    expect(problems).toEqual({});
    expect(fleet.events.at(-1)!.ms).toBeLessThan(30_000);
  });

  test('Ctrl-C within a wave lets its hosts end', async () => {
    const fleet = fleetOf({
      a: host(two, { run: (sent, _, of) => [5000, ...of.usual(sent)] }),
      b: host(two),
      c: host(two),
    });
    fleet.clock.after(3000, () => fleet.stop.abort());
    expect((await run(fleet)).outcomes).toEqual({ a: 'changed', b: 'changed', c: 'skipped' });
  });

  test('Ctrl-C after a failure keeps hosts from being rolled back', async () => {
    const fleet = fleetIn({ ...two, onFail: 'rollback' }, [4]);
    const { emit } = fleet.world;
    const world = {
      ...fleet.world,
      emit: (event: Parameters<typeof emit>[0]) => {
        emit(event);
        if (event.type === 'run.rolling-back') fleet.stop.abort();
      },
    };
    expect((await run({ ...fleet, world })).outcomes.h1).toBe('changed');
  });
});

test('a run that is continued keeps the waves as they were', async () => {
  const fleet = fleetIn({ canary: 1 }, [], 4);
  const waves = [
    { group: '', order: 0, hosts: ['h1', 'gone'] },
    { group: '', order: 0, hosts: ['h2', 'h3'] },
  ];
  await run(fleet, { waves });
  expect(fleet.events.find(({ type }) => type === 'run.waves')).toMatchObject({
    waves: [{ hosts: ['h1'] }, { hosts: ['h2', 'h3'] }, { hosts: ['h4'] }],
  });
});

test('the last wave that is continued stays one, whoever continues it again', async () => {
  const fleet = fleetIn({ canary: 1 }, [], 4);
  await run(fleet, { waves: [{ group: '', order: 0, hosts: ['h1', 'h2', 'h3', 'h4', 'h5'] }] });
  expect(fleet.events.find(({ type }) => type === 'run.waves')).toMatchObject({
    waves: [{ hosts: ['h1', 'h2', 'h3', 'h4'] }],
  });
});

test('removing and rolling back know no waves', async () => {
  const fleet = fleetIn(two, [], 3);
  await run(fleet, { verb: 'remove' });
  expect(fleet.events.some(({ type }) => type === 'run.waves' || type === 'wave.started')).toBe(
    false,
  );
});
