import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Rollout } from '../../src/model/rollout.ts';
import { planHost } from '../../src/plan/planner.ts';
import { savedHost } from '../../src/plan/saved-plan.ts';
import { AT_ONCE, factsOf, suppliesOf, targetOf } from '../builders.ts';
import {
  type Fleet,
  fleetOf,
  type HostScript,
  outdated,
  run as runAll,
  sentTo,
} from './scripted-hosts.ts';

// Who waits for whom while a run plans its hosts.

const target = targetOf({ config: '// new\n' });
const upToDate = factsOf(target);

/** Its facts take so many milliseconds. */
const slow = (ms: number): HostScript => ({
  fault: (kind) => (kind === 'facts' ? { delay: ms } : undefined),
});
const SILENT = slow(80_000_000);

/** As with --yes. */
const run = (fleet: Fleet, more: Parameters<typeof runAll>[1] = {}) =>
  runAll(fleet, { unattended: true, ...more });

const at = (fleet: Fleet, type: string, host?: string): number | undefined =>
  fleet.events.find((e) => e.type === type && (!host || ('host' in e && e.host === host)))?.ms;

const silentOnes = (fleet: Fleet) =>
  fleet.events.flatMap((e) =>
    e.type === 'run.warning' && e.warning.code === 'run.silent' ? [e.warning.params] : [],
  );

/** When the host ends that is silent, by its own limits. */
const limitOf = async (): Promise<number> => {
  const alone = fleetOf({ silent: SILENT });
  await run(alone);
  return at(alone, 'host.finished', 'silent')!;
};

test('the others are changed without a silent host, which ends by its own limits', async () => {
  const fleet = fleetOf({ a: slow(4000), silent: SILENT, b: slow(3500) });
  const { outcomes, problems } = await run(fleet);
  expect(outcomes).toEqual({ a: 'changed', silent: 'unreachable', b: 'changed' });
  expect(problems.silent!.code).toBe('ssh.timeout');
  const planned = at(fleet, 'host.planned', 'a')!;
  // half as long again
  expect(at(fleet, 'run.planned')).toBe(planned * 1.5);
  expect(at(fleet, 'host.resumed', 'b')).toBe(planned * 1.5);
  expect(at(fleet, 'host.finished', 'silent')).toBe(await limitOf());
  expect(silentOnes(fleet)).toEqual([{ reason: 'not-planned', hosts: ['silent'] }]);
  expect(fleet.questions).toEqual([{ hosts: 3, changing: 2, waves: 1, over: 1 }]);
});

test('where planning is quick, a host has a second', async () => {
  const late = fleetOf({ a: {}, b: slow(1100) });
  expect((await run(late)).outcomes).toEqual({ a: 'changed', b: 'changed' });
  expect(silentOnes(late)).toHaveLength(1);
  const fleet = fleetOf({ a: {}, b: slow(900) });
  expect((await run(fleet)).outcomes).toEqual({ a: 'changed', b: 'changed' });
  expect(silentOnes(fleet)).toEqual([]);
  expect(at(fleet, 'run.planned')).toBe(at(fleet, 'host.planned', 'b'));
  expect(at(fleet, 'host.resumed', 'a')).toBe(at(fleet, 'host.resumed', 'b'));
});

test('a host that is planned later is changed then, though another one is silent', async () => {
  const fleet = fleetOf({ a: {}, late: slow(8000), silent: SILENT });
  const { outcomes } = await run(fleet);
  expect(outcomes).toEqual({ a: 'changed', late: 'changed', silent: 'unreachable' });
  expect(at(fleet, 'host.resumed', 'late')).toBe(at(fleet, 'host.planned', 'late'));
  expect(fleet.events.filter(({ type }) => type === 'run.planned')).toHaveLength(1);
  expect(silentOnes(fleet)).toEqual([{ reason: 'not-planned', hosts: ['late', 'silent'] }]);
});

test('a host that is planned later does not wait for those that are being changed', async () => {
  const long = { run: () => [600_000, { type: 'result', result: 'ok' } as const] };
  const fleet = fleetOf({ a: long, late: slow(1100) });
  await run(fleet);
  expect(at(fleet, 'host.finished', 'late')).toBeLessThan(5000);
});

test('silent hosts take no place from those that are changed', async () => {
  const fleet = fleetOf({ a: {}, b: {}, s1: SILENT, s2: SILENT });
  await run(fleet, { forks: 2 });
  expect(at(fleet, 'host.finished', 'b')).toBeLessThan(5000);
});

test('a host that has not begun is not late', async () => {
  const fleet = fleetOf({ a: {}, s1: SILENT, s2: SILENT, b: {} });
  const { outcomes } = await run(fleet, { forks: 2 });
  expect(outcomes).toEqual({ a: 'changed', s1: 'unreachable', s2: 'unreachable', b: 'changed' });
  expect(at(fleet, 'run.planned')).toBe(at(fleet, 'host.planned', 'b'));
});

test('nobody goes on when there is nothing to change', async () => {
  const fleet = fleetOf({ a: { facts: upToDate }, late: slow(20_000), silent: SILENT });
  await run(fleet);
  expect(silentOnes(fleet)).toMatchObject([{ hosts: ['silent'] }]);
  expect(at(fleet, 'run.planned')).toBeGreaterThan(20_000);
});

test.each(['remove', 'rollback'] as const)('%s does not wait for a silent host', async (verb) => {
  const fleet = fleetOf({ a: {}, late: slow(8000), silent: SILENT });
  const { outcomes } = await run(fleet, { verb });
  expect(at(fleet, 'host.finished', 'a')).toBeLessThan(5000);
  expect(outcomes).toMatchObject({ late: outcomes.a, silent: 'unreachable' });
});

describe('every plan is waited for', () => {
  const waits = async (fleet: Fleet, more: Parameters<typeof runAll>[1] = {}) => {
    await run(fleet, more);
    expect(at(fleet, 'run.planned')).toBe(await limitOf());
    expect(silentOnes(fleet)).toEqual([]);
  };
  const fleetWith = (...rollouts: readonly Partial<Rollout>[]): Fleet =>
    fleetOf(
      Object.fromEntries(
        ['a', 'b', 'silent'].map((name, i) => {
          const rollout = { ...AT_ONCE, ...rollouts[i % rollouts.length] };
          const of = { target: { ...target, rollout, rolloutGroup: `${i % rollouts.length}` } };
          return [name, name === 'silent' ? { ...of, ...SILENT } : of];
        }),
      ),
    );

  test('where somebody has to approve them', () => waits(fleetWith({}), { unattended: false }));
  test('with a canary', () => waits(fleetWith({ canary: 1 })));
  test('in waves', () => waits(fleetWith({ serial: [{ percent: 50 }, { percent: 100 }] })));
  test('where a failure may stop others', () => waits(fleetWith({ maxFail: { hosts: 1 } })));
  test('where a group waits for another', () => waits(fleetWith({ order: 0 }, { order: 1 })));
  test('where waves are continued', () =>
    waits(fleetWith({}), { waves: [{ group: '0', order: 0, hosts: ['a'] }] }));
  test('with a cluster', () => {
    const members = [{ name: 'a', address: '10.0.0.1', port: 12345 }];
    const inCluster = { ...target, cluster: { name: 'edge', members } };
    return waits(fleetOf({ a: { target: inCluster }, b: {}, silent: SILENT }));
  });
  test('groups without an order wait for nobody', async () => {
    const fleet = fleetWith({}, {});
    await run(fleet);
    expect(at(fleet, 'host.finished', 'a')).toBeLessThan(5000);
  });

  test('of a saved plan, which is applied as a whole', async () => {
    const saved = savedHost(
      planHost(target, outdated(target), suppliesOf(), { adopt: false, watchS: 15 }),
    );
    const expected = new Map(['a', 'b', 'silent'].map((name) => [name, saved]));
    const fleet = fleetOf({ a: {}, b: {}, silent: SILENT }, { expected });
    await waits(fleet);
  });
});

describe('Ctrl-C', () => {
  test.each([500, 1500, 7500])('after %i ms, others are not changed', async (ms) => {
    const fleet = fleetOf({ a: slow(300), late: slow(8000), silent: SILENT });
    fleet.clock.after(ms, () => fleet.stop.abort());
    const { outcomes } = await run(fleet);
    const isIn = ms < 1000 ? 'skipped' : 'changed';
    expect(outcomes).toEqual({ a: isIn, late: 'skipped', silent: 'unreachable' });
    expect(sentTo(fleet.hosts.late)).toEqual(['facts']);
    expect(silentOnes(fleet)).toHaveLength(ms < 1000 ? 0 : 1);
  });

  test('twice, a silent host is no longer waited for', async () => {
    const fleet = fleetOf({ a: {}, silent: SILENT });
    fleet.clock.after(5000, () => {
      fleet.stop.abort();
      fleet.abandon.abort();
    });
    const { outcomes } = await run(fleet);
    expect(outcomes.a).toBe('changed');
    expect(fleet.events.at(-1)).toMatchObject({ type: 'host.finished', host: 'silent', ms: 5000 });
  });
});

test('whoever is late: each host ends once, and is changed if it was planned', async () => {
  const host = fc.record({
    ms: fc.constantFrom(0, 300, 900, 1500, 4000, 9000, 80_000_000),
    bad: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(host, { minLength: 1, maxLength: 6 }),
      fc.integer({ min: 1, max: 6 }),
      fc.option(fc.integer({ min: 0, max: 12_000 })),
      async (hosts, forks, stopMs) => {
        const fleet = fleetOf(
          Object.fromEntries(
            hosts.map(({ ms, bad }, i) => [
              `h${i}`,
              {
                ...slow(ms),
                ...(bad ? { run: () => [{ type: 'result', result: 'rolled-back' } as const] } : {}),
              },
            ]),
          ),
        );
        if (stopMs !== null) fleet.clock.after(stopMs, () => fleet.stop.abort());
        const { outcomes } = await run(fleet, { forks });
        const ends = fleet.events.filter(({ type }) => type === 'host.finished');
        expect(ends).toHaveLength(hosts.length);
        for (const [i, { ms, bad }] of hosts.entries()) {
          const ended = ms > 60_000 ? 'unreachable' : bad ? 'rolled-back' : 'changed';
          const allowed = stopMs === null ? [ended] : [ended, 'skipped'];
          expect(allowed).toContain(outcomes[`h${i}`]);
        }
        const resumed = fleet.events.filter(({ type }) => type === 'host.resumed');
        expect(resumed).toHaveLength(
          Object.values(outcomes).filter((one) => one === 'changed' || one === 'rolled-back')
            .length,
        );
      },
    ),
    { numRuns: 50 },
  );
});

test('of a large fleet, few hosts keep an idle login while they wait for their changes', async () => {
  const names = Array.from({ length: 300 }, (_, i) => `h${i}`);
  let open = 0;
  const fleet: Fleet = fleetOf(Object.fromEntries(names.map((name) => [name, {}])), {
    async confirm() {
      open = Object.values(fleet.hosts).reduce((sum, { openLogins }) => sum + openLogins, 0);
      return true;
    },
  });
  const { outcomes } = await runAll(fleet, { forks: 32 });
  expect(new Set(Object.values(outcomes))).toEqual(new Set(['changed']));
  expect(open).toBe(256);
  const logins = Object.values(fleet.hosts).map((host) => host.logins);
  expect(
    [logins.filter((n) => n === 1), logins.filter((n) => n === 2)].map((l) => l.length),
  ).toEqual([256, 44]);
});
