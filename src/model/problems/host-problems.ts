/** Params of the problems `host.*`. */
export type HostProblems = Record<never, never>;
