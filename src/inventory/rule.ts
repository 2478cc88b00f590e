import type { Position } from '../model/problem.ts';
import type { InventoryProblems } from '../model/problems/inventory-problems.ts';
import type { Inventory } from './members.ts';
import type { Path } from './yaml.ts';

export type Checked = Omit<Inventory, 'warnings'>;
export type Report = (
  params: InventoryProblems['inventory.rule'],
  where: Path | Position,
  part?: 'key' | 'value',
) => void;
/** One thing that must hold across the whole inventory; reports every violation. */
export type Rule = (inventory: Checked, report: Report) => void;
