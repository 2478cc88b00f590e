// Writes the scores of the last `npm run test:mutants` into docs/mutants.md:
// node build.mjs run scripts/mutants.ts
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mutantsTable } from './mutants-table.ts';

const root = process.env.ALLOYUP_ROOT ?? '.';
const report = JSON.parse(readFileSync(join(root, 'mutants/report.json'), 'utf8'));
const page = join(root, 'docs/mutants.md');
const text = readFileSync(page, 'utf8');
const day = new Date().toISOString().slice(0, 10);
writeFileSync(
  page,
  text.replace(
    /<!-- scores -->[\s\S]*?<!-- end -->/,
    () => `<!-- scores -->\nMeasured on ${day}:\n\n${mutantsTable(report)}<!-- end -->`,
  ),
);
