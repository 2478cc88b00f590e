import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { expect, onTestFinished, test } from 'vitest';
import type { RunReport } from '../../src/model/event.ts';
import { sealed, signerOf } from '../../src/queue/signing.ts';
import { builtCommand } from '../cli/built.ts';
import { useFolder } from '../cli/folder.ts';
import { endsOf, Rig, type Started, untrue } from './rig.ts';

const folder = useFolder();

async function rigOf(options: Parameters<typeof Rig.start>[2]): Promise<Rig> {
  const rig = await Rig.start(folder.path(), builtCommand(), {
    defaults: ['rollout: { delivery: off }'],
    ...options,
  });
  onTestFinished(() => rig.stop());
  return rig;
}

const reportOf = ({ out }: Started): RunReport => JSON.parse(out());

const outcomesOf = (report: RunReport): readonly (string | null)[] =>
  Object.values(report.hosts).map(({ outcome }) => outcome);

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

test('plan, apply, status and rollback do on workers what they do here', async () => {
  const rig = await rigOf({ hosts: 4, state: 'outdated' });
  const workers = [rig.worker(['--concurrency', '2']), rig.worker(['--concurrency', '2'])];
  await Promise.all(workers.map((one) => one.said(/at once/)));
  const run = async (verb: string, ...more: readonly string[]) => {
    const done = rig.dispatcher(verb, [...JSON_OUT, ...more]);
    const code = await done.ended;
    return { code, outcomes: outcomesOf(reportOf(done)), report: reportOf(done) };
  };
  expect(await run('plan', '--detailed-exitcode')).toMatchObject({
    code: 2,
    outcomes: Array(4).fill('pending'),
  });
  const applied = await run('apply', '--yes');
  expect(applied).toMatchObject({ code: 0, outcomes: Array(4).fill('changed') });
  expect(await untrue(applied.report, rig.fleet)).toEqual([]);
  expect(new Set(endsOf(rig.events()).values())).toEqual(new Set([1]));
  expect(await run('status')).toMatchObject({ code: 0, outcomes: Array(4).fill('unchanged') });
  expect(await run('rollback', '--yes')).toMatchObject({
    code: 0,
    outcomes: Array(4).fill('changed'),
  });
  const { hosts } = await rig.fleet.notes();
  expect(hosts.map(({ changes }) => changes)).toEqual([2, 2, 2, 2]);
  // nothing of a run that is over stays
  const client = rig.redis.client();
  onTestFinished(() => client.disconnect());
  const left = (await client.keys('*')).filter((key) => !key.startsWith('alloyup:worker'));
  expect(left).toEqual([]);
}, 120_000);

test('the rules of a rollout hold across workers', async () => {
  const faults = ['failing-apply' as const, ...Array<null>(7).fill(null)];
  const rig = await rigOf({ hosts: 8, state: 'outdated', faults });
  const workers = [rig.worker(), rig.worker()];
  await Promise.all(workers.map((one) => one.said(/at once/)));
  const done = rig.dispatcher('apply', ['--yes', '--canary', '1', ...JSON_OUT]);
  expect(await done.ended).toBe(1);
  const report = reportOf(done);
  expect(outcomesOf(report)).toEqual(['rolled-back', ...Array(7).fill('skipped')]);
  expect(await untrue(report, rig.fleet)).toEqual([]);
  const { hosts } = await rig.fleet.notes();
  expect(hosts.map(({ runs }) => runs.length)).toEqual([1, 0, 0, 0, 0, 0, 0, 0]);
}, 120_000);

test('what a stranger writes into Redis is refused, and everybody is told', async () => {
  const rig = await rigOf({ hosts: 3, state: 'outdated', pace: { factsMs: 1500 } });
  const worker = rig.worker(['--concurrency', '1']);
  await worker.said(/at once/);
  const client = rig.redis.client();
  onTestFinished(() => client.disconnect());
  const first = rig.dispatcher('plan', JSON_OUT);
  const { queue: earlier } = await strangersQueue(client);
  let stolen: unknown;
  while (stolen === undefined) stolen = (await earlier.getJob('plan-2-1'))?.data;
  await earlier.close();
  expect(await first.ended).toBe(0);

  const second = rig.dispatcher('plan', JSON_OUT);
  const { run, queue } = await strangersQueue(client);
  onTestFinished(() => queue.close());
  while (!(await queue.getJob('plan-2-1')));
  const host = rig.fleet.names[0]!;
  const order = {
    run,
    id: 'change-0-1',
    phase: 'change',
    host,
    issue: 1,
    expiresAt: Date.now() + 60_000,
    before: [],
  };
  const others = signerOf('another key, and a long one at that: 0123456789');
  // first of all others
  const add = (id: string, data: unknown) => queue.add('x', data, { jobId: id, lifo: true });
  await add('change-0-1', { order: sealed('job', order, others) });
  await add('change-1-1', { order: JSON.stringify(order) });
  await add('change-2-1', 'nonsense');
  // signed by us, for another run
  await add('plan-2-9', stolen);
  await client.xadd(`alloyup:run-${run}:told`, '*', 'm', Buffer.alloc(80, 7));
  await client.hset('alloyup:runs', '20261123T101500Z-dead', sealed('run', { run: 'x' }, others));

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
    'queue.order signature',
    'queue.order signature',
    'queue.order signature',
  ]);
  expect(worker.err()).toContain('refused job change-0-1');
  expect(worker.err()).toContain('ignored run 20261123T101500Z-dead');
  const { hosts } = await rig.fleet.notes();
  expect(hosts.map(({ runs }) => runs)).toEqual([[], [], []]);
}, 120_000);

test('secrets are read by workers, and never pass through Redis', async () => {
  const secret = 'correct-horse-battery';
  const rig = await rigOf({
    hosts: 2,
    state: 'outdated',
    defaults: ['rollout: { delivery: off }'],
  });
  const { inventory } = rig.fleet;
  const text = readFileSync(inventory, 'utf8').replace(
    'alloy: { version: present }',
    'alloy: { version: present, environment: { TOKEN: { secret: env:TOKEN } } }',
  );
  writeFileSync(inventory, text);
  const ignorant = rig.worker();
  await ignorant.said(/at once/);
  const done = rig.dispatcher('apply', ['--yes', ...JSON_OUT]);
  await ignorant.said(/TOKEN/);
  await done.said(/takes part/);
  rig.worker([], { TOKEN: secret });
  await rig.until((events) => events.some(({ type }) => type === 'host.finished'));
  const client = rig.redis.client();
  onTestFinished(() => client.disconnect());
  expect(await done.ended).toBe(0);
  const report = reportOf(done);
  expect(outcomesOf(report)).toEqual(['changed', 'changed']);
  expect(report.warnings.map(({ code, params }) => `${code} ${params?.reason}`)).toContain(
    'queue.worker unreadable',
  );
  // all that Redis was ever told is in its append-only file
  const kept = readFileSync(join(folder.path(), 'redis/appendonlydir/appendonly.aof.1.incr.aof'));
  const streams = unpackedIn(kept);
  expect(streams.length).toBeGreaterThan(0);
  expect(streams.join('')).toContain('host.planned');
  for (const one of [kept.toString('latin1'), ...streams]) {
    expect(one).not.toContain(secret);
    expect(one).not.toContain('PRIVATE KEY');
  }
}, 120_000);

/** What the entries of our streams hold, in an append-only file. */
function unpackedIn(file: Buffer): readonly string[] {
  const found: string[] = [];
  const field = '$1\r\nm\r\n$';
  for (let at = file.indexOf(field); at >= 0; at = file.indexOf(field, at + 1)) {
    const start = file.indexOf('\r\n', at + field.length) + 2;
    const size = Number(file.subarray(at + field.length, start - 2).toString());
    found.push(inflateRawSync(file.subarray(start + 32, start + size)).toString());
  }
  return found;
}

test('a worker with another inventory takes no part, until it has the same', async () => {
  const rig = await rigOf({ hosts: 2, state: 'outdated' });
  const other = join(rig.fleet.home, 'other.yaml');
  writeFileSync(other, `${readFileSync(rig.fleet.inventory, 'utf8')}# of last week\n`);
  const worker = rig.alloyup(['worker', '-i', other]);
  await worker.said(/at once/);
  const done = rig.dispatcher('plan', JSON_OUT);
  await worker.said(/is not the one here/);
  await done.said(/none of 1 worker takes part/);
  const status = rig.alloyup(['queue', 'status']);
  expect(await status.ended).toBe(0);
  expect(status.out()).toMatch(/plan +uid 0@\S+ +2 +2 +0 +0 +0 +there/);
  expect(status.out()).toContain('(other inventory)');
  writeFileSync(other, readFileSync(rig.fleet.inventory, 'utf8'));
  expect(await done.ended).toBe(0);
  expect(outcomesOf(reportOf(done))).toEqual(['pending', 'pending']);
}, 120_000);

test('a Redis that forgets everything delays a run, and changes nothing about it', async () => {
  const rig = await rigOf({ hosts: 6, state: 'outdated', pace: { stepMs: 1000 } });
  const worker = rig.worker(['--concurrency', '2']);
  await worker.said(/at once/);
  const done = rig.dispatcher('apply', ['--yes', ...JSON_OUT]);
  await rig.until((events) => events.some(({ type }) => type === 'change.started'));
  const client = rig.redis.client();
  onTestFinished(() => client.disconnect());
  // by hand: the user of the tests may not call FLUSHALL
  await client.del(await client.keys('*'));
  expect(await done.ended).toBe(0);
  const report = reportOf(done);
  expect(outcomesOf(report)).toEqual(Array(6).fill('changed'));
  expect(await untrue(report, rig.fleet)).toEqual([]);
}, 120_000);
