import type { Problem } from '../model/problem.ts';
import { fitsInventory } from './fits.ts';
import { framesOf } from './mask.ts';
import { breachesOf, warningsOf } from './rules.ts';
import type { Written } from './schema.ts';
import type { Tree } from './tree.ts';
import { membersOf, type WrittenInventory } from './written.ts';

/** Resolves the names of what is written, and checks that it holds together. */
export function assemble(
  written: Written,
  source: Pick<WrittenInventory, 'file' | 'place' | 'frame'>,
  partial = false,
): { readonly inventory: WrittenInventory; readonly problems: readonly Problem[] } {
  const { hosts, groups, problems } = membersOf(written, source.place);
  const bare: WrittenInventory = { ...source, written, hosts, groups, warnings: [] };
  const breaches = breachesOf(bare, partial || problems.length > 0);
  const inventory = { ...bare, warnings: warningsOf(bare) };
  return { inventory, problems: [...problems, ...breaches] };
}

/** The inventory of a text in which nothing is wrong; undefined: `parse.ts` has to say what is. */
export function assembleSound(
  tree: Tree,
  text: string,
  file: string,
): WrittenInventory | undefined {
  if (tree.broken || tree.problems.length > 0 || !fitsInventory(tree.value)) return undefined;
  const source = { file, place: tree.place, frame: framesOf(text) };
  const { inventory, problems } = assemble(tree.value as Written, source);
  return problems.length > 0 ? undefined : inventory;
}
