import { closeSync, mkdirSync, openSync, readdirSync, unlinkSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Problem, ToolError } from '../../model/problem.ts';

/** Logs of runs that are kept. */
const KEPT = 50;

/** Names of ours: nothing else in the folder is ever removed. */
const LOG_NAME = /^\d{8}T\d{6}Z-[0-9a-f]{4}\.ndjson$/;

export const isLogName = (name: string): boolean => LOG_NAME.test(name);

/** A file that events are appended to. */
export interface LogFile {
  readonly path: string;
  append(line: string): void;
  /** Writes what is still held back. Safe to call twice. */
  close(): void;
}

/** "20261123T101500Z-3f9a". @param random 4 hex digits */
export const runId = (now: number, random: string): string =>
  `${new Date(now).toISOString().replace(/[-:]|\.\d+/g, '')}-${random}`;

/** The log of a run in the state directory, older ones beyond the newest removed. @throws NodeJS.ErrnoException */
export function openStateLog(folder: string, run: string, onTrouble: OnTrouble): LogFile {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const log = openLog(join(folder, `${run}.ndjson`), 'wx', onTrouble);
  const names = readdirSync(folder).filter(isLogName).sort();
  for (const name of names.slice(0, -KEPT)) removeLog(join(folder, name));
  return log;
}

function removeLog(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    // another run was quicker
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

/** The file that the user named. @throws ToolError `usage` when it cannot be written */
export function openNamedLog(path: string, onTrouble: OnTrouble): LogFile {
  try {
    return openLog(path, 'w', onTrouble);
  } catch (error) {
    throw new ToolError(unwritable(path, error as NodeJS.ErrnoException));
  }
}

export const unwritable = (path: string, { code, message }: NodeJS.ErrnoException): Problem => ({
  code: 'usage',
  message: `${path} cannot be written: ${WORDS[code ?? ''] ?? message}`,
  hint:
    code === 'ENOENT' ? `make its folder first: mkdir -p ${dirname(path)}` : 'name another file',
});

const WORDS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  ENOENT: 'its folder does not exist',
  EISDIR: 'it is a folder',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  ENOTDIR: 'a part of its path is no folder',
};

/** Told once, when the log can no longer be written. */
type OnTrouble = (error: Error) => void;

/** Lines of one turn of the event loop are written together: 10,000 hosts say a lot at once. */
function openLog(path: string, flags: 'w' | 'wx', onTrouble: OnTrouble): LogFile {
  const file = openSync(path, flags, 0o600);
  let held: string[] = [];
  let state: 'open' | 'broken' | 'closed' = 'open';
  const flush = (): void => {
    if (held.length === 0 || state !== 'open') return;
    const bytes = Buffer.from(held.join(''));
    held = [];
    try {
      for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
    } catch (error) {
      // a full disk here must not stop hosts from being finished
      state = 'broken';
      onTrouble(error as Error);
    }
  };
  return {
    path,
    append(line) {
      if (held.push(line) === 1) setImmediate(flush);
    },
    close() {
      flush();
      if (state !== 'closed') closeSync(file);
      state = 'closed';
    },
  };
}
