import { fail, ok, type Position, type Problem, type Result } from '../model/problem.ts';
import { besideInventory } from './directories.ts';
import { readTextFile } from './text-file.ts';

const MAX_BYTES = 1024 * 1024;

/** A file that the inventory names. */
export interface FileRef {
  /** As written: relative to the inventory's folder, `~/` allowed. */
  readonly path: string;
  readonly at: Position;
}

export interface ReadFile {
  /** Where it was found; named in problems. */
  readonly file: string;
  readonly text: string;
}

/** A template, and the declarations of its parameters in the `.yaml` beside it. */
export interface TemplateFile extends ReadFile {
  readonly declarations: ReadFile | null;
}

/** Reads the files that `config.files` copies, by path as written; gives all that cannot be read at once. */
export async function readSourceFiles(
  refs: readonly FileRef[],
  base: string,
): Promise<Result<ReadonlyMap<string, ReadFile>>> {
  const read = await readAll(refs, base, 'inventory.file', 'file');
  if (!read.ok) return read;
  return ok(new Map(read.value.map(([{ path }, file]) => [path, file])));
}

/** Reads the templates that the inventory names, by path as written. */
export async function readTemplateFiles(
  refs: readonly FileRef[],
  base: string,
): Promise<Result<ReadonlyMap<string, TemplateFile>>> {
  const read = await readAll(refs, base, 'template.file', 'template');
  if (!read.ok) return read;

  const templates = new Map<string, TemplateFile>();
  const problems: Problem[] = [];
  for (const [{ path, at }, template] of read.value) {
    const file = template.file.replace(/(?:\.alloy)?$/, '.yaml');
    const beside = await readTextFile(file, MAX_BYTES);
    if (beside.ok) {
      templates.set(path, { ...template, declarations: { file, text: beside.text } });
    } else if (beside.why === 'missing') {
      templates.set(path, { ...template, declarations: null });
    } else {
      problems.push(
        unreadable('template.file', `${file}, which declares its parameters,`, beside, at),
      );
    }
  }
  return problems.length > 0 ? fail(...problems) : ok(templates);
}

async function readAll(
  refs: readonly FileRef[],
  base: string,
  code: 'inventory.file' | 'template.file',
  what: string,
): Promise<Result<readonly (readonly [FileRef, ReadFile])[]>> {
  const distinct = [...new Map(refs.toReversed().map((ref) => [ref.path, ref])).values()].reverse();
  const files: (readonly [FileRef, ReadFile])[] = [];
  const problems: Problem[] = [];
  for (const ref of distinct) {
    const file = besideInventory(ref.path, base);
    const read = await readTextFile(file, MAX_BYTES);
    if (read.ok) files.push([ref, { file, text: read.text }]);
    else problems.push(unreadable(code, `the ${what} ${file}`, read, ref.at));
  }
  return problems.length > 0 ? fail(...problems) : ok(files);
}

const unreadable = (
  code: 'inventory.file' | 'template.file',
  what: string,
  { why, message }: { readonly why: string; readonly message: string },
  at: Position,
): Problem => ({
  code,
  message: `${what} ${message}`,
  hint:
    why === 'missing'
      ? 'mend the path: relative paths start beside the inventory'
      : why === 'too-big' || why === 'not-text'
        ? 'bring files like that to the hosts by other means: this is for text of up to 1 MiB'
        : 'name a file that you can read',
  at,
});
