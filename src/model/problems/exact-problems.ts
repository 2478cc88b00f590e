import type { ProgramFailure } from './file-problems.ts';
import type { Reasons } from './reasons.ts';

/** What keeps Alloy itself from being run on this machine; versions are Debian's: `1.18.1-1`. */
export interface ExactProblems {
  'exact.unsupported': /** As Node names them: `darwin`, `arm64`. */
    | Reasons<'platform', { platform: string; arch: string }>
    /** `alloy validate` came with 1.9. */
    | Reasons<'too-old', { version: string }>;
  'exact.failed':
    | Reasons<'damaged', { version: string; said: string }>
    | Reasons<'not-run', { version: string; failure: ProgramFailure }>
    /** It refused without naming a place: the detail is what it printed. */
    | Reasons<'no-reason', { version: string }>;
}
