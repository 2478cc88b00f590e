// Generates the picture and the table of imports in docs/architecture.md:
// node build.mjs run scripts/architecture.ts
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { directoryImports, importsSvg, importsTable } from './imports.ts';

const root = process.env.BUILD_ROOT ?? '.';
const imports = directoryImports(join(root, 'src'));
writeFileSync(join(root, 'docs/architecture.svg'), importsSvg(imports));
const page = join(root, 'docs/architecture.md');
const text = readFileSync(page, 'utf8');
writeFileSync(
  page,
  text.replace(/\| floor \|[\s\S]*?\n(?!\|)/, () => importsTable(imports)),
);
