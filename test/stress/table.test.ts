import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { RowEnd } from '../e2e/stress/row.ts';
import { ALL_SETS } from '../e2e/stress/sets.ts';
import { keyOf, keysOf, newest, reliabilityPage } from '../e2e/stress/table.ts';

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
  at: '2026-11-23T10:00:00.000Z',
};

test('the page counts rows and broken ones, and says when they ran', () => {
  const later = { ...row, end: 'broken', moment: 'late', at: '2026-11-24T11:30:00.000Z' };
  const page = reliabilityPage([row, later]);
  expect(page).toContain('2 rows, 1 broken; run from 2026-11-23 10:00 to 2026-11-24 11:30 UTC.');
  expect(page).toContain('| a \\| b | at once | changed | 0 | as before | converged |');
  expect(keysOf(page)).toEqual([row, later].map(keyOf));
});

test('a row that was tried again counts once, as it came out at last', () => {
  const again = { ...row, end: 'converged', at: '2026-11-23T10:00:01.000Z' };
  expect(newest([again, row])).toEqual([again]);
});

test('docs/reliability.md has a line for every row, none broken and none too many', () => {
  const page = readFileSync(new URL('../../docs/reliability.md', import.meta.url), 'utf8');
  const wanted = ALL_SETS.flatMap(({ set, suite, rows }) =>
    rows.map((one) => keyOf({ ...one, set: `${set}-${suite}` })),
  );
  expect(new Set(wanted).size).toBe(wanted.length);
  expect(keysOf(page).toSorted()).toEqual(wanted.toSorted());
  expect(page).toContain(`${wanted.length} rows, 0 broken;`);
});
