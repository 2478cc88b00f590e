/** A member of a union for each of these reasons, with the same params. */
export type Reasons<R extends string, Params = unknown> = R extends R
  ? { readonly reason: R } & Readonly<Params>
  : never;
