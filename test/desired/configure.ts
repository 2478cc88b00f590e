import { Forms } from '../../src/config/forms.ts';
import type { Template } from '../../src/config/template-model.ts';
import {
  type Configuration,
  configurationOf,
  type RenderedPart,
} from '../../src/desired/configuration.ts';
import type { CheckedTexts } from '../../src/desired/judge.ts';
import { fragmentOf, templateOf } from '../../src/desired/templates.ts';
import { parseInventory } from '../../src/inventory/parse-inventory.ts';
import {
  fragmentRefs,
  settingsOf,
  type TemplateRef,
  templateRef,
} from '../../src/inventory/settings.ts';
import type { Problem, Result, Warning } from '../../src/model/problem.ts';
import { textOf } from '../../src/report/text-of.ts';

/** Files by the path that the inventory names. */
export type Files = Readonly<Record<string, string>>;

const told = (problem: Problem | Warning): string => {
  const { code, at } = problem;
  const { message, hint } = textOf(problem);
  return `${at?.file}:${at?.line}:${at?.column} ${code}: ${message} -> ${hint}`;
};

/** The configuration of a host, or what is wrong with it. */
type Made = Partial<Omit<Configuration, 'warnings'>> &
  Record<'problems' | 'warnings', readonly string[]> & { parts?: readonly RenderedPart[] };

/** Makes the configurations of the hosts of an inventory, which share what a run shares; or, with null, nothing. */
export function fleet(
  inventory: string,
  files: Files = {},
  shared: { readonly checked?: CheckedTexts } | null = {},
): (host: string) => Made {
  const parsed = parseInventory(inventory, 'inventory.yaml');
  if (!parsed.ok) return () => ({ problems: parsed.problems.map(told), warnings: [] });
  const texts = new Map(
    Object.entries(files).map(([path, text]) => [
      path,
      { file: path.replace('./', ''), text, declarations: null },
    ]),
  );
  const templates = new Map<string, Result<Template>>();
  const templateFor = (ref: TemplateRef, find = templateOf): Result<Template> => {
    const { at: _, ...named } = ref;
    const key = JSON.stringify([find.name, named]);
    const template = templates.get(key) ?? find(ref, texts);
    templates.set(key, template);
    return template;
  };
  const checked: CheckedTexts = shared?.checked ?? new Map();
  const forms = new Forms();
  return (host) => {
    const settings = settingsOf(parsed.value, host);
    const base = templateFor(templateRef(settings));
    const found = fragmentRefs(settings).map(
      ([name, ref]) => [name, templateFor(ref, fragmentOf)] as const,
    );
    const broken = [base, ...found.map(([, one]) => one)].flatMap((one) =>
      one.ok ? [] : one.problems,
    );
    if (!base.ok || broken.length > 0) return { problems: broken.map(told), warnings: [] };
    const fragments = new Map<string, Template>(
      found.flatMap(([name, one]) => (one.ok ? [[name, one.value] as const] : [])),
    );
    let parts: readonly RenderedPart[] = [];
    const made = configurationOf(settings, base.value, {
      onText: (_, all) => {
        parts = all;
      },
      strict: true,
      frame: parsed.value.frame,
      checked,
      ...(shared ? { forms } : {}),
      alloyVersion: null,
      planned: false,
      fragments,
    });
    return made.ok
      ? { ...made.value, parts, warnings: made.value.warnings.map(told), problems: [] }
      : { problems: made.problems.map(told), warnings: [] };
  };
}

export const render = (inventory: string, files: Files = {}, host = 'h'): Made =>
  fleet(inventory, files, null)(host);

export const rendered = (inventory: string, files?: Files, host?: string): string => {
  const made = render(inventory, files, host);
  if (made.text === undefined) throw new Error(made.problems.join('\n'));
  return made.text;
};
