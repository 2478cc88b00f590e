import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { REPOSITORY_ROOT } from '../lab/root.ts';

const read = (path: string): string => readFileSync(join(REPOSITORY_ROOT, path), 'utf8');
const ROWS = [
  ...read('docs/regressions.md').matchAll(
    /\| \[[^\]]+\]\(\.\.\/([^)]+)\): (.+) \| ([0-9a-f]{7})(?: \\\*|, does not end)? \|$/gm,
  ),
].map(([, file, name, commit]) => [file!, name!, commit!] as const);

test('every row of the page was read', () => {
  const lines = read('docs/regressions.md')
    .split('\n')
    .filter((line) => line.includes('.test.ts'));
  expect(ROWS).toHaveLength(lines.length);
});

test.each(ROWS)('%s still has the test "%s"', (file, name) => {
  expect(read(file)).toContain(name);
});
