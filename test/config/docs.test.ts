import { readFileSync } from 'node:fs';
import { filters, tags } from 'liquidjs';
import { expect, test } from 'vitest';
import { templatesPage } from '../../scripts/templates-page.ts';
import { KEPT_FILTERS, KEPT_TAGS } from '../../src/config/filters.ts';

test('docs/templates.md is what the templates declare (node build.mjs run scripts/docs-templates.ts)', () => {
  const page = readFileSync(new URL('../../docs/templates.md', import.meta.url), 'utf8');
  expect(page).toBe(templatesPage());
});

test('every filter and tag that the page names exists', () => {
  expect(KEPT_FILTERS.filter((name) => !Object.hasOwn(filters, name))).toEqual([]);
  expect(KEPT_TAGS.filter((name) => !Object.hasOwn(tags, name))).toEqual([]);
});
