// Runs our parser and printer on Alloy's own files, prints the counts and writes docs/alloy-corpus.md.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { countCorpus, describeCounts } from '../test/alloy/corpus.ts';

const root = join(import.meta.dirname, '..');
const counted = countCorpus(join(root, '../shared/alloy/corpus'));
const page = describeCounts(counted);
writeFileSync(join(root, 'docs/alloy-corpus.md'), page);
console.log(page);
for (const { question, wrong } of counted.counts) {
  for (const line of wrong) console.error(`${question}: ${line}`);
}
