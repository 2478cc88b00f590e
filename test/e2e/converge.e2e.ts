import { beforeAll, expect, test } from 'vitest';
import { textOf } from '../../src/report/text-of.ts';
import { inventory, outcomes, pipeline, report, starts, unitProperty } from './helpers.ts';
import { describeOnHosts, freshHosts, type Lab, type LabHost } from './lab-fixture.ts';

const TEN = 10;

describeOnHosts('ten bare hosts', () => {
  let lab: Lab;
  let hosts: readonly LabHost[];
  let file: string;

  beforeAll(async () => {
    ({ lab, hosts } = await freshHosts(TEN));
    file = inventory(lab, hosts, pipeline());
  });

  test('a plan on them is complete and exact', async () => {
    const { ended, report: plan } = await report(lab, ['plan', '--detailed-exitcode']);
    expect(ended.exitCode).toBe(2);
    expect(
      Object.values(plan.hosts).map(({ changes }) => changes.map(({ title }) => title)),
    ).toEqual(
      Array(TEN).fill([
        'add https://apt.grafana.com',
        'write /etc/default/alloy',
        'install alloy 1.18.1-1, held',
        'create /etc/alloy/config.alloy',
        'enable and start alloy',
      ]),
    );
  });

  test('apply converges and proves each', async () => {
    const { ended, report: run } = await report(lab, [
      'apply',
      '--yes',
      '--watch',
      '3',
      '-i',
      file,
    ]);
    expect(outcomes(run)).toEqual(hosts.map(({ name }) => `${name}: changed`));
    expect(ended.exitCode).toBe(0);
    for (const host of hosts) {
      expect((await host.http('/-/ready'))?.status).toBe(200);
      const { components, packages, unit } = await host.snapshot();
      expect(components).toEqual({
        'prometheus.remote_write.metrics': 'healthy',
        'prometheus.scrape.self': 'healthy',
      });
      expect(packages.alloy).toBe('hold ok installed 1.18.1-1');
      expect(unit).toMatchObject({ ActiveState: 'active', UnitFileState: 'enabled' });
    }
  });

  test('nothing of alloyup is left outside its directory', async () => {
    const found = await hosts[0]!.root(
      "find / -xdev -name '*alloyup*' -not -path '/var/lib/alloyup*' -not -path '/proc/*' -not -path '/run/alloyup*' -not -name 'alloyup-lab*'; systemctl list-units --all --plain --no-legend 'alloyup*'",
    );
    expect(found.stdout).toBe('');
  });

  test('a second apply changes nothing, writes nothing and sends no request to the repository', async () => {
    await new Promise((resolve) => setTimeout(resolve, 1500));
    await lab.repository.forget();
    const since = Date.now();
    const { ended, report: run } = await report(lab, ['apply', '--yes', '-i', file]);
    expect(run.summary).toMatchObject({ hosts: TEN, unchanged: TEN });
    expect(ended.exitCode).toBe(0);
    expect(
      hosts.flatMap((host) => host.written(since).map((path) => `${host.name}: ${path}`)),
    ).toEqual([]);
    expect(await lab.repository.requests()).toEqual([]);
    const plan = await lab.alloyup(['plan', '--detailed-exitcode', '-i', file]);
    expect(plan.exitCode).toBe(0);
  });

  test('a changed value shows a diff, exits with 2, and is reloaded by the same process', async () => {
    const before = await Promise.all(hosts.map((host) => unitProperty(host, 'InvocationID')));
    inventory(lab, hosts, pipeline({ interval: '15s' }));
    const plan = await lab.alloyup(['plan', '--detailed-exitcode', '-i', file]);
    expect(plan.exitCode).toBe(2);
    expect(plan.stdout).toContain('-    scrape_interval = "30s"');
    expect(plan.stdout).toContain('+    scrape_interval = "15s"');
    const { report: run } = await report(lab, ['apply', '--yes', '-i', file]);
    expect(run.summary).toMatchObject({ changed: TEN });
    expect(await Promise.all(hosts.map((host) => unitProperty(host, 'InvocationID')))).toEqual(
      before,
    );
  });

  test('a changed environment restarts once', async () => {
    const host = hosts[0]!;
    const before = await starts(host);
    inventory(lab, hosts, pipeline({ interval: '15s' }), {
      alloy: { environment: { ROLE: 'edge' } },
    });
    const { report: run } = await report(lab, [
      'apply',
      '--yes',
      '--watch',
      '1',
      '-l',
      host.name,
      '-i',
      file,
    ]);
    expect(outcomes(run)).toEqual([`${host.name}: changed`]);
    expect((await starts(host)) - before).toBe(1);
  });

  test('limits of the service are in effect, and an override of them is named', async () => {
    const host = hosts[9]!;
    const one = (args: readonly string[]) => report(lab, [...args, '-l', host.name, '-i', file]);
    const service = { memoryMax: '512M', restartSec: '7s', cpuQuota: '150%' };
    inventory(lab, hosts, pipeline(), { alloy: { service } });
    const { report: run } = await one(['apply', '--yes', '--watch', '0']);
    expect(outcomes(run)).toEqual([`${host.name}: changed`]);
    expect(await unitProperty(host, 'MemoryMax')).toBe('536870912');
    expect(await unitProperty(host, 'RestartUSec')).toBe('7s');
    await host.root(
      'printf "[Service]\\nMemoryMax=1G\\n" >/etc/systemd/system/alloy.service.d/z.conf && systemctl daemon-reload',
    );
    const { ended, report: plan } = await one(['plan', '--detailed-exitcode']);
    expect(ended.exitCode).toBe(1);
    expect(plan.hosts[host.name]?.problem).toMatchObject({
      code: 'host.unit',
      params: {
        reason: 'overridden',
        settings: [{ name: 'MemoryMax', wanted: '512M', found: '1073741824' }],
        paths: ['/etc/systemd/system/alloy.service.d/z.conf'],
      },
    });
    await host.root('rm /etc/systemd/system/alloy.service.d/z.conf && systemctl daemon-reload');
    expect((await one(['plan', '--detailed-exitcode'])).ended.exitCode).toBe(0);
  });

  test('version pins go down and up, and the installed, running and held version follows', async () => {
    const two = hosts.slice(1, 3);
    for (const version of ['1.17.0', '1.18.1']) {
      // an upgrade, a changed environment and a changed configuration are one restart
      const before = await starts(two[0]!);
      inventory(lab, two, pipeline({ interval: version === '1.17.0' ? '20s' : '25s' }), {
        alloy: { version, environment: { ROLE: `at-${version}` } },
      });
      const { report: run } = await report(lab, ['apply', '--yes', '--watch', '1', '-i', file]);
      expect(outcomes(run)).toEqual(two.map(({ name }) => `${name}: changed`));
      expect((await starts(two[0]!)) - before).toBe(1);
      for (const host of two) {
        expect((await host.snapshot()).packages.alloy).toBe(`hold ok installed ${version}-1`);
        expect((await host.http('/metrics'))?.body).toContain(`version="v${version}"`);
      }
    }
  });

  test('a version missing from the repository is refused, and nothing is touched', async () => {
    const two = hosts.slice(1, 3);
    inventory(lab, two, pipeline(), { alloy: { version: '1.99.0' } });
    const since = Date.now();
    const { ended, report: run } = await report(lab, ['apply', '--yes', '-i', file]);
    expect(ended.exitCode).toBe(1);
    expect(outcomes(run)).toEqual(two.map(({ name }) => `${name}: failed (repository.version)`));
    const { problem } = run.hosts[two[0]!.name]!;
    expect(textOf(problem!).hint).toContain('1.18.1-1, ');
    expect(problem?.at).toMatchObject({ file, line: expect.any(Number) });
    expect(two.flatMap((host) => host.written(since))).toEqual([]);
  });

  test('a file that another tool wrote and Alloy never loaded is noticed and loaded', async () => {
    const [one] = hosts.slice(3, 4) as [LabHost];
    inventory(lab, [one], pipeline({ interval: '45s', name: 'other' }));
    const wanted = await lab.alloyup(['render', one.name, '-i', file]);
    const text = pipeline({ interval: '45s', name: 'other' });
    expect(wanted.stdout).toContain(text.trim());
    one.write('/root/new.alloy', text, 0o640);
    await one.root('chown root:alloy /root/new.alloy; mv /root/new.alloy /etc/alloy/config.alloy');
    const { report: run } = await report(lab, ['apply', '--yes', '-i', file]);
    expect(outcomes(run)).toEqual([`${one.name}: changed`]);
    expect(run.hosts[one.name]!.changes.map(({ title }) => title)).toEqual([
      'reload alloy (/etc/alloy/config.alloy was not loaded since it changed)',
    ]);
    expect(Object.keys((await one.snapshot()).components)).toContain('prometheus.scrape.other');
  });

  test('after a refused reload the hash is wrong: the old graph is noticed and the file loaded', async () => {
    const [one] = hosts.slice(4, 5) as [LabHost];
    inventory(lab, [one], pipeline({ name: 'third' }));
    const text = pipeline({ name: 'third' });
    one.write('/var/lib/alloy-stand-in/faults', 'reload-refused\n');
    one.write('/root/new.alloy', text, 0o640);
    await one.root(
      'chown root:alloy /root/new.alloy; mv /root/new.alloy /etc/alloy/config.alloy; exec 3<>/dev/tcp/127.0.0.1/12345; printf "POST /-/reload HTTP/1.0\\r\\n\\r\\n" >&3; cat <&3; rm /var/lib/alloy-stand-in/faults',
    );
    const hash = (await one.root('sha256sum </etc/alloy/config.alloy')).stdout.slice(0, 64);
    expect((await one.http('/metrics'))?.body).toContain(hash);
    const { report: run } = await report(lab, ['apply', '--yes', '-i', file]);
    expect(outcomes(run)).toEqual([`${one.name}: changed`]);
    expect(Object.keys((await one.snapshot()).components)).toContain('prometheus.scrape.third');
  });
});
