import type { Outcome } from '../../model/event.ts';
import type { Warning } from '../../model/problem.ts';
import type { Wave } from '../../model/rollout.ts';
import { reportOf } from '../../report/fold.ts';
import type { ChosenHosts } from '../hosts/chosen-hosts.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { readRun } from './run-logs.ts';

/** Hosts with these outcomes are finished. */
const DONE: readonly (Outcome | null)[] = ['unchanged', 'changed'];

/**
 * The hosts that an earlier run did not finish, for whatever reason, or that a plan would change, and its waves. The
 * "last" run is the newest apply. @throws ToolError `usage` if there is no such run
 */
export function retriedHosts(
  chosen: ChosenHosts,
  run: string,
  terminal: Pick<Terminal, 'env'>,
): { readonly chosen: ChosenHosts; readonly waves: readonly Wave[] } {
  const earlier = reportOf(readRun(run, terminal, 'apply'));
  const names = Object.entries(earlier.hosts)
    .filter(([, { outcome }]) => !DONE.includes(outcome))
    .map(([name]) => name);
  const unfinished = new Set(names);
  const settings = chosen.settings.filter(({ name }) => unfinished.has(name));
  const gone = names.filter((name) => !chosen.inventory.hosts.has(name));
  const warnings: Warning[] = [...chosen.warnings];
  if (gone.length > 0)
    warnings.push({ code: 'retry.gone', params: { reason: 'hosts', hosts: gone } });
  if (settings.length === 0)
    warnings.push({
      code: 'retry.nothing',
      params: { reason: names.length === 0 ? 'all-finished' : 'not-chosen', run: earlier.run },
    });
  return { chosen: { ...chosen, settings, warnings }, waves: earlier.waves };
}
