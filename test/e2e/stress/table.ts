import type { RowEnd } from './row.ts';

const cell = (text: string | number): string => `${text}`.replaceAll('|', '\\|');

const HEAD = `# Reliability

**After any run, whatever happened, each host is either converged or in its previous state, the report says which, and
the next run continues without manual work.** Each row below is a test that injects one fault at one moment of a run.

Afterwards the whole host is compared: everything under /etc with links, modes, owners and contents, the package's other
files, packages and holds, users and groups, the tree under /var/lib/alloy, the unit, and the running components.
"converged" means equal to a host that was brought to the same state without a fault. "unknown" is reported if the
controller cannot learn how a run ended; the host is in one of the two states all the same. After each row, a plan must
describe the host correctly, and one more apply must exit with 0, leave the host converged, and leave nothing of alloyup's
outside /var/lib/alloyup.

The hosts are those of the [lab](../lab), with real systemd, dpkg and sshd; Alloy is the lab's stand-in.
\`npx vitest run --project e2e test/e2e/stress\` and \`npm run test:slow\` run the rows, and
\`node build.mjs run scripts/reliability.ts\` generates this page from their latest results.

See also: [a controller that is killed a hundred times](reliability-chaos.md), [and twenty times between two
waves](reliability-waves.md), and [logins](logins.md). Secrets are covered by \`test/e2e/secrets.e2e.ts\`: canary secrets
are sent through every kind of run while a watcher reads the arguments and environment of every process on the machine,
hosts included.
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
    `${lines.length} rows, ${lines.length - good.length} broken; run from ${times[0]} to ${times.at(-1)} UTC.\n`,
    ...parts,
  ].join('\n');
}
