import { expect, test } from 'vitest';
import type { RunEvent } from '../../src/model/event.ts';
import { outcomesOf, reportOf, untrue } from './rig.ts';
import { rigOf, SLOWEST_MS } from './test-rig.ts';

const JSON_OUT = ['--output', 'json'];

/** When the hosts began to be changed, and when they had ended: names in the order of the log. */
const changesIn = (events: readonly RunEvent[], hosts: readonly string[]): readonly string[] =>
  events.flatMap((event) => {
    if (event.type === 'host.resumed') return [`${hosts.indexOf(event.host)} begins`];
    if (event.type === 'host.finished' && event.outcome === 'changed')
      return [`${hosts.indexOf(event.host)} ends`];
    return [];
  });

test.concurrent(
  'a failed canary stops the hosts that wait on all workers',
  async (t) => {
    const faults = ['failing-apply' as const, ...Array<null>(7).fill(null)];
    const rig = await rigOf(t, { hosts: 8, state: 'outdated', faults });
    await rig.workers(2);
    const done = rig.dispatcher('apply', ['--yes', '--canary', '1', ...JSON_OUT]);
    expect(await done.ended).toBe(1);
    const report = reportOf(done);
    expect(outcomesOf(report)).toEqual(['rolled-back', ...Array(7).fill('skipped')]);
    expect(await untrue(report, rig.fleet)).toEqual([]);
    const { hosts } = await rig.fleet.notes();
    expect(hosts.map(({ runs }) => runs.length)).toEqual([1, 0, 0, 0, 0, 0, 0, 0]);
  },
  SLOWEST_MS,
);

test.concurrent(
  'a host that fails withdraws what other workers have not begun',
  async (t) => {
    const faults = ['failing-apply' as const, ...Array<null>(9).fill(null)];
    const rig = await rigOf(t, { hosts: 10, state: 'outdated', faults, pace: { stepMs: 700 } });
    // two hosts at once: eight wait in the queue when the first one fails
    await rig.workers(2, ['--concurrency', '1']);
    const done = rig.dispatcher('apply', ['--yes', '--max-fail', '0', ...JSON_OUT]);
    expect(await done.ended).toBe(1);
    const report = reportOf(done);
    const outcomes = outcomesOf(report);
    expect(outcomes[0]).toBe('rolled-back');
    expect(outcomes).toContain('skipped');
    expect(await untrue(report, rig.fleet)).toEqual([]);
  },
  SLOWEST_MS,
);

test.concurrent(
  'a wave begins when the one before it is over on all workers, also for another dispatcher',
  async (t) => {
    const rig = await rigOf(t, { hosts: 6, state: 'outdated', pace: { stepMs: 400 } });
    await rig.workers(2, ['--concurrency', '2']);
    const flags = ['--yes', ...JSON_OUT];
    const first = rig.dispatcher('apply', [...flags, '--serial', '3', '--max-fail', '1']);
    await rig.until((events) => events.some(({ type }) => type === 'change.started'));
    first.child.kill('SIGKILL');
    await first.ended;
    const [started] = rig.events();
    const run = started?.type === 'run.started' ? started.run : '';
    const second = rig.dispatcher('apply', ['--attach', run, ...flags]);
    expect(await second.ended).toBe(0);
    const report = reportOf(second);
    expect(outcomesOf(report)).toEqual(Array(6).fill('changed'));
    expect(await untrue(report, rig.fleet)).toEqual([]);
    const order = changesIn(rig.events(), rig.fleet.names);
    const [firstWave, secondWave] = [order.slice(0, 6), order.slice(6)];
    expect(firstWave.filter((one) => /^[012] /.test(one))).toHaveLength(6);
    expect(secondWave.filter((one) => /^[345] /.test(one))).toHaveLength(6);
  },
  SLOWEST_MS,
);

test.concurrent(
  'onFail: rollback takes back what all workers have changed',
  async (t) => {
    const faults = [null, null, null, 'failing-apply' as const, null];
    const rig = await rigOf(t, {
      hosts: 5,
      state: 'outdated',
      faults,
      // the data of those that are changed is still watched when they are taken back
      defaults: ['rollout: { canary: 3, onFail: rollback, delivery: report }'],
      pace: { readingMs: 300 },
    });
    await rig.workers(2, ['--concurrency', '2']);
    const done = rig.dispatcher('apply', ['--yes', ...JSON_OUT]);
    expect(await done.ended).toBe(1);
    const outcomes = outcomesOf(reportOf(done));
    expect(outcomes.slice(0, 4)).toEqual(Array(4).fill('rolled-back'));
    const { hosts } = await rig.fleet.notes();
    expect(hosts.slice(0, 3).map(({ runs }) => runs.map(({ does }) => does))).toEqual(
      Array(3).fill(['apply', 'rollback']),
    );
  },
  SLOWEST_MS,
);
