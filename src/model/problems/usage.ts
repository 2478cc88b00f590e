import type { SchemaMistake } from './inventory.ts';

/** Params of `usage`, `run.missing` and `bug`. */
export interface UsageProblems {
  usage: /** A flag sets what an inventory would, to a value that does not match the schema. */
    | {
        readonly reason: 'invalid-flag-value';
        readonly flag: string;
        readonly mistake: SchemaMistake;
      }
    | { readonly reason: 'var-without-value'; readonly variable: string };
  bug:
    | {
        readonly reason: 'unexpected';
        /** The error's first line. */
        readonly said: string;
        /** Where the stack was saved; null: nowhere, it is the detail. */
        readonly file: string | null;
      }
    /** Met in the middle of one host's run. */
    | { readonly reason: 'on-host' };
}
