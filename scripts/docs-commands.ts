// Writes docs/commands.md: node build.mjs run scripts/docs-commands.ts
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commandsPage } from './commands-page.ts';

writeFileSync(join(process.env.BUILD_ROOT ?? '.', 'docs/commands.md'), commandsPage());
