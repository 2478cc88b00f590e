import type { LabHost } from '../lab-fixture.ts';
import { goOn, here, slowRestart, unslow } from './moments.ts';
import type { Running } from './row.ts';

/** One line of the table: what happens to a rollout over a cluster of five, and what comes of each member. */
export interface ClusterRow {
  readonly fault: string;
  readonly moment: string;
  /** Members whose version crashes after five seconds. */
  readonly crashing?: readonly number[];
  readonly strike?: (hosts: readonly LabHost[]) => Promise<void>;
  readonly during?: (hosts: readonly LabHost[], running: Running) => Promise<void>;
  readonly mend?: (hosts: readonly LabHost[]) => Promise<void>;
  /** Of each member in order; fewer: the last one is that of the others. Empty: no report was to be had. */
  readonly says: readonly string[];
  readonly exit: number;
  /** Of each member: b as before, c changed as asked. */
  readonly ends: string;
}

const STOPPED = 'skipped (rollout.stopped)';

/** The second member is about to be restarted. */
const atTheSecond = {
  strike: (hosts: readonly LabHost[]) => slowRestart(hosts[1]!),
  mend: async (hosts: readonly LabHost[]) => {
    await unslow(hosts[1]!);
    // the next row uses the same host
    await hosts[1]!.root('rm -f /run/lab-here /run/lab-go /var/tmp/lab-restart');
  },
};

export const CLUSTER_ROWS: readonly ClusterRow[] = [
  {
    fault: 'a version that crashes',
    moment: 'on the second member',
    crashing: [1],
    says: ['changed', 'rolled-back (alloy.start)', STOPPED],
    exit: 1,
    ends: 'cbbbb',
  },
  {
    ...atTheSecond,
    fault: 'SIGKILL of the controller',
    moment: 'before the restart of the second member',
    during: async (hosts, { kill }) => {
      await here(hosts[1]!);
      kill('SIGKILL');
      goOn(hosts[1]!);
    },
    says: [],
    exit: 137,
    ends: 'ccbbb',
  },
  {
    ...atTheSecond,
    fault: 'Ctrl-C once',
    moment: 'before the restart of the second member',
    during: async (hosts, { kill }) => {
      await here(hosts[1]!);
      kill('SIGINT');
      goOn(hosts[1]!);
    },
    says: ['changed', 'changed', 'skipped'],
    exit: 130,
    ends: 'ccbbb',
  },
];
