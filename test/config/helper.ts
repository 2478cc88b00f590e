import { createContextScanner } from '../../src/alloy/context.ts';
import { renderTemplate } from '../../src/config/render.ts';
import type { Parameter, Template } from '../../src/config/template-model.ts';
import type { Problem } from '../../src/model/problem.ts';
import { textOf } from '../../src/report/text-of.ts';

/** A problem as one line, the way the tests compare it. */
export const line = (problem: Problem): string => {
  const { code, at } = problem;
  const { message, hint } = textOf(problem);
  return `${at ? `${at.file}:${at.line}:${at.column} ` : ''}${code}: ${message} -> ${hint}`;
};

const HOST = {
  name: 'web-01.example.com',
  address: '198.51.100.7',
  groups: ['web', 'prod'],
};

/** Places of `vars`: the name's own line is its length, so that tests can tell them apart. */
const locate = (name: string | null): { at: NonNullable<Problem['at']> } => ({
  at: { file: 'inventory.yaml', line: name?.length ?? 1, column: 3 },
});

export function render(
  text: string,
  vars: Readonly<Record<string, unknown>> = {},
  parameters: readonly Parameter[] | null = null,
  more: Partial<Template> = {},
): ReturnType<typeof renderTemplate> {
  const template = { name: 'site', file: 'site.alloy', text, parameters, ...more };
  return renderTemplate(template, { vars, host: HOST, locate }, createContextScanner);
}

/** The text; the problems as an error. */
export function text(...args: Parameters<typeof render>): string {
  const rendered = render(...args);
  if (!rendered.ok) throw new Error(rendered.problems.map(line).join('\n'));
  return rendered.value.text;
}

export function problems(...args: Parameters<typeof render>): readonly string[] {
  const rendered = render(...args);
  return rendered.ok ? [] : rendered.problems.map(line);
}
