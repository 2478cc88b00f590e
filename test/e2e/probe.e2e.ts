import { beforeAll, describe, expect, test } from 'vitest';
import { readFacts } from '../../src/host/facts.ts';
import { factsScript } from '../../src/host/facts-request.ts';
import { readRecord } from '../../src/host/records.ts';
import type { Facts } from '../../src/model/facts.ts';
import { describeOnHosts, freshHosts, type LabHost } from './lab-fixture.ts';

const FILES = ['/etc/alloy/config.alloy', '/etc/default/alloy'];

const script = factsScript({
  nonce: '@@n',
  repository: { url: 'https://apt.grafana.com', proxy: null },
  files: FILES.map((path) => ({ path, secret: path === '/etc/default/alloy' })),
  listen: { address: '127.0.0.1', port: 12345 },
  http: true,
  groups: ['adm', 'no-such-group'],
  reads: [],
  readable: [],
});

/** Reads the facts as root. */
async function readFrom(host: LabHost): Promise<Facts> {
  const ended = await host.root('perl -', { input: script.toString(), timeoutS: 60 });
  expect(ended.stderr).toBe('');
  const record = readRecord(ended.stdout.trimEnd(), '@@n');
  return readFacts(host.name, record?.type === 'facts' ? record.facts : undefined);
}

/** What an official tool says, without the line end. */
const says = async (host: LabHost, command: string): Promise<string> =>
  (await host.root(command, { reject: false })).stdout.trim();

const install = (host: LabHost, version: string) =>
  host.root(
    `echo 'deb [trusted=yes] https://apt.grafana.com stable main' >/etc/apt/sources.list.d/grafana.list
     apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --allow-downgrades alloy=${version} &&
     systemctl daemon-reload && systemctl enable alloy && systemctl restart alloy &&
     for i in $(seq 50); do (: </dev/tcp/127.0.0.1/12345) 2>/dev/null && break; sleep 0.1; done`,
  );

describeOnHosts('the facts of a host', () => {
  describe.each(['bookworm', 'trixie', 'bullseye'] as const)('on %s', (suite) => {
    let host: LabHost;
    beforeAll(async () => {
      ({
        hosts: [host],
      } = await freshHosts(1, suite));
    });

    test('a bare host', async () => {
      const facts = await readFrom(host);
      expect(facts.os).toMatchObject({
        id: 'debian',
        codename: suite,
        arch: 'amd64',
        systemd: true,
      });
      expect(facts.missingTools).toEqual([]);
      expect(facts.package.status).toBe('absent');
      expect(facts.unit).toMatchObject({ load: 'not-found', active: 'inactive', mainPid: 0 });
      expect(facts.http).toMatchObject({ ready: 0, error: 'Connection refused', portOwner: null });
      expect(facts.process).toBeNull();
      expect(facts.freeBytes['/var']).toBeGreaterThan(1 << 20);
    });

    test('a stranger on the port is named', async () => {
      await host.root(
        `perl -e 'socket S,2,1,0; setsockopt S,1,2,1; bind S,pack("S n C4 x8",2,12345,127,0,0,1) or die; listen S,5; fork and exit; close STDOUT; close STDERR; sleep 20' </dev/null`,
      );
      expect((await readFrom(host)).http.portOwner).toBe('perl');
      await host.root('pkill -f "socket S,2,1,0"', { reject: false });
    });

    test('a running Alloy, and what was read directly agrees with the official tools', async () => {
      await install(host, '1.18.1-1');
      const facts = await readFrom(host);
      expect(facts.unit).toMatchObject({
        load: 'loaded',
        active: 'active',
        sub: 'running',
        enabled: 'enabled',
        restarts: 0,
        dropIns: [],
        needsReload: false,
      });
      expect(facts.unit.invocation).toMatch(/^[0-9a-f]{32}$/);
      expect(facts.files['/etc/alloy/config.alloy']?.md5).toBe(
        facts.package.conffiles['/etc/alloy/config.alloy'],
      );
      expect(facts.http).toMatchObject({ ready: 200, healthy: 200, error: '' });
      expect(facts.components?.map(({ id, health }) => `${id} ${health}`).sort()).toEqual([
        'prometheus.exporter.unix.default healthy',
        'prometheus.scrape.default healthy',
      ]);
      expect(facts.account).toMatchObject({ exists: true, known: ['adm'] });
      // dpkg's status file, /etc/passwd, /etc/group and /proc are read directly
      const { status, version } = facts.package;
      expect(`${status} ${version}`).toBe(
        await says(host, "dpkg-query -W -f '${db:Status-Status} ${Version}' alloy"),
      );
      expect(facts.os.arch).toBe(await says(host, 'dpkg --print-architecture'));
      expect([...facts.account.groups].sort()).toEqual(
        (await says(host, 'id -nG alloy')).split(' ').sort(),
      );
      const pid = Number(await says(host, 'systemctl show alloy -p MainPID --value'));
      expect(facts.process?.pid).toBe(pid);
      expect(facts.process?.argv.join(' ')).toBe(await says(host, `ps -o args= -p ${pid}`));
      const started = Number(await says(host, `date -d "$(ps -o lstart= -p ${pid})" +%s`));
      expect(Math.abs(facts.process!.startedAtMs / 1000 - started)).toBeLessThan(2);
      const { ctimeMs, mode, user, group } = facts.files['/etc/alloy/config.alloy']!;
      expect(`${(ctimeMs / 1000).toFixed(3)} ${mode} ${user} ${group}`).toBe(
        await says(host, "stat -c '%.3Z 0%a %U %G' /etc/alloy/config.alloy"),
      );
      // systemd 247 tells whole seconds
      expect(facts.process!.startedAtMs).toBeGreaterThanOrEqual(Math.floor(ctimeMs / 1000) * 1000);
    });

    test('a drop-in that systemd has not read, a hold, a file newer than the process', async () => {
      // the first file of a new directory is not seen by systemd 247 and 252: they say no until they are reloaded
      await host.root(`d=/etc/systemd/system/alloy.service.d; mkdir -p $d
        printf '[Service]\\nRestartSec=5\\n' >$d/x.conf; systemctl daemon-reload; sleep 0.1
        printf '[Service]\\nRestartSec=6\\n' >$d/x.conf
        apt-mark hold alloy >/dev/null; touch /etc/alloy/config.alloy`);
      const facts = await readFrom(host);
      expect(facts.unit.needsReload).toBe(true);
      expect(facts.package.held).toBe(true);
      expect(facts.process!.startedAtMs).toBeLessThan(
        facts.files['/etc/alloy/config.alloy']!.ctimeMs,
      );
      await host.root('systemctl daemon-reload');
      const { unit } = await readFrom(host);
      expect(unit).toMatchObject({
        needsReload: false,
        dropIns: ['/etc/systemd/system/alloy.service.d/x.conf'],
      });
    });

    test('stopped and masked', async () => {
      await host.root('systemctl stop alloy; systemctl mask alloy', { reject: false });
      const facts = await readFrom(host);
      expect(facts.unit.active).toBe('inactive');
      expect(facts.process).toBeNull();
      await host.root('systemctl unmask alloy');
    });

    test('whoever holds the dpkg lock', async () => {
      await host.root(
        `perl -e 'open F,"+<","/var/lib/dpkg/lock-frontend"; $l=pack "s s x4 q q i x4",1,0,0,0,0; fork and exit; fcntl F,6,$l or die; close STDOUT; close STDERR; sleep 20' </dev/null; sleep 0.3`,
      );
      expect((await readFrom(host)).dpkg.lockedBy?.command).toBe('perl');
      await host.root('pkill -f "lock-frontend"', { reject: false });
    });

    test('a pid 1 that does not answer is said within its deadline', async () => {
      const leader = host.leader;
      process.kill(leader, 'SIGSTOP');
      try {
        const begun = Date.now();
        await expect(readFrom(host)).rejects.toMatchObject({
          problem: {
            code: 'host.probe',
            params: { reason: 'unreadable', part: 'unit', why: 'deadline' },
          },
        });
        expect(Date.now() - begun).toBeLessThan(20_000);
      } finally {
        process.kill(leader, 'SIGCONT');
      }
    });
  });
});
