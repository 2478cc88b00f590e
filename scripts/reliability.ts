import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY_ROOT } from '../lab/root.ts';
import type { RowEnd } from '../test/e2e/stress/row.ts';
import { newest, reliabilityPage } from '../test/e2e/stress/table.ts';

/**
 * Writes docs/reliability.md from the results that the stress tests left in .build/stress. They are added
 * to by each run: a folder of its own (ALLOYUP_STRESS_RESULTS) keeps other runs out of the page.
 */
const folder = process.env.ALLOYUP_STRESS_RESULTS ?? join(REPOSITORY_ROOT, '.build/stress');
const lines = newest(
  readdirSync(folder)
    .filter((name) => name.endsWith('.ndjson'))
    .flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n'))
    .filter(Boolean)
    .map((line) => JSON.parse(line) as RowEnd),
);
writeFileSync(join(REPOSITORY_ROOT, 'docs/reliability.md'), reliabilityPage(lines));
console.log(`${lines.length} rows`);
