// Generates src/alloy/table/table.gen.ts from the facts about components (../shared/alloy/components.json,
// or the given path) and the corrections in scripts/component-additions.ts:
//   node build.mjs run scripts/component-table.ts [components.json]
// Prints the gaps it finds, and exits with 1 if one of them is not excused.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RawComponent } from './make-component-table.ts';
import { makeTable } from './make-component-table.ts';

const root = process.env.ALLOYUP_ROOT ?? '.';
const facts = process.argv[2] ?? join(root, '../shared/alloy/components.json');
const raw = JSON.parse(readFileSync(facts, 'utf8')) as Record<string, RawComponent>;

const { text, holes, excused } = makeTable(raw);
for (const hole of holes) console.log(`hole: ${hole}`);
console.log(
  `${Object.keys(raw).length} components, ${excused} excused holes, ${holes.length} holes`,
);
writeFileSync(join(root, 'src/alloy/table/table.gen.ts'), text);
console.log(`${Math.round(text.length / 1024)} KiB`);
process.exitCode = holes.length === 0 ? 0 : 1;
