/** Params of the warnings, but for those of the Alloy language, whose codes are their rules. */
export type WarningProblems = Record<never, never>;
