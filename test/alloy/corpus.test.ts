import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { describeUnless, MISSING, recording } from '../missing.ts';
import { countCorpus, describeCounts } from './corpus.ts';

const there = MISSING.recordings === undefined;

describeUnless(MISSING.recordings)("upstream's own files", () => {
  const counted = there ? countCorpus(recording('corpus')) : { counts: [], exceptions: [] };

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
