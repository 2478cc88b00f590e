import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import type { TestContext } from 'vitest';
import { builtCommand } from '../cli/built.ts';
import type { Certificate } from './redis-server.ts';
import { Rig, type RigOptions } from './rig.ts';

/** For a test on a machine that does much else: each starts half a dozen processes. */
export const SLOWEST_MS = 180_000;

type Finishes = Pick<TestContext, 'onTestFinished'>;

/** A rig of one test, in a directory of its own, which goes with it. Tests may run beside each other. */
export async function rigOf(
  { onTestFinished }: Finishes,
  options: RigOptions,
  makeTls: (directory: string) => Certificate | null = () => null,
): Promise<Rig> {
  const directory = mkdtempSync(join(tmpdir(), 'alloyup-queue-'));
  const defaults = ['rollout: { delivery: off }'];
  const tls = makeTls(directory);
  const rig = await Rig.start(directory, builtCommand(), { defaults, ...options }, tls);
  onTestFinished(async () => {
    await rig.stop();
    rmSync(directory, { recursive: true, force: true });
  });
  return rig;
}

/** A connection to its Redis, which ends with the test. */
export function clientOf(rig: Rig, { onTestFinished }: Finishes): Redis {
  const client = rig.redis.client();
  onTestFinished(() => client.disconnect());
  return client;
}
