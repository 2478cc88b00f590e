import { expect, test } from 'vitest';
import { closingLine, countsOf } from './closing-line.ts';

const report = (passed: number, failed: number, pending = 0, todo = 0) => ({
  numPassedTests: passed,
  numFailedTests: failed,
  numPendingTests: pending,
  numTodoTests: todo,
});

test.each([
  ['all well', report(5, 0, 1, 1), 0, { passed: 5, failed: 0, skipped: 2 }],
  ['failed tests', report(5, 2), 1, { passed: 5, failed: 2, skipped: 0 }],
  ['a file that does not load', report(5, 0), 1, { passed: 5, failed: 1, skipped: 0 }],
  ['no report at all', null, 137, { passed: 0, failed: 1, skipped: 0 }],
])('%s', (_, given, exitCode, counts) => {
  expect(countsOf(given, exitCode)).toEqual(counts);
});

test('the closing line adds up', () => {
  const runs = [countsOf(report(5, 0, 1), 0), countsOf(report(2, 1), 1)];
  expect(closingLine(runs)).toBe('7 passed, 1 failed, 1 skipped');
});
