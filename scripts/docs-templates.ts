// Writes docs/templates.md and docs/templates-coverage.md: node build.mjs run scripts/docs-templates.ts
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { coveragePage } from './coverage-page.ts';
import { templatesPage } from './templates-page.ts';

const root = process.env.BUILD_ROOT ?? '.';
writeFileSync(join(root, 'docs', 'templates.md'), templatesPage());
writeFileSync(join(root, 'docs', 'templates-coverage.md'), coveragePage(root));
