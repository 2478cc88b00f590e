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
  // in CI, a green run must never mean that nothing was tested
  if (process.env.CI === 'true') throw new Error(`no hosts can be booted: ${obstacle}`);
}

/** `describe` for tests that need hosts: skipped where none can be booted, and counted as such. */
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
 * Fresh hosts, a fresh controller, and an intact repository with an empty request log. All test files share the
 * lab: hosts that were used before are reset (1-2 s, in parallel), and missing ones are added.
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

/** The lab of this test run, booted on first use and taken down at the end. */
async function sharedLab(): Promise<Lab> {
  const owner = Number(process.env.ALLOYUP_E2E_OWNER ?? process.ppid);
  const state = readState(E2E_LAB);
  if (state?.ready && state.owner?.pid === owner) return Lab.attach(E2E_LAB);
  return Lab.up({ name: E2E_LAB, count: 0, owner });
}
