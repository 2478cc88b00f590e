import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { ensureBase } from '../lab/base.ts';
import {
  installPrerequisites,
  isRoot,
  LAB_PROGRAMS,
  labObstacle,
  TEST_PROGRAMS,
} from '../lab/prerequisites.ts';
import { REPOSITORY_ROOT } from '../lab/root.ts';
import {
  type Counts,
  closingLine,
  countsOf,
  failedLines,
  skippedLines,
  type VitestReport,
} from './closing-line.ts';

/**
 * `npm test`: everything but the slow set. On two cores, in this order:
 * 1. packages and the build (seconds, when the packages are installed);
 * 2. unit tests and, at the same time, the lab's base system, which waits for the network for most of its 30 s;
 * 3. end-to-end tests, one file at a time, which wait for hosts for most of half an hour; and at the same time, in the
 *    first two minutes of it, pages in a real browser.
 */

const say = (line: string): void => console.log(`\n--- ${line}`);

async function vitest(project: string, directory: string): Promise<Counts> {
  const file = join(directory, `${project}.json`);
  const done = await execa(
    process.execPath,
    [
      ...[join(REPOSITORY_ROOT, 'node_modules/vitest/vitest.mjs'), 'run', '--project', project],
      ...['--reporter=default', '--reporter=json', `--outputFile.json=${file}`],
    ],
    { cwd: REPOSITORY_ROOT, stdio: ['ignore', 'inherit', 'inherit'], reject: false },
  );
  let report: VitestReport | null = null;
  try {
    report = JSON.parse(readFileSync(file, 'utf8')) as VitestReport;
  } catch {
    // vitest ended before it could write a report
  }
  return countsOf(report, done.exitCode ?? 1, project);
}

async function main(): Promise<void> {
  await installPrerequisites(TEST_PROGRAMS, say);
  if (isRoot()) await installPrerequisites(LAB_PROGRAMS, say);
  const obstacle = labObstacle();
  if (obstacle !== null && process.env.CI === 'true')
    throw new Error(`the end-to-end tests cannot run: ${obstacle}`);
  say('build');
  await execa(process.execPath, ['build.mjs'], { cwd: REPOSITORY_ROOT, stdio: 'inherit' });
  const directory = mkdtempSync(join(tmpdir(), 'alloyup-test-'));
  try {
    say('unit tests');
    const [unit] = await Promise.all([
      vitest('unit', directory),
      // a failure shows when the first host is asked for
      obstacle === null ? ensureBase('bookworm', say).catch(() => undefined) : undefined,
    ]);
    say('end-to-end tests, on hosts of their own, and pages, in Chromium');
    const [e2e, browser] = await Promise.all([
      vitest('e2e', directory),
      vitest('browser', directory),
    ]);
    const runs = [unit, browser, e2e];
    if (runs.some(({ failed }) => failed > 0)) process.exitCode = 1;
    console.log(`\n${[...failedLines(runs), ...skippedLines(runs), closingLine(runs)].join('\n')}`);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  console.log('\n0 passed, 1 failed, 0 skipped');
  process.exitCode = 1;
});
