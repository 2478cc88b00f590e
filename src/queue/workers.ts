import type { Redis } from 'ioredis';
import { WORKERS, type WorkerRecord, workerKey } from './protocol.ts';
import { opened, type Signer, sealed } from './signing.ts';

/** A worker that says nothing for so long is gone. */
const ALIVE_MS = 15_000;

/** Says that a worker is there. */
export async function announceWorker(
  client: Redis,
  worker: WorkerRecord,
  signer: Signer,
): Promise<void> {
  await client
    .multi()
    .sadd(WORKERS, worker.id)
    .set(workerKey(worker.id), sealed('worker', worker, signer), 'PX', ALIVE_MS)
    .exec();
}

export async function forgetWorker(client: Redis, id: string): Promise<void> {
  await client.multi().srem(WORKERS, id).del(workerKey(id)).exec();
}

/** Those that are there and have the key. */
export async function workersOf(client: Redis, signer: Signer): Promise<readonly WorkerRecord[]> {
  const ids = (await client.smembers(WORKERS)).sort();
  if (ids.length === 0) return [];
  const texts = await client.mget(ids.map(workerKey));
  const dead = ids.filter((_, i) => texts[i] === null);
  if (dead.length > 0) await client.srem(WORKERS, ...dead);
  return texts.flatMap((text, i) => {
    const worker = opened<WorkerRecord>('worker', text, signer);
    return worker && worker.id === ids[i] ? [worker] : [];
  });
}
