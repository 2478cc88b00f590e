/** A place in a file that the user wrote. Lines and columns count from 1. */
export interface Position {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/**
 * What went wrong, by the next thing a person does about it. Codes are public: they stand in
 * reports and logs, are never renamed, and docs/reference lists them.
 */
export const PROBLEM_CODES = [
  // before the first connection: exit 64
  'usage',
  'inventory.syntax',
  'inventory.schema',
  'inventory.rule',
  'inventory.file',
  'inventory.limit',
  'template.syntax',
  'template.variable',
  'template.file',
  'config.syntax',
  'config.check',
  'secret.unresolved',
  'key.unusable',
  // the repository: 1, for the hosts that need it
  'repository.unreachable',
  'repository.key',
  'repository.index',
  'repository.version',
  // the connection
  'ssh.unreachable',
  'ssh.auth',
  'ssh.host-key',
  'ssh.timeout',
  'ssh.lost',
  'ssh.unsupported',
  'sudo.refused',
  'sudo.password',
  // the host
  'host.unsupported',
  'host.probe',
  'host.dpkg',
  'host.disk',
  'host.port',
  'host.file',
  'host.unit',
  'host.adopt',
  // an apply
  'apply.locked',
  'apply.stale',
  'apply.failed',
  'apply.stuck',
  'apply.drift',
  'apply.unknown',
  'apply.interrupted',
  'alloy.validate',
  'alloy.reload',
  'alloy.start',
  'alloy.unready',
  'alloy.components',
  'alloy.version',
  'run.missing',
  'bug',
] as const;

export type ProblemCode = (typeof PROBLEM_CODES)[number];

/** One thing that went wrong, as data: every renderer prints the same four answers. */
export interface Problem {
  readonly code: ProblemCode;
  /** What happened, one sentence that names the thing; no full stop. */
  readonly message: string;
  /** What to do next, in the imperative; a command where there is one. */
  readonly hint: string;
  /** Where the user wrote it. */
  readonly at?: Position;
  /** The lines around `at` with a caret, or the last lines a failing command wrote; secrets masked. */
  readonly detail?: string;
  /** The same call may succeed later with nobody changing anything. */
  readonly transient?: boolean;
}

/** Something to know that stops nothing. Same shape of answer, without a code of failure. */
export interface Warning {
  /** Stable word, e.g. `key.expires`, `config.unused`. */
  readonly code: string;
  readonly message: string;
  readonly hint: string;
  readonly at?: Position;
  readonly detail?: string;
}

/** A parse either gives the value or ALL of its problems, never just the first. */
export type Result<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: readonly Problem[] };

export const ok = <T>(value: T): Result<T> => ({ ok: true, value });
export const fail = (...problems: readonly Problem[]): Result<never> => ({ ok: false, problems });

/** Expected trouble thrown at the rims (I/O, reading a host's answer). Caught once per host and once in main. */
export class ToolError extends Error {
  readonly problems: readonly Problem[];

  constructor(...problems: readonly [Problem, ...Problem[]]) {
    super(problems.map(({ message }) => message).join('; '));
    this.name = 'ToolError';
    this.problems = problems;
  }

  get problem(): Problem {
    return this.problems[0]!;
  }
}
