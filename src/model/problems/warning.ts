import type { InventoryWarnings } from './inventory.ts';

/** Params of the warnings, but for those of the Alloy language, whose codes are their rules. */
export interface WarningProblems extends InventoryWarnings {}
