import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { simulatedRun } from '../../scripts/simulated-run.ts';
import type { Happening, RunEvent } from '../../src/model/event.ts';
import { openTotals } from '../../src/telemetry/totals.ts';
import { type Attributes, openTrace, type SpanChange } from '../../src/telemetry/trace.ts';
import {
  applied,
  change,
  converged,
  factsOf,
  planOf,
  reload,
  rolledBack,
  START,
  stamp,
  started,
  unreachable,
} from '../report/events.ts';

interface Folded {
  readonly name: string;
  readonly parent: string | null;
  readonly from: number;
  to: number;
  error: string | null;
  attributes: Attributes;
  readonly events: string[];
}

/** The spans that the changes come to; throws where they make no sense. */
function spansOf(changes: readonly SpanChange[]): ReadonlyMap<string, Folded> {
  const spans = new Map<string, Folded>();
  const ended = new Set<string>();
  for (const change of changes) {
    const { key } = change;
    if (change.type === 'begin') {
      const { name, parent, at, attributes } = change;
      if (spans.has(key)) throw new Error(`${key} begins twice`);
      if (parent !== null && !spans.has(parent)) throw new Error(`${key} has no parent ${parent}`);
      if (parent !== null && ended.has(parent)) throw new Error(`${key}: ${parent} has ended`);
      spans.set(key, { name, parent, from: at, to: at, error: null, attributes, events: [] });
      continue;
    }
    const span = spans.get(key);
    if (!span || ended.has(key)) throw new Error(`${key} is not open`);
    if (change.type === 'event') span.events.push(change.name);
    else {
      ended.add(key);
      span.to = change.at;
      span.error = change.error;
      span.attributes = { ...span.attributes, ...change.attributes };
    }
  }
  const open = [...spans.keys()].filter((key) => !ended.has(key));
  if (open.length > 0) throw new Error(`never ended: ${open}`);
  return spans;
}

function traced(events: readonly RunEvent[], about: Attributes = {}) {
  const trace = openTrace(about);
  return spansOf([...events.flatMap((event) => trace.add(event)), ...trace.end()]);
}

/** One line for each span, below its parent: name, what tells it from its siblings, and how it ended. */
function drawn(spans: ReadonlyMap<string, Folded>): readonly string[] {
  const below = (parent: string | null, indent: string): readonly string[] =>
    [...spans]
      .filter(([, span]) => span.parent === parent)
      .flatMap(([key, { name, attributes, error, events }]) => {
        const what = [attributes['alloyup.host'], attributes['alloyup.wave']].filter(Boolean);
        const how = [attributes['alloyup.outcome'], error, ...events].filter(Boolean);
        const line = `${indent}${name} ${what.join(' ')}: ${how.join(', ')}`;
        return [line.replace(/ +:/, ':').replace(/: $/, ''), ...below(key, `${indent}  `)];
      });
  return below(null, '');
}

const resumed = (host: string): Happening => ({ type: 'host.resumed', host });
const planned = (host: string): readonly Happening[] => applied(host).slice(0, 3);
/** From its turn on. */
const carriedOut = (host: string, all: readonly Happening[]): readonly Happening[] => [
  resumed(host),
  ...all.slice(3),
];
const finished = (exitCode: number): Happening => ({ type: 'run.finished', exitCode });

describe('the spans of', () => {
  test('an apply at once', () => {
    const spans = traced(
      stamp([
        started('apply', 'a', 'b', 'c', 'd'),
        ...converged('a'),
        ...planned('b'),
        ...planned('c'),
        ...unreachable('d'),
        { type: 'run.planned', changing: 2 },
        ...carriedOut('b', applied('b')),
        ...carriedOut('c', rolledBack('c')),
        finished(1),
      ]),
    );
    expect(drawn(spans)).toEqual([
      'alloyup apply: exit code 1',
      '  plan host a: unchanged',
      '  plan host b',
      '  plan host c',
      '  plan host d: unreachable, ssh.unreachable',
      '  wave 1',
      '    apply host b 1: changed',
      '      step config b',
      '      step service b',
      '    apply host c 1: rolled-back, alloy.reload, undone, undone',
      '      step config c',
      '      step service c: failed',
    ]);
    const run = spans.get('run')!;
    expect(run.attributes).toEqual({
      'alloyup.run': '20261123T101500Z-3f9a',
      'alloyup.verb': 'apply',
      'alloyup.hosts': 4,
      'alloyup.exit_code': 1,
      'alloyup.hosts.unchanged': 1,
      'alloyup.hosts.changed': 1,
      'alloyup.hosts.rolled-back': 1,
      'alloyup.hosts.unreachable': 1,
    });
    expect(run.from).toBe(START);
    const [b] = [...spans.values()].filter(({ name }) => name === 'apply host');
    expect(b!.attributes).toEqual({
      'alloyup.host': 'b',
      'alloyup.wave': 1,
      'alloyup.changes': 2,
      'alloyup.alloy.version': '1.18.1-1',
      'host.arch': 'amd64',
      'alloyup.outcome': 'changed',
    });
  });

  test('an apply in waves, which stops, and is rolled back', () => {
    const waves = [
      { group: '', order: 0, hosts: ['a'] },
      { group: '', order: 0, hosts: ['b', 'c'] },
      { group: 'db', order: 1, hosts: ['d'] },
    ];
    const wave = (group: string, number: number, of: number, hosts: number): Happening => ({
      type: 'wave.started',
      ...{ group, wave: number, of, hosts },
    });
    const spans = traced(
      stamp([
        started('apply', 'a', 'b', 'c', 'd'),
        ...['a', 'b', 'c', 'd'].flatMap(planned),
        { type: 'run.waves', waves },
        { type: 'run.planned', changing: 4 },
        wave('', 1, 2, 1),
        ...carriedOut('a', applied('a')),
        { type: 'wave.waiting', group: '', wave: 2, of: 2, seconds: 10 },
        wave('', 2, 2, 2),
        ...carriedOut('b', applied('b')),
        ...carriedOut('c', rolledBack('c')),
        { type: 'host.finished', host: 'd', outcome: 'skipped' },
        { type: 'run.rolling-back', hosts: 1 },
        resumed('b'),
        { type: 'change.undone', host: 'b', step: 'service' },
        { type: 'host.finished', host: 'b', outcome: 'rolled-back' },
        finished(1),
      ]),
      { 'alloyup.shard': '1/2' },
    );
    expect(drawn(spans)).toEqual([
      'alloyup apply: exit code 1',
      ...['a', 'b', 'c'].map((host) => `  plan host ${host}`),
      '  plan host d: skipped',
      '  wave 1',
      '    apply host a 1: changed',
      '      step config a',
      '      step service a',
      '  wave 2',
      '    apply host b 2: changed',
      '      step config b',
      '      step service b',
      '    apply host c 2: rolled-back, alloy.reload, undone, undone',
      '      step config c',
      '      step service c: failed',
      '  rollback',
      '    rollback host b: rolled-back, rolled-back, undone',
    ]);
    expect(spans.get('run')!.attributes).toMatchObject({ 'alloyup.shard': '1/2' });
  });

  test('a run that is interrupted, and one that never ends', () => {
    const events = [
      started('apply', 'a', 'b'),
      ...planned('a'),
      resumed('a'),
      { type: 'change.started', host: 'a', step: 'config' },
      { type: 'host.started', host: 'b' },
      { type: 'run.interrupted', again: false },
    ] as const;
    const open = [
      '  plan host a',
      '  wave 1',
      '    apply host a 1: not finished',
      '      step config a: not finished: config',
      '  plan host b: not finished',
    ];
    expect(drawn(traced(stamp([...events, finished(130)])))).toEqual([
      'alloyup apply: exit code 130, interrupted',
      ...open,
    ]);
    expect(drawn(traced(stamp(events)))).toEqual([
      'alloyup apply: not finished, interrupted',
      ...open,
    ]);
  });

  test('a status', () => {
    const spans = traced(stamp([started('status', 'a'), ...converged('a'), finished(0)]));
    expect(drawn(spans)).toEqual(['alloyup status', '  status host a: unchanged']);
  });
});

test('no text of a host or a file is in a span', () => {
  const secret = 'XXhost-textXX';
  const events: readonly Happening[] = [
    started('apply', 'a'),
    { type: 'host.started', host: 'a' },
    { type: 'host.connected', host: 'a', via: 'ssh', how: secret, why: secret },
    { type: 'host.facts', host: 'a', facts: factsOf({ os: secret }) },
    { type: 'host.planned', host: 'a', plan: planOf(change({ title: secret }), reload) },
    resumed('a'),
    { type: 'host.waiting', host: 'a', for: secret, seconds: 1, limitS: null },
    { type: 'change.started', host: 'a', step: 'config' },
    { type: 'change.output', host: 'a', step: 'config', line: secret },
    { type: 'change.failed', host: 'a', step: 'config', exit: 1 },
    {
      type: 'host.finished',
      host: 'a',
      outcome: 'failed',
      problem: { code: 'bug', params: { reason: 'on-host' }, detail: secret },
    },
    finished(1),
  ];
  const spans = traced(stamp(events));
  expect(JSON.stringify([...spans])).not.toContain(secret);
  expect(drawn(spans)).toContain('    apply host a 1: failed, bug');
});

test('every span has one begin and one end, inside of its parent, whatever happens', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 60 }),
      fc.integer({ min: 1, max: 40 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (hosts, forks, part) => {
        const run = simulatedRun({ hosts, forks, speed: 1 });
        const events = run
          .slice(0, Math.ceil(run.length * part))
          .map(({ happening, afterMs }, i) => ({ ...happening, at: START + afterMs, seq: i + 1 }));
        const spans = traced(events);
        for (const { parent, from, to } of spans.values()) {
          expect(to).toBeGreaterThanOrEqual(from);
          if (parent === null) continue;
          expect(from).toBeGreaterThanOrEqual(spans.get(parent)!.from);
          expect(to).toBeLessThanOrEqual(spans.get(parent)!.to);
        }
      },
    ),
    { numRuns: 50 },
  );
});

test('the figures of a run', () => {
  const totals = openTotals();
  const events = stamp([
    started('apply', 'a', 'b', 'c', 'd'),
    ...converged('a'),
    ...applied('b'),
    ...rolledBack('c'),
    finished(1),
  ]);
  for (const event of events) totals.add(event);
  const { hosts, changes, steps, ...rest } = totals.totals();
  expect(rest).toEqual({ verb: 'apply', exitCode: 1, durationS: (events.length - 1) / 2 });
  expect(Object.fromEntries(hosts)).toEqual({
    unchanged: 1,
    changed: 1,
    'rolled-back': 1,
    unfinished: 1,
  });
  expect(changes).toEqual([
    { step: 'config', state: 'done', count: 1 },
    { step: 'service', state: 'done', count: 1 },
    { step: 'config', state: 'undone', count: 1 },
    { step: 'service', state: 'undone', count: 1 },
  ]);
  expect(steps.map(({ step }) => step)).toEqual(['config', 'service', 'config', 'service']);
  for (const { seconds } of steps) expect(seconds).toBeGreaterThan(0);
});
