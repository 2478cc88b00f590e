import fc from 'fast-check';
import { expect, test } from 'vitest';
import { inShard } from '../../src/inventory/shard.ts';

interface Unit {
  readonly name: string;
  readonly alloy: { readonly cluster: { readonly name: string } | null };
}

const host = (name: string, cluster?: string): Unit => ({
  name,
  alloy: { cluster: cluster === undefined ? null : { name: cluster } },
});

const shardsOf = (hosts: readonly Unit[], of: number): readonly (readonly Unit[])[] =>
  Array.from({ length: of }, (_, i) => inShard(hosts, { index: i + 1, of }));

const placesOf = (hosts: readonly Unit[], of: number): ReadonlyMap<string, number> =>
  new Map(shardsOf(hosts, of).flatMap((shard, i) => shard.map(({ name }) => [name, i])));

const names = fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme' });
const clusters = fc.option(fc.constantFrom('edge', 'core', 'web-01', ''), { nil: undefined });
const fleets = fc
  .uniqueArray(fc.tuple(names, clusters), { maxLength: 60, selector: ([name]) => name })
  .map((drawn) => drawn.map(([name, cluster]) => host(name, cluster)));
const counts = fc.integer({ min: 1, max: 20 });

test('every host is in exactly one shard, and the order of the inventory is kept', () => {
  fc.assert(
    fc.property(fleets, counts, (fleet, of) => {
      const shards = shardsOf(fleet, of);
      expect(shards.flat().length).toBe(fleet.length);
      expect(new Set(shards.flat())).toEqual(new Set(fleet));
      for (const shard of shards) {
        const at = shard.map((one) => fleet.indexOf(one));
        expect(at).toEqual([...at].sort((a, b) => a - b));
      }
    }),
  );
});

test('no host moves when others are added, removed or in another order', () => {
  fc.assert(
    fc.property(fleets, counts, fc.infiniteStream(fc.boolean()), (fleet, of, coin) => {
      const all = placesOf(fleet, of);
      const some = fleet.filter(() => coin.next().value).reverse();
      for (const [name, place] of placesOf(some, of)) expect(place).toBe(all.get(name));
    }),
  );
});

test('the members of a cluster are in one shard', () => {
  fc.assert(
    fc.property(fleets, counts, (fleet, of) => {
      const shards = shardsOf(fleet, of);
      for (const cluster of ['edge', 'core', 'web-01', '']) {
        const having = shards.filter((shard) =>
          shard.some(({ alloy }) => alloy.cluster?.name === cluster),
        );
        expect(having.length).toBeLessThanOrEqual(1);
      }
    }),
  );
});

test('shards of many hosts are about equal, whatever their names have in common', () => {
  const patterns = [
    (n: number) => `web-${n}`,
    (n: number) => `10.0.${n >> 8}.${n & 255}`,
    (n: number) => `node${String(n).padStart(5, '0')}.dc1.example.com`,
  ];
  for (const nameOf of patterns)
    for (const of of [2, 7]) {
      const fleet = Array.from({ length: 2000 }, (_, n) => host(nameOf(n)));
      for (const shard of shardsOf(fleet, of))
        expect(Math.abs(shard.length / (2000 / of) - 1)).toBeLessThan(0.2);
    }
});

test('one shard of one is everything', () => {
  fc.assert(
    fc.property(fleets, (fleet) => {
      expect(inShard(fleet, { index: 1, of: 1 })).toEqual(fleet);
    }),
  );
});

test('where a host is stays the same from release to release', () => {
  // jobs of one matrix may be of two versions, and a saved plan is applied by a later one
  const fleet = ['web-01', 'web-02', 'web-03', 'db-01', 'db-02', '10.0.0.1', 'ö.example.com'];
  const units = [...fleet.map((name) => host(name)), host('a', 'edge'), host('b', 'web-01')];
  expect(Object.fromEntries(placesOf(units, 4))).toEqual({
    'web-01': 0,
    'web-02': 2,
    'web-03': 3,
    'db-01': 3,
    'db-02': 0,
    '10.0.0.1': 3,
    'ö.example.com': 0,
    a: 2,
    b: 1,
  });
});
