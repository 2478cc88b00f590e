import type { Position } from './problem.ts';

/** Where a secret is read from, as the inventory writes it: `env:NAME`, `file:PATH`, `{ exec: [...] }`. */
export type SecretRef = (
  | { readonly kind: 'env'; readonly name: string }
  /** As written: relative to the inventory's directory, `~/` allowed. */
  | { readonly kind: 'file'; readonly path: string }
  /** An argument vector, run without a shell; its output is the secret. */
  | { readonly kind: 'exec'; readonly argv: readonly [string, ...string[]] }
) & { readonly at: Position };

/** One key for each source, wherever and however often it is written. Holds no secret. */
export function secretKey(ref: SecretRef): string {
  switch (ref.kind) {
    case 'env':
      return `env:${ref.name}`;
    case 'file':
      return `file:${ref.path}`;
    case 'exec':
      return `exec:${JSON.stringify(ref.argv)}`;
  }
}
