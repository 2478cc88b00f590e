import { expect, test } from 'vitest';
import type { ClusterFact } from '../../src/model/cluster.ts';
import { clusterViewOf } from '../../src/plan/cluster.ts';
import { planHost } from '../../src/plan/planner.ts';
import { clusterNote } from '../../src/report/cluster-text.ts';
import { factsOf, optionsOf, suppliesOf, targetOf } from '../builders.ts';

const CLUSTER = {
  name: 'edge',
  members: ['h1', 'h2', 'h3'].map((name, i) => ({ name, address: `10.0.0.${i + 1}`, port: 12345 })),
};

/** "h1* h2 h3=terminating": the star is itself. */
const fact = (peers: string, more: Partial<ClusterFact> = {}): ClusterFact => ({
  name: 'edge',
  ready: true,
  peers: peers
    .split(' ')
    .filter(Boolean)
    .map((word) => {
      const [, name, star, state = 'participant'] = /^(\w+)(\*?)(?:=(\w+))?$/.exec(word)!;
      return { name: name!, address: '10.0.0.1:12345', isSelf: star === '*', state };
    }),
  ...more,
});

// what a real Alloy said of itself in each of these cases was recorded
test.each([
  ['all see all', 'h1* h2 h3', {}, 'whole', undefined],
  [
    'nobody answered at its join addresses',
    'h1*',
    {},
    'lone',
    'cluster edge: alone, so it works on all targets by itself. It does not see h2, h3',
  ],
  ['one is stopped', 'h1* h2', {}, 'split', 'cluster edge: split, it sees 2 of 3 members, not h3'],
  [
    'one came back and is not taken for a member yet',
    'h1* h2 h3=terminating',
    {},
    'split',
    'cluster edge: split, it sees 2 of 3 members, not h3',
  ],
  [
    'it has the name of h2',
    'h3 h2*',
    {},
    'duplicate',
    'cluster edge: runs under the name h2, which another member has: both work on the same targets',
  ],
  [
    'it has a name of its own',
    'h2 h3 web1*',
    {},
    'other-name',
    'cluster edge: runs under the name web1',
  ],
  [
    'its cluster has another name',
    'h1*',
    { name: 'other' },
    'other-cluster',
    'cluster edge: is in the cluster other instead',
  ],
  [
    'its cluster has no name',
    'h1* h2 h3',
    { name: '' },
    'other-cluster',
    'cluster edge: is in a cluster without a name instead',
  ],
  ['it runs on its own', 'h1*', { name: null }, 'off', 'cluster edge: runs without a cluster'],
  [
    'it waits for more',
    'h1* h2 h3',
    { ready: false },
    'waiting',
    'cluster edge: waits for more members, and does no work yet',
  ],
  ['another node that nobody knows', 'h1* h2 h3 guest', {}, 'whole', undefined],
] as const)('%s', (_, peers, more, state, note) => {
  const view = clusterViewOf(CLUSTER, 'h1', fact(peers, more));
  expect(view.state).toBe(state);
  expect(clusterNote(view)).toBe(note);
});

test.each([
  ['1.7.5-1', ['--cluster.wait-for-size=3'], ['inventory.rule']],
  ['1.8.0-1', ['--cluster.wait-for-size=3'], []],
  ['1.18.1-1', ['--cluster.wait-for-size=3'], []],
  ['1.7.5-1', ['--cluster.enabled=true'], []],
])('Alloy %s with %j', (version, args, expected) => {
  const target = targetOf({ args, config: '// new\n' });
  const facts = factsOf(targetOf());
  const plan = planHost(
    target,
    { ...facts, package: { ...facts.package, version } },
    suppliesOf(),
    optionsOf(),
  );
  const found = plan.problems.filter(({ params }) => params.reason === 'cluster-version');
  expect(found.map(({ code }) => code)).toEqual(expected);
});
