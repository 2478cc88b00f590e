/** Params of the problems `alloy.*`. */
export type AlloyProblems = Record<never, never>;
