import { expect, test } from 'vitest';
import { liveLines } from '../../src/report/live.ts';
import { openLiveFold } from '../../src/report/live-state.ts';
import { paintWith } from '../../src/report/paint.ts';
import { type PhaseView, phasesLine } from '../../src/report/phases.ts';

const PHASES: readonly PhaseView[] = [
  { title: 'inventory', state: 'done', tookMs: 30, note: null },
  { title: 'configurations', state: 'done', tookMs: 1234, note: null },
  { title: 'plan', state: 'running', tookMs: null, note: 'asking apt.grafana.com' },
  { title: 'apply', state: 'waiting', tookMs: null, note: null },
];
const noPaint = paintWith(false);

test.each([
  [80, 'inventory > configurations 1.2 s > plan, asking apt.grafana.com > apply'],
  [40, 'inventory > configurations 1.2 s > plan…'],
  [1, '…'],
])('the phases in %i columns', (columns, line) => {
  expect(phasesLine(PHASES, columns, noPaint)).toBe(line);
});

test('what runs stands out, what is over or to come steps back', () => {
  const line = phasesLine(PHASES, 80, paintWith(true));
  expect(line).toContain('\u001b[1mplan, asking apt.grafana.com\u001b[22m');
  expect(line).toContain('\u001b[2mapply\u001b[22m');
});

test('before a run has begun its phases are the whole view', () => {
  const { state } = openLiveFold();
  const frame = (rows: number) => liveLines(state, { columns: 80, rows }, 0, noPaint, PHASES);
  expect(frame(24)).toEqual(['', phasesLine(PHASES, 80, noPaint)]);
  expect(frame(10)).toEqual([phasesLine(PHASES, 80, noPaint)]);
  expect(liveLines(state, { columns: 80, rows: 10 }, 0, noPaint)).toEqual([]);
});
