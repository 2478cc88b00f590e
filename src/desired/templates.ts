import { BUILTIN_NAMES, builtinTemplate, isBuiltin } from '../config/builtins.ts';
import { readDeclarations } from '../config/declarations.ts';
import { builtinFragment, FRAGMENT_NAMES, isFragment } from '../config/fragments.ts';
import type { Template } from '../config/template-model.ts';
import { isInventory } from '../inventory/open-inventory.ts';
import type { HostSettings, TemplateRef } from '../inventory/settings.ts';
import { nearest } from '../model/frame.ts';
import { fail, ok, type Position, type Result, type Warning } from '../model/problem.ts';
import type { TemplateText } from '../model/text-files.ts';

/** The template that a host's settings name. `files`: by their paths as written. */
export function templateOf(
  ref: TemplateRef,
  files: ReadonlyMap<string, TemplateText>,
): Result<Template> {
  if (ref.kind === 'builtin') {
    if (isBuiltin(ref.name)) return ok(builtinTemplate(ref.name));
    const meant = nearest(ref.name, BUILTIN_NAMES) ?? null;
    return fail({
      code: 'template.file',
      params: { reason: 'unknown-builtin', name: ref.name, meant, known: BUILTIN_NAMES },
      at: ref.at,
    });
  }
  return templateFile(ref, files);
}

/** The template of a fragment, which is a file or one of the built-in fragments. */
export function fragmentOf(
  ref: TemplateRef,
  files: ReadonlyMap<string, TemplateText>,
): Result<Template> {
  if (ref.kind === 'file') return templateFile(ref, files);
  if (isFragment(ref.name)) return ok(builtinFragment(ref.name));
  const meant = nearest(ref.name, FRAGMENT_NAMES) ?? null;
  return fail({
    code: 'template.file',
    params: { reason: 'unknown-fragment', name: ref.name, meant, known: FRAGMENT_NAMES },
    at: ref.at,
  });
}

function templateFile(
  ref: Extract<TemplateRef, { readonly kind: 'file' }>,
  files: ReadonlyMap<string, TemplateText>,
): Result<Template> {
  const found = files.get(ref.path);
  if (!found) throw new Error(`the template ${ref.path} was not read`);
  const { file, text, declarations } = found;
  // an inventory may be named like its template
  if (!declarations || isInventory(declarations.text))
    return ok({ name: ref.path, file, text, parameters: null });
  const declared = readDeclarations(declarations.text, declarations.file, file);
  return declared.ok ? ok({ name: ref.path, file, text, ...declared.value }) : declared;
}

/**
 * Variables that were set for several templates and that none of them takes, so that a misspelled one
 * is not dropped silently. Needs all hosts of an inventory.
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
      // what a template without declarations reads is known only once it is rendered
      const takes = parameters ? parameters.some((one) => one.name === name) : text.includes(name);
      if (takes) taken.add(key);
      else if (host.config.inherited.includes(name)) idle.set(key, { name, at });
    }
  return [...idle]
    .filter(([key]) => !taken.has(key))
    .map(([, { name, at }]) => ({
      code: 'inventory.unused' as const,
      params: { reason: 'variable' as const, variable: name },
      at,
    }));
}
