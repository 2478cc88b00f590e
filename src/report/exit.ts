import type { RunReport } from '../model/event.ts';

export interface ExitRules {
  /** Exit with 2 if there are changes. */
  readonly detailedExitcode: boolean;
  /** Ctrl-C, or a no to the confirmation. */
  readonly interrupted: boolean;
}

/**
 * The exit code of a run that reached its hosts: 130 before 1 before 2 before 0. Whatever else became
 * of a host needs attention; so does one without an outcome, or skipped without being asked to.
 */
export function exitCodeOf(
  { summary }: Pick<RunReport, 'summary'>,
  { detailedExitcode, interrupted }: ExitRules,
): 0 | 1 | 2 | 130 {
  if (interrupted) return 130;
  const { hosts, unchanged = 0, changed = 0, pending = 0 } = summary;
  if (unchanged + changed + pending < hosts) return 1;
  return detailedExitcode && pending > 0 ? 2 : 0;
}
