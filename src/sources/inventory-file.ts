import { closeSync, constants, openSync, readSync } from 'node:fs';
import { access, readdir } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { nearest } from '../model/frame.ts';
import { fail, ok, type Problem, type Result } from '../model/problem.ts';
import { runProgram } from './run-program.ts';
import { decodeUtf8, kindOf, readTextFile, type Unreadable } from './text-file.ts';

const MAX_BYTES = 16 * 1024 * 1024;

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
  /** What `-` reads; asked for only then: to make a stream of standard input takes 1 ms. */
  readonly stdin: () => AsyncIterable<Uint8Array | string>;
  /** Executable inventories may be run; `validate` runs nothing. */
  readonly mayRun: boolean;
  /** Milliseconds that an executable inventory may take. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

const problem = (message: string, hint: string, detail?: string): Result<never> =>
  fail({ code: 'inventory.file', message, hint, ...(detail ? { detail } : {}) });

/** Reads an inventory from a file, from stdin (`-`), or from what an executable with `#!` prints. */
export async function readInventoryFile(
  source: string,
  options: InventoryFileOptions,
): Promise<Result<InventoryFile>> {
  if (source === '-') return readStdin(options.stdin());
  if (await isScript(source)) return runScript(source, options);

  const read = await readTextFile(source, MAX_BYTES);
  if (!read.ok) return fail(await unreadable(source, read.why, read.message));
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
    if (size > MAX_BYTES)
      return problem('the inventory on stdin does not end', 'pipe less into it');
  }
  const text = decodeUtf8(Buffer.concat(chunks));
  if (text === undefined) {
    return problem('the inventory on stdin is not UTF-8 text', 'convert it: iconv -t UTF-8');
  }
  if (text.trim() === '') {
    return problem('there is no inventory on stdin', 'pipe one into it, or name a file: -i FILE');
  }
  return ok({ file: 'stdin', base: '.', text, ran: false });
}

async function isScript(path: string): Promise<boolean> {
  try {
    if (!(await kindOf(path)).isFile) return false;
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
  { mayRun, timeoutMs, signal }: InventoryFileOptions,
): Promise<Result<InventoryFile>> {
  const path = resolve(source);
  if (!mayRun) {
    return problem(
      `${source} is a program, and validate runs nothing`,
      `run it yourself and check what it prints: ${quoted(path)} | alloyup validate -i -`,
    );
  }
  const executable = await access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
  if (!executable) {
    return problem(
      `${source} starts with #! but is not executable`,
      `chmod +x ${quoted(source)}, or take the first line out`,
    );
  }
  const read = await readTextFile(path, MAX_BYTES);
  if (read.ok && (read.mode & 0o002) !== 0) {
    return problem(
      `${source} is a program that every user of this machine can change`,
      `chmod o-w ${quoted(source)} after a look into it`,
    );
  }

  // as Ansible calls its inventory programs; others need not look at it
  const ran = await runProgram([path, '--list'], { cwd: dirname(path), timeoutMs, signal });
  if (!ran.ok) {
    return problem(
      `the inventory ${source} failed: ${ran.why}`,
      `run it yourself to see why: ${quoted(path)}`,
      ran.stderr,
    );
  }
  if (ran.stdout.trim() === '') {
    return problem(
      `the inventory ${source} printed nothing`,
      `run it yourself: ${quoted(path)}`,
      ran.stderr,
    );
  }
  return ok({ file: source, base: dirname(source), text: ran.stdout, ran: true });
}

async function unreadable(source: string, why: Unreadable, message: string): Promise<Problem> {
  return {
    code: 'inventory.file',
    message: `the inventory ${source} ${message}`,
    hint: await hintFor(source, why),
  };
}

async function hintFor(source: string, why: Unreadable): Promise<string> {
  const listed = async (folder: string): Promise<readonly string[]> =>
    (await readdir(folder).catch(() => [])).filter((name) => /\.(?:ya?ml|ini)$/.test(name));
  switch (why) {
    case 'missing': {
      const folder = dirname(source);
      const names = await listed(folder);
      const meant =
        nearest(basename(source), names) ?? names.find((name) => /inventory/.test(name));
      return meant
        ? `did you mean ${folder === '.' ? meant : `${folder}/${meant}`}?`
        : 'write one with alloyup init, or name the hosts: -i web-01,web-02,';
    }
    case 'directory': {
      const [first] = await listed(source);
      return `name a file${first ? ` in it: -i ${quoted(`${source.replace(/\/$/, '')}/${first}`)}` : ''}`;
    }
    case 'forbidden':
      return `see who may: ls -l ${quoted(source)}`;
    case 'not-text':
      return `see what it is: file ${quoted(source)}`;
    default:
      return 'name a file of YAML: -i FILE';
  }
}

/** For a command that is pasted into a shell. */
const quoted = (word: string): string =>
  /^[\w./:@%+=-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
