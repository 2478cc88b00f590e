import { expect, test } from 'vitest';
import type { RowEnd } from '../e2e/stress/row.ts';
import { reliabilityPage } from '../e2e/stress/table.ts';

const row: RowEnd = {
  set: 'cuts-bookworm',
  fault: 'a | b',
  moment: 'at once',
  suite: 'bookworm',
  reported: 'changed',
  exit: 0,
  end: 'before',
  next: 'converged',
  seconds: 1,
};

test('the page counts rows and broken ones', () => {
  const page = reliabilityPage([row, { ...row, end: 'broken' }]);
  expect(page).toContain('2 rows, 1 broken.');
  expect(page).toContain('| a \\| b | at once | changed | 0 | as before | converged |');
});
