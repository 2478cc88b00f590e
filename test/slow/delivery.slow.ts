import { afterEach, beforeAll, expect, test } from 'vitest';
import { ROWS, receivers, sendingTo } from '../e2e/delivery-rows.ts';
import { inventory, report } from '../e2e/helpers.ts';
import { describeOnHosts, freshHosts, type Lab, type LabHost } from '../e2e/lab-fixture.ts';

/** With six configurations: sixty applies. */
const HOSTS = 10;

describeOnHosts('the data of ten hosts after good changes', () => {
  let lab: Lab;
  let hosts: readonly LabHost[];
  let servers: ReturnType<typeof receivers>;

  beforeAll(async () => {
    ({ lab, hosts } = await freshHosts(HOSTS));
    servers = receivers(`${lab.state.network}.1`);
    const file = inventory(lab, hosts, 'logging {\n\tlevel = "info"\n}\n');
    const { exitCode } = await lab.alloyup(['apply', '--yes', '--watch', '1', '-i', file]);
    expect(exitCode).toBe(0);
    for (const host of hosts) host.write('/var/lib/alloy-stand-in/faults', 'sends 1\n');
  });
  afterEach(() => servers.close());

  const good = ROWS.filter(({ state }) => state === 'delivering');
  test.each(good.map((row) => [row.exporter, row.answer, row] as const))(
    '%s that is answered %s is called refused on none of them',
    async (exporter, _, { server }) => {
      const file = inventory(lab, hosts, sendingTo(exporter, await servers.at(server())), {
        file: 'watched.yaml',
        defaults: { rollout: { delivery: 'report' } },
      });
      const { ended, report: run } = await report(lab, [
        ...['apply', '--yes', '--watch', '1', '-i', file],
      ]);
      expect(ended.exitCode).toBe(0);
      const found = Object.values(run.hosts).map(({ outcome, facts, warnings }) => [
        outcome,
        facts?.delivery?.map(({ state }) => state),
        warnings.filter(({ code }) => code === 'alloy.delivery').length,
      ]);
      expect(found).toEqual(hosts.map(() => ['changed', ['delivering'], 0]));
    },
    180_000,
  );
});
