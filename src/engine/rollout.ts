import type { LimitFunction } from 'p-limit';
import type { HostRun } from '../model/ports.ts';
import type { Problem } from '../model/problem.ts';
import type { Lane } from '../plan/waves.ts';
import type { Clusters } from './clusters.ts';
import type { World } from './world.ts';

/**
 * Changes hosts wave by wave. A wave begins when every host of the one before it is proven, or when no more than the
 * allowed number have failed. Otherwise no further host is touched, in any group: each that was not begun is skipped
 * and told why, and where the rollout says so the changed ones are rolled back, the newest wave first.
 *
 * Of a cluster, one member at a time is changed, across waves and groups; others do not wait for them. After a member
 * that failed, no further one is touched.
 *
 * @param rounds the stages of the hosts that are planned, then those of hosts that are late, which wait for nobody
 */
export async function rollOut(
  rounds: AsyncIterable<readonly (readonly Lane[])[]>,
  runOf: (name: string) => HostRun,
  { limit, clusters }: { readonly limit: LimitFunction; readonly clusters: Clusters },
  world: World,
): Promise<void> {
  const { emit, stop } = world;
  const begun: (readonly HostRun[])[] = [];
  const everyHost: HostRun[] = [];
  const failures = new Map<Lane, number>();
  let failing: Lane | null = null;
  /** The member of a cluster that failed, by the cluster. */
  const broken = new Map<string, string>();
  // ends pauses: at Ctrl-C, and when another group has failed
  const over = new AbortController();
  const end = (): void => over.abort();
  stop.addEventListener('abort', end);
  if (stop.aborted) end();

  const inTurn = (host: HostRun, work: () => Promise<void>): Promise<void> =>
    clusters.inTurn(host.cluster, () => limit(work));

  const change = async (lane: Lane, host: HostRun): Promise<void> => {
    const isOver = over.signal.aborted || broken.has(host.cluster ?? '');
    // what has begun has an end, which has to be known
    if ((isOver && !host.begun) || host.begun === 'known') return;
    await host.carryOut(over.signal);
    judge(lane, host);
  };

  const judge = (lane: Lane, host: HostRun): void => {
    if (host.waiting || host.outcome === 'changed' || host.outcome === 'unchanged') return;
    if (host.cluster !== null) broken.set(host.cluster, host.name);
    const failed = (failures.get(lane) ?? 0) + 1;
    failures.set(lane, failed);
    if (failed <= lane.mayFail) return;
    failing ??= lane;
    end();
  };

  const changeLane = async (lane: Lane): Promise<void> => {
    const { group, waves, rollout } = lane;
    for (const [i, wave] of waves.entries()) {
      const place = { group, wave: i + 1, of: waves.length };
      const hosts = begunFirst(wave.hosts.map(runOf));
      const isBegun = hosts.some(({ begun }) => begun);
      if (i > 0 && rollout.pauseS > 0 && !over.signal.aborted && !isBegun) {
        emit({ type: 'wave.waiting', ...place, seconds: rollout.pauseS });
        await world.sleep(rollout.pauseS * 1000, over.signal);
      }
      if (over.signal.aborted && !isBegun) return;
      if (waves.length > 1) emit({ type: 'wave.started', ...place, hosts: wave.hosts.length });
      begun.push(hosts);
      // whoever only waits for a word about its data needs no place among those in progress
      const changes: Promise<void>[] = [];
      const changeInTurn = (host: HostRun): Promise<void> =>
        clusters.inTurn(host.cluster, async () => {
          let changing = Promise.resolve();
          await limit(() => {
            changing = change(lane, host);
            changes.push(changing);
            return Promise.race([changing, host.isProven]);
          });
          // a member that may be rolled back yet is still in progress
          if (host.cluster !== null && rollout.delivery === 'require') await changing;
        });
      await eachInTurn(hosts, limit.concurrency, changeInTurn);
      await Promise.all(changes);
    }
  };

  const changeRound = async (stages: readonly (readonly Lane[])[]): Promise<void> => {
    for (const stage of stages) await Promise.all(stage.map(changeLane));
  };
  /** What is known to have failed counts before anything else begins. */
  const recall = async (lane: Lane): Promise<void> => {
    const known = lane.waves.flatMap(({ hosts }) => hosts.map(runOf)).filter(isKnown);
    await Promise.all(known.map((host) => host.carryOut()));
    for (const host of known) judge(lane, host);
  };

  const changes: Promise<void>[] = [];
  for await (const stages of rounds) {
    everyHost.push(...hostsOf(stages).map(runOf));
    await Promise.all(stages.flat().map(recall));
    changes.push(changeRound(stages));
  }
  await Promise.all(changes);
  stop.removeEventListener('abort', end);

  const because = (reason: 'untouched' | 'rolled-back'): Problem | undefined =>
    failing === null
      ? undefined
      : {
          code: 'rollout.stopped',
          params: {
            reason,
            group: failing.group,
            failed: failures.get(failing)!,
            allowed: failing.mayFail,
          },
        };
  for (const host of everyHost) {
    const member = broken.get(host.cluster ?? '');
    const ofCluster = member === undefined ? undefined : clusterStopped(host, member);
    if (host.waiting) host.skip(because('untouched') ?? ofCluster);
  }

  const rolledBack = because('rolled-back');
  if (rolledBack === undefined || failing!.rollout.onFail !== 'rollback') return;
  const changed = begun.map((hosts) => hosts.filter(({ changed }) => changed));
  emit({ type: 'run.rolling-back', hosts: changed.flat().length });
  for (const hosts of changed.reverse())
    await Promise.all(
      hosts.map((host) =>
        inTurn(host, async () => {
          if (!stop.aborted) await host.rollBack(rolledBack);
        }),
      ),
    );
}

/**
 * Works on so many hosts at once: of thousands, the others need no place in a queue. Members of clusters, which wait for each
 * other, are not waited for.
 */
async function eachInTurn(
  hosts: readonly HostRun[],
  most: number,
  work: (host: HostRun) => Promise<void>,
): Promise<void> {
  const turns = hosts.values();
  const members: Promise<void>[] = [];
  const workInTurn = async (): Promise<void> => {
    for (const host of turns) {
      const working = work(host);
      if (host.cluster === null) {
        await working;
      } else {
        // thrown below
        working.catch(() => undefined);
        members.push(working);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(most, hosts.length) }, workInTurn));
  await Promise.all(members);
}

const hostsOf = (stages: readonly (readonly Lane[])[]): readonly string[] =>
  stages.flat().flatMap(({ waves }) => waves.flatMap(({ hosts }) => hosts));

const isKnown = ({ begun }: HostRun): boolean => begun === 'known';

/** Those that others have begun go on, whoever else has to wait for its turn. */
const begunFirst = (hosts: readonly HostRun[]): readonly HostRun[] => [
  ...hosts.filter(({ begun }) => begun),
  ...hosts.filter(({ begun }) => !begun),
];

const clusterStopped = ({ cluster }: HostRun, member: string): Problem => ({
  code: 'rollout.stopped',
  params: { reason: 'cluster', cluster: cluster!, member },
});
