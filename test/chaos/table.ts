import type { Chaos, Round } from './chaos.ts';

/** Where a host was when the controller was killed, in the order in which a host passes it. */
const PHASES = [
  'not begun',
  'login',
  'planned',
  'repository',
  'environment',
  'package',
  'access',
  'unit',
  'config',
  'service',
  'over',
] as const;

const count = <T>(items: readonly T[], wanted: (item: T) => boolean): number =>
  items.filter(wanted).length;

/** docs/reliability-chaos.md, as a run of the test writes it. */
export function chaosPage({ seed, hosts, rounds, wholeMs }: Chaos): string {
  const ends = rounds.flatMap(({ phases, next }) =>
    phases.map((phase, i) => ({ phase, next: next[i] ?? '' })),
  );
  const rows = PHASES.flatMap((phase) => {
    const there = ends.filter((end) => end.phase === phase);
    if (there.length === 0) return [];
    const of = (outcome: string) => count(there, ({ next }) => next === outcome);
    const other = there.length - of('unchanged') - of('changed');
    return [`| ${phase} | ${there.length} | ${of('unchanged')} | ${of('changed')} | ${other} |`];
  });
  const longest = Math.max(...rounds.map(({ nextMs }) => nextMs));
  const broken = rounds.filter((round) => round.broken.length > 0);
  return [
    '# The controller dies at any moment',
    '',
    `\`npm run test:chaos\` brings ${hosts} hosts to and fro between two states (another version of Alloy,`,
    'another configuration, other variables, another secret file), and ends the controller with SIGKILL at a',
    'random moment of each `apply`. One more `apply` follows, and then every host is looked at without alloyup.',
    'The promise: that apply ends 0, every host is as the inventory says, nobody had to lend a hand, no lock is',
    'held, and nothing of ours lies outside of /var/lib/alloyup and a bounded /run/alloyup. A round is broken',
    'when any of it does not hold.',
    '',
    'This page is written by the test.',
    '',
    `- seed ${seed}: \`ALLOYUP_CHAOS_SEED=${seed} npm run test:chaos\` draws the same moments again`,
    `- ${rounds.length} rounds, ${broken.length} broken`,
    `- half of the kills are spread over the ${(wholeMs / 1000).toFixed(1)} s of an undisturbed apply, half over its events`,
    `- the longest apply after a kill took ${(longest / 1000).toFixed(1)} s`,
    `- an unfinished run was taken back first on ${rounds.reduce((sum, { takenBack }) => sum + takenBack, 0)} hosts`,
    '',
    '| a host was at | times | next apply: unchanged | changed | anything else |',
    '|---|--:|--:|--:|--:|',
    ...rows,
    '',
    ...(broken.length > 0 ? ['## Broken', '', ...broken.flatMap(tellBroken), ''] : []),
  ].join('\n');
}

const tellBroken = ({ number, killedAtMs, broken }: Round): readonly string[] =>
  broken.map((what) => `- round ${number}, killed at ${killedAtMs} ms: ${what}`);
