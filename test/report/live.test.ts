import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { simulatedRun } from '../../scripts/simulated-run.ts';
import type { Happening, RunEvent } from '../../src/model/event.ts';
import { liveLines, type PhaseView, phasesLine } from '../../src/report/live.ts';
import { openLiveFold } from '../../src/report/live-state.ts';
import { paintWith } from '../../src/report/paint.ts';
import { widthOf } from '../../src/report/plain.ts';
import { type Cleaned, cleaned } from '../../src/report/redact.ts';
import { factsOf, START } from './events.ts';

const noPaint = paintWith(false);

const PHASES: readonly PhaseView[] = [
  { title: 'inventory', state: 'done', tookMs: 12, note: null },
  { title: 'configurations', state: 'done', tookMs: 400, note: null },
  { title: 'plan', state: 'done', tookMs: 15_200, note: null },
  { title: 'apply', state: 'running', tookMs: null, note: null },
];

/** Stamped with the times of the simulation. */
const eventsOf = (hosts: number, forks = 32): readonly Cleaned<RunEvent>[] =>
  simulatedRun({ hosts, forks, speed: 1 })
    .map(({ afterMs, happening }, i) => ({
      ...happening,
      at: START + Math.round(afterMs),
      seq: i + 1,
    }))
    .map((event) => cleaned<RunEvent>(event));

/** The view `afterS` seconds after the beginning. */
function frameAt(
  events: readonly Cleaned<RunEvent>[],
  afterS: number,
  columns: number,
  rows: number,
) {
  const now = START + afterS * 1000;
  const fold = openLiveFold();
  for (const event of events) if (event.at <= now) fold.add(event);
  return liveLines(fold.state, { columns, rows }, now, noPaint, PHASES);
}

const text = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');

describe.each([
  ['1 host at 80x24', 1, 12, 80, 24],
  ['20 hosts at 80x24, looked at', 20, 1, 80, 24],
  ['20 hosts at 80x24, changed', 20, 30, 80, 24],
  ['20 hosts at 40x10', 20, 30, 40, 10],
  ['200 hosts at 80x24', 200, 60, 80, 24],
  ['200 hosts at 200x60', 200, 60, 200, 60],
  ['5000 hosts at 80x24', 5000, 600, 80, 24],
  ['5000 hosts at 40x10', 5000, 600, 40, 10],
])('%s', (title, hosts, afterS, columns, rows) => {
  test('matches the golden file', async () => {
    const file = `golden/live/${title.replaceAll(/[ ,]+/g, '-')}.txt`;
    await expect(text(frameAt(eventsOf(hosts), afterS, columns, rows))).toMatchFileSnapshot(file);
  });
});

test('the view never exceeds the terminal', () => {
  const runs = new Map([1, 3, 40, 300].map((hosts) => [hosts, eventsOf(hosts)]));
  fc.assert(
    fc.property(
      fc.constantFrom(...runs.keys()),
      fc.nat({ max: 120 }),
      fc.nat({ max: 220 }),
      fc.nat({ max: 70 }),
      (hosts, afterS, columns, rows) => {
        const lines = frameAt(runs.get(hosts)!, afterS, columns, rows);
        expect(lines.length).toBeLessThanOrEqual(Math.max(0, rows - 1));
        for (const line of lines) {
          expect(line).not.toMatch(/\n/);
          expect(widthOf(line)).toBeLessThanOrEqual(columns);
        }
      },
    ),
    { numRuns: 400 },
  );
});

test('names and reasons of any kind fit the width', () => {
  fc.assert(
    fc.property(
      fc.string({ minLength: 1, maxLength: 80, unit: 'grapheme' }),
      fc.string({ maxLength: 300, unit: 'grapheme' }),
      fc.integer({ min: 1, max: 120 }),
      (host, message, columns) => {
        const lines = viewOf([
          { type: 'host.started', host },
          { type: 'host.waiting', host, for: message, seconds: 3, limitS: 60 },
          {
            type: 'host.finished',
            host: 'other',
            outcome: 'failed',
            problem: {
              code: 'bug',
              params: { reason: 'unexpected', said: message, file: null },
            },
          },
        ])(columns);
        for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(columns);
      },
    ),
  );
});

function viewOf(happenings: readonly Happening[], now = START + 30_000) {
  const fold = openLiveFold();
  const run: Happening = {
    type: 'run.started',
    schema: 1,
    run: 'r',
    verb: 'apply',
    hosts: ['web-01', 'other'],
    version: '0',
  };
  for (const [i, happening] of [run, ...happenings].entries())
    fold.add(cleaned({ ...happening, at: START, seq: i + 1 }));
  return (columns: number, rows = 24) => liveLines(fold.state, { columns, rows }, now, noPaint);
}

test('the seconds of a wait go on while the host is silent', () => {
  const view = viewOf([
    { type: 'host.started', host: 'web-01' },
    { type: 'change.started', host: 'web-01', step: 'service' },
    { type: 'host.waiting', host: 'web-01', for: 'for Alloy to flush', seconds: 4, limitS: 60 },
  ]);
  expect(text(view(80))).toContain('waiting for Alloy to flush, 34 s of up to 60\n');
});

test('the height stays the same while hosts come and go', () => {
  const events = eventsOf(200);
  const heights = new Set<number>();
  for (let afterS = 30; afterS < 90; afterS += 1)
    heights.add(frameAt(events, afterS, 80, 24).length);
  expect([...heights]).toHaveLength(1);
});

test('the last host to be planned does not count as one to change', () => {
  const plan = { changes: [], warnings: [], problems: [] };
  const view = viewOf([
    { type: 'host.planned', host: 'other', plan },
    { type: 'host.planned', host: 'web-01', plan },
    { type: 'host.finished', host: 'web-01', outcome: 'unchanged' },
    { type: 'change.started', host: 'other', step: 'config' },
  ]);
  expect(text(view(80))).toContain('0 of 1');
});

test('hosts that are late are shown as what they do, and count when they have a plan', () => {
  const fold = openLiveFold();
  const add = (...happenings: readonly Happening[]): void => {
    for (const one of happenings) fold.add(cleaned({ ...one, at: START, seq: 1 }));
  };
  const doing = (host: string): string | undefined => fold.state.active.get(host)?.doing;
  const hosts = ['a', 'late', 'silent', 'same'];
  const plan = { changes: [], warnings: [], problems: [] };
  const facts = factsOf();
  add({ type: 'run.started', schema: 1, run: 'r1', verb: 'apply', hosts, version: '1' });
  for (const host of hosts) add({ type: 'host.started', host });
  add({ type: 'host.planned', host: 'a', plan });
  expect(fold.state.phase).toMatchObject({ kind: 'look', done: 1, total: 4 });
  add({ type: 'run.planned', changing: 1 }, { type: 'host.resumed', host: 'a' });
  expect(fold.state.phase).toMatchObject({ kind: 'change', done: 0, total: 1 });
  add({ type: 'host.connected', host: 'late', via: 'ssh', how: '', why: null });
  expect(doing('late')).toBe('reading');
  add({ type: 'host.facts', host: 'late', facts }, { type: 'host.facts', host: 'a', facts });
  expect([doing('late'), doing('a')]).toEqual(['planning', 'verifying']);
  add({ type: 'host.planned', host: 'late', plan });
  expect(fold.state.phase).toMatchObject({ done: 0, total: 2 });
  // planned again
  add({ type: 'host.planned', host: 'a', plan });
  expect(doing('a')).toBe('verifying');
  expect(fold.state.phase).toMatchObject({ done: 0, total: 2 });
  add({ type: 'host.finished', host: 'silent', outcome: 'unreachable' });
  add({ type: 'host.finished', host: 'a', outcome: 'changed' });
  expect(fold.state.phase).toMatchObject({ done: 1, total: 2 });
  add({ type: 'host.planned', host: 'same', plan });
  add({ type: 'host.finished', host: 'same', outcome: 'unchanged' });
  add({ type: 'host.resumed', host: 'late' });
  add({ type: 'host.finished', host: 'late', outcome: 'changed' });
  const { phase, active, outcomes } = fold.state;
  expect(phase).toMatchObject({ done: 3, total: 3 });
  expect([active.size, outcomes.get('unreachable')]).toEqual([0, 1]);
});

const ALL_PHASES: readonly PhaseView[] = [
  { title: 'inventory', state: 'done', tookMs: 30, note: null },
  { title: 'configurations', state: 'done', tookMs: 1234, note: null },
  { title: 'plan', state: 'running', tookMs: null, note: 'asking apt.grafana.com' },
  { title: 'apply', state: 'waiting', tookMs: null, note: null },
];

test.each([
  [80, 'inventory > configurations 1.2 s > plan, asking apt.grafana.com > apply'],
  [40, 'inventory > configurations 1.2 s > plan…'],
  [1, '…'],
])('the phases in %i columns', (columns, line) => {
  expect(phasesLine(ALL_PHASES, columns, noPaint)).toBe(line);
});

test('the running phase is bold, the others are dim', () => {
  const line = phasesLine(ALL_PHASES, 80, paintWith(true));
  expect(line).toContain('\u001b[1mplan, asking apt.grafana.com\u001b[22m');
  expect(line).toContain('\u001b[2mapply\u001b[22m');
});

test('before a run starts, the view is its phases', () => {
  const { state } = openLiveFold();
  const frame = (rows: number) => liveLines(state, { columns: 80, rows }, 0, noPaint, ALL_PHASES);
  expect(frame(24)).toEqual(['', phasesLine(ALL_PHASES, 80, noPaint)]);
  expect(frame(10)).toEqual([phasesLine(ALL_PHASES, 80, noPaint)]);
  expect(liveLines(state, { columns: 80, rows: 10 }, 0, noPaint)).toEqual([]);
});

test('the wave is shown, and a host that is rolled back after it was changed counts once', () => {
  const fold = openLiveFold();
  const happenings: readonly Happening[] = [
    { type: 'run.started', schema: 1, run: 'r1', verb: 'apply', hosts: ['a', 'b'], version: '1' },
    { type: 'host.started', host: 'a' },
    { type: 'host.planned', host: 'a', plan: { changes: [], warnings: [], problems: [] } },
    { type: 'host.started', host: 'b' },
    { type: 'host.planned', host: 'b', plan: { changes: [], warnings: [], problems: [] } },
    { type: 'wave.started', group: '', wave: 1, of: 2, hosts: 1 },
    { type: 'host.resumed', host: 'a' },
    { type: 'host.finished', host: 'a', outcome: 'changed' },
    { type: 'wave.started', group: '', wave: 2, of: 2, hosts: 1 },
    { type: 'host.resumed', host: 'b' },
    { type: 'host.finished', host: 'b', outcome: 'failed' },
    { type: 'host.resumed', host: 'a' },
    { type: 'host.finished', host: 'a', outcome: 'rolled-back' },
  ];
  for (const [i, happening] of happenings.entries())
    fold.add(cleaned({ ...happening, at: START + i, seq: i + 1 }));
  const { outcomes, active, phase } = fold.state;
  expect([...outcomes].filter(([, n]) => n > 0)).toEqual([
    ['failed', 1],
    ['rolled-back', 1],
  ]);
  expect(active.size).toBe(0);
  expect(phase).toMatchObject({ done: 2, total: 2 });
  const lines = liveLines(fold.state, { columns: 80, rows: 24 }, START + 20, noPaint, PHASES);
  expect(text(lines)).toContain('Applying wave 2 of 2  [====');
});

test('a host whose data is watched beyond its end is shown until that is known', () => {
  const fold = openLiveFold();
  const add = (happening: Happening): void =>
    fold.add(cleaned({ ...happening, at: START, seq: 1 }));
  add({ type: 'run.started', schema: 1, run: 'r1', verb: 'apply', hosts: ['a'], version: '1' });
  add({ type: 'host.started', host: 'a' });
  add({ type: 'host.planned', host: 'a', plan: { changes: [], warnings: [], problems: [] } });
  add({ type: 'host.resumed', host: 'a' });
  add({ type: 'host.finished', host: 'a', outcome: 'changed' });
  const wait = { for: 'for data to arrive', seconds: 12, limitS: 75 } as const;
  add({ type: 'host.waiting', host: 'a', ...wait });
  expect(fold.state.phase).toMatchObject({ done: 1, total: 1 });
  const lines = liveLines(fold.state, { columns: 80, rows: 24 }, START + 20, noPaint, PHASES);
  expect(text(lines)).toMatch(/a +.*for data to arrive.*12.*75/);
  add({ type: 'host.delivery', host: 'a', deliveries: [] });
  expect(fold.state.active.size).toBe(0);
});
