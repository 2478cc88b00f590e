/** Params of the problems `inventory.*`. */
export type InventoryProblems = Record<never, never>;
