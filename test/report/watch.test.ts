import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Delivery } from '../../src/model/delivery.ts';
import type { FactsView, Outcome, PlanView } from '../../src/model/event.ts';
import type { Problem } from '../../src/model/problem.ts';
import type { HostEvent } from '../../src/report/fold.ts';
import { paintWith } from '../../src/report/paint.ts';
import { widthOf } from '../../src/report/plain.ts';
import { cleaned } from '../../src/report/redact.ts';
import { openWatchView } from '../../src/report/watch.ts';
import { openWatchFold } from '../../src/report/watch-state.ts';
import { change, factsOf, planOf, START } from './events.ts';

interface Look {
  /** null: it does not answer. */
  readonly facts?: Partial<FactsView> | null;
  readonly outcome?: Outcome;
  readonly plan?: PlanView;
  readonly problem?: Problem;
}

const GONE: Look = {
  facts: null,
  outcome: 'unreachable',
  problem: {
    code: 'ssh.unreachable',
    params: { reason: 'connection-refused', address: '192.0.2.1', port: 22 },
  },
};
const STOPPED: Look = {
  facts: { active: 'inactive', running: null, ready: null, components: null },
  outcome: 'pending',
  plan: planOf(change({ step: 'service', title: 'start alloy' })),
};

/** Watched hosts, at a time that each look moves on by a second. */
function watched(...names: readonly string[]) {
  const fold = openWatchFold(names);
  const view = openWatchView(paintWith(false), 5);
  let now = START;
  return {
    fold,
    /** Whether it shows something new. */
    look(host: string, { facts = {}, outcome = 'unchanged', plan, problem }: Look = {}): boolean {
      now += 1000;
      const events = [
        { type: 'host.started', host },
        ...(facts ? [{ type: 'host.facts', host, facts: factsOf(facts) }] : []),
        ...(facts ? [{ type: 'host.planned', host, plan: plan ?? planOf() }] : []),
        { type: 'host.finished', host, outcome, ...(problem ? { problem } : {}) },
      ] as const;
      return events
        .map((event) => fold.add(cleaned({ ...event, at: now, seq: 1 } as HostEvent)))
        .includes(true);
    },
    pass(seconds: number): void {
      now += seconds * 1000;
    },
    lines: (size = { columns: 80, rows: 24 }) => view(fold.state, size, now),
    changed: () => fold.state.differences.map(({ host, what }) => `${host}: ${what}`),
  };
}

describe('what is new', () => {
  test('the first look at a host is, without being a change; an equal one is not', () => {
    const all = watched('a');
    expect(all.look('a')).toBe(true);
    expect(all.look('a')).toBe(false);
    expect(all.look('a', { facts: { rssBytes: 1, lastRun: null } })).toBe(false);
    expect(all.changed()).toEqual([]);
  });

  test.each<readonly [string, Look, string]>([
    [
      'a service that was stopped',
      STOPPED,
      'service active -> inactive, health 2 healthy -> -, state up to date -> 1 change',
    ],
    ['a host that is gone', GONE, 'state up to date -> unreachable'],
    ['an upgrade', { facts: { version: '1.18.2-1' } }, 'alloy 1.18.1 held -> 1.18.2 held'],
    ['a crash between two looks', { facts: { restarts: 1 } }, 'restarted by systemd'],
  ])('%s, once, and so is its end', (_, look, what) => {
    const all = watched('a', 'b');
    all.look('a');
    expect(all.look('a', look)).toBe(true);
    expect(all.look('a', look)).toBe(false);
    expect(all.changed()).toEqual([`a: ${what}`]);
    all.look('a');
    if (!what.startsWith('restarted')) expect(all.changed()).toHaveLength(2);
  });

  test('data that is refused is, and not a destination that is idle for a while', () => {
    const delivery = (state: Delivery['state'], lostPerMinute = 0): Partial<FactsView> => ({
      delivery: [
        {
          component: 'prometheus.remote_write.metrics',
          destination: 'https://prometheus.example.com/api/v1/write',
          state,
          status: state === 'refused' ? '405' : null,
          reason: null,
          since: null,
          lostPerMinute,
          lagS: 0,
        } as Delivery,
      ],
    });
    const all = watched('a');
    for (const state of ['delivering', 'idle', 'delivering'] as const)
      all.look('a', { facts: delivery(state) });
    expect(all.changed()).toEqual([]);
    for (const lost of [10, 1015])
      all.look('a', { facts: delivery('refused', lost), outcome: 'pending' });
    expect(all.changed()).toEqual(['a: data 1 ok -> 1 failure, state up to date -> unhealthy']);
    expect(all.lines().join('\n')).toMatch(/1,015 a\s+minute are lost/);
  });
});

describe('the table', () => {
  test('marks what has changed for a minute, and keeps when it did', () => {
    const all = watched('web-01', 'web-02');
    all.look('web-01');
    all.look('web-02');
    all.look('web-02', STOPPED);
    expect(all.lines()).toEqual([
      '2 hosts: 1 with 1 change, 1 up to date',
      '  HOST    ALLOY        SERVICE   HEALTH     STATE       CHANGED',
      '* web-02  1.18.1 held  inactive  -          1 change    10:15:03',
      '  web-01  1.18.1 held  active    2 healthy  up to date  -',
      '',
      '10:15:03 web-02: service active -> inactive, health 2 healthy -> -, state up to…',
      '',
      '! web-02: needs changes: service',
      '! web-02: 1.18.1 is installed, but the service is inactive',
      '10:15:03 UTC, every 5 s; q quits',
    ]);
    all.pass(60);
    expect(all.lines()[2]).toBe('  web-02  1.18.1 held  inactive  -          1 change    10:15:03');
  });

  test('a host that is gone is shown with the reason and since when, and comes back', () => {
    const all = watched('web-01');
    all.look('web-01', GONE);
    all.look('web-01', GONE);
    all.look('web-01', GONE);
    const text = all.lines().join('\n');
    expect(text).toContain('1 host: 1 unreachable');
    expect(text).toContain('! web-01: unreachable since 10:15:01 UTC: 192.0.2.1, port 22, refused');
    all.look('web-01');
    expect(all.lines().join('\n')).toContain('10:15:04 web-01: state unreachable -> up to date');
    expect(all.lines()[0]).toBe('1 host: 1 up to date');
  });

  test('only the clock differs while nothing happens', () => {
    const all = watched('a', 'b');
    all.look('a');
    all.look('b', GONE);
    const before = all.lines();
    all.look('a');
    all.look('b', GONE);
    all.pass(1);
    const after = all.lines();
    expect(after.slice(0, -1)).toEqual(before.slice(0, -1));
    expect(after.at(-1)).not.toBe(before.at(-1));
  });

  test('of more hosts than rows, those that need attention are shown and the others counted', () => {
    const names = Array.from({ length: 500 }, (_, i) => `web-${String(i).padStart(3, '0')}`);
    const all = watched(...names);
    for (const name of names) all.look(name, ['web-300', 'web-499'].includes(name) ? STOPPED : {});
    const lines = all.lines();
    expect(lines).toHaveLength(23);
    expect(lines[0]).toBe('500 hosts: 2 with 1 change, 498 up to date');
    expect(lines[2]).toMatch(/^ {2}web-300/);
    expect(lines[3]).toMatch(/^ {2}web-499/);
    expect(lines.join('\n')).toMatch(/\n {2}and \d+ more hosts\n/);
    for (const name of names) all.look(name, STOPPED);
    expect(all.lines().join('\n')).toMatch(/and \d+ more hosts, of which \d+ need attention/);
  });

  test('hosts that fail alike share their note', () => {
    const all = watched('a', 'b');
    all.look('a', GONE);
    all.look('b', GONE);
    expect(all.lines().join('\n')).toContain('! 2 hosts: unreachable: HOST, port 22, refused');
  });

  test('fits any terminal, whatever hosts report', () => {
    const odd = fc.string({ unit: fc.constantFrom('a', '界', '\u001b[31m', '\n', ' ', 'é', '0') });
    const look = fc.oneof(
      fc.constant(GONE),
      fc.constant(STOPPED),
      fc.record({ facts: fc.record({ version: odd, active: odd }), outcome: fc.constant('drift') }),
    ) as fc.Arbitrary<Look>;
    const looks = fc.array(fc.tuple(fc.nat(5), look), { maxLength: 20 });
    const size = fc.record({ columns: fc.integer({ min: 10, max: 130 }), rows: fc.nat(60) });
    fc.assert(
      fc.property(looks, size, (list, { columns, rows }) => {
        const all = watched('a', 'b', 'a-very-long-name-of-a-host.example.com', '界界', 'e', 'f');
        const names = [...all.fold.state.hosts.keys()];
        for (const [i, one] of list) all.look(names[i]!, one);
        const lines = all.lines({ columns, rows });
        expect(lines.length).toBeLessThanOrEqual(Math.max(0, rows - 1));
        for (const line of lines) {
          expect(line).not.toMatch(/[\n\u001b]/);
          expect(widthOf(line)).toBeLessThanOrEqual(columns);
        }
      }),
      { numRuns: 200 },
    );
  });
});
