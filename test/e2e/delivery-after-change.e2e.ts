import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
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
    // it runs, with a configuration that sends nothing
    const { exitCode } = await lab.alloyup(['apply', '--yes', '--watch', '1', '-i', quiet()]);
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

  // test/lab/senders.test.ts tries every row
  test.each([
    ['prometheus.remote_write', '405'],
    ['prometheus.remote_write', '200'],
    ['loki.write', 'connection refused'],
    ['otelcol.exporter.otlphttp', '401'],
    ['otelcol.exporter.otlp', 'UNAUTHENTICATED'],
  ])(
    '%s that is answered %s',
    async (exporter, answer) => {
      const { state, status, ...row } = rowOf(exporter, answer);
      const { ended, report: run } = await apply(
        await wishing({ ...row, state, status }, 'report'),
      );
      expect(ended.exitCode).toBe(0);
      const { outcome, facts, warnings } = run.hosts[host.name]!;
      expect(outcome).toBe('changed');
      expect(facts!.delivery).toMatchObject([{ state, status }]);
      const codes = warnings.map(({ code }) => code);
      expect(codes.includes('alloy.delivery')).toBe(state !== 'delivering');
    },
    120_000,
  );

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
