import type { Desired } from '../model/desired.ts';
import type { Facts } from '../model/facts.ts';
import type { Action, Step, StepInput } from '../model/plan.ts';
import { change } from './change.ts';

/** dpkg is done with the package, and it works. */
export const isInstalled = ({ package: { status, reinstRequired } }: Facts): boolean =>
  status === 'installed' && !reinstRequired;

/**
 * The version that will be there in the end; null: it takes the repository's index to say (see
 * `wants` in plan/wants.ts), or the repository has none.
 */
export function targetVersion(
  desired: Desired,
  facts: Facts,
  versions: readonly string[] | null,
): string | null {
  const wanted = desired.package;
  if (wanted.policy === 'exact') return wanted.version;
  if (wanted.policy === 'present' && facts.package.status === 'installed')
    return facts.package.version;
  return versions?.[0] ?? null;
}

/** Present, latest, or pinned and held so that unattended-upgrades cannot move it (grafana/alloy#1007). */
export const packageStep: Step = {
  id: 'package',

  diff(input: StepInput) {
    const { desired, facts, supplies, earlier } = input;
    const { status, version: installed, held } = facts.package;
    const version = targetVersion(desired, facts, supplies.versions);
    const actions: Action[] = [];
    const halfDone = !['installed', 'absent', 'config-files'].includes(status);
    const install = version !== null && (installed !== version || !isInstalled(facts));
    // apt refuses to work beside a journal that a dpkg has left which was cut off
    const cutOff = facts.dpkg.journal && facts.dpkg.lockedBy === null && (install || halfDone);
    if (cutOff || (halfDone && !facts.package.reinstRequired)) actions.push({ do: 'mend-dpkg' });
    if (install && version !== null) {
      const refreshed = earlier.some((one) =>
        one.actions.some((action) => action.do === 'refresh'),
      );
      // the index on the host may be older than the one the plan was made from
      if (!refreshed) actions.push({ do: 'refresh' });
      actions.push({ do: 'install', version });
    }
    const hold = holdOf(desired, held);
    // installing a held package on purpose releases it
    if (hold !== held || (hold && install)) actions.push({ do: 'hold', held: hold });
    if (actions.length === 0) return undefined;

    const before = status === 'absent' || status === 'config-files' ? null : installed;
    const title = install
      ? before === null
        ? `install alloy ${version}${hold ? ', held' : ''}`
        : before === version
          ? `install alloy ${version} again (${status})`
          : `alloy ${before} -> ${version}${hold ? ', held' : ''}`
      : halfDone
        ? `finish the installation of alloy ${installed} (${status})`
        : `${hold ? 'hold' : 'release'} alloy ${installed}`;
    return change('package', title, {
      before,
      after: version,
      actions,
      needs: install || halfDone ? 'restart' : 'nothing',
    });
  },
};

/** `present` leaves a hold as it is: somebody else's, or of an earlier pin. */
function holdOf(desired: Desired, held: boolean): boolean {
  switch (desired.package.policy) {
    case 'exact':
      return true;
    case 'latest':
      return false;
    case 'present':
      return held;
  }
}
