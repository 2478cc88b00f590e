import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../../lab/run.ts';
import type { RunEvent } from '../../src/model/event.ts';
import { type RedisServer, startRedis } from '../queue/redis-server.ts';
import { KEY } from '../queue/rig.ts';
import { ROWS, receivers, sendingTo } from './delivery-rows.ts';
import { inventory, outcomes, report } from './helpers.ts';
import { describeOnHosts, freshHosts, type Lab, type LabHost } from './lab-fixture.ts';

describeOnHosts('workers and a queue', () => {
  let lab: Lab;
  let hosts: readonly LabHost[];
  let directory: string;
  let redis: RedisServer;
  let servers: ReturnType<typeof receivers>;
  let workers: ReturnType<typeof start>[] = [];

  const all = (word: string): readonly string[] => hosts.map(({ name }) => `${name}: ${word}`);
  const env = () => ({ ALLOYUP_QUEUE: redis.url, ALLOYUP_QUEUE_KEY: KEY });
  const run = (...args: readonly string[]) => report(lab, args, { env: env() });
  const start = (file: string) =>
    lab.startAlloyup(['worker', '--concurrency', '2', '-i', file], { env: env() });

  /** Two hosts form a cluster; whatever is sent is waited for. */
  const write = (level: string, to: string): string =>
    inventory(lab, hosts, sendingTo('loki.write', to).replace('"info"', `"${level}"`), {
      groups: {
        edge: {
          hosts: hosts.slice(0, 2).map(({ name }) => name),
          alloy: { cluster: { name: 'edge' } },
        },
      },
      defaults: { rollout: { delivery: 'require' } },
    });

  /** What was begun and has ended of the cluster's members, in the order of a log. */
  const turns = (log: string): readonly string[] =>
    readFileSync(log, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as RunEvent)
      .flatMap((event) => {
        if (event.type !== 'host.resumed' && event.type !== 'host.finished') return [];
        const member = hosts.findIndex(({ name }) => name === event.host);
        if (member > 1 || (event.type === 'host.finished' && event.outcome !== 'changed'))
          return [];
        return [`${member} ${event.type === 'host.resumed' ? 'begins' : 'ends'}`];
      });

  beforeAll(async () => {
    ({ lab, hosts } = await freshHosts(3));
    directory = mkdtempSync(join(tmpdir(), 'alloyup-e2e-queue-'));
    redis = await startRedis(directory);
    servers = receivers(`${lab.state.network}.1`);
  });
  afterAll(async () => {
    for (const one of workers) one.kill('SIGTERM');
    await Promise.all(workers);
    servers?.close();
    await redis?.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  test('plan, install, change and roll back real hosts, and a worker that is killed is replaced', async () => {
    const accepts = ROWS.find((row) => row.exporter === 'loki.write' && row.answer === '204')!;
    const receiver = await servers.at(accepts.server());
    const file = write('info', receiver);
    workers = [start(file), start(file)];
    const planned = await run('plan', '--detailed-exitcode', '-i', file);
    expect([planned.ended.exitCode, outcomes(planned.report)]).toEqual([2, all('pending')]);

    const log = join(lab.home, 'install.ndjson');
    const installing = run('apply', '--yes', '--watch', '1', '--log', log, '-i', file);
    await until('nothing begins', 60, async () => {
      try {
        return /"change.started"/.test(readFileSync(log, 'utf8')) || undefined;
      } catch {
        return undefined;
      }
    });
    workers[0]!.kill('SIGKILL');
    await workers[0];
    const installed = await installing;
    expect([installed.ended.exitCode, outcomes(installed.report)]).toEqual([0, all('changed')]);
    // somebody who takes over begins again what is told, and nothing else of the cluster meanwhile
    const members = turns(log).map((one) => one[0]);
    expect(members.filter((one, i) => one !== members[i - 1])).toEqual(['0', '1']);

    for (const host of hosts) host.write('/var/lib/alloy-stand-in/faults', 'sends 1\n');
    const again = await run('apply', '--yes', '-i', file);
    expect(outcomes(again.report)).toEqual(all('unchanged'));
    const status = await run('status', '-i', file);
    expect([status.ended.exitCode, outcomes(status.report)]).toEqual([0, all('unchanged')]);
    expect(
      Object.values(status.report.hosts).map(({ facts }) => facts?.cluster?.state ?? null),
    ).toEqual(['whole', 'whole', null]);

    workers.push(start(file));
    write('debug', receiver);
    const changed = await run('apply', '--yes', '--watch', '1', '-i', file);
    expect(outcomes(changed.report)).toEqual(all('changed'));
    const undone = await run('rollback', '--yes', '-i', file);
    expect(outcomes(undone.report)).toEqual(all('changed'));
    write('info', receiver);
    expect(outcomes((await run('plan', '-i', file)).report)).toEqual(all('unchanged'));
  }, 240_000);
});
