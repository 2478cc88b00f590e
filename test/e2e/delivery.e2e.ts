import { beforeAll, expect, test } from 'vitest';
import { inventory, pipeline, report } from './helpers.ts';
import { describeOnHosts, freshHosts, type Lab, type LabHost } from './lab-fixture.ts';

describeOnHosts('status of a host that sends', () => {
  let lab: Lab;
  let host: LabHost;
  let file: string;
  const URL = 'http://127.0.0.1:9009/api/v1/push';

  beforeAll(async () => {
    ({
      lab,
      hosts: [host],
    } = await freshHosts(1));
    file = inventory(lab, [host], pipeline());
    const { exitCode } = await lab.alloyup(['apply', '--yes', '--watch', '1', '-i', file]);
    expect(exitCode).toBe(0);
  });

  /** The counters move as those of a real Alloy were recorded. */
  const delivers = (how: string): void =>
    host.write('/var/lib/alloy-stand-in/faults', how === '' ? '' : `delivers ${how}\n`);

  test.each([
    ['', 'idle', 0],
    ['ok', 'delivering', 0],
    ['rejected', 'refused', 2],
    ['retrying', 'retrying', 2],
  ])('%j is %s', async (how, state, exitCode) => {
    delivers(how);
    const { ended, report: run } = await report(lab, ['status', '--detailed-exitcode', '-i', file]);
    expect(run.hosts[host.name]!.facts!.delivery).toEqual([
      expect.objectContaining({
        component: 'prometheus.remote_write.metrics',
        destination: URL,
        state,
        // ten samples a second
        ...(how === 'ok'
          ? { perMinute: expect.toSatisfy((n: number) => n >= 480 && n <= 840) }
          : {}),
      }),
    ]);
    expect(ended.exitCode).toBe(exitCode);
  });

  test('a refusal is one line in the table and one below it', async () => {
    delivers('rejected');
    const { stdout } = await lab.alloyup(['status', '-i', file]);
    expect(stdout).toMatch(/^HOST +ALLOY +SERVICE +HEALTH +DATA +LAST RUN +STATE$/m);
    expect(stdout).toMatch(/ 1 failure /);
    expect(stdout.replace(/\s+/g, ' ')).toMatch(
      /http:\/\/127\.0\.0\.1:9009\/api\/v1\/push: data is refused, \d+ a minute are lost\./,
    );
  });
});
