import { accessSync, closeSync, constants, openSync, readSync, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { nearest } from '../model/frame.ts';
import { fail, ok, type Result } from '../model/problem.ts';
import type { FileFailure, InventoryFileProblem } from '../model/problems/file-problems.ts';
import { anywhere, type MayRead } from './may-read.ts';
import { runProgram } from './run-program.ts';
import { decodeUtf8, readTextFile } from './text-file.ts';

const MAX_BYTES = 16 * 1024 * 1024;

/** Ansible, too, reads an INI file in whose comments somebody's name is in Latin-1. */
const COMMENT = /^\s*[#;]/;

export interface InventoryFile {
  /** As the user named it; named in problems. */
  readonly file: string;
  /** Relative paths in the inventory start here. */
  readonly base: string;
  readonly text: string;
  /** It was run, and `text` is what it printed. */
  readonly ran: boolean;
}

export interface InventoryFileOptions {
  /** What `-` reads; opened only then. */
  readonly stdin: () => AsyncIterable<Uint8Array | string>;
  /** Executable inventories may be run; `validate` runs nothing. */
  readonly mayRun: boolean;
  readonly mayRead?: MayRead;
  /** Milliseconds that an executable inventory may take. */
  readonly timeoutMs: number;
}

const problem = (params: InventoryFileProblem, detail = ''): Result<never> =>
  fail({ code: 'inventory.file', params, ...(detail === '' ? {} : { detail }) });

/** Of a directory, as Ansible takes its files: no hidden ones, no backups, and only these endings. */
const ENDINGS = ['', '.yaml', '.yml', '.json', '.ini'];

/**
 * The files that a source names: itself, or those of a directory in the order of their names. Programs are among them.
 * The declarations beside a template (`site.yaml` beside `site.alloy`) are no inventory.
 */
export async function inventoryFiles(
  source: string,
  mayRead: MayRead = anywhere,
): Promise<Result<readonly string[]>> {
  const isDirectory = (path: string): boolean =>
    statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  if (source === '-' || mayRead(source) !== null || !isDirectory(source)) return ok([source]);
  const names = (await readdir(source).catch(() => [])).sort((a, b) => (a < b ? -1 : 1));
  const files = names
    .filter((name) => !name.startsWith('.') && !name.endsWith('~'))
    .filter((name) => ENDINGS.includes(extname(name)) || isScript(join(source, name)))
    .filter((name) => !/\.ya?ml$/.test(name) || !names.includes(name.replace(/\.ya?ml$/, '.alloy')))
    .map((name) => join(source, name))
    .filter((path) => !isDirectory(path));
  return files.length > 0
    ? ok(files)
    : fail({ code: 'inventory.file', params: { reason: 'no-inventories', path: source } });
}

/** Reads an inventory from a file, from stdin (`-`), or from what an executable with `#!` prints. */
export async function readInventoryFile(
  source: string,
  options: InventoryFileOptions,
): Promise<Result<InventoryFile>> {
  if (source === '-') return readStdin(options.stdin());
  const { mayRead = anywhere } = options;
  if (mayRead(source) === null && isScript(source)) return runScript(source, options);

  const read = await readTextFile(source, MAX_BYTES, { mayRead, ignored: COMMENT });
  if (!read.ok) {
    const { failure } = read;
    const meant = await meantFile(source, failure);
    return problem({ reason: 'unreadable-inventory', path: source, failure, meant });
  }
  return ok({ file: source, base: dirname(source), text: read.text, ran: false });
}

async function readStdin(
  stdin: AsyncIterable<Uint8Array | string>,
): Promise<Result<InventoryFile>> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stdin) {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    chunks.push(bytes);
    size += bytes.length;
    if (size > MAX_BYTES) return problem({ reason: 'endless-stdin' });
  }
  const text = decodeUtf8(Buffer.concat(chunks), COMMENT);
  if (text === undefined) return problem({ reason: 'stdin-not-text' });
  if (text.trim() === '') return problem({ reason: 'empty-stdin' });
  return ok({ file: 'stdin', base: '.', text, ran: false });
}

function isScript(path: string): boolean {
  try {
    if (!statSync(path).isFile()) return false;
    const file = openSync(path, 'r');
    try {
      const head = Buffer.alloc(2);
      return readSync(file, head, 0, 2, 0) === 2 && head.toString('latin1') === '#!';
    } finally {
      closeSync(file);
    }
  } catch {
    return false;
  }
}

async function runScript(
  source: string,
  { mayRun, timeoutMs }: InventoryFileOptions,
): Promise<Result<InventoryFile>> {
  const path = resolve(source);
  if (!mayRun) return problem({ reason: 'program', path });
  try {
    accessSync(path, constants.X_OK);
  } catch {
    return problem({ reason: 'not-executable', path: source });
  }
  if ((statSync(path).mode & 0o002) !== 0)
    return problem({ reason: 'world-writable', path: source });

  // as Ansible calls its inventory programs; others need not look at it
  const { failure, stdout, stderr } = await runProgram([path, '--list'], dirname(path), timeoutMs);
  if (failure) return problem({ reason: 'program-failed', path, failure }, stderr);
  if (stdout.trim() === '') return problem({ reason: 'program-silent', path }, stderr);
  return ok({ file: source, base: dirname(source), text: stdout, ran: true });
}

/** What may have been meant: a file beside the one that does not exist, or one in the directory. */
async function meantFile(source: string, { kind }: FileFailure): Promise<string | null> {
  if (kind !== 'missing' && kind !== 'directory') return null;
  const directory = kind === 'directory' ? source.replace(/\/$/, '') : dirname(source);
  const names = (await readdir(directory).catch(() => [])).filter((name) =>
    /\.(?:ya?ml|ini)$/.test(name),
  );
  const meant =
    kind === 'directory'
      ? names[0]
      : (nearest(basename(source), names) ?? names.find((name) => /inventory/.test(name)));
  if (meant === undefined) return null;
  return directory === '.' ? meant : `${directory}/${meant}`;
}
