import type { LabHost } from '../../lab/host.ts';
import { Lab } from '../../lab/lab.ts';
import { labObstacle } from '../../lab/prerequisites.ts';
import { readState, type Suite } from '../../lab/state.ts';
import { describeUnless } from '../missing.ts';
import { E2E_LAB } from './lab-setup.ts';

export type { LabHost } from '../../lab/host.ts';
export { Lab } from '../../lab/lab.ts';
export { diffSnapshots, type Snapshot } from '../../lab/snapshot.ts';

const obstacle = labObstacle();
if (obstacle !== null) {
  // a green run must never mean that nothing was tried
  if (process.env.CI === 'true') throw new Error(`no hosts can be booted: ${obstacle}`);
}

/** `describe` for tests that need hosts: left out, loudly, where none can be booted. */
export const describeOnHosts = describeUnless(obstacle ?? undefined);

export interface Fresh<Hosts> {
  readonly lab: Lab;
  readonly hosts: Hosts;
}

type Many<N extends number> = N extends 1
  ? readonly [LabHost]
  : N extends 2
    ? readonly [LabHost, LabHost]
    : N extends 3
      ? readonly [LabHost, LabHost, LabHost]
      : readonly LabHost[];

/**
 * Hosts as on their first day, a controller that never ran anything, and a repository in good order
 * that has forgotten what was asked of it. The lab is shared by all files of the run: hosts that were
 * handed out before are reset (1-2 s, all at once), missing ones are added.
 */
export async function freshHosts<const N extends number>(
  count: N,
  suite: Suite = 'bookworm',
): Promise<Fresh<Many<N>>> {
  const lab = await sharedLab();
  const missing = count - lab.hosts.filter(({ state }) => state.suite === suite).length;
  if (missing > 0) await lab.grow(missing, suite);
  const hosts = lab.hosts.filter(({ state }) => state.suite === suite).slice(0, count);
  await Promise.all([
    ...hosts.filter((host) => host.used).map((host) => host.reset()),
    ...hosts.map((host) => host.setLink('up')),
    lab.repository.mend(),
  ]);
  for (const host of hosts) host.markUsed();
  await lab.repository.forget();
  lab.resetController();
  return { lab, hosts: hosts as unknown as Many<N> };
}

/** The lab of this run, booted when it is first asked for; it ends with the run. */
async function sharedLab(): Promise<Lab> {
  const owner = Number(process.env.ALLOYUP_E2E_OWNER ?? process.ppid);
  const state = readState(E2E_LAB);
  if (state?.ready && state.owner?.pid === owner) return Lab.attach(E2E_LAB);
  return Lab.up({ name: E2E_LAB, count: 0, owner });
}
