import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY_ROOT } from '../lab/root.ts';
import type { RowEnd } from '../test/e2e/stress/row.ts';
import { newest, reliabilityPage } from '../test/e2e/stress/table.ts';

/**
 * Writes docs/reliability.md from the results of the stress tests in .build/stress. Every run adds to
 * them; set ALLOYUP_STRESS_RESULTS to a directory of its own to keep other runs out of the page.
 */
const directory = process.env.ALLOYUP_STRESS_RESULTS ?? join(REPOSITORY_ROOT, '.build/stress');
const lines = newest(
  readdirSync(directory)
    .filter((name) => name.endsWith('.ndjson'))
    .flatMap((name) => readFileSync(join(directory, name), 'utf8').split('\n'))
    .filter(Boolean)
    .map((line) => JSON.parse(line) as RowEnd),
);
writeFileSync(join(REPOSITORY_ROOT, 'docs/reliability.md'), reliabilityPage(lines));
console.log(`${lines.length} rows`);
