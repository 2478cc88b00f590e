import type { Outcome, RunReport } from '../model/event.ts';

/** Outcomes that need attention. */
const TROUBLE: readonly Outcome[] = [
  'failed',
  'unreachable',
  'rolled-back',
  'stuck',
  'stale',
  'locked',
  'drift',
  'unknown',
];

export interface ExitRules {
  /** Exit with 2 if there are changes. */
  readonly detailedExitcode: boolean;
  /** Ctrl-C, or a no to the confirmation. */
  readonly interrupted: boolean;
}

/**
 * The exit code of a run that reached its hosts: 130 before 1 before 2 before 0. A host without an
 * outcome, or skipped without being asked to, counts as a failure.
 */
export function exitCodeOf(
  { summary }: Pick<RunReport, 'summary'>,
  { detailedExitcode, interrupted }: ExitRules,
): 0 | 1 | 2 | 130 {
  if (interrupted) return 130;
  if (TROUBLE.some((outcome) => summary[outcome])) return 1;
  const { unchanged = 0, changed = 0, pending = 0 } = summary;
  if (unchanged + changed + pending < summary.hosts) return 1;
  return detailedExitcode && pending > 0 ? 2 : 0;
}
