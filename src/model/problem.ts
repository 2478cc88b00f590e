import type { CommandLineProblems } from './problems/command-line-problems.ts';
import type { ConfigProblems, Diagnostic } from './problems/config-problems.ts';
import type { ConnectionProblems } from './problems/connection-problems.ts';
import type { ExactProblems } from './problems/exact-problems.ts';
import type { SecretProblems } from './problems/file-problems.ts';
import type { AlloyProblems, ApplyProblems, HostProblems } from './problems/host-problems.ts';
import type { InventoryProblems } from './problems/inventory-problems.ts';
import type { QueueProblems } from './problems/queue-problems.ts';
import type { RepositoryProblems } from './problems/repository-problems.ts';
import type { WarningProblems } from './problems/warnings.ts';

/** A place in a file that the user wrote. Lines and columns count from 1. */
export interface Position {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/**
 * Values per code, told apart by `reason`: names, paths, numbers and lists, never sentences. A code says
 * what to do about what went wrong. Codes and reasons are public: reports and logs contain them, they
 * are never renamed, and docs/problems.md explains them.
 */
export interface ProblemParams
  extends CommandLineProblems,
    InventoryProblems,
    ConfigProblems,
    SecretProblems,
    RepositoryProblems,
    ExactProblems,
    ConnectionProblems,
    HostProblems,
    ApplyProblems,
    AlloyProblems,
    QueueProblems {}

export type ProblemCode = keyof ProblemParams;

/** What all problems and warnings have, whatever they are about. */
interface Common {
  /** The host that it was met on. Messages do not name it: renderers do. */
  readonly host?: string;
  /** Where the user wrote it. */
  readonly at?: Position;
  /** The lines around `at` with a caret, or the last lines a failing command wrote; secrets masked. */
  readonly detail?: string;
}

/** What the params of every reason may hold besides. */
interface Besides {
  /** The server that it is about, where that is a jump host on the way: `ops@bastion`. */
  readonly jump?: string;
  /** Further lines of the same file that it is about. */
  readonly moreLines?: readonly number[];
  /** Who says so, where Alloy itself was asked as well: `alloyup`, `alloy 1.18.1`. */
  readonly sources?: readonly string[];
}

interface Transient {
  /** The same call may succeed later with nobody changing anything. */
  readonly transient?: boolean;
}

/** A problem of one of these codes, e.g. `ProblemOf<'ssh.auth' | 'ssh.lost'>`. */
export type ProblemOf<C extends ProblemCode> = {
  [K in C]: { readonly code: K; readonly params: ProblemParams[K] & Besides } & Common & Transient;
}[C];

/** One thing that went wrong, as data; its text is made in report/, by `textOf` alone. */
export type Problem = ProblemOf<ProblemCode>;

interface Weight {
  /** A note is an opinion, or says what could not be checked: nobody has to act on it. Absent: a warning. */
  readonly severity?: 'note';
}

export type WarningOf<C extends keyof WarningProblems> = {
  [K in C]: { readonly code: K; readonly params: WarningProblems[K] & Besides } & Common & Weight;
}[C];

/** What a rule of the Alloy language says; the rule is the code of its warning. */
export type DiagnosticWarning = {
  readonly code: string;
  readonly params: Diagnostic & Besides;
} & Common &
  Weight;

/** Something to know that stops nothing. */
export type Warning = WarningOf<keyof WarningProblems> | DiagnosticWarning;

/** Whatever is printed with a code, a message and a hint. */
export type Notice = Problem | Warning;

/** Either a value or ALL of its problems, never just the first. */
export type Result<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: readonly Problem[] };

export const ok = <T>(value: T): Result<T> => ({ ok: true, value });
export const fail = (...problems: readonly Problem[]): Result<never> => ({ ok: false, problems });

/** As many as there are: a list of 200,000 cannot be spread into arguments. */
export const failWith = (problems: readonly Problem[]): Result<never> => ({ ok: false, problems });

/** Expected problems thrown during I/O. Caught once for each host and once in main. */
export class ToolError extends Error {
  readonly problems: readonly Problem[];

  constructor(...problems: readonly [Problem, ...Problem[]]) {
    super(problems.map(({ code }) => code).join(', '));
    this.name = 'ToolError';
    this.problems = problems;
  }

  /** For any number of problems, at least one. */
  static of(problems: readonly Problem[]): ToolError {
    return Object.assign(new ToolError(problems[0]!), { problems });
  }

  get problem(): Problem {
    return this.problems[0]!;
  }
}
