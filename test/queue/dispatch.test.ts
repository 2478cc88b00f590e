import { setTimeout as after } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { type Dispatch, openDispatch, type Said } from '../../src/queue/dispatch.ts';
import {
  eventsKey,
  jobId,
  listKey,
  type PartEnd,
  packed,
  type RunRecord,
  type Word,
} from '../../src/queue/protocol.ts';
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
  readonly client: Redis;
  readonly dispatch: Dispatch;
  readonly said: readonly Said[];
  tell(...words: readonly Word[]): Promise<unknown>;
  /** Resolves when a part is ordered for the nth time. */
  ordered(issue: number): Promise<void>;
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
  const ordered = async (issue: number): Promise<void> => {
    while (!(await server.client.exists(listKey(RUN, jobId('change', 0, issue))))) await after(10);
  };
  return { redis, client: server.client, dispatch, said, tell, ordered };
}

const END: PartEnd = {
  outcome: 'changed',
  waiting: false,
  moved: false,
  changed: true,
  lastRun: RUN,
  approved: null,
};

const ofIssue = (issue: number) => ({ id: jobId('change', 0, issue), attempt: `a${issue}` });
const taken = (issue: number): Word => {
  const of = ofIssue(issue);
  return { ...of, n: 1, type: 'taken', worker: 'w', name: `${RUN}-${issue}` };
};
const refused = (issue: number): Word => ({
  ...ofIssue(issue),
  n: 0,
  type: 'refused',
  worker: 'w',
  why: 'expired',
});

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
  const takenBy = (attempt: string): Word => ({
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
    happening: { type: 'change.output', host, step: null, line: `${attempt} ${n}` },
  });
  await tell(takenBy('a'), line('a', 2), line('a', 2), line('a', 3, 'web-02'));
  await tell(takenBy('b'), line('a', 4), line('b', 2), line('b', 2));
  await tell({
    id: 'change-0-1',
    attempt: 'a',
    n: 5,
    type: 'ended',
    end: { ...END, outcome: 'failed' },
  });
  await tell({ id: 'change-0-1', attempt: 'b', n: 3, type: 'ended', end: END });
  expect(await part).toEqual(END);
  expect(heard).toEqual(['a 2', 'host.warning', 'b 2']);
});

test('an order that waited for too long is given again for as long as it takes', async () => {
  const { dispatch, tell, ordered } = await dispatched(1e6);
  vi.useFakeTimers({ toFake: ['Date'] });
  onTestFinished(() => void vi.useRealTimers());
  const part = dispatch.part('web-01', 'change', {}, nobody);
  for (let issue = 1; issue <= 6; issue += 1) {
    await ordered(issue);
    vi.setSystemTime(Date.now() + 16 * 60_000);
    await tell(refused(issue));
  }
  await ordered(7);
  await tell(taken(7), { ...ofIssue(7), n: 2, type: 'ended', end: END });
  expect(await part).toEqual(END);
});

test('an order that workers call too old at once is given five times', async () => {
  const { dispatch, tell, ordered } = await dispatched(60);
  const part = dispatch.part('web-01', 'change', {}, nobody);
  for (let issue = 1; issue <= 5; issue += 1) {
    await ordered(issue);
    await tell(refused(issue));
  }
  expect(await part).toMatchObject({
    gone: { code: 'queue.lost', params: { reason: 'refused', times: 5 } },
  });
});

test('an order that is not wanted any more at once is withdrawn, whatever Redis has forgotten', async () => {
  const { client, dispatch, ordered } = await dispatched(60);
  void dispatch.part('web-01', 'change', {}, nobody);
  await ordered(1);
  // the next order takes two attempts, and is not there yet when it is withdrawn
  await client.script('FLUSH');
  const stop = new AbortController();
  const part = dispatch.part('web-02', 'change', {}, nobody, stop.signal);
  stop.abort();
  expect(await part).toEqual({ gone: 'withdrawn' });
});

test('hosts that are not watched any more are announced together', async () => {
  const { client, dispatch } = await dispatched(60);
  const announce = vi.spyOn(client, 'hset');
  for (const host of HOSTS) dispatch.unwatch(host);
  await vi.waitFor(() => expect(announce).toHaveBeenCalled());
  await after(300);
  const records = announce.mock.calls.map(([, , record]) => String(record));
  expect(records).toHaveLength(1);
  for (const host of HOSTS) expect(records[0]).toContain(host);
});

async function keysLater(client: Redis): Promise<readonly string[]> {
  await after(300);
  return client.keys('*');
}

describe('nothing of a run that is over is written again', () => {
  test('by a word about its hosts that was still to be said', async () => {
    const { client, dispatch } = await dispatched(60);
    dispatch.unwatch('web-01');
    await dispatch.close(false);
    expect(await keysLater(client)).toEqual([]);
  });

  test('by whoever was looking at it', async () => {
    const { client, dispatch } = await dispatched(60);
    const { hget } = client;
    const looked = new Promise<void>((resolve) => {
      vi.spyOn(client, 'hget').mockImplementationOnce(async (...of) => {
        await dispatch.close(false);
        resolve();
        return hget.apply(client, of);
      });
    });
    await looked;
    expect(await keysLater(client)).toEqual([]);
  });
});
