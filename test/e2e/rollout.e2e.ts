import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { until } from '../../lab/run.ts';
import type { Wave } from '../../src/model/rollout.ts';
import { inventory, outcomes, pipeline, report } from './helpers.ts';
import {
  describeOnHosts,
  diffSnapshots,
  freshHosts,
  type Lab,
  type LabHost,
  type Snapshot,
} from './lab-fixture.ts';

/** Its process ends five seconds after it started. */
const CRASHES = '1.17.90';
const WATCH = ['--watch', '8'];

const snapshots = (hosts: readonly LabHost[]): Promise<readonly Snapshot[]> =>
  Promise.all(hosts.map((host) => host.snapshot()));

/** How many logins each host's sshd has accepted. By name: a login may have left the unit before its line is read. */
const acceptedLogins = (hosts: readonly LabHost[]): Promise<readonly number[]> =>
  Promise.all(
    hosts.map(async (host) => {
      const { stdout } = await host.root(
        "journalctl -t sshd -t sshd-session -o cat | grep -c '^Accepted ' || true",
      );
      return Number(stdout);
    }),
  );

async function untouched(hosts: readonly LabHost[], before: readonly Snapshot[]): Promise<void> {
  const after = await snapshots(hosts);
  expect(after.map((snapshot, i) => diffSnapshots(before[i]!, snapshot))).toEqual(
    hosts.map(() => []),
  );
}

describeOnHosts('twenty hosts', () => {
  let lab: Lab;
  let hosts: readonly LabHost[];
  const serial = ['--serial', '1,25%,100%'];
  const WAVES = [1, 5, 14];
  const sizes = (waves: readonly Wave[]): readonly number[] => waves.map((of) => of.hosts.length);
  const good = (): string => inventory(lab, hosts, pipeline());
  /** Two hosts of the second wave get a version that crashes. */
  const bad = (interval: string, rollout = {}): string =>
    inventory(lab, hosts, pipeline({ interval }), {
      file: 'bad.yaml',
      defaults: { rollout },
      perHost: Object.fromEntries(
        hosts.slice(1, 3).map(({ name }) => [name, { alloy: { version: CRASHES } }]),
      ),
    });
  const expected = (...words: readonly string[]): readonly string[] =>
    hosts.map(({ name }, i) => `${name}: ${words[i] ?? words.at(-1)}`);
  const STOPPED = 'skipped (rollout.stopped)';
  const FAILED = 'rolled-back (alloy.start)';

  beforeAll(async () => {
    ({ lab, hosts } = await freshHosts(20));
  });

  test('a canary takes a version that crashes alone: it is rolled back, and nineteen are not touched', async () => {
    const before = await snapshots(hosts);
    const file = inventory(lab, hosts, pipeline(), { alloy: { version: CRASHES } });
    const args = ['apply', '--yes', '--canary', '1', ...WATCH, '-i', file];
    const ended = await lab.alloyup(args);
    expect(ended.exitCode).toBe(1);
    const text = ended.stdout;
    expect(text).toContain(`wave 1 of 2: 1 host\n`);
    expect(text).not.toContain('wave 2 of 2:');
    expect(text.replace(/\s+/g, ' ')).toContain(
      'error[rollout.stopped]: not touched: the rollout stopped because 1 host failed (maxFail: 0)',
    );
    // one screen, below the plan
    const end = text.slice(text.indexOf('wave 1 of 2'));
    expect(end.split('\n').length).toBeLessThan(40);
    await untouched(hosts, before);
  });

  test('two failures are too many where one may fail: the third wave is not touched', async () => {
    const failed = hosts.slice(1, 3);
    const before = await snapshots([...failed, ...hosts.slice(6)]);
    const args = ['apply', '--yes', ...serial, '--max-fail', '1', ...WATCH, '-i', bad('30s')];
    const { ended, report: run } = await report(lab, args);
    expect(ended.exitCode).toBe(1);
    expect(outcomes(run)).toEqual(
      expected('changed', FAILED, FAILED, 'changed', 'changed', 'changed', STOPPED),
    );
    expect(sizes(run.waves)).toEqual(WAVES);
    await untouched([...failed, ...hosts.slice(6)], before);
  });

  test('and not where three may: the others are changed, each over one login', async () => {
    const before = await snapshots(hosts.slice(1, 3));
    const logins = await acceptedLogins(hosts);
    const args = ['apply', '--yes', ...serial, '--max-fail', '3', ...WATCH, '-i', bad('40s')];
    const { ended, report: run } = await report(lab, args);
    expect(ended.exitCode).toBe(1);
    expect(outcomes(run)).toEqual(expected('changed', FAILED, FAILED, 'changed'));
    expect(sizes(run.waves)).toEqual(WAVES);
    await untouched(hosts.slice(1, 3), before);
    expect(await acceptedLogins(hosts)).toEqual(logins.map((count) => count + 1));
  });

  test('Ctrl-C between waves leaves the later ones, and a retry continues with the waves as they were', async () => {
    const file = good();
    const log = join(lab.home, 'interrupted.ndjson');
    const running = lab.startAlloyup([
      'apply',
      '--yes',
      ...serial,
      '--pause',
      '600',
      '--watch',
      '1',
      '--log',
      log,
      '-i',
      file,
    ]);
    await until('the run does not pause', 60, async () =>
      existsSync(log) && readFileSync(log, 'utf8').includes('wave.waiting') ? true : undefined,
    );
    running.kill('SIGINT');
    expect((await running).exitCode).toBe(130);
    const retry = await report(lab, ['apply', '--yes', '--retry', log, '--watch', '1', '-i', file]);
    expect(retry.ended.exitCode).toBe(0);
    expect(sizes(retry.report.waves)).toEqual(WAVES.slice(1));
  });

  test('with onFail: rollback, what the run has changed is as it was', async () => {
    const before = await snapshots(hosts);
    const changed = bad('45s', { canary: 1, serial: 2, onFail: 'rollback' });
    const { ended, report: run } = await report(lab, ['apply', '--yes', ...WATCH, '-i', changed]);
    expect(ended.exitCode).toBe(1);
    expect(outcomes(run)).toEqual(
      expected('rolled-back (rollout.stopped)', FAILED, FAILED, STOPPED),
    );
    await untouched(hosts, before);
  });

  test('groups have waves of their own: at the same time, or one group after the other', async () => {
    const groupOf = (i: number): string => (i < 4 ? 'canaries' : i < 8 ? 'web' : 'db');
    const file = inventory(lab, hosts.slice(0, 12), pipeline({ interval: '50s' }), {
      file: 'groups.yaml',
      groups: {
        canaries: { rollout: { serial: '50%', order: 1 } },
        web: { rollout: { serial: 1, order: 2 } },
        db: { rollout: { serial: 3, order: 2 } },
      },
      perHost: Object.fromEntries(
        hosts.slice(0, 12).map(({ name }, i) => [name, { groups: [groupOf(i)] }]),
      ),
    });
    const log = join(lab.home, 'groups.ndjson');
    const args = ['apply', '--yes', '--watch', '1', '--log', log, '-i', file];
    const { ended, report: run } = await report(lab, args);
    expect(ended.exitCode).toBe(0);
    expect(run.waves.map(({ group, hosts: of }) => `${group} ${of.length}`)).toEqual([
      ...['canaries 2', 'canaries 2'],
      ...['web 1', 'web 1', 'web 1', 'web 1', 'db 3', 'db 1'],
    ]);
    const began = readFileSync(log, 'utf8')
      .split('\n')
      .flatMap((line) => (line.includes('"wave.started"') ? [JSON.parse(line).group] : []));
    expect(began.slice(0, 2)).toEqual(['canaries', 'canaries']);
    // both begin before either has ended
    expect(new Set(began.slice(2, 4))).toEqual(new Set(['web', 'db']));
  });
});
