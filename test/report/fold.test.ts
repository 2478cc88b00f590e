import { expect, test } from 'vitest';
import type { Happening, RunEvent } from '../../src/model/event.ts';
import { openLedger, reportOf } from '../../src/report/fold.ts';
import { cleaned } from '../../src/report/redact.ts';
import {
  applied,
  change,
  converged,
  ledgerOf,
  planOf,
  rolledBack,
  START,
  screenOf,
  stamp,
  started,
  unreachable,
} from './events.ts';

const events = stamp([
  started('apply', 'a', 'b', 'c', 'd'),
  ...applied('a'),
  ...converged('b'),
  ...rolledBack('c'),
  ...unreachable('d'),
  { type: 'run.finished', exitCode: 1 },
]);

test('counts outcomes and keeps the order of the inventory', () => {
  const report = reportOf(events);
  expect(report.summary).toEqual({
    hosts: 4,
    changed: 1,
    unchanged: 1,
    'rolled-back': 1,
    unreachable: 1,
  });
  expect(Object.keys(report.hosts)).toEqual(['a', 'b', 'c', 'd']);
  expect(report).toMatchObject({
    schema: 1,
    run: '20261123T101500Z-3f9a',
    verb: 'apply',
    exitCode: 1,
  });
});

test('follows each change to its end', () => {
  const { hosts } = reportOf(events);
  expect(hosts.a!.changes.map(({ state }) => state)).toEqual(['done', 'done']);
  expect(hosts.c!.changes.map(({ state }) => state)).toEqual(['undone', 'undone']);
  expect(hosts.c!.problem?.code).toBe('alloy.reload');
  expect(hosts.c!.durationMs).toBe(12 * 500);
});

test('the duration of a host excludes approval and waiting for its turn', () => {
  const at = (seconds: number, happening: Happening) =>
    cleaned<RunEvent>({
      ...happening,
      at: START + seconds * 1000,
      seq: 1,
    });
  const events = [
    at(0, started('apply', 'a', 'b')),
    at(1, { type: 'host.started', host: 'a' }),
    at(1, { type: 'host.started', host: 'b' }),
    at(2, { type: 'host.planned', host: 'a', plan: planOf(change()) }),
    at(3, { type: 'host.planned', host: 'b', plan: planOf(change()) }),
    at(4, { type: 'run.planned', changing: 2 }),
    at(64, { type: 'host.resumed', host: 'a' }),
    at(66, { type: 'host.finished', host: 'a', outcome: 'changed' }),
    at(67, { type: 'host.resumed', host: 'b' }),
    at(70, { type: 'host.finished', host: 'b', outcome: 'changed' }),
    at(71, { type: 'run.finished', exitCode: 0 }),
  ];
  const ledger = ledgerOf(events);
  expect([...ledger.hosts()].map(([, { durationMs }]) => durationMs)).toEqual([3000, 5000]);
  expect(screenOf(events)).toContain('2 hosts in 11 s');
});

test('a step that is in no plan is reported as well', () => {
  const { hosts } = reportOf(
    stamp([started('rollback', 'a'), { type: 'change.started', host: 'a', step: 'package' }]),
  );
  expect(hosts.a!.changes).toEqual([{ step: 'package', title: 'package', state: 'running' }]);
});

test('later events do not change what was returned before', () => {
  const ledger = openLedger();
  const seen = events.map((event) => {
    ledger.add(event);
    const report = ledger.report();
    return { report, text: JSON.stringify(report) };
  });
  for (const { report, text } of seen) expect(JSON.stringify(report)).toBe(text);
});

test('a host may be named like a property of Object', () => {
  const report = reportOf(
    stamp([started('apply', '__proto__', 'constructor'), ...applied('__proto__')]),
  );
  expect(report.summary).toEqual({ hosts: 2, changed: 1 });
  expect(JSON.parse(JSON.stringify(report)).hosts).toHaveProperty('constructor');
});

test('10,000 hosts take time linear in their events', () => {
  const names = Array.from({ length: 10_000 }, (_, i) => `host-${i}`);
  const many = stamp([started('apply', ...names), ...names.flatMap((name) => applied(name))]);
  const begin = performance.now();
  expect(ledgerOf(many).report().summary).toEqual({ hosts: 10_000, changed: 10_000 });
  // 100,000 events; a fold that copied all hosts for each of them would take minutes
  expect(performance.now() - begin).toBeLessThan(5_000);
});
