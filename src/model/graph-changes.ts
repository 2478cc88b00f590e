/** A reference between two components, and what flows along it: metrics, logs, targets. */
export interface GraphLink {
  readonly from: string;
  readonly to: string;
  readonly signal: string;
}

/**
 * What a change of the configuration does to its components. Ids as Alloy lists them; in modules with the path, and
 * `destination:HOST` for a host that data is sent to.
 */
export interface GraphChanges {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly renamed: readonly { readonly from: string; readonly to: string }[];
  /** Something in their blocks. */
  readonly changed: readonly string[];
  /** Between components that stay. */
  readonly connected: readonly GraphLink[];
  readonly disconnected: readonly GraphLink[];
  /** Data came in before, and none does any more. */
  readonly unfed: readonly string[];
  /** Data went out before, and none does any more. */
  readonly deadEnds: readonly string[];
}
