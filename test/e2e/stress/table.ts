import type { RowEnd } from './row.ts';

const cell = (text: string | number): string => `${text}`.replaceAll('|', '\\|');

const HEAD = `# Reliability

**After any run, whatever happened, each host is either converged or as it was, the report says which, and
the next run continues without anyone's hand.** Each row below is a test (\`test/e2e/stress\`, the slow ones
in \`test/slow\`). A picture of the whole host is compared: everything under /etc with links, modes, owners
and content, what the package put elsewhere, packages and holds, users and groups, the tree under
/var/lib/alloy, the unit, and the components that run. "converged" is a host that was brought to the same
state with nobody in the way. "unknown" is said where the controller cannot learn how a run ended; the host
is one of the two all the same. After each row a plan must tell the truth, and one more apply must end 0 with
the host converged and nothing of ours left outside /var/lib/alloyup.

The hosts are real ones of the [lab](../lab); Alloy is its stand-in. \`npx vitest run --project e2e
test/e2e/stress\` and \`npm run test:slow\` try the rows, \`node build.mjs run scripts/reliability.ts\`
makes this page of how each came out the last time.

Beside the rows: [a controller that is killed a hundred times](reliability-chaos.md), and
[every login](logins.md). Canary secrets go through all of it in \`test/e2e/secrets.e2e.ts\`, while a watcher
reads the arguments and the environment of every process of the machine, hosts included: every 10.1 to
10.7 ms on the average, on two cores under a load of 15, where single looks came 40 to 120 ms after the last.
`;

const titleOf = (set: string): string => set.replace(/-([a-z]+)$/, ' on $1');

/** What tells a row of the page from all others. */
export const keyOf = ({ set, fault, moment }: Pick<RowEnd, 'set' | 'fault' | 'moment'>): string =>
  [titleOf(set), fault, moment].map(cell).join(' | ');

/** The keys of a page's rows, as they stand in it. */
export function keysOf(page: string): readonly string[] {
  let title = '';
  return page.split('\n').flatMap((line) => {
    if (line.startsWith('## ')) title = line.slice(3);
    const [, fault, moment] = /^\| (.*?) \| (.*?) \| .* \|$/.exec(line) ?? [];
    return fault === undefined || fault === 'what happens'
      ? []
      : [`${title} | ${fault} | ${moment}`];
  });
}

/** The newest line of each row. */
export const newest = (lines: readonly RowEnd[]): readonly RowEnd[] => [
  ...new Map(
    lines.toSorted((a, b) => a.at.localeCompare(b.at)).map((line) => [keyOf(line), line]),
  ).values(),
];

/** docs/reliability.md, from how the rows came out. */
export function reliabilityPage(lines: readonly RowEnd[]): string {
  const sets = [...new Set(lines.map(({ set }) => set))].sort();
  const good = lines.filter(({ end, next }) => end !== 'broken' && next === 'converged');
  const parts = sets.map((set) => {
    const rows = lines.filter((line) => line.set === set);
    return [
      `## ${titleOf(set)}\n`,
      '| what happens | when | reported | exit | the host is | after the next apply |',
      '|---|---|---|---|---|---|',
      ...rows
        .toSorted((a, b) => a.fault.localeCompare(b.fault) || a.moment.localeCompare(b.moment))
        .map(
          ({ fault, moment, reported, exit, end, next }) =>
            `| ${[fault, moment, reported, exit, end === 'before' ? 'as before' : end, next].map(cell).join(' | ')} |`,
        ),
      '',
    ].join('\n');
  });
  const times = lines.map(({ at }) => at.slice(0, 16).replace('T', ' ')).sort();
  return [
    HEAD,
    `${lines.length} rows, ${lines.length - good.length} broken; tried from ${times[0]} to ${times.at(-1)} UTC.\n`,
    ...parts,
  ].join('\n');
}
