import type { Outcome } from '../../model/event.ts';
import type { Warning } from '../../model/problem.ts';
import { reportOf } from '../../report/fold.ts';
import { someNames } from '../../report/plain.ts';
import type { ChosenHosts } from '../hosts/chosen-hosts.ts';
import { findRun, readRun } from './saved-runs.ts';
import type { Terminal } from '../terminal/terminal.ts';

/** Nobody has to come back for these. */
const DONE: readonly (Outcome | null)[] = ['unchanged', 'changed'];

/**
 * The hosts that an earlier run did not bring to its end: failed, rolled back, not reached, stale,
 * locked, unknown, skipped, or without an outcome because the run was cut off. A host that a plan
 * found something to do on counts, too.
 *
 * @param run id or part of one, path of a log, or "last": the newest apply
 * @throws ToolError `usage` when there is no such run
 */
export function retriedHosts(
  chosen: ChosenHosts,
  run: string,
  terminal: Pick<Terminal, 'env'>,
): ChosenHosts {
  const earlier = reportOf(readRun(findRun(run, terminal, 'apply')));
  const names = Object.entries(earlier.hosts)
    .filter(([, { outcome }]) => !DONE.includes(outcome))
    .map(([name]) => name);
  const left = new Set(names);
  const settings = chosen.settings.filter(({ name }) => left.has(name));
  const gone = names.filter((name) => !chosen.inventory.hosts.has(name));
  const warnings: Warning[] = [...chosen.warnings];
  if (gone.length > 0)
    warnings.push({
      code: 'retry.gone',
      message: `the inventory no longer has ${someNames(gone, 200)}`,
      hint: 'nothing to do, if they were taken out on purpose',
    });
  if (settings.length === 0)
    warnings.push({
      code: 'retry.nothing',
      message:
        names.length === 0
          ? `every host of run ${earlier.run} came to its end`
          : `no host that run ${earlier.run} left undone is among those chosen`,
      hint: 'leave --retry out to go over all hosts',
    });
  return { ...chosen, settings, warnings };
}
