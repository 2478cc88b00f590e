/** Params of the problems `repository.*`. */
export type RepositoryProblems = Record<never, never>;
