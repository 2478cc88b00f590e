import type { FileFailure } from './file-problems.ts';

/** A wrong command line, a wrong answers file, or a file named there that is of no use. */
export type CommandLineProblem =
  | {
      /** What commander found wrong with the command line. */
      readonly reason: 'command-line';
      readonly said: string;
      /** What may have been meant: `--forks`. */
      readonly suggestion: string | null;
      /** The command whose help explains it; null: the list of commands does. */
      readonly command: string | null;
    }
  | { readonly reason: 'options-conflict'; readonly options: readonly [string, string] }
  | { readonly reason: 'hosts-named-twice' }
  | { readonly reason: 'list-option'; readonly option: string }
  | { readonly reason: 'fmt-stdin' }
  // nobody can be asked
  | { readonly reason: 'confirmation-needed'; readonly verb: string }
  | { readonly reason: 'trust-confirmation-needed' }
  | { readonly reason: 'wizard-needs-terminal' }
  | { readonly reason: 'sudo-password-needed' }
  | { readonly reason: 'no-sudo-password' }
  // files
  | {
      readonly reason: 'unreadable';
      readonly of: 'limit' | 'plan' | 'answers';
      readonly path: string;
      readonly failure: FileFailure;
    }
  | {
      readonly reason: 'cannot-write';
      readonly path: string;
      readonly code: string | null;
      readonly said: string;
    }
  | { readonly reason: 'file-exists'; readonly path: string }
  | { readonly reason: 'nothing-written'; readonly said: string }
  | {
      readonly reason: 'alloy-file';
      readonly path: string;
      readonly why: 'missing' | 'forbidden' | 'no-files' | 'too-big' | 'failed';
      readonly said: string;
    }
  // hosts and runs
  | { readonly reason: 'unknown-host'; readonly name: string; readonly nearest: string | null }
  | { readonly reason: 'no-run-logged'; readonly verb: string | null }
  | { readonly reason: 'unknown-run'; readonly run: string; readonly nearest: string | null }
  | { readonly reason: 'ambiguous-run'; readonly run: string; readonly matches: readonly string[] }
  | { readonly reason: 'not-a-run-log'; readonly path: string }
  // the wizard
  | { readonly reason: 'inventory-exists'; readonly path: string }
  | { readonly reason: 'no-inventory-to-edit'; readonly path: string }
  | { readonly reason: 'not-an-inventory-path'; readonly path: string }
  | { readonly reason: 'import-one-host'; readonly hosts: number }
  | { readonly reason: 'answers-syntax'; readonly path: string; readonly said: string }
  | { readonly reason: 'no-answers'; readonly path: string }
  | {
      readonly reason: 'answer-missing';
      readonly path: string;
      readonly id: string;
      readonly question: string;
      readonly example: string;
    }
  | {
      readonly reason: 'answer-invalid';
      readonly path: string;
      readonly id: string;
      readonly value: string;
      /** What the question says to such an answer. */
      readonly said: string;
      readonly example: string;
    }
  | {
      readonly reason: 'answer-unused';
      readonly path: string;
      readonly id: string;
      readonly nearest: string | null;
      readonly known: readonly string[];
    };
