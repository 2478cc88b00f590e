import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { graphPages } from '../../scripts/graphs-page.ts';

const docs = new URL('../../docs/', import.meta.url);

test('docs/graphs.md and its pictures are what the command draws', async () => {
  const pages = await graphPages();
  const hint = 'draw again: node build.mjs run scripts/docs-graphs.ts';
  for (const [path, text] of pages)
    expect(readFileSync(new URL(path, docs), 'utf8'), hint).toBe(text);
  const drawn = readdirSync(new URL('graphs/', docs)).map((name) => `graphs/${name}`);
  expect([...pages.keys()].filter((path) => path.startsWith('graphs/')).sort(), hint).toEqual(
    drawn.sort(),
  );
});
