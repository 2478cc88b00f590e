import { expect, test } from 'vitest';
import type { Problem } from '../../src/model/problem.ts';
import { connectTo } from '../../src/queue/redis.ts';
import { useFolder } from '../cli/folder.ts';
import { makeCertificate, startRedis } from './redis-server.ts';

const folder = useFolder();
const quietly = { onLost: () => undefined, onBack: () => undefined };

const problemOf = (url: string): Promise<Problem | undefined> =>
  connectTo(url, quietly).then(
    (server) => void server.close(),
    (error) => error.problem,
  );
const reasonOf = async (url: string): Promise<unknown> => (await problemOf(url))?.params?.reason;

test('a Redis that cannot be used says why', async () => {
  const redis = await startRedis(folder.path());
  try {
    const { port, url } = redis;
    expect(await problemOf(url)).toBeUndefined();
    expect(await reasonOf(url.replace(/:[^:@]+@/, ':wrong@'))).toBe('login');
    expect(await reasonOf(`redis://127.0.0.1:${port}`)).toBe('login');
    expect(await reasonOf('redis://127.0.0.1:1')).toBe('no-connection');
  } finally {
    await redis.stop();
  }
});

test('a certificate of an unknown authority is not trusted', async () => {
  const redis = await startRedis(folder.path(), makeCertificate(folder.path()));
  try {
    // without NODE_EXTRA_CA_CERTS, its authority is unknown here
    expect(await problemOf(redis.url)).toMatchObject({
      code: 'queue.unreachable',
      params: { reason: 'tls' },
    });
  } finally {
    await redis.stop();
  }
});
