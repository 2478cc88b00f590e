// Writes scores of `npm run test:mutants` into docs/mutants.md. A run writes mutants/report.json; for
// several runs, each over a part of the files, name a copy of each report:
// node build.mjs run scripts/mutants.ts [REPORT...]
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mergeReports, mutantsTable } from './mutants-table.ts';

const root = process.env.BUILD_ROOT ?? '.';
const [...paths] = process.argv.slice(2);
if (paths.length === 0) paths.push(join(root, 'mutants/report.json'));
const report = mergeReports(paths.map((path) => JSON.parse(readFileSync(path, 'utf8'))));
for (const [path, { source }] of Object.entries(report.files))
  if (readFileSync(join(root, path), 'utf8') !== source)
    throw new Error(`${path} has changed since it was measured`);

const page = join(root, 'docs/mutants.md');
const text = readFileSync(page, 'utf8');
const day = new Date().toISOString().slice(0, 10);
const runs = paths.length === 1 ? 'one run' : `${paths.length} runs, each over some of the files`;
writeFileSync(
  page,
  text.replace(
    /<!-- scores -->[\s\S]*?<!-- end -->/,
    () => `<!-- scores -->\nMeasured on ${day} in ${runs}:\n\n${mutantsTable(report)}<!-- end -->`,
  ),
);
