// Makes src/alloy/table/table.gen.ts from the facts about each version of Alloy that tools/alloy-facts
// reads from its source (one VERSION.json each):
//   node build.mjs run scripts/component-table.ts [FOLDER]

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readVersions } from './alloy-versions.ts';
import { makeTable } from './make-component-table.ts';

const root = process.env.BUILD_ROOT ?? '.';
const versions = readVersions(process.argv[2] ?? join(root, '../shared/alloy/versions'));
const text = makeTable(versions);
writeFileSync(join(root, 'src/alloy/table/table.gen.ts'), text);
console.log(`${versions.map(([minor]) => minor).join(' ')}: ${Math.round(text.length / 1024)} KiB`);
