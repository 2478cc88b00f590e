import { BUILTIN_NAMES, builtinTemplate, isBuiltin } from '../config/builtins.ts';
import { readDeclarations } from '../config/declarations.ts';
import type { Template } from '../config/template.ts';
import { isInventory } from '../inventory/open-inventory.ts';
import type { TemplateRef } from '../inventory/settings.ts';
import { nearest } from '../model/frame.ts';
import { fail, isWritten, ok, type Problem, type Result } from '../model/problem.ts';

/** The text of a template file, and of the `.yaml` beside it that declares its parameters. */
export interface TemplateText {
  readonly file: string;
  readonly text: string;
  readonly declarations: { readonly file: string; readonly text: string } | null;
}

/**
 * The template that a host's settings name.
 *
 * @param files every file that a `TemplateRef` named, by its path as written
 */
export function templateOf(
  ref: TemplateRef,
  files: ReadonlyMap<string, TemplateText>,
): Result<Template> {
  if (ref.kind === 'builtin') {
    if (isBuiltin(ref.name)) return ok(builtinTemplate(ref.name));
    const near = nearest(ref.name, BUILTIN_NAMES);
    return fail({
      code: 'template.file',
      message: `there is no built-in template "${ref.name}"`,
      hint: near
        ? `did you mean "${near}"?`
        : `take one of ${BUILTIN_NAMES.join(', ')}, or write a path: ./${ref.name}.alloy`,
      at: ref.at,
    });
  }
  const found = files.get(ref.path);
  if (!found) throw new Error(`the template ${ref.path} was not read`);
  const { file, text, declarations } = found;
  // an inventory may well be called like the template that it is about
  if (!declarations || isInventory(declarations.text))
    return ok({ name: ref.path, file, text, parameters: null });
  const declared = readDeclarations(declarations.text, declarations.file);
  if (declared.ok) return ok({ name: ref.path, file, text, ...declared.value });
  return fail(...declared.problems.map((problem) => toldWhy(problem, file)));
}

/** Somebody may never have meant the file as declarations. */
const toldWhy = (problem: Problem, template: string): Problem =>
  !isWritten(problem)
    ? problem
    : {
        ...problem,
        hint: `${problem.hint}; a file of this name declares what ${template} takes: call it otherwise if it is another's`,
      };
