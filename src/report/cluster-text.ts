import type { ClusterView } from '../model/cluster.ts';
import { count } from './plain.ts';

/** What is wrong with a member of a cluster, and what to do; undefined: it sees all others. */
export function clusterNote({
  name,
  state,
  runsIn,
  node,
  members,
  sees,
  missing,
}: ClusterView): string | undefined {
  const seen = `it sees ${sees.length} of ${count(members, 'member')}, not ${missing.join(', ')}`;
  switch (state) {
    case 'whole':
      return undefined;
    case 'waiting':
      return `cluster ${name}: waits for more members, and does no work yet`;
    case 'lone':
      return `cluster ${name}: alone, so it works on all targets by itself. It does not see ${missing.join(', ')}`;
    case 'split':
      return `cluster ${name}: split, ${seen}`;
    case 'duplicate':
      return `cluster ${name}: runs under the name ${node}, which another member has: both work on the same targets`;
    case 'other-name':
      return `cluster ${name}: runs under the name ${node}`;
    case 'other-cluster':
      return `cluster ${name}: is in ${runsIn === '' ? 'a cluster without a name' : `the cluster ${runsIn}`} instead`;
    case 'off':
      return `cluster ${name}: runs without a cluster`;
  }
}
