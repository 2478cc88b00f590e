import { isBuiltin } from '../config/builtins.ts';
import type { Template } from '../config/template.ts';
import { isWritten, type Warning } from '../model/problem.ts';

/**
 * Nobody can set an argument in the text of a template that comes with alloyup, nor open that text: what
 * is warned of there is told with the parameter that it was written from.
 *
 * @param text what the template became
 */
export function withParameter(
  warning: Warning,
  text: string,
  { name, parameters }: Template,
  vars: Readonly<Record<string, unknown>>,
): Warning {
  if (!isWritten(warning) || !isBuiltin(name) || !warning.at) return warning;
  const { detail: _, at, ...told } = warning;
  const written: readonly string[] =
    text.split('\n')[at.line - 1]?.match(/"(?:[^"\\]|\\.)*"/g) ?? [];
  const [parameter, another] = (parameters ?? []).filter((one) =>
    written.includes(JSON.stringify(vars[one.name] ?? one.default)),
  );
  if (!parameter || another) return warning;
  const [own = ''] = /127\.0\.0\.1[:\d]*/.exec(told.hint) ?? [];
  const hint =
    told.code === 'exposure.listen'
      ? `set config.vars.${parameter.name} to ${own} if only this host sends, or let a firewall say who may`
      : `change config.vars.${parameter.name}, which it is written from: ${told.hint}`;
  return { ...told, at, hint };
}
