// Brings the picture and the table of docs/architecture.md to what src/ imports:
// node build.mjs run scripts/architecture.ts
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { folderImports, importsSvg, importsTable } from './imports.ts';

const root = process.env.ALLOYUP_ROOT ?? '.';
const imports = folderImports(join(root, 'src'));
writeFileSync(join(root, 'docs/architecture.svg'), importsSvg(imports));
const page = join(root, 'docs/architecture.md');
const text = readFileSync(page, 'utf8');
writeFileSync(page, text.replace(/\| floor \|[\s\S]*?\n(?!\|)/, importsTable(imports)));
