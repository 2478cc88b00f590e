import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY_ROOT } from '../lab/root.ts';
import type { Measured, Verb } from '../test/hostile/rows.ts';

/**
 * Writes docs/hostile-hosts.md from what the tests measured:
 * `ALLOYUP_HOSTILE_RESULTS=.build/hostile-hosts.ndjson npx vitest run --project unit test/hostile/hosts.test.ts`
 */
const file =
  process.env.ALLOYUP_HOSTILE_RESULTS ?? join(REPOSITORY_ROOT, '.build/hostile-hosts.ndjson');
const rows = readFileSync(file, 'utf8')
  .split('\n')
  .filter(Boolean)
  .map((line) => JSON.parse(line) as Measured);
// a row that ran again counts with its latest result
const latest = [
  ...new Map(rows.map((one) => [`${one.row.verb} ${one.row.behavior}`, one])).values(),
];

const seconds = (ms: number): string => (ms / 1000).toFixed(1);
const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('<', '&lt;');

function tableOf(verb: Verb): string {
  const lines = latest
    .filter(({ row }) => row.verb === verb)
    .map(({ row, reported, message, fakeMs, goodMs, aloneMs, peakMb, termMs }) =>
      [
        row.behavior,
        reported,
        cell(message) || '-',
        seconds(fakeMs),
        `${seconds(goodMs)} (${(goodMs / aloneMs).toFixed(2)}x)`,
        seconds(aloneMs),
        Math.round(peakMb),
        seconds(termMs),
      ].join(' | '),
    );
  return `| the host | reported | message | after, s | good hosts, s | alone, s | peak, MB | SIGTERM, s |
|---|---|---|---|---|---|---|---|
${lines.map((line) => `| ${line} |`).join('\n')}
`;
}

writeFileSync(
  join(REPOSITORY_ROOT, 'docs/hostile-hosts.md'),
  `# Hostile hosts

**One host never harms the others.** Each row is a run over two good hosts and one that misbehaves: an SSH server that
floods, hangs up, or says nothing at one stage of the conversation. With it, the good hosts finish within 1.5 times the
time that they take alone, memory stays below 250 MB, SIGTERM ends the process within 3 s, and the result of the
misbehaving host arrives within \`--timeout\` and 2 s (here 4 s and 2 s) and says what is wrong.

What limits a host: its answer may have 8 MB, everything that it sends in answer to one command 32 MB, the log of a run
64 MB; a packet and a line cost at least 2 KB and 1 KB of that, however short they are. 5,000 lines of a run are shown and
logged, each up to 4,096 characters. One clock for each host and part of a run gives every wait its remaining time.

\`ALLOYUP_HOSTILE_RESULTS=.build/hostile-hosts.ndjson npx vitest run --project unit test/hostile/hosts.test.ts\` runs the rows
on the built command, and \`node build.mjs run scripts/hostile-hosts.ts\` generates this page from what they took. The unit tests
run a part of them and check the limits. "pending" and "changed" are what a good host reports.

## While hosts are read (\`status\`)

${tableOf('status')}
## While an apply plans (\`apply -y\`)

Nobody is asked, so the good hosts are changed without a silent one: once they are planned, it is waited for half as long again, 1 s
at least. If it is planned later, it is changed then. Where somebody confirms the plans, and in a rollout with a canary, waves, an
order of groups, \`maxFail\` or a cluster, every plan is waited for: a silent host then delays the first change by 15 s for the login
(\`--connect-timeout\`), 15 s for its shell and 60 s for its facts at most, and never beyond \`--timeout\`. A host that floods or
hangs up delays nobody.

${tableOf('apply')}
## While hosts are changed (\`rollback\`)

The time of the misbehaving host counts from the start of its change. "unknown" is what alloyup reports if it cannot learn how
a run ended: the run goes on without it, and is finished or undone on the host.

${tableOf('rollback')}`,
);
console.log(`${latest.length} rows`);
