/** Params of the problems `apply.*`. */
export type ApplyProblems = Record<never, never>;
