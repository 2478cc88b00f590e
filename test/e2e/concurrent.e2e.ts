import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { until } from '../../lab/run.ts';
import type { RunReport } from '../../src/model/event.ts';
import { inventory, outcomes, pipeline, report } from './helpers.ts';
import { describeOnHosts, freshHosts, type Lab, type LabHost } from './lab-fixture.ts';

/** "for run 20261123T101500Z-3f9a of ops@laptop"; the other run may only just have taken the lock */
const HOLDER = /^for (?:another run|run \d{8}T\d{6}Z-[0-9a-f]{4}\S* of \S+@\S+)$/;

describeOnHosts('two applies at once', () => {
  let lab: Lab;
  let hosts: readonly LabHost[];

  beforeAll(async () => {
    ({ lab, hosts } = await freshHosts(5));
  });

  /** What a run waited for, from its log. */
  const waitsOf = ({ run }: RunReport): readonly string[] =>
    readFileSync(join(lab.home, `.local/state/alloyup/runs/${run}.ndjson`), 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as { readonly type: string; readonly for?: string })
      .flatMap((event) =>
        event.type === 'host.waiting' && / run /.test(event.for ?? '') ? [event.for!] : [],
      );

  /** Successful runs on a host according to its audit log, oldest first. */
  const provenOn = (host: LabHost): readonly string[] =>
    host
      .read('/var/lib/alloyup/audit.log')
      .split('\n')
      .flatMap((line) => (line.endsWith(' ok') ? [line.split(' ')[1]!] : []));

  async function expectNoLock(): Promise<void> {
    for (const host of hosts) {
      const { stdout } = await host.root(
        'flock -n /var/lib/alloyup/lock echo free; ls /var/lib/alloyup/armed 2>/dev/null; systemctl list-units --plain --no-legend "alloyup*"; ls -d /etc/.alloyup* /etc/systemd/system/alloyup* 2>/dev/null',
        { reject: false },
      );
      expect(stdout).toBe('free');
    }
  }

  test('of one inventory converge bare hosts once, and both report what they did', async () => {
    const file = inventory(lab, hosts, pipeline());
    const both = await Promise.all(
      [1, 2].map(() => report(lab, ['apply', '--yes', '--watch', '1', '-i', file])),
    );
    expect(both.map(({ ended }) => ended.exitCode)).toEqual([0, 0]);
    for (const host of hosts) {
      const ends = both.map(({ report: run }) => run.hosts[host.name]?.outcome);
      expect(ends.toSorted()).toEqual(['changed', 'unchanged']);
      const [changed] = both.filter(
        ({ report: run }) => run.hosts[host.name]?.outcome === 'changed',
      );
      expect(provenOn(host)).toEqual([expect.stringContaining(changed!.report.run)]);
      expect((await host.http('/-/ready'))?.status).toBe(200);
    }
    const waits = both.flatMap(({ report: run }) => waitsOf(run));
    expect(waits.length).toBeGreaterThan(0);
    for (const wait of waits) expect(wait).toMatch(HOLDER);
    const plan = await lab.alloyup(['plan', '--detailed-exitcode', '-i', file]);
    expect(plan.exitCode).toBe(0);
    await expectNoLock();
  });

  test('of two inventories leave each host entirely in the state of one, and the last one is reported', async () => {
    const wishes = [
      { version: '1.17.0', interval: '20s', role: 'left' },
      { version: '1.18.1', interval: '25s', role: 'right' },
    ] as const;
    const files = wishes.map(({ version, interval, role }) =>
      inventory(lab, hosts, pipeline({ interval }), {
        file: `${role}.yaml`,
        alloy: { version, environment: { ROLE: role } },
      }),
    );
    const both = await Promise.all(
      files.map((file) => report(lab, ['apply', '--yes', '--watch', '1', '-i', file])),
    );
    expect(both.map(({ ended }) => ended.exitCode)).toEqual([0, 0]);
    for (const host of hosts) {
      for (const { report: run } of both) expect(outcomes(run)).toContain(`${host.name}: changed`);
      const last = provenOn(host).at(-1)!;
      const winner = both.findIndex(({ report: run }) => last.startsWith(run.run));
      const { version, interval, role } = wishes[winner]!;
      expect(host.read('/etc/alloy/config.alloy')).toContain(`"${interval}"`);
      expect(host.read('/etc/default/alloy')).toContain(`ROLE='${role}'`);
      expect((await host.snapshot()).packages.alloy).toBe(`hold ok installed ${version}-1`);
      expect((await host.http('/metrics'))?.body).toContain(`version="v${version}"`);
    }
    await expectNoLock();
  });

  test('without a wait, the second one reports who holds the host and touches nothing', async () => {
    const file = inventory(lab, hosts, pipeline({ interval: '35s' }), {
      alloy: { environment: { ROLE: 'held' } },
    });
    const first = report(lab, ['apply', '--yes', '--watch', '12', '-i', file]);
    for (const host of hosts)
      await until(`no run holds ${host.name}`, 60, async () => {
        const { stdout } = await host.root('cat /var/lib/alloyup/armed', { reject: false });
        return stdout === '' ? undefined : true;
      });
    const other = inventory(lab, hosts, pipeline({ interval: '40s' }), { file: 'other.yaml' });
    const second = await report(lab, ['apply', '--yes', '--lock-timeout', '1', '-i', other]);
    expect(second.ended.exitCode).toBe(1);
    const { report: begun } = await first;
    for (const { name } of hosts) {
      expect(second.report.hosts[name]).toMatchObject({
        outcome: 'locked',
        problem: {
          code: 'apply.locked',
          message: expect.stringMatching(
            new RegExp(
              `^run ${begun.run} of \\S+@\\S+ holds the lock of this host, started \\d+ s ago$`,
            ),
          ),
          hint: 'Wait for the other run, or wait longer: --lock-timeout 600',
        },
      });
    }
    expect(outcomes(begun)).toEqual(hosts.map(({ name }) => `${name}: changed`));
    for (const host of hosts) expect(host.read('/etc/alloy/config.alloy')).toContain('"35s"');
    await expectNoLock();
  });
});
