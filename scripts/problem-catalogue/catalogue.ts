/**
 * What docs/problems.md says of each code: its meaning, and params of each reason, as an example to make
 * the text from.
 */
export type Catalogue<Params extends object> = {
  readonly [Code in keyof Params]: {
    /** One or two sentences; Markdown. */
    readonly means: string;
    readonly examples: Params[Code] extends infer P extends { readonly reason: string }
      ? {
          readonly [Reason in P['reason']]: Omit<Extract<P, { readonly reason: Reason }>, 'reason'>;
        }
      : never;
  };
};
