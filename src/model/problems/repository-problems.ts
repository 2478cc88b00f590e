import type { Reasons } from './reasons.ts';

/** Why nothing usable came from a URL. */
export type FetchFailure =
  | Reasons<'status', { status: number }>
  | Reasons<'unknown-name' | 'name-lookup' | 'refused' | 'reset' | 'no-answer' | 'no-route'>
  | Reasons<'redirect-loop'>
  | Reasons<'timeout', { seconds: number }>
  | Reasons<'too-big', { maxBytes: number }>
  | Reasons<'certificate' | 'failed', { said: string }>
  | Reasons<'not-http' | 'downgrade', { to: string }>;

/** What was to be fetched. Passwords are cut out of both URLs. */
interface Fetched {
  readonly what: 'signing-key' | 'index' | 'package-list' | 'package';
  readonly url: string;
  /** Of the inventory; null: none, or that of the environment. */
  readonly proxy: string | null;
}

export interface RepositoryProblems {
  'repository.unreachable': FetchFailure & Fetched;
  /** `source`: where the signing key comes from, a URL without password, or a path. */
  'repository.key': { readonly source: string } & (
    | Reasons<'missing'>
    | Reasons<'unreadable' | 'not-a-keyring', { said: string }>
    | Reasons<'absent', { pin: string; found: readonly string[] }>
    | Reasons<'unsupported' | 'revoked' | 'invalid', { pin: string }>
    | Reasons<'expired', { pin: string; on: string }>
    | Reasons<'unknown-key', { fingerprint: string }>
  );
  'repository.index': { readonly url: string; readonly suite: string } & (
    | Reasons<'wrong-size', { file: string; bytes: number; expected: number }>
    | Reasons<'wrong-hash' | 'missing-file', { file: string }>
    | Reasons<'bad-signature', { said: string }>
    /** `until`: `2026-01-31 12:00`, UTC. */
    | Reasons<'expired', { until: string }>
    | Reasons<
        'no-packages',
        {
          component: string;
          arch: string;
          available: readonly (readonly [component: string, arch: string])[];
        }
      >
  );
  'repository.version':
    | Reasons<'no-package', { url: string; arch: string }>
    /** `available`: newest first. */
    | Reasons<
        'not-found',
        { version: string; url: string; arch: string; available: readonly string[] }
      >;
}
