import {
  type Cluster,
  type ClusterFact,
  type ClusterState,
  type ClusterView,
  canWait,
  WAITS_SINCE,
} from '../model/cluster.ts';
import { originOf, type Planned } from '../model/plan.ts';
import type { Problem } from '../model/problem.ts';
import { targetVersion } from '../steps/package.ts';

/** What a member says of its cluster, held against the inventory. */
export function clusterViewOf(cluster: Cluster, host: string, fact: ClusterFact): ClusterView {
  const names = cluster.members.map(({ name }) => name);
  const node = fact.peers.find(({ isSelf }) => isSelf)?.name ?? '';
  const sees = fact.peers.flatMap(({ name, state }) => (state === 'participant' ? [name] : []));
  const missing = names.filter((name) => !sees.includes(name));
  const stateOf = (): ClusterState => {
    if (fact.name === null) return 'off';
    if (fact.name !== cluster.name) return 'other-cluster';
    if (node !== host) return names.includes(node) ? 'duplicate' : 'other-name';
    if (missing.length > 0) return sees.every((name) => name === node) ? 'lone' : 'split';
    return fact.ready ? 'whole' : 'waiting';
  };
  return {
    name: cluster.name,
    state: stateOf(),
    runsIn: fact.name,
    node,
    members: names.length,
    sees,
    missing,
  };
}

/** Alloy would not start with an argument that it does not know. A pinned version was looked at before. */
export function clusterProblems({ host, desired, facts, supplies }: Planned): readonly Problem[] {
  const version = targetVersion(desired, facts, supplies.versions);
  const waits = desired.args.some((one) => one.startsWith('--cluster.wait-for-size='));
  if (!waits || version === null || canWait(version)) return [];
  const params = { reason: 'cluster-version', version, since: WAITS_SINCE } as const;
  return [
    {
      code: 'inventory.rule',
      host,
      params,
      ...originOf(desired, 'alloy.cluster.waitForSize'),
    },
  ];
}
