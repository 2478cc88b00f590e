import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Problem, ToolError } from '../../model/problem.ts';
import { usageProblem } from '../usage.ts';

/** An Alloy file named on the command line. */
export interface AlloyFile {
  /** As people call it: the path as given, or `<stdin>`. */
  readonly name: string;
  /** null: stdin. */
  readonly path: string | null;
  /** Found in a folder that was named, not named itself. */
  readonly inFolder: boolean;
  readonly bytes: Uint8Array;
}

/** No configuration is larger; a disk image named by mistake is. */
const MAX_BYTES = 16 * 1024 * 1024;

/**
 * Reads files, a list for each path given: a folder stands for its `*.alloy` files (with `deep`, for
 * those in folders below it too), `-` for stdin.
 *
 * @throws ToolError `usage`, for all that cannot be read at once
 */
export function readAlloyFiles(
  paths: readonly string[],
  { deep }: { readonly deep: boolean },
): readonly (readonly AlloyFile[])[] {
  const problems: Problem[] = [];
  const files: (readonly AlloyFile[])[] = [];
  for (const given of paths) {
    try {
      files.push(expand(given, deep));
    } catch (error) {
      problems.push(problemOf(given, error as NodeJS.ErrnoException));
    }
  }
  if (problems.length > 0) throw new ToolError(...(problems as [Problem, ...Problem[]]));
  return files;
}

function expand(given: string, deep: boolean): readonly AlloyFile[] {
  if (given === '-')
    return [{ name: '<stdin>', path: null, inFolder: false, bytes: readFileSync(0) }];
  if (!statSync(given).isDirectory()) return [read(given, false)];
  const below = readdirSync(given, { recursive: deep, encoding: 'utf8' })
    .filter((name) => name.endsWith('.alloy') && !/(?:^|\/)(?:node_modules|\.git)\//.test(name))
    .sort();
  if (below.length === 0)
    throw Object.assign(new Error('no *.alloy file is in it'), { code: 'NO_FILES' });
  return below
    .map((name) => join(given, name))
    .filter((path) => statSync(path).isFile())
    .map((path) => read(path, true));
}

function read(path: string, inFolder: boolean): AlloyFile {
  const { size } = statSync(path);
  if (size > MAX_BYTES)
    throw Object.assign(new Error(`it has ${size >> 20} MiB`), { code: 'TOO_BIG' });
  return { name: path, path, inFolder, bytes: readFileSync(path) };
}

function problemOf(path: string, { code, message }: NodeJS.ErrnoException): Problem {
  switch (code) {
    case 'ENOENT':
      return usageProblem(`there is no file ${path}`, 'mend the path');
    case 'EACCES':
      return usageProblem(
        `${path} cannot be read: permission denied`,
        `see who may: ls -l ${path}`,
      );
    case 'NO_FILES':
      return usageProblem(`${path} holds no *.alloy file`, 'name the files');
    case 'TOO_BIG':
      return usageProblem(`${path} is no Alloy configuration: ${message}`, 'name another file');
    default:
      return usageProblem(`${path} cannot be read: ${message}`, 'name another file');
  }
}
