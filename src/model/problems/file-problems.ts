import type { Reasons } from './reasons.ts';

/** Why a file could not be read as text; `said` is the system's own message. */
export type FileFailure =
  | { readonly kind: 'missing' | 'directory' | 'forbidden' | 'special' | 'not-text' }
  | { readonly kind: 'too-big'; readonly maxBytes: number }
  /** Links followed, it is not below the only directory that may be read. */
  | { readonly kind: 'outside'; readonly root: string }
  | { readonly kind: 'failed'; readonly said: string };

/** Why a program that the user named gave no output. */
export type ProgramFailure =
  | { readonly kind: 'not-found' | 'not-executable' }
  | { readonly kind: 'timeout'; readonly seconds: number }
  | { readonly kind: 'too-much'; readonly maxBytes: number }
  | { readonly kind: 'signal'; readonly signal: string }
  | { readonly kind: 'exit'; readonly exitCode: number }
  | { readonly kind: 'failed'; readonly said: string };

/** Params of `inventory.file` where the inventory or a file that it names could not be read. */
export type InventoryFileProblem =
  | Reasons<'endless-stdin' | 'stdin-not-text' | 'empty-stdin'>
  /** `meant`: a file beside it, or in the directory. */
  | Reasons<'unreadable-inventory', { path: string; failure: FileFailure; meant: string | null }>
  | Reasons<'unreadable-file', { path: string; failure: FileFailure }>
  /** A file of Ansible's group_vars or host_vars. */
  | Reasons<'variables-unreadable', { file: string; failure: FileFailure }>
  /** A program where none may be run. */
  | Reasons<'program' | 'not-executable' | 'world-writable', { path: string }>
  | Reasons<'program-failed', { path: string; failure: ProgramFailure }>
  | Reasons<'program-silent', { path: string }>;

/** Why a value cannot be in the environment of a service. */
export type EnvironmentFault =
  | { readonly kind: 'too-long' }
  /** `U+FFFF` */
  | { readonly kind: 'character'; readonly character: string };

/** A variable of `alloy.environment` with which the service would not start. */
export type EnvironmentValue = Reasons<
  'environment-value',
  { variable: string; fault: EnvironmentFault }
>;

export interface SecretProblems {
  'secret.unresolved':
    | Reasons<'unset' | 'empty-variable', { variable: string }>
    | Reasons<'unreadable-file', { path: string; failure: FileFailure }>
    | Reasons<'empty-file', { path: string }>
    | Reasons<'program-failed', { program: string; failure: ProgramFailure }>
    | Reasons<'program-silent' | 'not-text', { program: string }>
    | EnvironmentValue;
}
