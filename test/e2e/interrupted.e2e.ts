import { beforeAll, expect, test } from 'vitest';
import { until } from '../../lab/run.ts';
import { inventory, outcomes, pipeline, report } from './helpers.ts';
import {
  describeOnHosts,
  diffSnapshots,
  freshHosts,
  type Lab,
  type LabHost,
} from './lab-fixture.ts';

describeOnHosts('a run whose controller dies', () => {
  let lab: Lab;
  let one: LabHost;
  let two: LabHost;

  beforeAll(async () => {
    ({
      lab,
      hosts: [one, two],
    } = await freshHosts(2));
  });

  test('during the package step continues on the host, and the next run finishes the fleet', async () => {
    const file = inventory(lab, [one, two], pipeline());
    const running = lab.startAlloyup(['apply', '--yes', '--watch', '3', '-i', file]);
    await until('no package step began', 60, () =>
      one.processes(/apt-get .*install/).length > 0 ? true : undefined,
    );
    running.kill('SIGKILL');
    await running;
    const { ended, report: run } = await report(lab, [
      'apply',
      '--yes',
      '--watch',
      '3',
      '-i',
      file,
    ]);
    expect(ended.exitCode).toBe(0);
    expect(outcomes(run)[0]).toMatch(/^h1: (unchanged|changed)$/);
    for (const host of [one, two])
      expect(Object.keys((await host.snapshot()).components)).toEqual([
        'prometheus.remote_write.metrics',
        'prometheus.scrape.self',
      ]);
  });

  test('and loses its connection is followed from where it stopped', async () => {
    const file = inventory(lab, [one], pipeline({ interval: '12s' }), {
      alloy: { version: '1.17.0' },
    });
    const running = report(lab, ['apply', '--yes', '--watch', '4', '-i', file]);
    await until('no run began', 60, () =>
      one.processes(/alloyup\/.*\/program run/).length > 0 ? true : undefined,
    );
    expect(one.dropSessions()).toBeGreaterThan(0);
    const { report: run } = await running;
    expect(outcomes(run)).toEqual(['h1: changed']);
  });

  test('can be rolled back to the state before it', async () => {
    const before = await two.snapshot();
    const file = inventory(lab, [two], pipeline({ interval: '22s' }), {
      alloy: { version: '1.17.0', environment: { ROLE: 'x' } },
    });
    expect(
      outcomes((await report(lab, ['apply', '--yes', '--watch', '1', '-i', file])).report),
    ).toEqual(['h2: changed']);
    const { ended, report: back } = await report(lab, ['rollback', '--yes', '-i', file]);
    expect(outcomes(back)).toEqual(['h2: changed']);
    expect(ended.exitCode).toBe(0);
    expect(diffSnapshots(before, await two.snapshot())).toEqual([]);
  });

  test('status shows what runs, how it was proven, and drift', async () => {
    const file = inventory(lab, [one, two], pipeline({ interval: '12s' }), {
      alloy: { version: '1.17.0' },
    });
    const { report: status } = await report(lab, ['status', '-i', file]);
    expect(status.hosts.h1).toMatchObject({
      outcome: 'unchanged',
      facts: { version: '1.17.0-1', running: '1.17.0', ready: 200, proven: { holds: true } },
    });
    expect(status.hosts.h2?.outcome).toBe('pending');
  });

  test('remove uninstalls Alloy, and leaves nothing with --purge', async () => {
    const file = inventory(lab, [one, two], pipeline());
    const { ended, report: run } = await report(lab, ['remove', '--purge', '--yes', '-i', file]);
    expect(outcomes(run)).toEqual(['h1: changed', 'h2: changed']);
    expect(ended.exitCode).toBe(0);
    for (const host of [one, two]) {
      const { files, packages, users } = await host.snapshot();
      expect(packages.alloy).toBeUndefined();
      expect(users.alloy).toBeUndefined();
      const { stdout } = await host.root(
        'ls /var/lib/alloyup && wc -l </var/lib/alloyup/audit.log',
      );
      expect(stdout).toMatch(/^audit\.log\nlock\n\d+$/);
      expect(Object.keys(files).filter((path) => /alloy(?!up-lab)|grafana/.test(path))).toEqual([]);
    }
  });
});
