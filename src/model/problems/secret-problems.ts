import type { FileFailure, ProgramFailure } from './file-problems.ts';
import type { Reasons } from './reasons.ts';

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

/** Params of the problems `secret.*`. */
export interface SecretProblems {
  'secret.unresolved':
    | Reasons<'unset' | 'empty-variable', { variable: string }>
    | Reasons<'unreadable-file', { path: string; failure: FileFailure }>
    | Reasons<'empty-file', { path: string }>
    | Reasons<'program-failed', { program: string; failure: ProgramFailure }>
    | Reasons<'program-silent' | 'not-text', { program: string }>
    | EnvironmentValue;
}

export interface SecretWarnings {
  'secret.readable': Reasons<'readable-by-others', { path: string }>;
}
