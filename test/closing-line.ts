/** How many tests ended how. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** Why tests were skipped, with the number of tests for each reason. */
  readonly reasons: ReadonlyMap<string, number>;
  /** What failed, and how. */
  readonly failures: readonly string[];
}

/** What is read of vitest's JSON report. */
export interface VitestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly {
    readonly name: string;
    /** Of a file that does not load. */
    readonly message?: string;
    readonly assertionResults: readonly {
      readonly status: string;
      readonly fullName?: string;
      readonly failureMessages?: readonly string[] | null;
      readonly meta?: { readonly missing?: string };
    }[];
  }[];
}

/**
 * Counts of one vitest run. A run that failed without a failed test (a file that does not load, a
 * global setup that throws) counts as one failure, so that the line never looks better than the run.
 */
export function countsOf(report: VitestReport | null, exitCode: number, project = ''): Counts {
  const failed = report?.numFailedTests ?? 0;
  const failures = failuresOf(report);
  const unexplained = `${project} ended with exit code ${exitCode}, and no test says why: its output does`;
  return {
    failures: exitCode !== 0 && failures.length === 0 ? [unexplained] : failures,
    passed: report?.numPassedTests ?? 0,
    failed: exitCode !== 0 && failed === 0 ? 1 : failed,
    skipped: (report?.numPendingTests ?? 0) + (report?.numTodoTests ?? 0),
    reasons: reasonsOf(report),
  };
}

/** Of each failure; what a test compared may be long. */
const MOST_CHARACTERS = 2000;

const inRepository = (file: string): string => file.replace(/^.*\/test\//, 'test/');

const failuresOf = (report: VitestReport | null): readonly string[] =>
  (report?.testResults ?? []).flatMap(({ name, message = '', assertionResults }) => {
    const failed = assertionResults.filter(({ status }) => status === 'failed');
    const said = failed.map(({ fullName, failureMessages }) => [
      `${inRepository(name)}: ${fullName}`,
      (failureMessages ?? []).join('\n'),
    ]);
    if (failed.length === 0 && message !== '') said.push([inRepository(name), message]);
    return said.map((texts) => texts.join('\n').slice(0, MOST_CHARACTERS));
  });

/** What failed in all runs: a run is longer than what is kept of its output. */
export const failedLines = (runs: readonly Counts[]): readonly string[] =>
  runs.flatMap(({ failures }) => failures.map((failure) => `failed: ${failure}`));

const SKIPPED: readonly string[] = ['skipped', 'pending', 'todo'];

function reasonsOf(report: VitestReport | null): ReadonlyMap<string, number> {
  const reasons = new Map<string, number>();
  for (const { name, assertionResults } of report?.testResults ?? []) {
    for (const { status, meta } of assertionResults) {
      if (!SKIPPED.includes(status)) continue;
      const reason = meta?.missing ?? `no reason given: ${inRepository(name)}`;
      reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    }
  }
  return reasons;
}

/** A line for each reason why tests were skipped, the most frequent first. */
export function skippedLines(runs: readonly Counts[]): readonly string[] {
  const sum = new Map<string, number>();
  for (const { reasons } of runs)
    for (const [reason, count] of reasons) sum.set(reason, (sum.get(reason) ?? 0) + count);
  return [...sum]
    .sort(([, a], [, b]) => b - a)
    .map(([reason, count]) => `skipped ${count}: ${reason}`);
}

export const closingLine = (runs: readonly Counts[]): string => {
  const sum = (of: 'passed' | 'failed' | 'skipped') =>
    runs.reduce((total, counts) => total + counts[of], 0);
  return `${sum('passed')} passed, ${sum('failed')} failed, ${sum('skipped')} skipped`;
};
