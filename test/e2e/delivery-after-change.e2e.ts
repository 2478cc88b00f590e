import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Written } from '../../lab/inventory.ts';
import { until } from '../../lab/run.ts';
import { type DeliveryRow, ROWS, receivers, sendingTo } from './delivery-rows.ts';
import { inventory, outcomes, report } from './helpers.ts';
import {
  describeOnHosts,
  diffSnapshots,
  freshHosts,
  type Lab,
  type LabHost,
  type Snapshot,
} from './lab-fixture.ts';

/** Each is watched with another destination; two rounds are enough for all rows. */
const WATCHED = Math.ceil(ROWS.length / 2);

describeOnHosts('every answer of a receiver, each to a host of its own', () => {
  const quiet = 'logging {\n\tlevel = "info"\n}\n';
  let lab: Lab;
  let hosts: readonly LabHost[];
  let servers: ReturnType<typeof receivers>;

  beforeAll(async () => {
    ({ lab, hosts } = await freshHosts(WATCHED));
    servers = receivers(`${lab.state.network}.1`);
    const file = inventory(lab, hosts, quiet);
    const { exitCode } = await lab.alloyup(['apply', '--yes', '--watch', '1', '-i', file]);
    expect(exitCode).toBe(0);
    for (const host of hosts) host.write('/var/lib/alloy-stand-in/faults', 'sends 1\n');
  });
  afterEach(() => servers.close());

  test.each([
    ['the first half', ROWS.slice(0, WATCHED)],
    ['the second half', ROWS.slice(WATCHED)],
  ])(
    '%s is reported as it was recorded, and changes no outcome',
    async (_, rows) => {
      const perHost: Record<string, Written> = {};
      for (const [i, { exporter, server }] of rows.entries()) {
        const template = `row-${i}.alloy`;
        const text = sendingTo(exporter, await servers.at(server()));
        writeFileSync(join(lab.home, template), text);
        perHost[hosts[i]!.name] = { config: { template: `./${template}` } };
      }
      const file = inventory(lab, hosts.slice(0, rows.length), quiet, {
        file: 'rows.yaml',
        defaults: { rollout: { delivery: 'report' } },
        perHost,
      });
      const args = ['apply', '--yes', '--watch', '1', '-i', file];
      const { ended, report: run } = await report(lab, args);
      expect(ended.exitCode).toBe(0);
      const found = rows.map(({ exporter, answer }, i) => {
        const { outcome, facts, warnings } = run.hosts[hosts[i]!.name]!;
        const [{ state, status } = { state: 'none', status: null }] = facts!.delivery ?? [];
        const isWarned = warnings.some(({ code }) => code === 'alloy.delivery');
        return { exporter, answer, outcome, state, status, isWarned };
      });
      expect(found).toEqual(
        rows.map(({ server: _server, ...row }) => ({
          ...row,
          outcome: 'changed',
          isWarned: row.state !== 'delivering',
        })),
      );
    },
    240_000,
  );
});

describeOnHosts('the data of a host after a change', () => {
  let lab: Lab;
  let host: LabHost;
  let servers: ReturnType<typeof receivers>;
  let before: Snapshot;

  beforeAll(async () => {
    ({
      lab,
      hosts: [host],
    } = await freshHosts(1));
    servers = receivers(`${lab.state.network}.1`);
    // Alloy's own data, such as the write-ahead log of what has sent once, is not undone
    const file = inventory(lab, [host], sendingTo('prometheus.remote_write', '127.0.0.1:9'));
    const { exitCode } = await lab.alloyup(['apply', '--yes', '--watch', '1', '-i', file]);
    expect(exitCode).toBe(0);
    host.write('/var/lib/alloy-stand-in/faults', 'sends 1\n');
  });
  beforeEach(async () => {
    const { exitCode } = await lab.alloyup(['apply', '--yes', '--watch', '1', '-i', quiet()]);
    expect(exitCode).toBe(0);
    before = await host.snapshot();
  });
  afterEach(() => servers.close());

  const quiet = (): string => inventory(lab, [host], 'logging {\n\tlevel = "info"\n}\n');

  async function wishing({ exporter, server }: DeliveryRow, delivery: string): Promise<string> {
    // where the hosts reach the machine that the lab is on
    return inventory(lab, [host], sendingTo(exporter, await servers.at(server())), {
      file: 'watched.yaml',
      defaults: { rollout: { delivery } },
    });
  }
  const apply = (file: string) => report(lab, ['apply', '--yes', '--watch', '1', '-i', file]);

  const rowOf = (exporter: string, answer: string): DeliveryRow =>
    ROWS.find((row) => row.exporter === exporter && row.answer === answer)!;

  const asBefore = async (): Promise<void> => {
    expect(diffSnapshots(before, await host.snapshot())).toEqual([]);
  };

  test('a refusal of what is required leaves the host byte for byte as it was', async () => {
    const file = await wishing(rowOf('prometheus.remote_write', '405'), 'require');
    const { ended, report: run } = await apply(file);
    expect(ended.exitCode).toBe(1);
    expect(outcomes(run)).toEqual([`${host.name}: rolled-back (alloy.delivery)`]);
    expect(run.hosts[host.name]!.problem).toMatchObject({
      params: { destinations: [{ state: 'refused', status: '405' }] },
    });
    await asBefore();
  }, 120_000);

  test('what is required and arrives stands', async () => {
    const file = await wishing(rowOf('loki.write', '204'), 'require');
    expect(outcomes((await apply(file)).report)).toEqual([`${host.name}: changed`]);
    // nothing to do, and nothing to wait for
    expect(outcomes((await apply(file)).report)).toEqual([`${host.name}: unchanged`]);
  }, 120_000);

  test('where alloyup is killed while the host waits, the host is as it was', async () => {
    const file = await wishing(rowOf('loki.write', '503'), 'require');
    const log = join(lab.home, 'killed.ndjson');
    const running = lab.startAlloyup(['apply', '--yes', '--watch', '1', '--log', log, '-i', file]);
    await until('the host does not wait', 60, async () =>
      existsSync(log) && readFileSync(log, 'utf8').includes('for data to arrive')
        ? true
        : undefined,
    );
    running.kill('SIGKILL');
    await running;
    await until('the host does not go back', 120, async () =>
      (await host.root('test -e /var/lib/alloyup/armed; echo $?')).stdout === '1'
        ? true
        : undefined,
    );
    await asBefore();
  }, 240_000);
});
