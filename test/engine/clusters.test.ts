import fc from 'fast-check';
import pLimit from 'p-limit';
import { expect, test } from 'vitest';
import { createClusters } from '../../src/engine/clusters.ts';
import { rollOut } from '../../src/engine/rollout.ts';
import type { World } from '../../src/engine/world.ts';
import type { Outcome } from '../../src/model/event.ts';
import type { HostRun } from '../../src/model/ports.ts';
import type { Problem } from '../../src/model/problem.ts';
import { stagesOf } from '../../src/plan/waves.ts';
import { AT_ONCE, factsOf, targetOf } from '../builders.ts';
import { createClock } from './scripted-hosts.ts';

interface Member {
  readonly cluster: string | null;
  /** Milliseconds that its change takes. */
  readonly takes: number;
  readonly fails: boolean;
  readonly group: string;
}

/** Changes hosts that take their time, and tells when each was at work. */
async function carriedOut(
  members: readonly Member[],
  { forks = 1000, rollout = {} }: { forks?: number; rollout?: Partial<typeof AT_ONCE> } = {},
) {
  const clock = createClock();
  const at = new Map<string, { readonly from: number; readonly to: number }[]>();
  const problems = new Map<string, Problem | undefined>();
  const start = clock.now();
  const runs = new Map(
    members.map(({ cluster, takes, fails }, i) => {
      const name = `h${i}`;
      let outcome: Outcome | null = null;
      const work = async (ends: Outcome): Promise<void> => {
        const from = clock.now() - start;
        await clock.sleep(takes, new AbortController().signal);
        at.set(name, [...(at.get(name) ?? []), { from, to: clock.now() - start }]);
        outcome = ends;
      };
      const run: HostRun = {
        name,
        cluster,
        moved: false,
        problem: undefined,
        close: () => undefined,
        isProven: new Promise(() => undefined),
        isOver: Promise.resolve(),
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
        carryOut: () => work(fails ? 'rolled-back' : 'changed'),
        rollBack: () => work('rolled-back'),
        skip(problem) {
          outcome = 'skipped';
          problems.set(name, problem);
        },
      };
      return [name, run] as const;
    }),
  );
  const stages = stagesOf(
    members.map(({ group }, i) => ({
      name: `h${i}`,
      rollout: { ...AT_ONCE, ...rollout },
      rolloutGroup: group,
    })),
  );
  const world = {
    emit: () => undefined,
    stop: new AbortController().signal,
    sleep: clock.sleep,
  } as unknown as World;
  async function* rounds() {
    yield stages;
  }
  const limit = pLimit(forks);
  let mostQueued = 0;
  const queued = Object.assign(
    (work: () => Promise<void>) => {
      const done = limit(work);
      mostQueued = Math.max(mostQueued, limit.pendingCount);
      return done;
    },
    { concurrency: forks },
  ) as typeof limit;
  const limits = { limit: queued, clusters: createClusters() };
  await clock.drive(rollOut(rounds(), (name) => runs.get(name)!, limits, world));
  const outcomes = [...runs.values()].map(({ outcome }) => outcome);
  return { at, outcomes, problems, mostQueued };
}

const host = (cluster: string | null, more: Partial<Member> = {}): Member => ({
  cluster,
  takes: 10,
  fails: false,
  group: '',
  ...more,
});

const spans = (at: ReadonlyMap<string, readonly { from: number; to: number }[]>, i: number) =>
  at.get(`h${i}`) ?? [];

test('members of a cluster are changed one after the other, and others at the same time', async () => {
  const { at } = await carriedOut([
    host('edge'),
    host('edge'),
    host(null),
    host('core'),
    host('edge'),
  ]);
  expect([0, 1, 2, 3, 4].map((i) => spans(at, i)[0]!.from)).toEqual([0, 10, 0, 0, 20]);
});

test('a member that waits for its turn takes no place of others', async () => {
  const { at } = await carriedOut(
    [host('edge'), host('edge'), host('edge'), host(null), host(null)],
    {
      forks: 2,
    },
  );
  expect(spans(at, 3)[0]!.from).toBe(0);
  expect(spans(at, 4)[0]!.from).toBe(10);
});

test('after a member that failed, no further one is touched, and each is told why', async () => {
  const { at, outcomes, problems } = await carriedOut([
    host('edge'),
    host('edge', { fails: true }),
    host('edge'),
    host('core'),
    host(null),
    host('edge', { group: 'late' }),
  ]);
  expect(outcomes).toEqual(['changed', 'rolled-back', 'skipped', 'changed', 'changed', 'skipped']);
  expect([spans(at, 2), spans(at, 5)]).toEqual([[], []]);
  expect(problems.get('h2')).toEqual({
    code: 'rollout.stopped',
    params: { reason: 'cluster', cluster: 'edge', member: 'h1' },
  });
});

test('members are rolled back one after the other as well', async () => {
  const { at } = await carriedOut(
    [host('edge'), host('edge'), host(null), host('edge', { fails: true })],
    { rollout: { maxFail: { hosts: 0 }, onFail: 'rollback' } },
  );
  const [first, second] = [spans(at, 0)[1]!, spans(at, 1)[1]!];
  expect(second.from).toBeGreaterThanOrEqual(first.to);
  expect(spans(at, 2)[1]!.from).toBe(first.from);
});

const fleets = fc.array(
  fc.record({
    cluster: fc.constantFrom(null, 'edge', 'core'),
    takes: fc.integer({ min: 1, max: 50 }),
    fails: fc.constant(false),
    group: fc.constantFrom('', 'a', 'b'),
  }),
  { minLength: 1, maxLength: 25 },
);

test('never two of a cluster at once, each host once, and nobody else is delayed', async () => {
  await fc.assert(
    fc.asyncProperty(
      fleets,
      fc.integer({ min: 1, max: 6 }),
      fc.constantFrom({}, { canary: 1 }, { serial: [{ hosts: 2 }] }),
      async (fleet, forks, rollout) => {
        const { at, outcomes } = await carriedOut(fleet, { forks, rollout });
        expect(outcomes.every((one) => one === 'changed')).toBe(true);
        expect([...at.values()].every((all) => all.length === 1)).toBe(true);
        const busy = fleet.map((member, i) => ({ ...member, ...spans(at, i)[0]! }));
        for (const [i, one] of busy.entries())
          for (const other of busy.slice(i + 1))
            if (one.cluster !== null && one.cluster === other.cluster)
              expect(one.to <= other.from || other.to <= one.from).toBe(true);
        // with room for all, and without waves, only members of clusters wait
        const free = await carriedOut(fleet);
        for (const [i, { cluster }] of fleet.entries())
          if (cluster === null) expect(spans(free.at, i)[0]!.from).toBe(0);
      },
    ),
    { numRuns: 60 },
  );
});

test('hosts whose turn is far away wait in no queue', async () => {
  const fleet = Array.from({ length: 40 }, () => host(null));
  const { at, mostQueued } = await carriedOut(fleet, { forks: 4 });
  expect(at.size).toBe(40);
  expect(mostQueued).toBeLessThanOrEqual(4);
});

test('members that wait for each other do not hold up others', async () => {
  const fleet = [...Array.from({ length: 4 }, () => host('edge')), host(null), host(null)];
  const { at } = await carriedOut(fleet, { forks: 2 });
  expect(at.get('h4')![0]!.from).toBe(0);
});

test('a member is known as long as it was last seen in its cluster', () => {
  const clusters = createClusters();
  const target = { ...targetOf(), cluster: { name: 'edge', members: [] } };
  const seen = (name: string | null) =>
    factsOf(target, { cluster: { name, ready: true, peers: [] } });
  expect(clusters.known('edge')).toEqual([]);
  clusters.saw(target, seen('edge'));
  expect(clusters.known('edge')).toEqual(['web-01']);
  for (const name of ['', 'other', null]) {
    clusters.saw(target, seen('edge'));
    clusters.saw(target, seen(name));
    expect(clusters.known('edge')).toEqual([]);
  }
});
