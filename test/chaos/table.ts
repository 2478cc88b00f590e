import type { Chaos, Round } from './chaos.ts';

/** Where a host was when the controller was killed, in the order of a run. */
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

/** docs/reliability-chaos.md, written by each run of the test. */
export function chaosPage(chaos: Chaos): string {
  const { seed, hosts, wholeMs } = chaos;
  return [
    '# Killing the controller',
    '',
    `\`npm run test:chaos\` moves ${hosts} hosts back and forth between two states (another version of Alloy,`,
    'another configuration, other variables, another secret file), and kills the controller with SIGKILL at a',
    'random moment of each `apply`. One more `apply` follows, and then every host is inspected without alloyup.',
    'That apply must exit with 0 without manual work, every host must match the inventory, no lock may be held,',
    'and nothing of alloyup may be left outside /var/lib/alloyup and a bounded /run/alloyup. If any of this does',
    'not hold, the round is broken.',
    '',
    'The test writes this page.',
    '',
    `- seed ${seed}: \`ALLOYUP_CHAOS_SEED=${seed} npm run test:chaos\` repeats the same moments`,
    `- half of the kills are spread over the ${(wholeMs / 1000).toFixed(1)} s of an undisturbed apply, half over its events`,
    ...resultsOf(chaos),
  ].join('\n');
}

/** docs/reliability-waves.md, the same for kills between waves. */
export function wavesPage(chaos: Chaos, { serial, pauseS }: Record<'serial' | 'pauseS', unknown>) {
  const { seed, hosts } = chaos;
  return [
    '# Killing the controller between waves',
    '',
    `As in [killing the controller](reliability-chaos.md), but ${hosts} hosts are changed in waves (\`--serial ${serial}`,
    `--pause ${pauseS}\`), and the controller is killed in the pause between two of them or as the next one begins. The`,
    'next `apply`, in half of the rounds with `--retry last`, must finish the rollout: every host of a finished wave',
    'must be unchanged, and everything else as there.',
    '',
    'The test writes this page.',
    '',
    `- seed ${seed}: \`ALLOYUP_CHAOS_SEED=${seed} npm run test:chaos waves\` repeats the same moments`,
    ...resultsOf(chaos),
  ].join('\n');
}

function resultsOf({ rounds }: Chaos): readonly string[] {
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
    `- ${rounds.length} rounds, ${broken.length} broken`,
    `- the longest apply after a kill took ${(longest / 1000).toFixed(1)} s`,
    `- an unfinished run was undone first on ${rounds.reduce((sum, { takenBack }) => sum + takenBack, 0)} hosts`,
    '',
    '| the host was at | times | next apply: unchanged | changed | anything else |',
    '|---|--:|--:|--:|--:|',
    ...rows,
    '',
    ...(broken.length > 0 ? ['## Broken', '', ...broken.flatMap(tellBroken), ''] : []),
  ];
}

const tellBroken = ({ number, killedAtMs, broken }: Round): readonly string[] =>
  broken.map((what) => `- round ${number}, killed at ${killedAtMs} ms: ${what}`);
