import pLimit from 'p-limit';
import { expect, test } from 'vitest';
import { createClusters } from '../../src/engine/clusters.ts';
import { createHostRun, type Earlier, type OwnHostRun } from '../../src/engine/host-run.ts';
import { rollOut } from '../../src/engine/rollout.ts';
import type { RunOptions, World } from '../../src/engine/world.ts';
import type { Outcome } from '../../src/model/event.ts';
import type { HostRun } from '../../src/model/ports.ts';
import { stagesOf } from '../../src/plan/waves.ts';
import { AT_ONCE, targetOf } from '../builders.ts';
import {
  createClock,
  type Fleet,
  fleetOf,
  type HostScript,
  optionsOf,
  sentTo,
} from './scripted-hosts.ts';

/** What several processes can make of a run's name. */
const shared: Partial<World> = { nonce: (of = 'facts') => of.replace(' ', '-') };

const part = (fleet: Fleet, options: RunOptions, earlier: Earlier | null = null): OwnHostRun =>
  createHostRun(fleet.targets[0]!, fleet.world, options, createClusters(), earlier);

/** One process plans. */
async function planned(script: HostScript, more: Partial<RunOptions> = {}) {
  const fleet = fleetOf({ web: script }, shared);
  const options = optionsOf(more);
  const first = part(fleet, options);
  await fleet.clock.drive(first.plan());
  const { approved } = first;
  const next = (earlier: Partial<Earlier> = {}) =>
    part(fleet, options, { approved, lastRun: '', next: 'r1', maybe: [], ...earlier });
  const types = () => fleet.events.map(({ type }) => type);
  return { fleet, first, options, next, types };
}

test('one process plans, and another carries it out without saying it all again', async () => {
  const { fleet, next, types } = await planned({});
  const second = next();
  expect(second.waiting).toBe(true);
  const before = types().length;
  await fleet.clock.drive(second.carryOut());
  expect(second).toMatchObject({ outcome: 'changed', waiting: false, lastRun: 'r1' });
  expect(types().slice(before, before + 2)).toEqual(['host.resumed', 'host.connected']);
  expect(types().slice(before)).not.toContain('host.planned');
  expect(sentTo(fleet.hosts.web)).toEqual(['facts', 'facts', 'apply r1']);
});

test('what a process that died has started is followed from its beginning, not started again', async () => {
  const { fleet, first, next, types } = await planned({});
  await fleet.clock.drive(first.carryOut());
  const before = types().length;
  const third = next({ next: 'r1-102', maybe: ['r1'] });
  await fleet.clock.drive(third.carryOut());
  expect(third).toMatchObject({ outcome: 'changed', lastRun: 'r1' });
  const applies = sentTo(fleet.hosts.web).filter((one) => one.startsWith('apply'));
  expect(applies).toEqual(['apply r1']);
  expect(types().slice(before)).toContain('change.finished');
});

test('what it has not started cannot start any more, and is done under another name', async () => {
  const { fleet, next } = await planned({});
  const second = next({ next: 'r1-102', maybe: ['r1'] });
  await fleet.clock.drive(second.carryOut());
  expect(second).toMatchObject({ outcome: 'changed', lastRun: 'r1-102' });
  expect(sentTo(fleet.hosts.web).slice(1)).toEqual([
    'follow r1-4 0',
    'follow r1-3 0',
    'follow r1-2 0',
    'follow r1 0',
    'facts',
    'apply r1-102',
  ]);
});

test('a plan that somebody has read is not replaced by another one', async () => {
  const { first, options } = await planned({});
  const target = targetOf({ config: '// newer\n' });
  const other = fleetOf({ web: { target } }, shared);
  const earlier = { approved: first.approved, lastRun: '', next: 'r1', maybe: [] };
  const second = part(other, options, earlier);
  await other.clock.drive(second.carryOut());
  expect(second).toMatchObject({ outcome: 'stale', problem: { code: 'apply.stale' } });
  expect(sentTo(other.hosts.web)).toEqual(['facts']);

  const alone = part(other, { ...options, unattended: true }, earlier);
  await other.clock.drive(alone.carryOut());
  expect(alone.outcome).toBe('changed');
  expect(other.events).toContainEqual(
    expect.objectContaining({ warning: expect.objectContaining({ code: 'run.replanned' }) }),
  );
});

test('a host that one process has changed is rolled back by another', async () => {
  const { fleet, first, next } = await planned({});
  await fleet.clock.drive(first.carryOut());
  const second = next({ approved: null, lastRun: first.lastRun, next: 'r1-901' });
  const because = { code: 'bug', params: { reason: 'on-host' } } as never;
  await fleet.clock.drive(second.rollBack(because));
  expect(sentTo(fleet.hosts.web).at(-1)).toBe('rollback r1-901');
});

// --- a rollout that goes on ---------------------------------------------------------------------------

interface Part {
  readonly begun?: HostRun['begun'];
  readonly ends?: Outcome;
}

/** A rollout of waves of two, of which an earlier process has done a part. */
async function goesOn(parts: readonly Part[], forks = 10) {
  const clock = createClock();
  const asked: string[] = [];
  const emitted: string[] = [];
  const runs = new Map(
    parts.map(({ begun, ends = 'changed' }, i) => {
      const name = `h${i}`;
      let outcome: Outcome | null = null;
      const run: HostRun = {
        name,
        cluster: null,
        moved: false,
        problem: undefined,
        close: () => undefined,
        isProven: new Promise(() => undefined),
        isOver: Promise.resolve(),
        ...(begun ? { begun } : {}),
        get waiting() {
          return outcome === null;
        },
        get outcome() {
          return outcome;
        },
        get changed() {
          return outcome === 'changed';
        },
        plan: async () => undefined,
        async carryOut() {
          asked.push(name);
          await clock.sleep(100, new AbortController().signal);
          outcome = ends;
        },
        rollBack: async () => undefined,
        skip() {
          outcome = 'skipped';
        },
      };
      return [name, run] as const;
    }),
  );
  const members = [...runs.keys()].map((name) => ({
    name,
    rollout: { ...AT_ONCE, serial: [{ hosts: 2 }], pauseS: 5 },
    rolloutGroup: '',
  }));
  const world = {
    emit: (happening: { type: string }) => emitted.push(happening.type),
    now: clock.now,
    sleep: clock.sleep,
    stop: new AbortController().signal,
  } as unknown as World;
  async function* rounds() {
    yield stagesOf(members);
  }
  const limit = pLimit(forks);
  const places = { limit, clusters: createClusters() };
  await clock.drive(rollOut(rounds(), (name) => runs.get(name)!, places, world));
  const outcomes = [...runs.values()].map(({ outcome }) => outcome);
  return { asked, outcomes, emitted };
}

test('a failure that is known counts before anything else begins', async () => {
  const { asked, outcomes } = await goesOn([{}, { begun: 'known', ends: 'failed' }, {}], 1);
  expect(asked).toEqual(['h1']);
  expect(outcomes).toEqual(['skipped', 'failed', 'skipped']);
});

test('what has begun is waited for, even where the rollout has ended', async () => {
  const { asked, outcomes } = await goesOn([
    { begun: 'known', ends: 'failed' },
    { begun: 'begun' },
    {},
  ]);
  expect(asked).toEqual(['h0', 'h1']);
  expect(outcomes).toEqual(['failed', 'changed', 'skipped']);
});

test('a wave that is over is not waited for again, and the next one begins where it was left', async () => {
  const known = { begun: 'known' } as const;
  const { asked, outcomes, emitted } = await goesOn([known, known, known, {}, {}]);
  expect(asked).toEqual(['h0', 'h1', 'h2', 'h3', 'h4']);
  expect(outcomes).toEqual(Array(5).fill('changed'));
  expect(emitted.filter((type) => type === 'wave.waiting')).toHaveLength(1);
});
