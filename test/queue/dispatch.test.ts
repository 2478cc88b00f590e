import { expect, onTestFinished, test } from 'vitest';
import { type Dispatch, openDispatch, type Said } from '../../src/queue/dispatch.ts';
import { eventsKey, packed, type RunRecord, type Word } from '../../src/queue/protocol.ts';
import { connectTo } from '../../src/queue/redis.ts';
import { signerOf } from '../../src/queue/signing.ts';
import { useFolder } from '../cli/folder.ts';
import { type RedisServer, startRedis } from './redis-server.ts';
import { KEY } from './rig.ts';

const folder = useFolder();
const signer = signerOf(KEY);
const RUN = '20261130T101500Z-0001';
const HOSTS = ['web-01', 'web-02'];

const RECORD: RunRecord = {
  run: RUN,
  verb: 'apply',
  version: '1',
  digest: '',
  who: 'ops@laptop',
  revision: 0,
  stopping: false,
  approved: true,
  startedAt: 0,
  expiresAt: 0,
  hosts: HOSTS.length,
  configurations: false,
  unwatched: [],
  options: {
    connectTimeoutS: 1,
    timeoutS: 1,
    watchS: 0,
    lockTimeoutS: 1,
    adopt: false,
    rollback: true,
    unattended: true,
  },
};

const nobody = {
  onHappening: () => undefined,
  onConfigured: () => undefined,
  onProven: () => undefined,
};

async function dispatched(patienceS: number): Promise<{
  readonly redis: RedisServer;
  readonly dispatch: Dispatch;
  readonly said: readonly Said[];
  tell(...words: readonly Word[]): Promise<unknown>;
}> {
  const redis = await startRedis(folder.path());
  let dispatch: Dispatch | null = null;
  const server = await connectTo(redis.url, {
    onLost: () => dispatch?.lost(true),
    onBack: () => dispatch?.lost(false),
  });
  const said: Said[] = [];
  dispatch = await openDispatch({
    server,
    signer,
    record: RECORD,
    scope: { run: RUN, hosts: HOSTS, forks: 2, waves: [], rollout: {}, plan: null },
    attached: false,
    warn: () => undefined,
    say: (what) => said.push(what),
    patienceS,
  });
  onTestFinished(async () => {
    await dispatch.close(false);
    server.close();
    await redis.stop();
  });
  const tell = (...words: readonly Word[]): Promise<unknown> =>
    server.client.xadd(eventsKey(RUN), '*', 'm', packed('events', { run: RUN, words }, signer));
  return { redis, dispatch, said, tell };
}

test('a Redis that does not come back is given up after a while', async () => {
  const { redis, dispatch } = await dispatched(1);
  const part = dispatch.part('web-01', 'change', {}, nobody);
  await redis.stop();
  expect(await part).toMatchObject({
    gone: { code: 'queue.lost', params: { reason: 'connection', seconds: 1 } },
  });
  expect(dispatch.gone).toBe(true);
  // and nothing is begun any more
  expect(await dispatch.part('web-02', 'change', {}, nobody)).toHaveProperty('gone');
});

test('workers that do not come are given up after a while, and are asked for before', async () => {
  const { dispatch, said } = await dispatched(4);
  expect(await dispatch.part('web-01', 'plan', {}, nobody)).toMatchObject({
    gone: { code: 'queue.lost', params: { reason: 'no-workers' } },
  });
  expect(said).toEqual([{ what: 'no-workers', others: [], seconds: 4 }]);
});

test('what is told twice, out of turn or by a worker that was lost counts once or not at all', async () => {
  const { dispatch, tell } = await dispatched(60);
  const heard: string[] = [];
  const part = dispatch.part(
    'web-01',
    'change',
    {},
    {
      ...nobody,
      onHappening: (one) => heard.push('line' in one ? one.line : one.type),
    },
  );
  const taken = (attempt: string): Word => ({
    id: 'change-0-1',
    attempt,
    n: 1,
    type: 'taken',
    worker: attempt,
    name: `${RUN}-${attempt}`,
  });
  const line = (attempt: string, n: number, host = 'web-01'): Word => ({
    id: 'change-0-1',
    attempt,
    n,
    type: 'happened',
    happening: {
      type: 'host.output',
      host,
      step: null,
      line: `${attempt} ${n}`,
      stream: 'out',
    } as never,
  });
  const end = {
    outcome: 'changed' as const,
    waiting: false,
    moved: false,
    changed: true,
    lastRun: RUN,
    approved: null,
  };
  await tell(taken('a'), line('a', 2), line('a', 2), line('a', 3, 'web-02'));
  await tell(taken('b'), line('a', 4), line('b', 2), line('b', 2));
  await tell({
    id: 'change-0-1',
    attempt: 'a',
    n: 5,
    type: 'ended',
    end: { ...end, outcome: 'failed' },
  });
  await tell({ id: 'change-0-1', attempt: 'b', n: 3, type: 'ended', end });
  expect(await part).toEqual(end);
  expect(heard).toEqual(['a 2', 'host.warning', 'b 2']);
});
