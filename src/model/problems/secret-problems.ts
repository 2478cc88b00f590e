/** Params of the problems `secret.*`. */
export type SecretProblems = Record<never, never>;
