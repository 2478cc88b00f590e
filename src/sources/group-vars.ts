import { readdir, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { FileFailure } from '../model/problems/file-problems.ts';
import { anywhere, type MayRead } from './may-read.ts';
import { readTextFile } from './text-file.ts';

/** An entry of `group_vars` or `host_vars`: a file, or a directory with all of its files. */
export interface VariablesEntry {
  readonly of: 'group' | 'host';
  readonly entry: string;
  readonly files: readonly VariableFile[];
}

/** `text` null: it could not be read. */
type VariableFile = Readonly<{ file: string; text: string | null; failure: FileFailure | null }>;

const MAX_BYTES = 4 * 1024 * 1024;
const EXTENSIONS = ['', '.yml', '.yaml', '.json'];

/**
 * Reads `group_vars` and `host_vars` beside an Ansible inventory, as Ansible's own plugin
 * walks them: directories without an extension, in alphabetical order; hidden files, backups (`~`)
 * and other extensions are skipped. Never throws: each file carries its own failure.
 */
export async function readVariableDirectories(
  base: string,
  mayRead: MayRead = anywhere,
): Promise<readonly VariablesEntry[]> {
  const found: VariablesEntry[] = [];
  for (const of of ['group', 'host'] as const) {
    const directory = join(base, `${of}_vars`);
    const refused = mayRead(directory);
    if (refused) {
      const files = [{ file: directory, text: null, failure: refused }];
      // refused for all hosts: whose variables there are is not looked at
      found.push({ of: 'group', entry: 'all', files });
      continue;
    }
    for (const entry of await names(directory)) {
      const path = join(directory, entry);
      const files = (await isDirectory(path))
        ? await below(path, mayRead)
        : [await read(path, mayRead)];
      found.push({ of, entry, files });
    }
  }
  return found;
}

const names = async (directory: string): Promise<readonly string[]> =>
  (await readdir(directory).catch(() => [])).sort((a, b) => (a < b ? -1 : 1));

const isDirectory = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );

/** Directories nested deeper than this are a symlink loop. */
const MAX_DEPTH = 20;

async function below(
  directory: string,
  mayRead: MayRead,
  depth = 0,
): Promise<readonly VariableFile[]> {
  const failure = mayRead(directory);
  if (failure) return [{ file: directory, text: null, failure }];
  const found: VariableFile[] = [];
  for (const name of depth > MAX_DEPTH ? [] : await names(directory)) {
    if (name.startsWith('.') || name.endsWith('~')) continue;
    const path = join(directory, name);
    const extension = extname(name);
    if (!EXTENSIONS.includes(extension)) continue;
    if (!(await isDirectory(path))) found.push(await read(path, mayRead));
    else if (extension === '') found.push(...(await below(path, mayRead, depth + 1)));
  }
  return found;
}

async function read(path: string, mayRead: MayRead): Promise<VariableFile> {
  const got = await readTextFile(path, MAX_BYTES, { mayRead });
  return { file: path, text: got.ok ? got.text : null, failure: got.ok ? null : got.failure };
}
