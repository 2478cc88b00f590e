import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { parseInventory } from '../../src/inventory/parse-inventory.ts';
import type { Problem } from '../../src/model/problem.ts';
import { withText } from '../../src/report/text-of.ts';

const DIRECTORY = new URL('fixtures/wrong/', import.meta.url);
const names = readdirSync(DIRECTORY)
  .filter((file) => file.endsWith('.yaml'))
  .map((file) => file.replace('.yaml', ''));

const rendered = (problem: Problem): string => {
  const { code, message, hint, at, detail } = withText(problem);
  return [
    `${at?.file}:${at?.line}:${at?.column}: ${code}: ${message}`,
    `hint: ${hint}`,
    detail ?? '(no lines)',
    '',
  ].join('\n');
};

test('there are enough wrong inventories', () => {
  expect(names.length).toBeGreaterThanOrEqual(22);
});

/** `UPDATE_EXPECTED=1 npx vitest run test/inventory` writes the current texts; review the diff before committing it. */
test.each(names)('%s is refused with exactly this text', (name) => {
  const text = readFileSync(new URL(`${name}.yaml`, DIRECTORY), 'utf8');
  const parsed = parseInventory(text, `${name}.yaml`);
  const shown = parsed.ok ? 'accepted\n' : parsed.problems.map(rendered).join('\n');
  const expected = new URL(`${name}.txt`, DIRECTORY);
  if (process.env.UPDATE_EXPECTED) writeFileSync(expected, shown);
  expect(shown).toBe(readFileSync(expected, 'utf8'));
  expect(shown).not.toContain('accepted');
  expect(JSON.stringify([shown, parsed])).not.toContain('hunter2');
});

/** Every map and list in a value, with each of its keys. */
function* places(value: unknown): Generator<readonly [Record<string, unknown>, string]> {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    yield [value as Record<string, unknown>, key];
    yield* places(inner);
  }
}

const EXAMPLE = parse(
  readFileSync(new URL('../../docs/inventory.full.yaml', import.meta.url), 'utf8'),
);

test('any change to the example is accepted, or refused with a position and a complete text', () => {
  const junk = fc.constantFrom(
    ...[null, true, '', ' ', 'x', '1.18', 'latest', '5s', '/etc/a', '/etc/../a', 'a\nb', '$x', "'"],
    ...[-1, 0, 22, 65536, 1.5, 1e300],
    ...[[], {}, [1], ['a'], [''], { secret: 'env:A' }, { secret: { exec: [] } }, [[{ a: null }]]],
    ...[{ secret: { exec: ['a', 1] } }, { secret: { exec: ['a', 'b'] } }, { secret: 'age:a' }],
  );
  const size = [...places(EXAMPLE)].length;
  let refused = 0;
  fc.assert(
    fc.property(fc.nat(size - 1), junk, fc.boolean(), (at, value, asNewKey) => {
      const copy = structuredClone(EXAMPLE);
      const [map, key] = [...places(copy)][at]!;
      map[asNewKey && !Array.isArray(map) ? `${key}x` : key] = value;
      const parsed = parseInventory(JSON.stringify(copy, null, 1), 'f');
      if (parsed.ok) return;
      refused += 1;
      expect(parsed.problems.length).toBeGreaterThan(0);
      for (const problem of parsed.problems) {
        expect(problem.at?.file).toBe('f');
        const { message, hint } = withText(problem);
        for (const text of [message, hint])
          expect(text).not.toMatch(/^$|undefined|null\b|\[object/);
      }
    }),
    { numRuns: 500 },
  );
  expect(refused).toBeGreaterThan(100);
});
