import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { entriesOf, PROBLEMS, WARNINGS } from '../../scripts/problem-catalogue/all.ts';
import { problemsPage } from '../../scripts/problems-page.ts';
import { docsOf } from '../../src/report/text-of.ts';
import { anchorsOf } from '../markdown.ts';

test('docs/problems.md is current (node build.mjs run scripts/docs-problems.ts)', () => {
  const page = readFileSync(new URL('../../docs/problems.md', import.meta.url), 'utf8');
  expect(page).toBe(problemsPage());
});

test.each([...entriesOf(PROBLEMS), ...entriesOf(WARNINGS)])('%s links to its section', (code) => {
  const [page, anchor] = docsOf({ code }).split('#');
  expect(page).toBe('docs/problems.md');
  expect(anchorsOf(problemsPage())).toContain(anchor);
});

test('a rule of the Alloy language links to the page of the checks', () => {
  expect(docsOf({ code: 'flow.unused' })).toBe('docs/checks.md');
});
