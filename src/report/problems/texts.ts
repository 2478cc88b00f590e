/** What people read of a problem or a warning. */
export interface Text {
  /** What happened, one sentence that names the thing; no full stop, and not the host's name. */
  readonly message: string;
  /** What to do next, in the imperative; a command where there is one. */
  readonly hint: string;
}

/**
 * The text of each code and reason.
 *
 * `host` is what a command in a hint names: the host, or HOST where the problem was met on several.
 */
export type Texts<Params extends object> = {
  readonly [Code in keyof Params]: Params[Code] extends infer P extends { readonly reason: string }
    ? {
        readonly [Reason in P['reason']]: (
          params: Extract<P, { readonly reason: Reason }>,
          host: string,
        ) => Text;
      }
    : never;
};

/**
 * Params that differ from host to host though the problem is the same, e.g. an address: grouping
 * ignores them, and the word given here stands in the text of a problem that several hosts share.
 */
export type HostParams<Params extends object> = {
  readonly [Code in keyof Params]?: { readonly [Name in NamesOf<Params[Code]>]?: string };
};

type NamesOf<T> = T extends unknown ? Exclude<keyof T, 'reason'> : never;
