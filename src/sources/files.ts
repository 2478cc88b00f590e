import { failWith, ok, type Position, type Problem, type Result } from '../model/problem.ts';
import type { FileFailure } from '../model/problems/file-problems.ts';
import type { FileRef, TemplateText, TextFile } from '../model/text-files.ts';
import { besideInventory } from './directories.ts';
import { anywhere, type MayRead } from './may-read.ts';
import { readTextFile } from './text-file.ts';

const MAX_BYTES = 1024 * 1024;

/** Reads the files that `config.files` copies, by path as written; reports all that cannot be read. */
export const readSourceFiles = (
  refs: readonly FileRef[],
  base: string,
  mayRead: MayRead = anywhere,
) =>
  readAll(refs, base, mayRead, (path, failure, at) => ({
    code: 'inventory.file',
    params: { reason: 'unreadable-file', path, failure },
    at,
  }));

/** Reads the templates that the inventory names, by path as written. */
export async function readTemplateFiles(
  refs: readonly FileRef[],
  base: string,
  mayRead: MayRead = anywhere,
): Promise<Result<ReadonlyMap<string, TemplateText>>> {
  const read = await readAll(refs, base, mayRead, (path, failure, at) => ({
    code: 'template.file',
    params: { reason: 'unreadable', path, failure },
    at,
  }));
  if (!read.ok) return read;

  const templates = new Map<string, TemplateText>();
  const problems: Problem[] = [];
  for (const [path, template] of read.value) {
    const file = template.file.replace(/(?:\.alloy)?$/, '.yaml');
    const beside = await readTextFile(file, MAX_BYTES, { mayRead });
    const declarations = beside.ok ? { file, text: beside.text } : null;
    templates.set(path, { ...template, declarations });
    if (beside.ok || beside.failure.kind === 'missing') continue;
    const { failure } = beside;
    const { at } = refs.find((ref) => ref.path === path)!;
    const params = { reason: 'unreadable-declarations', path: file, failure } as const;
    problems.push({ code: 'template.file', params, at });
  }
  return problems.length > 0 ? failWith(problems) : ok(templates);
}

async function readAll(
  refs: readonly FileRef[],
  base: string,
  mayRead: MayRead,
  problemOf: (path: string, failure: FileFailure, at: Position) => Problem,
): Promise<Result<ReadonlyMap<string, TextFile>>> {
  const files = new Map<string, TextFile>();
  const problems = new Map<string, Problem>();
  for (const { path, at } of refs) {
    if (files.has(path) || problems.has(path)) continue;
    const file = besideInventory(path, base);
    const read = await readTextFile(file, MAX_BYTES, { mayRead });
    if (read.ok) files.set(path, { file, text: read.text });
    else problems.set(path, problemOf(file, read.failure, at));
  }
  return problems.size > 0 ? failWith([...problems.values()]) : ok(files);
}
