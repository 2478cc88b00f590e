import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parseInventory } from '../../src/inventory/parse.ts';
import type { Problem } from '../../src/model/problem.ts';
import { withText } from '../../src/report/text-of.ts';

const FOLDER = new URL('fixtures/wrong/', import.meta.url);
const names = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.yaml'))
  .map((file) => file.replace('.yaml', ''));

const told = (problem: Problem): string => {
  const { code, message, hint, at, detail } = withText(problem);
  return [
    `${at?.file}:${at?.line}:${at?.column}: ${code}: ${message}`,
    `hint: ${hint}`,
    detail ?? '(no lines)',
    '',
  ].join('\n');
};

test('there are wrong inventories of every kind', () => {
  expect(names.length).toBeGreaterThanOrEqual(22);
});

/** `UPDATE_EXPECTED=1 npx vitest run test/inventory` writes what is said now; read the diff before committing it. */
test.each(names)('%s is refused with exactly these words', (name) => {
  const text = readFileSync(new URL(`${name}.yaml`, FOLDER), 'utf8');
  const parsed = parseInventory(text, `${name}.yaml`);
  const said = parsed.ok ? 'accepted\n' : parsed.problems.map(told).join('\n');
  const expected = new URL(`${name}.txt`, FOLDER);
  if (process.env.UPDATE_EXPECTED) writeFileSync(expected, said);
  expect(said).toBe(readFileSync(expected, 'utf8'));
  expect(said).not.toContain('accepted');
  expect(said).not.toContain('hunter2');
});
