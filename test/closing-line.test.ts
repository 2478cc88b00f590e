import { expect, test } from 'vitest';
import { closingLine, countsOf, failedLines, skippedLines } from './closing-line.ts';

const report = (passed: number, failed: number, pending = 0, todo = 0) => ({
  numPassedTests: passed,
  numFailedTests: failed,
  numPendingTests: pending,
  numTodoTests: todo,
  testResults: [],
});

test.each([
  ['all passed', report(5, 0, 1, 1), 0, { passed: 5, failed: 0, skipped: 2 }],
  ['failed tests', report(5, 2), 1, { passed: 5, failed: 2, skipped: 0 }],
  ['a file that does not load', report(5, 0), 1, { passed: 5, failed: 1, skipped: 0 }],
  ['no report at all', null, 137, { passed: 0, failed: 1, skipped: 0 }],
])('%s', (_, given, exitCode, counts) => {
  expect(countsOf(given, exitCode)).toMatchObject(counts);
});

test('the closing line adds up the runs', () => {
  const runs = [countsOf(report(5, 0, 1), 0), countsOf(report(2, 1), 1)];
  expect(closingLine(runs)).toBe('7 passed, 1 failed, 1 skipped');
});

test('skipped tests are counted by reason across runs, those without one by file', () => {
  const skipped = (name: string, ...reasons: readonly (string | undefined)[]) => ({
    ...report(1, 0, reasons.length),
    testResults: [
      {
        name,
        assertionResults: [
          { status: 'passed', meta: { missing: 'never counted' } },
          ...reasons.map((missing) => ({
            status: 'skipped',
            meta: missing === undefined ? {} : { missing },
          })),
        ],
      },
    ],
  });
  const runs = [
    countsOf(skipped('/repo/test/cli/a.test.ts', 'needs zsh', undefined), 0),
    countsOf(skipped('/repo/test/e2e/b.e2e.ts', 'needs zsh', 'needs root'), 0),
  ];
  expect(skippedLines(runs)).toEqual([
    'skipped 2: needs zsh',
    'skipped 1: no reason given: test/cli/a.test.ts',
    'skipped 1: needs root',
  ]);
});

test('each failure is named at the end, with what was expected', () => {
  const failing = {
    ...report(1, 1),
    testResults: [
      {
        name: '/repo/test/e2e/a.e2e.ts',
        message: '',
        assertionResults: [
          { status: 'passed', fullName: 'works', failureMessages: [] },
          { status: 'failed', fullName: 'a fleet fails', failureMessages: ['expected 2 to be 0'] },
        ],
      },
      {
        name: '/repo/test/cli/b.test.ts',
        message: 'Cannot find module',
        assertionResults: [],
      },
    ],
  };
  const runs = [
    countsOf(failing, 1, 'unit'),
    countsOf(report(1, 0), 0, 'browser'),
    countsOf(null, 137, 'e2e'),
  ];
  expect(failedLines(runs)).toEqual([
    'failed: test/e2e/a.e2e.ts: a fleet fails\nexpected 2 to be 0',
    'failed: test/cli/b.test.ts\nCannot find module',
    'failed: e2e ended with exit code 137, and no test says why: its output does',
  ]);
});
