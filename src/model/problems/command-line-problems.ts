import type { FileFailure } from './file-problems.ts';
import type { SchemaMistake } from './inventory-problems.ts';
import type { Reasons } from './reasons.ts';

type UnreadAlloyFile = 'outside' | 'missing' | 'forbidden' | 'no-files' | 'too-big' | 'failed';

/** A wrong command line, a wrong answers file, or a file named there that is of no use. */
export type CommandLineProblem =
  /**
   * `said`: what commander found wrong; `suggestion`: what may have been meant, as `--forks`;
   * `command`: whose help explains it, null where the list of commands does.
   */
  | Reasons<'command-line', { said: string; suggestion: string | null; command: string | null }>
  | Reasons<'options-conflict', { options: readonly [string, string] }>
  | Reasons<'hosts-named-twice' | 'fmt-stdin'>
  | Reasons<'list-option', { option: string }>
  | Reasons<'one-inventory'>
  | Reasons<'watch-needs-terminal', { output: string }>
  | Reasons<'graph-without-subject' | 'live-needs-hosts' | 'watch-needs-file'>
  | Reasons<'needs-live', { option: string }>
  // nobody can be asked
  | Reasons<'confirmation-needed', { verb: string }>
  | Reasons<'trust-confirmation-needed' | 'wizard-needs-terminal'>
  | Reasons<'sudo-password-needed' | 'no-sudo-password'>
  // a queue
  | Reasons<'queue-url', { why: 'missing' | 'unreadable' }>
  | Reasons<'queue-key', { why: 'missing' | 'short'; least: number }>
  | Reasons<'queue-sudo'>
  | Reasons<'queue-local', { hosts: readonly string[] }>
  // files
  | Reasons<'unreadable', { of: 'limit' | 'plan' | 'answers'; path: string; failure: FileFailure }>
  | Reasons<'cannot-write', { path: string; code: string | null; said: string }>
  | Reasons<'file-exists' | 'not-a-run-log', { path: string }>
  /** `where`: the path of the value; null: the line is no event. */
  | Reasons<'run-log-damaged', { path: string; line: number; where: string | null }>
  | Reasons<'run-log-version', { path: string; line: number; version: string }>
  | Reasons<'nothing-written', { said: string }>
  | Reasons<'not-an-upgrade', { from: string; to: string }>
  | Reasons<'alloy-file', { path: string; why: UnreadAlloyFile; said: string }>
  // hosts and runs
  | Reasons<'unknown-host', { name: string; nearest: string | null }>
  | Reasons<'unknown-template', { name: string; meant: string | null; known: readonly string[] }>
  | Reasons<'plan-of-shard', { saved: string; given: string }>
  | Reasons<'no-run-logged', { verb: string | null }>
  | Reasons<'unknown-run', { run: string; nearest: string | null }>
  | Reasons<'ambiguous-run', { run: string; matches: readonly string[] }>
  // the wizard
  | Reasons<'inventory-exists' | 'no-inventory-to-edit', { path: string }>
  | Reasons<'not-an-inventory-path' | 'no-answers', { path: string }>
  | Reasons<'import-one-host', { hosts: number }>
  | Reasons<'answers-syntax', { path: string; said: string }>
  | Reasons<'answer-missing', { path: string; id: string; question: string; example: string }>
  /** `said`: what the question says to such an answer. */
  | Reasons<'answer-invalid', Record<'path' | 'id' | 'value' | 'said' | 'example', string>>
  | Reasons<
      'answer-unused',
      { path: string; id: string; nearest: string | null; known: readonly string[] }
    >;

export interface CommandLineProblems {
  /** `said`: the error's first line; `file`: where the stack was saved, null: it is the detail. */
  bug:
    | Reasons<'unexpected', { said: string; file: string | null }>
    /** Met in the middle of one host's run. */
    | Reasons<'on-host'>;
  usage:
    | CommandLineProblem
    /** A flag sets what an inventory would, to a value that does not match the schema. */
    | Reasons<'invalid-flag-value', { flag: string; mistake: SchemaMistake }>
    /** A host has `sudo: ask`, and nobody was asked. */
    | Reasons<'sudo-password-missing'>
    | Reasons<'var-without-value', { variable: string }>
    | Reasons<'plan-not-json' | 'not-a-plan' | 'plan-edited', { file: string }>
    /** `where`: the path of the value: hosts.web-01.hash. */
    | Reasons<'plan-damaged', { file: string; where: string }>
    | Reasons<'plan-version', { file: string; version: string }>;
  /** As the host program reports it. */
  'run.missing': Reasons<'none'> | Reasons<'not-found', { run: string }>;
}
