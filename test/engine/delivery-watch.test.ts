import { describe, expect, test } from 'vitest';
import type { DeliveryReading } from '../../src/model/facts.ts';
import type { Rollout } from '../../src/model/rollout.ts';
import { AT_ONCE, factsOf, NOW, targetOf } from '../builders.ts';
import { type Entry, type Fleet, fleetOf, type HostScript, run, sentTo } from './scripted-hosts.ts';

const LOKI = 'loki.write.out';
const target = targetOf({
  config: '// new\n',
  components: { known: true, ids: [LOKI] },
  deadlines: { loki: 15 },
});

const readingOf = (ms: number, values: Readonly<Record<string, number>>): DeliveryReading => ({
  at: NOW + ms,
  samples: Object.entries(values).map(([name, value]) => ({
    name: `loki_write_${name}`,
    labels: { component_id: LOKI, host: 'loki:3100', tenant: '' },
    value,
  })),
  log: [],
});
const delivers = (ms: number): DeliveryReading => readingOf(ms, { sent_entries_total: ms });
const isRefused = (ms: number): DeliveryReading => readingOf(ms, { dropped_entries_total: ms });
const isIdle = (ms: number): DeliveryReading => readingOf(ms, { sent_entries_total: 7 });
const isRetried = (ms: number): DeliveryReading =>
  readingOf(ms, { batch_retries_total: ms / 1000 });

const host = (delivery: Rollout['delivery'], more: HostScript & Partial<Rollout> = {}) => {
  const { canary = 0, onFail = 'stop', ...script } = more;
  return {
    target: { ...target, rollout: { ...AT_ONCE, canary, onFail, delivery } },
    ...script,
  };
};

/** A run that changes the host, waits for its word, and is undone unless it is told that all is well. */
const waits =
  (
    reading: (ms: number) => DeliveryReading | null,
    limitMs = 45_000,
  ): NonNullable<HostScript['run']> =>
  (sent, _, self) => {
    const usual = self.usual(sent);
    const undone: readonly Entry[] = [
      { type: 'fail', step: 'service', exit: 1 },
      { type: 'undone', step: 'config' },
      { type: 'result', result: 'rolled-back' },
      self.factsRecord(self.facts),
    ];
    const problem = (reason: string): Entry => ({
      type: 'problem',
      problem: { code: 'alloy.delivery', params: { reason, seconds: '45' } },
    });
    return [
      ...usual.slice(0, -3),
      {
        type: 'awaits',
        limitMs,
        reading,
        ending: (word) =>
          word === 'ok'
            ? usual.slice(-3)
            : [problem(word === null ? 'no-word' : 'not-confirmed'), ...undone],
      },
    ];
  };

const at = (fleet: Fleet, type: string, name = 'a'): number =>
  fleet.events.find((event) => event.type === type && 'host' in event && event.host === name)!.ms;
const warningsOf = (fleet: Fleet) =>
  fleet.events.flatMap((event) =>
    event.type === 'host.warning' ? [[event.host, event.warning.code, event.warning.params]] : [],
  );
const deliveriesIn = (fleet: Fleet) =>
  fleet.events.flatMap((event) =>
    event.type === 'host.delivery' ? [event.deliveries.map(({ state }) => state)] : [],
  );

describe('report', () => {
  test('the host ends as it did, and its data is watched until it is known', async () => {
    const fleet = fleetOf({ a: host('report', { reading: delivers }) });
    const { outcome } = await run(fleet);
    expect(outcome).toBe('changed');
    expect(sentTo(fleet.hosts.a)).toEqual(['facts', 'apply r1', 'watch']);
    const types = fleet.events.map(({ type }) => type);
    expect(types.indexOf('host.finished')).toBeLessThan(types.indexOf('host.waiting'));
    expect(at(fleet, 'host.delivery') - at(fleet, 'host.finished')).toBeLessThan(8000);
    expect(deliveriesIn(fleet)).toEqual([['delivering']]);
    expect(warningsOf(fleet)).toEqual([]);
    expect(fleet.events.find(({ type }) => type === 'host.waiting')).toMatchObject({
      for: 'for data to arrive',
      limitS: 15,
    });
    expect(fleet.hosts.a!.logins).toBe(1);
  });

  test('data that does not arrive is a warning with its destination', async () => {
    const fleet = fleetOf({ a: host('report', { reading: isRefused }) });
    expect((await run(fleet)).outcome).toBe('changed');
    expect(warningsOf(fleet)).toEqual([
      [
        'a',
        'alloy.delivery',
        {
          reason: 'not-delivered',
          destinations: [
            { destination: 'loki:3100', state: 'refused', status: null, answer: null },
          ],
        },
      ],
    ]);
  });

  test.each<readonly [string, Partial<HostScript>, object]>([
    ['nothing can be read', {}, { reason: 'unseen' }],
    [
      'the connection breaks',
      { reading: delivers, fault: (kind) => (kind === 'watch' ? { cutAfter: 0 } : undefined) },
      { reason: 'unseen' },
    ],
  ])('where %s, that is said and nothing else happens', async (_, script, params) => {
    const fleet = fleetOf({ a: host('report', script) });
    expect((await run(fleet)).outcome).toBe('changed');
    expect(warningsOf(fleet)).toEqual([['a', 'alloy.delivery', params]]);
  });

  test('nothing to send is no warning', async () => {
    const fleet = fleetOf({ a: host('report', { reading: isIdle }) });
    await run(fleet);
    expect([deliveriesIn(fleet), warningsOf(fleet)]).toEqual([[['idle']], []]);
  });

  test('a host without changes is not watched, nor one that failed', async () => {
    const fleet = fleetOf({
      a: host('report', { facts: factsOf(target) }),
      b: host('report', { run: () => [{ type: 'result', result: 'rolled-back' }] }),
      c: host('off', { reading: delivers }),
    });
    await run(fleet);
    for (const one of Object.values(fleet.hosts)) expect(sentTo(one)).not.toContain('watch');
  });

  test('no other host waits for it, with one fork and in waves', async () => {
    const fleet = fleetOf(
      Object.fromEntries(
        ['a', 'b', 'c'].map((name) => [name, host('report', { canary: 1, reading: isIdle })]),
      ),
    );
    await run(fleet, { forks: 1 });
    expect(at(fleet, 'host.finished', 'c')).toBeLessThan(at(fleet, 'host.delivery', 'a'));
    expect(deliveriesIn(fleet)).toHaveLength(3);
  });

  test('Ctrl-C ends the watch, with what is known by then', async () => {
    const fleet = fleetOf({ a: host('report', { reading: isIdle }) });
    fleet.clock.after(8000, () => fleet.stop.abort());
    const { outcome } = await run(fleet);
    expect(outcome).toBe('changed');
    expect(at(fleet, 'host.delivery')).toBe(8000);
  });

  test('a host that is rolled back because others failed is not watched any longer', async () => {
    const fleet = fleetOf({
      a: host('report', { canary: 1, onFail: 'rollback', reading: isIdle }),
      b: host('report', {
        canary: 1,
        onFail: 'rollback',
        run: () => [3000, { type: 'result', result: 'rolled-back' }],
      }),
    });
    const { outcomes } = await run(fleet);
    expect(outcomes).toEqual({ a: 'rolled-back', b: 'rolled-back' });
    expect(at(fleet, 'host.delivery')).toBeLessThan(5000);
  });
});

describe('require', () => {
  test('the host is told as soon as its data arrives, over the same login', async () => {
    const fleet = fleetOf({ a: host('require', { run: waits(delivers) }) });
    const { outcome } = await run(fleet);
    expect(outcome).toBe('changed');
    expect(sentTo(fleet.hosts.a).map((one) => one.replace(/\d+ ok/, 'N ok'))).toEqual([
      'facts',
      'apply r1',
      'follow r1 N ok',
    ]);
    expect(fleet.hosts.a!.logins).toBe(1);
    expect(fleet.events.some(({ type }) => type === 'host.reconnecting')).toBe(false);
    expect(deliveriesIn(fleet)).toEqual([['delivering']]);
    expect(at(fleet, 'host.finished')).toBeLessThan(9000);
  });

  test.each([
    ['refused', isRefused, 9000],
    ['retrying', isRetried, 25_000],
  ] as const)(
    'data that is %s rolls it back, and the destination is named',
    async (state, reading, byMs) => {
      const fleet = fleetOf({ a: host('require', { run: waits(reading) }) });
      const { outcome, problem } = await run(fleet);
      expect(outcome).toBe('rolled-back');
      expect(problem).toMatchObject({
        code: 'alloy.delivery',
        params: {
          reason: 'not-delivered',
          seconds: 15,
          destinations: [{ destination: 'loki:3100', state }],
        },
      });
      expect(at(fleet, 'host.finished')).toBeLessThan(byMs);
      expect(deliveriesIn(fleet)).toEqual([]);
    },
  );

  test('nothing to send passes, with a note', async () => {
    const fleet = fleetOf({ a: host('require', { run: waits(isIdle) }) });
    expect((await run(fleet)).outcome).toBe('changed');
    expect(warningsOf(fleet)).toEqual([
      ['a', 'alloy.delivery', { reason: 'nothing-to-send', destinations: ['loki:3100'] }],
    ]);
  });

  test('a component that may fail stops nothing', async () => {
    const tolerant = { ...target, desired: { ...target.desired, tolerate: [LOKI] } };
    const script = host('require', { run: waits(isRefused) });
    const fleet = fleetOf({
      a: { ...script, target: { ...tolerant, rollout: script.target.rollout } },
    });
    expect((await run(fleet)).outcome).toBe('changed');
  });

  test('where nothing can be read any more, the host is rolled back', async () => {
    const fleet = fleetOf({
      a: host('require', { run: waits((ms) => (ms === 0 ? isIdle(ms) : null)) }),
    });
    const { outcome, problem } = await run(fleet);
    expect(outcome).toBe('rolled-back');
    expect(problem).toMatchObject({
      code: 'alloy.delivery',
      params: { reason: 'unseen', seconds: 15 },
    });
  });

  test('a connection that breaks meanwhile is made again, and the word is still told', async () => {
    let drops = 0;
    const fleet = fleetOf({
      a: host('require', {
        run: (sent, n, self) =>
          waits((ms) => {
            if (ms >= 3000 && drops === 0) {
              drops += 1;
              self.drop();
            }
            return delivers(ms);
          })(sent, n, self),
      }),
    });
    expect((await run(fleet)).outcome).toBe('changed');
    expect(fleet.hosts.a!.logins).toBe(2);
  });

  test('the word is told again where the connection broke while it was', async () => {
    const fleet = fleetOf({
      a: host('require', {
        run: waits(delivers),
        fault: (kind, n) => (kind === 'follow' && n === 1 ? { cutBefore: true } : undefined),
      }),
    });
    expect((await run(fleet)).outcome).toBe('changed');
    expect(sentTo(fleet.hosts.a).at(-1)).toMatch(/^follow r1 \d+ ok$/);
  });

  test('a host that hears nothing goes back on its own', async () => {
    const fleet = fleetOf({
      a: host('require', {
        run: waits(delivers, 20_000),
        fault: (kind) => (kind === 'follow' ? { cutBefore: true } : undefined),
      }),
    });
    fleet.clock.after(30_000, () => fleet.abandon.abort());
    const { outcome } = await run(fleet);
    expect(outcome).toBe('unknown');
    expect(fleet.hosts.a!.facts).not.toEqual(factsOf(target));
  });

  test('what a wait takes does not count towards --timeout', async () => {
    const fleet = fleetOf({ a: host('require', { run: waits(isIdle) }) });
    expect((await run(fleet, { timeoutS: 10 })).outcome).toBe('changed');
    const busy = fleetOf({
      a: host('require', { run: (sent, n, self) => [60_000, ...waits(isIdle)(sent, n, self)] }),
    });
    expect((await run(busy, { timeoutS: 10 })).outcome).toBe('unknown');
  });

  test('whoever waits needs no fork, but the next wave does wait', async () => {
    const one = (): ReturnType<typeof host> => host('require', { run: waits(isIdle) });
    const together = fleetOf({ a: one(), b: one(), c: one() });
    await run(together, { forks: 1 });
    expect(at(together, 'host.resumed', 'c')).toBeLessThan(at(together, 'host.finished', 'a'));
    const canary = (): ReturnType<typeof host> =>
      host('require', { canary: 1, run: waits(isIdle) });
    const apart = fleetOf({ a: canary(), b: canary() });
    await run(apart);
    expect(at(apart, 'host.resumed', 'b')).toBeGreaterThanOrEqual(at(apart, 'host.finished', 'a'));
  });

  test('a canary whose data does not arrive ends the run', async () => {
    const fleet = fleetOf({
      a: host('require', { canary: 1, run: waits(isRefused) }),
      b: host('require', { canary: 1, run: waits(delivers) }),
    });
    const { outcomes } = await run(fleet);
    expect(outcomes).toEqual({ a: 'rolled-back', b: 'skipped' });
    expect(sentTo(fleet.hosts.b)).toEqual(['facts']);
  });

  test('the first Ctrl-C lets a host in progress finish', async () => {
    const fleet = fleetOf({ a: host('require', { run: waits(isIdle) }) });
    fleet.clock.after(5000, () => fleet.stop.abort());
    expect((await run(fleet)).outcome).toBe('changed');
  });
});
