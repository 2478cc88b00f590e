// Writes docs/templates.md: node build.mjs run scripts/docs-templates.ts
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { templatesPage } from './templates-page.ts';

writeFileSync(join(process.env.BUILD_ROOT ?? '.', 'docs', 'templates.md'), templatesPage());
