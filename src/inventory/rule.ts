import type { Position } from '../model/problem.ts';
import type { Written, WrittenSettings } from './schema.ts';
import type { Path } from './tree.ts';
import type { WrittenInventory } from './written.ts';

export type Report = (
  message: string,
  hint: string,
  where: Path | Position,
  part?: 'key' | 'value',
) => void;
/** One thing that must hold across the whole inventory; reports every breach it finds. */
export type Rule = (inventory: WrittenInventory, report: Report) => void;

/** Where settings may stand, with the path to each. */
export function sectionsOf(written: Written): readonly (readonly [WrittenSettings, Path])[] {
  const found: (readonly [WrittenSettings, Path])[] = [];
  if (written.defaults) found.push([written.defaults, ['defaults']]);
  for (const [name, group] of Object.entries(written.groups ?? {}))
    if (group) found.push([group, ['groups', name]]);
  for (const [name, host] of Object.entries(written.hosts ?? {}))
    if (host) found.push([host, ['hosts', name]]);
  return found;
}
