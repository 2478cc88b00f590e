import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { paintWith } from '../report/paint.ts';
import { problemText } from '../report/problem.ts';
import { ownFolders } from '../sources/folders.ts';
import type { Terminal } from './terminal/terminal.ts';
import { VERSION } from './alloyup-version.ts';

/** Tells of an error that nobody expected; the stack goes to a file, for it helps only us. Gives 70. */
export function reportBug(error: unknown, terminal: Terminal): number {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const file = save(stack, terminal);
  const message = error instanceof Error ? error.message.split('\n')[0] : String(error);
  terminal.err(
    problemText(
      {
        code: 'bug',
        message: `this is a bug in alloyup, not in your files: ${message}`,
        hint: file ? `report it with the file ${file}` : 'report it with the lines above',
        ...(file ? {} : { detail: stack }),
      },
      { paint: paintWith(terminal.errColour), width: terminal.width },
    ),
  );
  return 70;
}

/** The path, or undefined where nothing can be written. */
function save(stack: string, terminal: Terminal): string | undefined {
  const folder = join(ownFolders(terminal.env).state, 'bugs');
  const file = join(
    folder,
    `${new Date().toISOString().replace(/[-:]|\.\d+/g, '')}-${process.pid}.txt`,
  );
  const text = `alloyup ${VERSION}, node ${process.version}, ${process.platform} ${process.arch}\n${stack}\n`;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(file, text, { mode: 0o600, flag: 'wx' });
    return file;
  } catch {
    return undefined;
  }
}
