import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { COVERED, coveragePage } from '../../scripts/coverage-page.ts';
import { parseInventory } from '../../src/inventory/parse-inventory.ts';
import { render } from './configure.ts';

const ROOT = join(import.meta.dirname, '../..');
const FOLDER = join(ROOT, 'docs/covered');

test('the page has every inventory, and most configurations are covered whole', () => {
  expect(COVERED.map(({ name }) => `${name}.yaml`).sort()).toEqual(readdirSync(FOLDER).sort());
  expect(COVERED).toHaveLength(20);
  expect(COVERED.filter(({ missing }) => missing.length === 0).length).toBeGreaterThanOrEqual(16);
});

test('the page is current (node build.mjs run scripts/docs-templates.ts)', () => {
  expect(readFileSync(join(ROOT, 'docs/templates-coverage.md'), 'utf8')).toBe(coveragePage(ROOT));
});

test.each(COVERED.map(({ name }) => name))(
  'the inventory of %s is valid on all its hosts',
  (name) => {
    const text = readFileSync(join(FOLDER, `${name}.yaml`), 'utf8');
    const parsed = parseInventory(text, 'inventory.yaml');
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
    const hosts = [...parsed.value.hosts.keys()];
    expect(hosts).not.toEqual([]);
    for (const host of hosts) {
      const { problems, warnings } = render(text, {}, host);
      expect({ host, problems, warnings }).toEqual({
        host,
        problems: [],
        warnings: [],
      });
    }
  },
);
