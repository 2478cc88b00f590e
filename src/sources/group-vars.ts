import { readdir } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { kindOf, readTextFile } from './text-file.ts';

/** What lies right below `group_vars` or `host_vars`: a file, or a folder with all of its files. */
export interface FolderEntry {
  readonly of: 'group' | 'host';
  readonly entry: string;
  readonly files: readonly VariableFile[];
}

interface VariableFile {
  readonly file: string;
  /** null: it could not be read, and `why`. */
  readonly text: string | null;
  readonly why: string;
}

const MAX_BYTES = 4 * 1024 * 1024;
const ENDINGS = ['', '.yml', '.yaml', '.json'];

/**
 * Reads `group_vars` and `host_vars` in the folder of an Ansible inventory, as Ansible's own plugin
 * walks them: folders without an ending, in the order of the alphabet; hidden files, backups (`~`) and
 * other endings left out. Never throws: what cannot be read says so.
 */
export async function readVariableFolders(base: string): Promise<readonly FolderEntry[]> {
  const found: FolderEntry[] = [];
  for (const of of ['group', 'host'] as const) {
    const folder = join(base, `${of}_vars`);
    for (const entry of await names(folder)) {
      const path = join(folder, entry);
      found.push({
        of,
        entry,
        files: (await isFolder(path)) ? await below(path) : [await read(path)],
      });
    }
  }
  return found;
}

const names = async (folder: string): Promise<readonly string[]> =>
  (await readdir(folder).catch(() => [])).sort((a, b) => (a < b ? -1 : 1));

const isFolder = (path: string): Promise<boolean> =>
  kindOf(path).then(
    ({ isDirectory }) => isDirectory,
    () => false,
  );

/** Folders deeper than this are a link into themselves. */
const DEEPEST = 20;

async function below(folder: string, depth = 0): Promise<readonly VariableFile[]> {
  const found: VariableFile[] = [];
  for (const name of depth > DEEPEST ? [] : await names(folder)) {
    if (name.startsWith('.') || name.endsWith('~')) continue;
    const path = join(folder, name);
    const ending = extname(name);
    if (!ENDINGS.includes(ending)) continue;
    if (!(await isFolder(path))) found.push(await read(path));
    else if (ending === '') found.push(...(await below(path, depth + 1)));
  }
  return found;
}

async function read(path: string): Promise<VariableFile> {
  const got = await readTextFile(path, MAX_BYTES);
  return got.ok
    ? { file: path, text: got.text, why: '' }
    : { file: path, text: null, why: got.message };
}
