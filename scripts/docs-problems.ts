// Writes docs/problems.md: node build.mjs run scripts/docs-problems.ts
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { problemsPage } from './problems-page.ts';

writeFileSync(join(process.env.BUILD_ROOT ?? '.', 'docs', 'problems.md'), problemsPage());
