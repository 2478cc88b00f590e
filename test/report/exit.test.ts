import { expect, test } from 'vitest';
import { OUTCOMES } from '../../src/model/event.ts';
import { exitCodeOf } from '../../src/report/exit.ts';

const rules = { detailedExitcode: false, interrupted: false };
const code = (summary: object, more = {}) =>
  exitCodeOf({ summary: { hosts: 1, ...summary } }, { ...rules, ...more });

test.each([
  ['unchanged', 0],
  ['changed', 0],
  ['pending', 0],
  ['skipped', 1],
  ['rolled-back', 1],
  ['stuck', 1],
  ['failed', 1],
  ['unreachable', 1],
  ['stale', 1],
  ['locked', 1],
  ['drift', 1],
  ['unknown', 1],
] as const)('a host that is %s alone: %i', (outcome, expected) => {
  expect(code({ [outcome]: 1 })).toBe(expected);
});

test('every outcome has an exit code', () => {
  for (const outcome of OUTCOMES) expect([0, 1]).toContain(code({ [outcome]: 1 }));
});

test.each([
  [{ pending: 1 }, { detailedExitcode: true }, 2],
  [{ unchanged: 1 }, { detailedExitcode: true }, 0],
  [{ changed: 1 }, { detailedExitcode: true }, 0],
  [{ hosts: 2, pending: 1, failed: 1 }, { detailedExitcode: true }, 1],
  [{ failed: 1 }, { interrupted: true }, 130],
  [{ unchanged: 1 }, { interrupted: true }, 130],
  [{ hosts: 2, unchanged: 1 }, {}, 1],
  [{ hosts: 0 }, {}, 0],
])('%j with %j: %i', (summary, more, expected) => {
  expect(code(summary, more)).toBe(expected);
});
