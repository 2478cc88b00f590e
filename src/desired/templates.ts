import { BUILTIN_NAMES, builtinTemplate, isBuiltin } from '../config/builtins.ts';
import { readDeclarations } from '../config/declarations.ts';
import type { Template } from '../config/template-model.ts';
import { isInventory } from '../inventory/read.ts';
import type { TemplateRef } from '../inventory/refs.ts';
import type { HostSettings } from '../inventory/settings.ts';
import { nearest } from '../model/frame.ts';
import {
  fail,
  ok,
  type Position,
  type Problem,
  type Result,
  type Warning,
} from '../model/problem.ts';

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
const toldWhy = (problem: Problem, template: string): Problem => ({
  ...problem,
  hint: `${problem.hint}; a file of this name declares what ${template} takes: call it otherwise if it is another's`,
});

/**
 * Variables that were written for several templates, and that not one of them takes: a misspelled one
 * would else be left out in silence. For all hosts of an inventory; some of them cannot tell.
 */
export function leftoverVars(
  hosts: readonly (readonly [HostSettings, Template])[],
): readonly Warning[] {
  if (hosts.every(([{ config }]) => config.inherited.length === 0)) return [];
  const idle = new Map<string, { readonly name: string; readonly at: Position }>();
  const taken = new Set<string>();
  const placeOf = (name: string, { origins, at }: HostSettings): Position =>
    origins.get(`config.vars.${name}`) ?? at;
  for (const [host, { parameters, text }] of hosts)
    for (const name of Object.keys(host.config.vars)) {
      const at = placeOf(name, host);
      const key = JSON.stringify(at);
      // which of its variables a template without declarations reads, only rendering tells
      const takes = parameters ? parameters.some((one) => one.name === name) : text.includes(name);
      if (takes) taken.add(key);
      else if (host.config.inherited.includes(name)) idle.set(key, { name, at });
    }
  return [...idle]
    .filter(([key]) => !taken.has(key))
    .map(([, { name, at }]) => ({
      code: 'inventory.unused',
      message: `no template of these hosts takes the variable "${name}"`,
      hint: 'mend its name, or take it out of config.vars',
      at,
    }));
}
