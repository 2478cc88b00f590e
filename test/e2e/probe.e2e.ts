import { beforeAll, describe, expect, test } from 'vitest';
import type { Facts } from '../../src/model/facts.ts';
import { probeScript, readFacts } from '../../src/shell/probe.ts';
import { describeOnHosts, freshHosts, type LabHost } from './lab-fixture.ts';

const FILES = ['/etc/alloy/config.alloy', '/etc/default/alloy'];

const script = probeScript({
  nonce: '@@n',
  repositoryHost: 'apt.grafana.com',
  files: FILES.map((path) => ({ path, secret: path === '/etc/default/alloy' })),
  listen: { address: '127.0.0.1', port: 12345 },
  http: true,
  groups: ['adm', 'no-such-group'],
});

/** Runs the probe as root; `edit` changes its text first. */
async function probe(host: LabHost, edit = (text: string): string => text): Promise<Facts> {
  const ended = await host.root('perl -', { input: edit(script), timeoutS: 60 });
  expect(ended.stderr).toBe('');
  return readFacts(host.name, ended.stdout);
}

/** With no program to be found, only systemd's own socket can have told the unit. */
const withoutPrograms = (text: string): string => `BEGIN{$ENV{PATH}='/nowhere'}\n${text}`;
/** With no socket to be found, systemctl is asked. */
const withoutSocket = (text: string): string =>
  text.replace('/run/systemd/private', '/run/nothing');

const install = (host: LabHost, version: string) =>
  host.root(
    `echo 'deb [trusted=yes] https://apt.grafana.com stable main' >/etc/apt/sources.list.d/grafana.list
     apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --allow-downgrades alloy=${version} &&
     systemctl daemon-reload && systemctl enable alloy && systemctl restart alloy &&
     for i in $(seq 50); do (: </dev/tcp/127.0.0.1/12345) 2>/dev/null && break; sleep 0.1; done`,
  );

describeOnHosts('the probe', () => {
  describe.each(['bookworm', 'trixie', 'bullseye'] as const)('on %s', (suite) => {
    let host: LabHost;
    beforeAll(async () => {
      ({
        hosts: [host],
      } = await freshHosts(1, suite));
    });

    test('a bare host', async () => {
      const facts = await probe(host);
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
      expect((await probe(host)).http.portOwner).toBe('perl');
      await host.root('pkill -f "socket S,2,1,0"', { reject: false });
    });

    test('a running Alloy, told the same by the socket and by systemctl', async () => {
      await install(host, '1.18.1-1');
      const [bySocket, bySystemctl] = [
        await probe(host, withoutPrograms),
        await probe(host, withoutSocket),
      ];
      expect(bySocket.unit).toEqual(bySystemctl.unit);
      expect(bySocket.unit).toMatchObject({
        load: 'loaded',
        active: 'active',
        sub: 'running',
        enabled: 'enabled',
        restarts: 0,
        dropIns: [],
        needsReload: false,
      });
      expect(bySocket.unit.invocation).toMatch(/^[0-9a-f]{32}$/);
      expect(bySocket.process?.pid).toBe(bySocket.unit.mainPid);
      expect(Math.abs(bySocket.process!.startedAtMs - bySocket.takenAt)).toBeLessThan(30_000);
      expect(bySocket.process!.startedAtMs).toBeGreaterThan(
        bySocket.files['/etc/alloy/config.alloy']!.ctimeMs,
      );
      expect(bySocket.package).toMatchObject({
        status: 'installed',
        version: '1.18.1-1',
        held: false,
      });
      expect(bySocket.files['/etc/alloy/config.alloy']?.md5).toBe(
        bySocket.package.conffiles['/etc/alloy/config.alloy'],
      );
      expect(bySocket.http).toMatchObject({ ready: 200, healthy: 200, error: '' });
      expect(bySocket.components?.map(({ id, health }) => `${id} ${health}`).sort()).toEqual([
        'prometheus.exporter.unix.default healthy',
        'prometheus.scrape.default healthy',
      ]);
      expect(bySocket.account).toMatchObject({ exists: true, known: ['adm'] });
      expect(bySocket.account.groups).toContain('systemd-journal');
    });

    test('a drop-in that systemd has not read, a hold, a file newer than the process', async () => {
      // the first file of a new folder is not seen by systemd 247 and 252: they say no until they are reloaded
      await host.root(`d=/etc/systemd/system/alloy.service.d; mkdir -p $d
        printf '[Service]\\nRestartSec=5\\n' >$d/x.conf; systemctl daemon-reload; sleep 0.1
        printf '[Service]\\nRestartSec=6\\n' >$d/x.conf
        apt-mark hold alloy >/dev/null; touch /etc/alloy/config.alloy`);
      for (const edit of [withoutPrograms, withoutSocket]) {
        const facts = await probe(host, edit);
        expect(facts.unit.needsReload).toBe(true);
        expect(facts.package.held).toBe(true);
        expect(facts.process!.startedAtMs).toBeLessThan(
          facts.files['/etc/alloy/config.alloy']!.ctimeMs,
        );
      }
      await host.root('systemctl daemon-reload');
      const { unit } = await probe(host, withoutPrograms);
      expect(unit).toEqual((await probe(host, withoutSocket)).unit);
      expect(unit.dropIns).toEqual(['/etc/systemd/system/alloy.service.d/x.conf']);
    });

    test('stopped and masked', async () => {
      await host.root('systemctl stop alloy; systemctl mask alloy', { reject: false });
      const facts = await probe(host, withoutPrograms);
      expect(facts.unit.active).toBe('inactive');
      expect(facts.unit).toEqual((await probe(host, withoutSocket)).unit);
      expect(facts.process).toBeNull();
      await host.root('systemctl unmask alloy');
    });

    test('whoever holds the dpkg lock', async () => {
      await host.root(
        `perl -e 'open F,"+<","/var/lib/dpkg/lock-frontend"; $l=pack "s s x4 q q i x4",1,0,0,0,0; fork and exit; fcntl F,6,$l or die; close STDOUT; close STDERR; sleep 20' </dev/null; sleep 0.3`,
      );
      expect((await probe(host)).dpkg.lockedBy?.command).toBe('perl');
      await host.root('pkill -f "lock-frontend"', { reject: false });
    });

    test('a pid 1 that does not answer is said within its deadline', async () => {
      const leader = host.leader;
      process.kill(leader, 'SIGSTOP');
      try {
        const begun = Date.now();
        await expect(probe(host)).rejects.toThrow(/systemd could not be asked.*deadline/);
        expect(Date.now() - begun).toBeLessThan(15_000);
      } finally {
        process.kill(leader, 'SIGCONT');
      }
    });
  });
});
