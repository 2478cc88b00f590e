import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fitsInventory } from '../../src/inventory/fits.ts';
import { inventorySchema } from '../../src/inventory/schema.ts';
import { readTree } from '../../src/inventory/tree.ts';

const ROOT = new URL('../../', import.meta.url);
const treeOf = (path: string): unknown =>
  readTree(readFileSync(new URL(path, ROOT), 'utf8'), path).value;

const WRONG = 'test/inventory/fixtures/wrong/';
const example = treeOf('inventory.example.yaml');
const judged = (value: unknown) => inventorySchema.safeParse(value).success;

test('an inventory with every key fits', () => {
  expect(fitsInventory(example)).toBe(true);
});

test.each(readdirSync(new URL(WRONG, ROOT)).filter((name) => name.endsWith('.yaml')))(
  'says of %s what zod says',
  (name) => {
    const value = treeOf(`${WRONG}${name}`);
    expect(fitsInventory(value)).toBe(judged(value));
  },
);

/** Each map and list of a value, with the keys that can be put there. */
function* places(value: unknown): Generator<readonly [Record<string, unknown>, string]> {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    yield [value as Record<string, unknown>, key];
    yield* places(inner);
  }
}

const junk = fc.oneof(
  fc.constantFrom(null, true, '', ' ', 'x', '1.18', 'latest', '5s', '/etc/a', '/etc/../a', 'a\nb'),
  fc.constantFrom(-1, 0, 22, 65536, 1.5, 1e300, Number.NaN, Number.POSITIVE_INFINITY),
  fc.constantFrom([], {}, [1], ['a'], [''], { secret: 'env:A' }, { secret: { exec: [] } }),
  fc.constantFrom({ secret: { exec: ['a', 1] } }, { secret: { exec: ['a', 'b'] } }, [
    [{ a: null }],
  ]),
);

test('says of any inventory what zod says', () => {
  const size = [...places(example)].length;
  fc.assert(
    fc.property(fc.nat(size - 1), junk, fc.boolean(), (at, value, anew) => {
      const copy = structuredClone(example);
      const [map, key] = [...places(copy)][at]!;
      map[anew && !Array.isArray(map) ? `${key}x` : key] = value;
      expect(fitsInventory(copy)).toBe(judged(copy));
    }),
    { numRuns: 3000 },
  );
});
