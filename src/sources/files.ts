import { fail, ok, type Problem, type Result } from '../model/problem.ts';
import type { FileFailure } from '../model/problems/file-problems.ts';
import type { FileRef, TemplateText, TextFile } from '../model/text-files.ts';
import { besideInventory } from './directories.ts';
import { readTextFile } from './text-file.ts';

const MAX_BYTES = 1024 * 1024;

/** Reads the files that `config.files` copies, by path as written; reports all that cannot be read. */
export async function readSourceFiles(
  refs: readonly FileRef[],
  base: string,
): Promise<Result<ReadonlyMap<string, TextFile>>> {
  const read = await readAll(refs, base, ({ at }, path, failure) => ({
    code: 'inventory.file',
    params: { reason: 'unreadable-file', path, failure },
    at,
  }));
  if (!read.ok) return read;
  return ok(new Map(read.value.map(([{ path }, file]) => [path, file])));
}

/** Reads the templates that the inventory names, by path as written. */
export async function readTemplateFiles(
  refs: readonly FileRef[],
  base: string,
): Promise<Result<ReadonlyMap<string, TemplateText>>> {
  const read = await readAll(refs, base, ({ at }, path, failure) => ({
    code: 'template.file',
    params: { reason: 'unreadable', path, failure },
    at,
  }));
  if (!read.ok) return read;

  const templates = new Map<string, TemplateText>();
  const problems: Problem[] = [];
  for (const [{ path, at }, template] of read.value) {
    const file = template.file.replace(/(?:\.alloy)?$/, '.yaml');
    const beside = await readTextFile(file, MAX_BYTES);
    const declarations = beside.ok ? { file, text: beside.text } : null;
    templates.set(path, { ...template, declarations });
    if (beside.ok || beside.failure.kind === 'missing') continue;
    const { failure } = beside;
    const params = { reason: 'unreadable-declarations', path: file, failure } as const;
    problems.push({ code: 'template.file', params, at });
  }
  return problems.length > 0 ? fail(...problems) : ok(templates);
}

async function readAll(
  refs: readonly FileRef[],
  base: string,
  problemOf: (ref: FileRef, path: string, failure: FileFailure) => Problem,
): Promise<Result<readonly (readonly [FileRef, TextFile])[]>> {
  const distinct = [...new Map(refs.toReversed().map((ref) => [ref.path, ref])).values()].reverse();
  const files: (readonly [FileRef, TextFile])[] = [];
  const problems: Problem[] = [];
  for (const ref of distinct) {
    const file = besideInventory(ref.path, base);
    const read = await readTextFile(file, MAX_BYTES);
    if (read.ok) files.push([ref, { file, text: read.text }]);
    else problems.push(problemOf(ref, file, read.failure));
  }
  return problems.length > 0 ? fail(...problems) : ok(files);
}
