import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { countCorpus, describeCounts } from './corpus.ts';

const folder = fileURLToPath(new URL('../../../shared/alloy/corpus', import.meta.url));
const there = existsSync(folder);
if (!there) {
  console.warn(`no corpus at ${folder}: only our own fixtures in test/alloy/fixtures are tried`);
}

describe.skipIf(!there)("upstream's own files", () => {
  const counted = there ? countCorpus(folder) : { counts: [], exceptions: [] };

  test.each(counted.counts)('$question: $right of $of', ({ wrong, of }) => {
    expect(of).toBeGreaterThan(0);
    expect(wrong).toEqual([]);
  });

  test('the counts in the documentation are these', () => {
    const page = fileURLToPath(new URL('../../docs/alloy-corpus.md', import.meta.url));
    const hint = 'count again: node build.mjs run scripts/alloy-corpus.ts';
    expect(readFileSync(page, 'utf8'), hint).toBe(describeCounts(counted));
  });
});
