/**
 * What docs/problems.md says of each code: its meaning, and params of each reason, as an example to make
 * the text from.
 */
export type Catalogue<Codes extends { readonly [C in keyof Codes]: { readonly reason: string } }> =
  {
    readonly [C in keyof Codes]: {
      /** One or two sentences; Markdown. */
      readonly means: string;
      readonly examples: {
        readonly [R in Codes[C]['reason']]: Omit<
          Extract<Codes[C], { readonly reason: R }>,
          'reason'
        > & { readonly moreLines?: readonly number[] };
      };
    };
  };
