import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import {
  eventsKey,
  listKey,
  ownerKey,
  PREFIX,
  queueOf,
  RUNS,
  type RunRecord,
  type RunScope,
  scopeKey,
  unpacked,
} from './protocol.ts';
import { opened, type Signer } from './signing.ts';

/** Runs that are in progress, or were when their dispatcher died. `strangers`: so many are announced without the key. */
export async function runsOf(
  client: Redis,
  signer: Signer,
): Promise<{ readonly records: readonly RunRecord[]; readonly strangers: readonly string[] }> {
  const all = await client.hgetall(RUNS);
  const records: RunRecord[] = [];
  const strangers: string[] = [];
  for (const [run, text] of Object.entries(all)) {
    const record = opened<RunRecord>('run', text, signer);
    if (record?.run === run) records.push(record);
    else strangers.push(run);
  }
  return { records, strangers };
}

export async function runOf(
  client: Redis,
  run: string,
  signer: Signer,
): Promise<RunRecord | undefined> {
  const record = opened<RunRecord>('run', await client.hget(RUNS, run), signer);
  return record?.run === run ? record : undefined;
}

export async function scopeOf(
  client: Redis,
  run: string,
  signer: Signer,
): Promise<RunScope | undefined> {
  const scope = unpacked<RunScope>('scope', await client.getBuffer(scopeKey(run)), signer);
  return scope?.run === run ? scope : undefined;
}

/** How many of a run's orders are where. */
export async function ordersOf(client: Redis, run: string) {
  const [waiting, delayed, running, failed] = await Promise.all([
    client.llen(listKey(run, 'wait')),
    client.zcard(listKey(run, 'delayed')),
    client.llen(listKey(run, 'active')),
    client.zcard(listKey(run, 'failed')),
  ]);
  return { waiting: waiting + delayed, running, failed };
}

/** Nothing of a run stays. */
export async function removeRun(client: Redis, run: string): Promise<void> {
  await client.hdel(RUNS, run);
  const queue = new Queue(queueOf(run), {
    connection: client,
    prefix: PREFIX,
    skipVersionCheck: true,
    skipMetasUpdate: true,
  });
  queue.on('error', () => undefined);
  await queue.obliterate({ force: true }).catch(() => undefined);
  await queue.close();
  await client.del(scopeKey(run), ownerKey(run));
  await sweepRun(client, run);
}

/** What workers leave of a run that is over. */
export async function sweepRun(client: Redis, run: string): Promise<void> {
  const left = ['meta', 'marker', 'stalled-check', 'stalled', 'events', 'id'] as const;
  await client.del(eventsKey(run), ...left.map((what) => listKey(run, what)));
}
