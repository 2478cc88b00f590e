import { expect, test } from 'vitest';
import type { Happening } from '../../src/model/event.ts';
import { openTimeline } from '../../src/pages/timeline.ts';
import { cleaned } from '../../src/report/redact.ts';
import { START, started } from '../report/events.ts';

const HOST = { host: 'web-01' } as const;

/** What the time of web-01 goes into: [phase, seconds]. */
function spansOf(happenings: readonly (readonly [seconds: number, happening: Happening])[]) {
  const timeline = openTimeline();
  const all = [[0, started('apply', 'web-01', 'web-02')] as const, ...happenings];
  for (const [i, [seconds, happening]] of all.entries())
    timeline.add(cleaned({ ...happening, at: START + 1000 * seconds, seq: i + 1 }));
  const { phases, spans, starts, length } = timeline.data(['web-01', 'web-02']);
  const own: [string, number][] = [];
  for (let i = 0; i < spans[0]!.length; i += 2)
    own.push([phases[spans[0]![i]!]!.word, spans[0]![i + 1]! / 100]);
  return { own, starts, length, other: spans[1] };
}

const plan = { changes: [], warnings: [], problems: [] };
const connected: Happening = {
  type: 'host.connected',
  ...HOST,
  via: 'ssh',
  how: 'ssh ops@web-01',
  why: null,
};
const waiting = (what: string, seconds: number): Happening => ({
  type: 'host.waiting',
  ...HOST,
  for: what,
  seconds,
  limitS: null,
});

test('all of a host’s time goes into what it did, and into what it waited for', () => {
  const { own, starts, length, other } = spansOf([
    [1, { type: 'host.started', ...HOST }],
    [1, { type: 'host.started', host: 'web-02' }],
    [3, connected],
    [6, { type: 'host.planned', ...HOST, plan }],
    [10, { type: 'run.planned', changing: 2 }],
    [15, { type: 'host.resumed', host: 'web-02' }],
    [20, { type: 'host.resumed', ...HOST }],
    [21, { type: 'change.started', ...HOST, step: 'package' }],
    [22, waiting('for the dpkg lock', 0)],
    [24, waiting('for the dpkg lock', 2)],
    [25, { type: 'change.output', ...HOST, step: 'package', line: 'Unpacking' }],
    [30, { type: 'change.finished', ...HOST, step: 'package' }],
    [30, { type: 'change.started', ...HOST, step: 'service' }],
    [33, { type: 'change.failed', ...HOST, step: 'service', exit: 1 }],
    [35, { type: 'change.undone', ...HOST, step: 'service' }],
    [36, { type: 'host.finished', ...HOST, outcome: 'rolled-back' }],
    [60, { type: 'run.finished', exitCode: 1 }],
  ]);
  expect(own).toEqual([
    ['log in', 2],
    ['read facts', 3],
    ['wait for the other plans', 4],
    // somebody said yes when the first host was begun
    ['wait for approval', 5],
    ['wait for its turn', 5],
    ['begin', 1],
    ['package', 1],
    ['wait for the dpkg lock', 3],
    ['package', 5],
    ['service', 3],
    ['undo', 3],
  ]);
  expect(starts).toEqual([100, 100]);
  expect(length).toBe(36_000);
  expect(other).toHaveLength(2);
});

test('a host that was never begun has no time', () => {
  const { own, starts } = spansOf([[5, { type: 'host.finished', ...HOST, outcome: 'skipped' }]]);
  expect(own).toEqual([]);
  expect(starts[0]).toBe(-1);
});

test('a host that is rolled back because of others goes on after its end', () => {
  const { own } = spansOf([
    [0, { type: 'host.started', ...HOST }],
    [1, { type: 'host.finished', ...HOST, outcome: 'changed' }],
    [5, { type: 'host.resumed', ...HOST }],
    [6, { type: 'change.undone', ...HOST, step: 'config' }],
    [7, { type: 'host.finished', ...HOST, outcome: 'rolled-back' }],
  ]);
  expect(own).toEqual([
    ['log in', 1],
    ['finished', 4],
    ['begin', 1],
    ['undo', 1],
  ]);
});
