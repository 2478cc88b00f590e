import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { expect, test } from 'vitest';
import type { Order } from '../../src/queue/protocol.ts';
import { sealed, signerOf } from '../../src/queue/signing.ts';
import { KEY, outcomesOf, reportOf } from './rig.ts';
import { clientOf, rigOf, SLOWEST_MS } from './test-rig.ts';

const JSON_OUT = ['--output', 'json'];

/** The queue of the run that is in progress. */
async function strangersQueue(
  client: Redis,
): Promise<{ readonly run: string; readonly queue: Queue }> {
  for (;;) {
    const [run] = await client.hkeys('alloyup:runs');
    if (run)
      return { run, queue: new Queue(`run-${run}`, { connection: client, prefix: 'alloyup' }) };
  }
}

test.concurrent(
  'what a stranger writes into Redis is refused, and everybody is told',
  async (t) => {
    const rig = await rigOf(t, { hosts: 3, state: 'outdated', pace: { factsMs: 1200 } });
    const [worker] = await rig.workers(1, ['--concurrency', '1']);
    const client = clientOf(rig, t);
    const first = rig.dispatcher('plan', JSON_OUT);
    const { queue: earlier } = await strangersQueue(client);
    let stolen: { readonly order: string } | undefined;
    while (stolen === undefined) stolen = (await earlier.getJob('plan-2-1'))?.data;
    await earlier.close();
    expect(await first.ended).toBe(0);

    const second = rig.dispatcher('plan', JSON_OUT);
    const { run, queue } = await strangersQueue(client);
    t.onTestFinished(() => queue.close());
    while (!(await queue.getJob('plan-2-1')));
    const order: Order = {
      run,
      id: 'change-0-1',
      phase: 'change',
      host: rig.fleet.names[0]!,
      issue: 1,
      expiresAt: Date.now() + 60_000,
      before: [],
    };
    const [ours, others] = [KEY, 'another key, and a long one at that: 0123456789'].map(signerOf);
    // first of all others
    const add = (id: string, data: unknown) => queue.add('x', data, { jobId: id, lifo: true });
    await add('change-0-1', { order: sealed('job', order, others!) });
    await add('change-1-1', { order: JSON.stringify(order) });
    await add('change-2-1', 'nonsense');
    // signed by us, and then altered, too old, for another job, for another run
    await add('change-1-2', { order: stolen.order.replace('"plan"', '"undo"') });
    await add('change-1-3', {
      order: sealed('job', { ...order, id: 'change-1-3', expiresAt: Date.now() - 1 }, ours!),
    });
    await add('change-1-4', { order: sealed('job', order, ours!) });
    await add('plan-2-9', stolen);
    await client.xadd(`alloyup:run-${run}:told`, '*', 'm', Buffer.alloc(80, 7));
    await client.hset(
      'alloyup:runs',
      '20261123T101500Z-dead',
      sealed('run', { run: 'x' }, others!),
    );

    expect(await second.ended).toBe(0);
    const report = reportOf(second);
    expect(outcomesOf(report)).toEqual(Array(3).fill('pending'));
    const told = [
      ...report.warnings,
      ...Object.values(report.hosts).flatMap(({ warnings }) => warnings),
    ].map(({ code, params }) => `${code} ${params?.reason}`);
    expect(told.sort()).toEqual([
      'queue.events signature',
      'queue.order other-run',
      'queue.order other-run',
      ...Array(4).fill('queue.order signature'),
    ]);
    for (const id of ['change-0-1', 'change-1-3', 'change-1-4', 'plan-2-9'])
      expect(worker!.err()).toContain(`refused job ${id}`);
    expect(worker!.err()).toContain('ignored run 20261123T101500Z-dead');
    const { hosts } = await rig.fleet.notes();
    expect(hosts.map(({ runs }) => runs)).toEqual([[], [], []]);
  },
  SLOWEST_MS,
);

test.concurrent(
  'an order that a stranger gives again changes nothing, in its run or later',
  async (t) => {
    // the second host keeps the run going
    const rig = await rigOf(t, { hosts: 2, state: 'outdated', pace: { stepMs: 1500 } });
    const [worker] = await rig.workers(1, ['--concurrency', '1']);
    const client = clientOf(rig, t);
    const done = rig.dispatcher('apply', ['--yes', ...JSON_OUT]);
    const { run, queue } = await strangersQueue(client);
    const [record, scope] = await Promise.all([
      client.hget('alloyup:runs', run),
      client.getBuffer(`alloyup:run-${run}:scope`),
    ]);
    let stolen: unknown;
    while (stolen === undefined) stolen = (await queue.getJob('change-0-1'))?.data;
    const ended = (host: string | undefined) =>
      rig.until((events) =>
        events.some((one) => one.type === 'host.finished' && one.host === host && one.outcome),
      );
    await ended(rig.fleet.names[0]);
    await queue.add('change', stolen, { jobId: 'change-0-1', lifo: true });
    expect(await done.ended).toBe(0);
    expect(outcomesOf(reportOf(done))).toEqual(['changed', 'changed']);
    await queue.close();
    await worker!.said(/is over here/);

    // and the whole run, as it was
    await client.hset('alloyup:runs', run, record!);
    await client.set(`alloyup:run-${run}:scope`, scope!);
    const { queue: again } = await strangersQueue(client);
    t.onTestFinished(() => again.close());
    await again.add('change', stolen, { jobId: 'change-0-1' });
    const next = rig.dispatcher('status', JSON_OUT);
    expect(await next.ended).toBe(0);
    expect(worker!.err().match(new RegExp(`takes part in run ${run}`, 'g'))).toHaveLength(1);
    expect((await rig.fleet.notes()).hosts.map(({ changes }) => changes)).toEqual([1, 1]);
  },
  SLOWEST_MS,
);
