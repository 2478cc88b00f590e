import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { REPOSITORY_ROOT } from '../lab/root.ts';
import { terminalSvg } from './svg.ts';
import { RecordedTerminal } from './terminal.ts';
import { BROKEN, commandOf, validatePage } from './validate-page.ts';

/**
 * `node build.mjs run scripts/validate-screens.ts`: checks the files of docs/broken with the built
 * command in a real terminal, and writes docs/validate-screens.md and docs/validate.svg.
 */

const COLUMNS = 80;
/** The file that is also shown in color. */
const PICTURE = 'typo';

async function main(): Promise<void> {
  const terminal = await RecordedTerminal.open({
    columns: COLUMNS,
    cwd: REPOSITORY_ROOT,
    env: { PATH: process.env.PATH ?? '', ALLOYUP: join(REPOSITORY_ROOT, 'bin/alloyup.js') },
  });
  const docs = join(REPOSITORY_ROOT, 'docs');
  const screens: string[] = [];
  try {
    await terminal.run('alloyup() { node "$ALLOYUP" "$@"; }');
    for (const broken of BROKEN) {
      await terminal.clear();
      await terminal.run(`alloyup ${commandOf(broken).join(' ')}`);
      // the first line is the command, the last one the next prompt
      const lines = (await terminal.screen(true)).filter((line) => line !== '$ ' && line !== '$');
      screens.push(stripVTControlCharacters(lines.slice(1).join('\n')));
      if (broken[0] === PICTURE) {
        const title = `Recording of a terminal: alloyup validate reports every mistake in ${PICTURE}.alloy`;
        const picture = { columns: COLUMNS, rows: lines.length, title };
        writeFileSync(join(docs, 'validate.svg'), terminalSvg([{ lines, ms: 0 }], picture));
      }
    }
  } finally {
    await terminal.close();
  }
  writeFileSync(join(docs, 'validate-screens.md'), validatePage(screens));
}

await main();
