import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Rollout, Share, Wave } from '../../src/model/rollout.ts';
import { type Member, sizeOf, stagesOf } from '../../src/plan/waves.ts';
import { AT_ONCE } from '../builders.ts';

const names = (n: number, prefix = 'h'): readonly string[] =>
  Array.from({ length: n }, (_, i) => `${prefix}${i + 1}`);

const members = (
  hosts: readonly string[],
  rollout: Partial<Rollout> = {},
  rolloutGroup = '',
): readonly Member[] =>
  hosts.map((name) => ({ name, rollout: { ...AT_ONCE, ...rollout }, rolloutGroup }));

const sizes = (of: readonly Member[], earlier?: readonly Wave[]) =>
  stagesOf(of, earlier).map((stage) =>
    Object.fromEntries(stage.map(({ group, waves }) => [group, waves.map((w) => w.hosts.length)])),
  );

const percent = (value: number): Share => ({ percent: value });
const hosts = (value: number): Share => ({ hosts: value });

test.each([
  ['nothing set', 20, {}, [20]],
  ['a canary', 20, { canary: 1 }, [1, 19]],
  ['a canary larger than the fleet', 2, { canary: 5 }, [2]],
  ['1, 25%, 100%', 20, { serial: [hosts(1), percent(25), percent(100)] }, [1, 5, 14]],
  ['the last size repeats', 10, { serial: [hosts(1), hosts(3)] }, [1, 3, 3, 3]],
  [
    'a share is of all hosts, the canary included',
    20,
    { canary: 1, serial: [percent(50)] },
    [1, 10, 9],
  ],
  ['a share is rounded up', 21, { serial: [percent(10)] }, [3, 3, 3, 3, 3, 3, 3]],
  ['a share is never zero', 3, { serial: [percent(1)] }, [1, 1, 1]],
  ['no rounding error', 100, { serial: [percent(7), percent(100)] }, [7, 93]],
] as const)('%s', (_, n, rollout, expected) => {
  expect(sizes(members(names(n), rollout))).toEqual([{ '': expected }]);
});

test('groups with waves of their own go at the same time, or by their order', () => {
  const fleet = [
    ...members(names(4, 'web'), { serial: [hosts(2)] }, 'web'),
    ...members(names(2, 'db'), { canary: 1, order: 1 }, 'db'),
    ...members(names(3), {}),
  ];
  expect(sizes(fleet)).toEqual([{ web: [2, 2], '': [3] }, { db: [1, 1] }]);
});

describe('how many hosts may fail', () => {
  const limitOf = (n: number, rollout: Partial<Rollout>) =>
    stagesOf(members(names(n), rollout))[0]![0]!.mayFail;

  test.each([
    ['all at once: any number', 20, {}, Number.POSITIVE_INFINITY],
    ['in waves: none', 20, { canary: 1 }, 0],
    ['one host alone is one wave', 1, { canary: 1 }, Number.POSITIVE_INFINITY],
    ['a number', 20, { maxFail: hosts(3) }, 3],
    ['a share', 21, { canary: 1, maxFail: percent(10) }, 3],
    ['zero, all at once', 20, { maxFail: hosts(0) }, 0],
  ] as const)('%s', (_, n, rollout, expected) => {
    expect(limitOf(n, rollout)).toBe(expected);
  });
});

describe('waves that were shown before', () => {
  const wave = (...of: readonly string[]): Wave => ({ group: '', order: 0, hosts: of });

  test('hosts stay in them, empty ones are left out, and others come behind', () => {
    const earlier = [wave('h1'), wave('h2', 'h3', 'h4'), wave('h5', 'h6')];
    const fleet = members(['h3', 'h4', 'h6', 'new'], { canary: 1 });
    expect(stagesOf(fleet, earlier)[0]![0]!.waves.map((one) => one.hosts)).toEqual([
      ['h3', 'h4'],
      ['h6'],
      ['new'],
    ]);
  });

  test('the last of several, left alone, still stops at its first failure', () => {
    const lane = stagesOf(members(['h3', 'h4']), [wave('h1', 'h2'), wave('h3', 'h4')])[0]![0]!;
    expect(lane.waves).toHaveLength(1);
    expect(lane.mayFail).toBe(0);
  });

  test("another group's are not taken", () => {
    const fleet = members(names(2), { canary: 1 }, 'web');
    expect(sizes(fleet, [wave('h1', 'h2')])).toEqual([{ web: [1, 1] }]);
  });
});

const share = fc.oneof(
  fc.integer({ min: 1, max: 3000 }).map(hosts),
  fc.integer({ min: 1, max: 100 }).map(percent),
);
const rollouts: fc.Arbitrary<Rollout> = fc.record({
  canary: fc.integer({ min: 0, max: 50 }),
  serial: fc.array(share, { minLength: 1, maxLength: 5 }),
  maxFail: fc.option(fc.oneof(share, fc.constant(hosts(0)))),
  pauseS: fc.constant(0),
  order: fc.integer({ min: 0, max: 2 }),
  onFail: fc.constantFrom('stop', 'rollback'),
  delivery: fc.constant('off'),
});
const fleets = fc
  .tuple(
    fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 10_000 })),
    fc.array(rollouts, { minLength: 1, maxLength: 4 }),
  )
  .map(([n, groups]) =>
    names(n).map((name, i): Member => {
      const group = i % groups.length;
      return { name, rollout: groups[group]!, rolloutGroup: `g${group}` };
    }),
  );

test('every host is in one wave, in order, and no wave is empty', () => {
  fc.assert(
    fc.property(fleets, (fleet) => {
      const lanes = stagesOf(fleet).flat();
      for (const { group, waves, rollout } of lanes) {
        expect(waves.every((wave) => wave.hosts.length > 0 && wave.group === group)).toBe(true);
        const own = fleet.filter((one) => one.rolloutGroup === group).map(({ name }) => name);
        expect(waves.flatMap((wave) => wave.hosts)).toEqual(own);
        const first = rollout.canary > 0 ? rollout.canary : sizeOf(rollout.serial[0]!, own.length);
        expect(waves[0]!.hosts.length).toBe(Math.min(first, own.length));
      }
      expect(lanes.reduce((sum, { waves }) => sum + waves.flatMap((w) => w.hosts).length, 0)).toBe(
        fleet.length,
      );
      const orders = stagesOf(fleet).map((stage) => stage[0]!.rollout.order);
      expect(orders).toEqual([...new Set(orders)].sort((a, b) => a - b));
    }),
    { numRuns: 60 },
  );
});

describe('a host that comes or goes', () => {
  const wavesOf = (fleet: readonly string[], rollout: Partial<Rollout>) =>
    stagesOf(members(fleet, rollout))[0]![0]!.waves.map((w) => w.hosts);
  /** A fleet, the place of the host in question, and a fleet without it. */
  const withAndWithout = fc
    .tuple(fc.oneof(fc.integer({ min: 2, max: 60 }), fc.integer({ min: 2, max: 10_000 })), fc.nat())
    .map(([n, seed]) => {
      const all = names(n);
      const at = seed % n;
      return { all, at, others: all.filter((_, i) => i !== at) };
    });

  test('changes no wave before its own, with sizes in numbers', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 300 }).map(hosts), {
      minLength: 1,
      maxLength: 4,
    });
    fc.assert(
      fc.property(withAndWithout, fc.nat(5), sizes, ({ all, at, others }, canary, serial) => {
        const [more, less] = [
          wavesOf(all, { canary, serial }),
          wavesOf(others, { canary, serial }),
        ];
        const own = more.findIndex((wave) => wave.includes(all[at]!));
        expect(less.slice(0, own)).toEqual(more.slice(0, own));
      }),
    );
  });

  test('makes a wave of a percentage one host larger at most, and none smaller', () => {
    fc.assert(
      fc.property(withAndWithout, fc.integer({ min: 1, max: 100 }), ({ all, others }, value) => {
        const serial = [percent(value)];
        const [more, less] = [wavesOf(all, { serial }), wavesOf(others, { serial })];
        const grown = sizeOf(serial[0]!, all.length) - sizeOf(serial[0]!, others.length);
        expect([0, 1]).toContain(grown);
        // all but the last, which has what is left
        for (const wave of less.slice(0, -1)) expect(wave.length).toBe(less[0]!.length);
        for (const wave of more.slice(0, -1)) expect(wave.length).toBe(less[0]!.length + grown);
      }),
    );
  });

  test('changes no wave that was shown, whatever its size', () => {
    fc.assert(
      fc.property(fleets, fc.nat(), (fleet, seed) => {
        const at = seed % fleet.length;
        const shown = stagesOf(fleet.filter((_, i) => i !== at)).flatMap((stage) =>
          stage.flatMap(({ waves }) => waves),
        );
        const lanes = stagesOf(fleet, shown).flat();
        for (const { group, waves } of lanes) {
          const before = shown.filter((wave) => wave.group === group);
          expect(waves.slice(0, before.length)).toEqual(before);
          expect(waves.slice(before.length).flatMap((wave) => wave.hosts)).toEqual(
            fleet[at]!.rolloutGroup === group ? [fleet[at]!.name] : [],
          );
        }
      }),
      { numRuns: 60 },
    );
  });
});

test('a wave that was shown keeps its hosts, whichever of them are left', () => {
  fc.assert(
    fc.property(fleets, fc.integer(), (fleet, seed) => {
      const shown = stagesOf(fleet).flat();
      const left = fleet.filter((_, i) => (i * 7919 + Math.abs(seed)) % 3 !== 0);
      const again = stagesOf(
        left,
        shown.flatMap(({ waves }) => waves),
      ).flat();
      const names = new Set(left.map(({ name }) => name));
      for (const { group, waves } of again) {
        const before = shown.find((lane) => lane.group === group)!.waves;
        expect(waves.map((wave) => wave.hosts)).toEqual(
          before
            .map((wave) => wave.hosts.filter((name) => names.has(name)))
            .filter((of) => of.length > 0),
        );
      }
    }),
    { numRuns: 40 },
  );
});
