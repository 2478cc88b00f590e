import type { CommandLineProblem } from './command-line-problems.ts';
import type { SchemaMistake } from './inventory-problems.ts';

/** Params of `usage`, `run.missing` and `bug`. */
export interface UsageProblems {
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
  usage:
    | CommandLineProblem
    /** A flag sets what an inventory would, to a value that does not match the schema. */
    | {
        readonly reason: 'invalid-flag-value';
        readonly flag: string;
        readonly mistake: SchemaMistake;
      }
    /** A host has `sudo: ask`, and nobody was asked. */
    | { readonly reason: 'sudo-password-missing' }
    | { readonly reason: 'var-without-value'; readonly variable: string }
    | { readonly reason: 'plan-not-json'; readonly file: string }
    | { readonly reason: 'not-a-plan'; readonly file: string }
    | { readonly reason: 'plan-version'; readonly file: string; readonly version: string }
    | { readonly reason: 'plan-damaged'; readonly file: string };
  /** As the host program reports it. */
  'run.missing':
    | { readonly reason: 'none' }
    | { readonly reason: 'not-found'; readonly run: string };
}
