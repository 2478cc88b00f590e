/** Params of the problems `repository.*`. */
export interface RepositoryProblems {
  'repository.version':
    | { readonly reason: 'no-package'; readonly url: string; readonly arch: string }
    | {
        readonly reason: 'not-found';
        readonly version: string;
        readonly url: string;
        readonly arch: string;
        /** Newest first. */
        readonly available: readonly string[];
      };
}
