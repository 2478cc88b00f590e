/** Params of the problems `apply.*`. */
export interface ApplyProblems {
  /** Hosts of a saved plan are not in the inventory. */
  'apply.stale': { readonly reason: 'hosts-missing'; readonly hosts: readonly string[] };
}
