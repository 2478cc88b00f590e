import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import type { Problem } from '../model/problem.ts';
import { findingsJson } from '../report/ndjson.ts';
import { ownDirectories } from '../sources/directories.ts';
import { VERSION } from './alloyup-version.ts';
import type { Options } from './args/option-table.ts';
import { reportFindings } from './runs/github-actions.ts';
import { printProblems, type Terminal } from './terminal/terminal.ts';

/** Found before the first connection; anything else is only known once a host or the repository was asked. */
const EARLY =
  /^(usage|inventory\.|template\.|config\.|secret\.|key\.|run\.missing|exact\.unsupported)/;

export const foundEarly = ({ code }: Problem): boolean => EARLY.test(code);

/** Prints why a command could not run, on stdout too for a program that reads it. Returns the exit code. */
export function refuse(
  problems: readonly Problem[],
  terminal: Terminal,
  output: Options['output'] = 'text',
): number {
  const exitCode = problems.every(foundEarly) ? 64 : 1;
  printProblems(terminal, problems, []);
  reportFindings('refused', { problems, warnings: [] }, terminal);
  if (output !== 'text') terminal.document(findingsJson({ exitCode, problems, warnings: [] }));
  return exitCode;
}

/** Reports an unexpected error; its stack goes to a file, as it only helps us. Returns 70. */
export function reportBug(error: unknown, terminal: Terminal): number {
  const { message, stack = message } = error instanceof Error ? error : new Error(String(error));
  const file = saveStack(stack, terminal);
  const params = { reason: 'unexpected', said: message.split('\n')[0]!, file } as const;
  const detail = file === null ? { detail: stack } : {};
  printProblems(terminal, [{ code: 'bug', params, ...detail }], []);
  return 70;
}

/** The path; null if nothing can be written. */
function saveStack(stack: string, terminal: Terminal): string | null {
  const directory = join(ownDirectories(terminal.env).state, 'bugs');
  const time = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  const file = join(directory, `${time}-${process.pid}.txt`);
  const text = `alloyup ${VERSION}, node ${process.version}, ${process.platform} ${process.arch}\n${stack}\n`;
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    writeFileSync(file, text, { mode: 0o600, flag: 'wx' });
    return file;
  } catch {
    return null;
  }
}
