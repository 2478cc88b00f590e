/** What is read of Stryker's JSON report (the mutation testing report schema). */
export interface MutationReport {
  readonly files: Readonly<
    Record<string, { readonly source: string; readonly mutants: readonly { status: string }[] }>
  >;
}

/** One report of several runs. A file that was measured twice counts as in the last of them. */
export const mergeReports = (reports: readonly MutationReport[]): MutationReport => ({
  files: Object.assign({}, ...reports.map(({ files }) => files)),
});

interface Score {
  killed: number;
  survived: number;
  uncovered: number;
}

const HEADER =
  '| part | mutants | killed | survived | not covered by a test | score |\n|---|--:|--:|--:|--:|--:|\n';

/**
 * The table of docs/mutants.md: a row for each directory and one for all. A mutant that makes the
 * tests run into their timeout is killed; ignored ones and those that do not compile are not counted.
 */
export function mutantsTable({ files }: MutationReport): string {
  const parts = new Map<string, Score>();
  const all: Score = { killed: 0, survived: 0, uncovered: 0 };
  for (const [path, { mutants }] of Object.entries(files)) {
    const name = /^src\/report\//.test(path) ? path : path.split('/').slice(0, 2).join('/');
    const part = parts.get(name) ?? { killed: 0, survived: 0, uncovered: 0 };
    parts.set(name, part);
    for (const { status } of mutants) {
      const key = KEYS[status];
      if (key === undefined) continue;
      part[key]++;
      all[key]++;
    }
  }
  const rows = [...parts].sort(([a], [b]) => (a < b ? -1 : 1));
  return (
    HEADER + rows.map(([name, score]) => row(`\`${name}\``, score)).join('') + row('**all**', all)
  );
}

const KEYS: Readonly<Record<string, keyof Score>> = {
  Killed: 'killed',
  Timeout: 'killed',
  Survived: 'survived',
  NoCoverage: 'uncovered',
};

function row(name: string, { killed, survived, uncovered }: Score): string {
  const total = killed + survived + uncovered;
  const score = total === 0 ? '-' : `${((100 * killed) / total).toFixed(1)}%`;
  return `| ${name} | ${total} | ${killed} | ${survived} | ${uncovered} | ${score} |\n`;
}
