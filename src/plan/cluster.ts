import type { Cluster, ClusterFact, ClusterState, ClusterView } from '../model/cluster.ts';

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
