/** Params of the warnings, but for those of the Alloy language, whose codes are their rules. */
export interface WarningProblems {
  'access.docker': { readonly reason: 'root-equivalent' };
  /** Of the repository's signing key; `date` is a day: 2027-08-22. */
  'key.expires':
    | { readonly reason: 'expires'; readonly days: number; readonly date: string }
    | { readonly reason: 'expired'; readonly days: number; readonly date: string };
}
