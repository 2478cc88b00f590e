import type { Template } from '../config/template.ts';
import type { HostSettings } from '../inventory/settings.ts';
import type { Position, Warning } from '../model/problem.ts';

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
