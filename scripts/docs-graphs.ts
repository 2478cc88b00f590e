// Writes docs/graphs.md and its pictures: node build.mjs run scripts/docs-graphs.ts
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { graphPages } from './graphs-page.ts';

const docs = join(process.env.BUILD_ROOT ?? '.', 'docs');
rmSync(join(docs, 'graphs'), { recursive: true, force: true });
mkdirSync(join(docs, 'graphs'));
for (const [path, text] of await graphPages()) writeFileSync(join(docs, path), text);
