import type { Target } from '../model/desired.ts';
import type { Facts } from '../model/facts.ts';
import type { Warning } from '../model/problem.ts';

/** What a run knows of clusters: who was seen in which, and whose turn it is to be changed. */
export interface Clusters {
  saw(target: Pick<Target, 'host' | 'cluster'>, facts: Facts): void;
  /** Whether a host was looked at. */
  looked(host: string): boolean;
  /** Members that were seen in their cluster when they were last looked at. */
  known(cluster: string): readonly string[];
  /** Does the work when nobody else of this cluster is at work; at once for null. In the order of the calls. */
  inTurn<T>(cluster: string | null, work: () => Promise<T>): Promise<T>;
}

export function createClusters(): Clusters {
  const seen = new Map<string, Set<string>>();
  const looked = new Set<string>();
  const last = new Map<string, Promise<unknown>>();
  return {
    saw({ host, cluster }, facts) {
      if (!cluster) return;
      looked.add(host.name);
      const names = seen.get(cluster.name) ?? new Set();
      seen.set(cluster.name, names);
      if (facts.cluster?.name === cluster.name) names.add(host.name);
      else names.delete(host.name);
    },
    looked: (host) => looked.has(host),
    known: (cluster) => [...(seen.get(cluster) ?? [])],
    inTurn(cluster, work) {
      if (cluster === null) return work();
      const before = last.get(cluster);
      const mine = before === undefined ? work() : before.then(work, work);
      last.set(cluster, mine);
      return mine;
    },
  };
}

/** What cannot be judged of the clusters of hosts that will be changed. */
export function clusterWarnings(
  changing: readonly Target[],
  { looked }: Clusters,
): readonly Warning[] {
  const clusters = new Map(
    changing.flatMap((target) => (target.cluster ? [[target.cluster.name, target] as const] : [])),
  );
  return [...clusters].flatMap(([cluster, target]): readonly Warning[] => {
    if (target.desired.check === 'service')
      return [{ code: 'cluster.members', params: { reason: 'unchecked', cluster } }];
    const members = target.cluster!.members.map(({ name }) => name).filter((name) => !looked(name));
    if (members.length === 0) return [];
    return [{ code: 'cluster.members', params: { reason: 'not-seen', cluster, members } }];
  });
}
