import { chmodSync, copyFileSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import type { HostReport, RunReport } from '../../src/model/event.ts';
import { inventory, outcomes, report } from './helpers.ts';
import { describeOnHosts, freshHosts, type Lab, type LabHost } from './lab-fixture.ts';

const APP = '/var/log/app';
const CONFIG = `discovery.docker "containers" {
	host = "unix:///var/run/docker.sock"
}

prometheus.scrape "containers" {
	targets    = discovery.docker.containers.targets
	forward_to = [prometheus.remote_write.default.receiver]
}

local.file_match "app" {
	path_targets = [{__path__ = "${APP}/*.log", job = "app"}]
}

loki.source.file "app" {
	targets    = local.file_match.app.targets
	forward_to = [loki.write.default.receiver]
}

prometheus.scrape "app" {
	targets    = [{__address__ = "127.0.0.1:9200", instance = "app"}]
	forward_to = [prometheus.remote_write.default.receiver]
}

loki.write "default" {
	endpoint {
		url = "http://127.0.0.1:9009/loki/api/v1/push"
	}
}

prometheus.remote_write "default" {
	endpoint {
		url = "http://127.0.0.1:9009/api/v1/write"
	}
}
`;

/** Answers every request with this, on a socket of the group docker and on a port. */
const SERVERS = `
groupadd -r docker
useradd -r app
install -d -m 0700 -o app -g app ${APP} ${APP}/old
install -m 0600 -o app -g app /dev/stdin ${APP}/a.log <<<'first line'
install -m 0640 -o app -g app /dev/stdin ${APP}/old/b.log <<<'older line'
cat >/usr/local/bin/answers <<'END'
use strict; use Socket;
my ($on, $body) = @ARGV;
socket my $s, $on =~ m{^/} ? AF_UNIX : AF_INET, SOCK_STREAM, 0 or die $!;
setsockopt $s, SOL_SOCKET, SO_REUSEADDR, 1;
bind $s, $on =~ m{^/} ? pack_sockaddr_un($on) : pack_sockaddr_in($on, INADDR_LOOPBACK) or die $!;
listen $s, 8 or die $!;
chmod 0660, $on; chown 0, scalar(getgrnam 'docker'), $on;
while (1) {
  accept my $c, $s or next;
  sysread $c, my $request, 4096;
  syswrite $c, "HTTP/1.1 200 OK\\r\\nContent-Length: " . length($body) . "\\r\\nConnection: close\\r\\n\\r\\n$body";
}
END
systemd-run -q --unit fake-docker perl /usr/local/bin/answers /run/docker.sock '[]'
systemd-run -q --unit fake-app perl /usr/local/bin/answers 9200 'up 1'
for i in $(seq 50); do [ -S /run/docker.sock ] && break; sleep 0.1; done
`;

describeOnHosts('what the user alloy may read', () => {
  let lab: Lab;
  let web: LabHost;

  beforeAll(async () => {
    ({
      lab,
      hosts: [web],
    } = await freshHosts(1));
    await web.root(SERVERS);
  });

  const wanted = (readable: readonly string[]): string =>
    inventory(lab, [web], CONFIG, {
      file: 'readable.yaml',
      alloy: { memberOf: ['docker'] },
      defaults: { config: { template: './readable-template.alloy', readable } },
    });
  const run = async (...args: readonly string[]) => {
    const watch = args[0] === 'apply' || args[0] === 'rollback' ? ['--yes', '--watch', '1'] : [];
    const { ended, report: said } = await report(lab, [...args, ...watch, '-i', 'readable.yaml']);
    return { exitCode: ended.exitCode, said, outcomes: outcomes(said), host: hostOf(said) };
  };
  const hostOf = ({ hosts }: RunReport): HostReport => hosts[web.name]!;
  const denied = ({ warnings }: HostReport): readonly string[] =>
    warnings.flatMap(({ code, params }) =>
      code === 'read.denied' ? [`${params.reason} ${'path' in params ? params.path : ''}`] : [],
    );
  const acls = async (): Promise<string> =>
    (
      await web.root(
        `find ${APP} -printf '%m %U:%G %p\\n' | sort; getfacl -R -P -n -p -s -E ${APP} /var/log`,
      )
    ).stdout;
  const alloyReads = async (path: string): Promise<boolean> =>
    (
      await web.root(`setpriv --reuid alloy --regid alloy --init-groups cat ${path}`, {
        reject: false,
      })
    ).exitCode === 0;

  test('is planned, given, proven, told and taken back', async () => {
    wanted([]);
    // memberOf opens the socket, and nothing opens the logs
    expect(denied((await run('plan')).host)).toEqual([`readable ${APP}/*.log`]);

    wanted([APP]);
    const without = await run('apply');
    expect(without.outcomes).toEqual([`${web.name}: failed (host.acl)`]);
    expect((await web.root('ls /usr/bin/alloy', { reject: false })).exitCode).not.toBe(0);

    // what the package acl brings
    for (const tool of ['setfacl', 'getfacl']) {
      copyFileSync(`/usr/bin/${tool}`, web.path(`/usr/bin/${tool}`));
      chmodSync(web.path(`/usr/bin/${tool}`), 0o755);
    }
    const before = await acls();
    const planned = await run('plan');
    expect(planned.host.changes.map(({ title }) => title)).toContainEqual(
      expect.stringContaining(`alloy may read ${APP} (ACL)`),
    );
    expect(denied(planned.host)).toEqual([]);

    expect((await run('apply')).outcomes).toEqual([`${web.name}: changed`]);
    const given = await acls();
    expect(await alloyReads(`${APP}/a.log`)).toBe(true);
    expect(await alloyReads('/etc/shadow')).toBe(false);
    await web.root(
      `umask 027; setpriv --reuid app --regid app --clear-groups sh -c 'echo new >${APP}/new.log'`,
    );
    expect(await alloyReads(`${APP}/new.log`)).toBe(true);
    await web.root(`rm ${APP}/new.log`);
    expect((await run('apply')).outcomes).toEqual([`${web.name}: unchanged`]);
    expect(await acls()).toBe(given);
    const fine = await run('status', '--detailed-exitcode');
    expect([fine.exitCode, denied(fine.host)]).toEqual([0, []]);

    // no longer asked for: taken back, and missed by the configuration
    wanted([]);
    expect((await run('apply')).outcomes).toEqual([`${web.name}: changed`]);
    expect(await acls()).toBe(before);
    const missed = await run('status', '--detailed-exitcode');
    expect([missed.exitCode, missed.outcomes]).toEqual([2, [`${web.name}: pending`]]);
    expect(denied(missed.host)).toEqual([`readable ${APP}/*.log`]);
    const shown = await lab.alloyup(['status', '-i', 'readable.yaml']);
    const text = shown.stdout.replace(/\s+/g, ' ');
    expect(text).toContain('cannot read');
    expect(text).toContain(`alloy cannot read ${APP}/*.log: ${APP} is 0700`);

    expect((await run('rollback')).outcomes).toEqual([`${web.name}: changed`]);
    expect(await acls()).toBe(given);
    expect((await run('rollback')).outcomes).toEqual([`${web.name}: changed`]);
    expect(await acls()).toBe(before);
    expect((await web.root('getent group docker')).stdout).toMatch(/:$/);
  });
});
