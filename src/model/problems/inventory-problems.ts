import type { InventoryFileProblem } from './file-problems.ts';
import type { EnvironmentValue } from './secret-problems.ts';

/** Params of the problems `inventory.*`. */
export interface InventoryProblems {
  'inventory.file': InventoryFileProblem;
  'inventory.rule': EnvironmentValue;
}
