import type { CommandLineProblem } from './command-line-problems.ts';

/** Params of `usage`, `run.missing` and `bug`. */
export interface UsageProblems {
  usage: CommandLineProblem;
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
