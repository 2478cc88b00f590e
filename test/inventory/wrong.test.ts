import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
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
  expect(shown).not.toContain('hunter2');
});
