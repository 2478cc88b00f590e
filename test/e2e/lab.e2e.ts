import { readFileSync } from 'node:fs';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { inside } from '../../lab/group.ts';
import { networkLeftovers } from '../../lab/network.ts';
import { until } from '../../lab/run.ts';
import { isAlive, readState } from '../../lab/state.ts';
import { leftovers, takeDown } from '../../lab/takedown.ts';
import { describeOnHosts, diffSnapshots, freshHosts, Lab, type LabHost } from './lab-fixture.ts';
import { E2E_LAB } from './lab-setup.ts';

/** Adds the lab's repository to a host with the commands of Grafana's documentation. */
async function addRepository(lab: Lab, host: LabHost): Promise<void> {
  const fetched = await lab.run([
    ...[process.execPath, '-e'],
    'fetch("https://apt.grafana.com/gpg-full.key").then((r) => r.text()).then(console.log)',
  ]);
  host.write('/etc/apt/keyrings/grafana.asc', fetched.stdout);
  host.write(
    '/etc/apt/sources.list.d/grafana.list',
    'deb [signed-by=/etc/apt/keyrings/grafana.asc] https://apt.grafana.com stable main\n',
  );
}

describeOnHosts('hosts', () => {
  let lab: Lab;
  let one: LabHost;
  let two: LabHost;
  beforeAll(async () => {
    ({
      lab,
      hosts: [one, two],
    } = await freshHosts(2));
  });

  test('are lean, whole, and reached by a user with sudo', async () => {
    const asked = await one.ssh(
      'sudo -n id -un; systemctl is-system-running; hostname; getent group adm systemd-journal',
    );
    expect(asked.stderr).toBe('');
    expect(asked.stdout).toMatch(/^root\nrunning\nh1\nadm:x:\d+:\nsystemd-journal:x:\d+:$/);
    const tools = await one.root(
      'for t in curl wget gpg python3 ping perldoc; do command -v $t; done; logger -t lab said; ' +
        'sleep 0.2; journalctl -t lab -o cat',
    );
    expect(tools.stdout).toBe('said');
  });

  test('know each other, and nothing beyond the lab', async () => {
    const asked = await one.root('getent hosts h2 apt.grafana.com; getent hosts deb.debian.org', {
      reject: false,
    });
    expect(asked.stdout.split('\n').map((line) => line.split(/\s+/)[1])).toEqual([
      'h2',
      'apt.grafana.com',
    ]);
  });

  test('install from the signed repository, over TLS', async () => {
    await addRepository(lab, one);
    await one.root('apt-get update -qq 2>&1 && apt-get install -qq -y alloy=1.17.0-1');
    const version = await one.root('dpkg-query -W -f "\\${Version}" alloy; alloy --version');
    expect(version.stdout).toContain('1.17.0-1');
    expect(version.stdout).toContain('stand-in');
    const served = await lab.repository.requests();
    const by = (path: string) => served.filter((request) => request.path.includes(path)).length;
    expect([by('/gpg-full.key'), by('/InRelease'), by('.deb')]).toEqual([1, 1, 1]);
  });

  test.each([
    ['wrong-signature', /NO_PUBKEY|not signed|Missing key/],
    ['broken-index', /Hash Sum mismatch|unexpected size/],
  ] as const)('refuse %s', async (fault, words) => {
    await addRepository(lab, two);
    await lab.repository.fault(fault);
    const asked = await two.root('rm -rf /var/lib/apt/lists/*; apt-get update 2>&1', {
      reject: false,
    });
    await lab.repository.mend();
    expect(asked.stdout).toMatch(words);
  });

  test.each([
    ['expired-key', -10],
    ['expiring-key', 30],
  ] as const)('%s keeps its fingerprint and has another expiry', async (fault, days) => {
    await lab.repository.fault(fault);
    await addRepository(lab, two);
    await lab.repository.mend();
    // the machine's gpg, with the files the hosts received
    const { stdout } = await execa('gpg', ['--show-keys', '--with-colons'], {
      input: two
        .read('/etc/apt/keyrings/grafana.asc')
        .split(/(?=-----BEGIN)/)
        .at(-1)!,
    });
    expect(stdout).toContain(`:${lab.fingerprint}:`);
    const expires = Number(
      stdout
        .split('\n')
        .find((line) => line.startsWith('pub'))!
        .split(':')[6],
    );
    expect((expires * 1000 - Date.now()) / 86_400_000).toBeCloseTo(days, 0);
  });

  test('the bundle has five blocks, and the signing key is the last', () => {
    const bundle = readFileSync(`${lab.repository.folder}/gpg-full.key`, 'utf8');
    expect(bundle.match(/^-----BEGIN PGP PUBLIC KEY BLOCK-----$/gm)).toHaveLength(5);
    const single = readFileSync(`${lab.repository.folder}/gpg.key`, 'utf8');
    expect(bundle.endsWith(single)).toBe(true);
  });

  test('a repository that is down, slow or broken', async () => {
    const fetching = (seconds: number) =>
      lab.run([
        ...[process.execPath, '-e'],
        `fetch("https://apt.grafana.com/gpg.key",{signal:AbortSignal.timeout(${seconds * 1000})})` +
          '.then((r) => console.log(r.status), (e) => console.log(e.cause?.code ?? e.name))',
      ]);
    await lab.repository.behave({ down: true });
    expect((await fetching(5)).stdout).toBe('ECONNREFUSED');
    await lab.repository.behave({ delayMs: 3000 });
    expect((await fetching(1)).stdout).toBe('TimeoutError');
    await lab.repository.behave({ status: 503 });
    expect((await fetching(5)).stdout).toBe('503');
    await lab.repository.mend();
    expect((await fetching(5)).stdout).toBe('200');
  });

  test('a snapshot shows what changed, and nothing else', async () => {
    const before = await two.snapshot();
    expect(diffSnapshots(before, await two.snapshot())).toEqual([]);
    await two.root('mkdir -m 700 /etc/new; ln -s nowhere /etc/new/link; chmod 600 /etc/hostname');
    expect(diffSnapshots(before, await two.snapshot())).toEqual([
      expect.stringMatching(/^\/etc\/hostname: was file 0644 .*, is file 0600 /),
      '/etc/new: new: folder 0700 root:root',
      '/etc/new/link: new: link 0777 root:root -> nowhere',
    ]);
  });

  test('an audit lists all written files, whoever wrote them', async () => {
    const since = Date.now();
    await two.ssh('true');
    expect(two.written(since)).toEqual([]);
    await two.root('touch /etc/hostname /opt/seen');
    expect(two.written(since).sort()).toEqual(['/etc/hostname', '/opt', '/opt/seen']);
  });

  test('a disconnected network interrupts a session only for a while', async () => {
    const session = two.ssh('sleep 1; echo through');
    await until('no session', 5, () => two.processes(/^sleep 1/).length > 0 || undefined, 10);
    await two.linkDown(2);
    expect((await session).stdout).toBe('through');
  });

  test('sessions can be dropped while sshd goes on', async () => {
    const session = two.ssh('sleep 30');
    await until('no session', 5, () => two.processes(/^sleep 30/).length > 0 || undefined, 10);
    expect(two.dropSessions()).toBeGreaterThan(0);
    expect((await session).exitCode).toBe(255);
    expect((await two.ssh('echo again')).stdout).toBe('again');
  });

  test('a reboot and a power cut keep what was written; a reset does not', async () => {
    await two.root('echo kept >/root/kept; sync');
    const boot =
      'cat /proc/1/sched | head -1 >/dev/null; systemctl show -p UserspaceTimestampMonotonic';
    const first = (await two.root(boot)).stdout;
    await two.reboot();
    expect((await two.root(boot)).stdout).not.toBe(first);
    await two.powerCut();
    expect((await two.ssh('sudo cat /root/kept')).stdout).toBe('kept');
    await two.reset();
    expect((await two.root('ls /root')).stdout).toBe('');
    expect((await two.ssh('echo same key')).stdout).toBe('same key');
  });

  test('the controller sees the lab, and the machine keeps its own files', async () => {
    const hosts = readFileSync('/etc/hosts', 'utf8');
    const seen = await lab.run([
      'sh',
      '-c',
      'cat /etc/hosts; ssh -i .ssh/id_ed25519 ops@h1 hostname; tty',
    ]);
    expect(seen.stdout).toContain('apt.grafana.com');
    expect(seen.stdout).toMatch(/\nh1\nnot a tty$/);
    expect(readFileSync('/etc/hosts', 'utf8')).toBe(hosts);
    const typed = await lab.run(['sh', '-c', 'tty; stty size; read x; echo "got $x"; exit 3'], {
      tty: true,
      input: 'yes\n',
    });
    expect(typed.stdout.replaceAll('\r', '')).toMatch(/\/dev\/pts\/\d+\n24 80\n(yes\n)?got yes$/);
    expect(typed.exitCode).toBe(3);
  });
});

describeOnHosts('a lab', () => {
  const names = [1, 2].map((number) => `${E2E_LAB.slice(0, 7)}${number}`);
  const [mine, other] = names as [string, string];
  afterAll(async () => {
    for (const name of names) await takeDown(name);
  });

  test('runs beside another one, and leaves nothing behind', async () => {
    const [first, second] = await Promise.all(
      names.map((name) => Lab.up({ name, count: 1, say: () => undefined })),
    );
    expect(first!.state.network).not.toBe(second!.state.network);
    expect((await first!.host('h1').ssh('hostname')).stdout).toBe('h1');
    await first!.down();
    expect(leftovers(mine)).toEqual([]);
    expect((await second!.host('h1').ssh('hostname')).stdout).toBe('h1');
    await second!.down();
    await second!.down();
    expect(leftovers(other)).toEqual([]);
  });

  const owned = async (name: string) => {
    const child = execa(process.execPath, ['build.mjs', 'run', 'test/e2e/lab-owner.ts', name], {
      reject: false,
      detached: true,
    });
    const state = await until('no lab', 60, () => {
      const now = readState(name);
      return now?.ready ? now : undefined;
    });
    return { child, owner: state.owner! };
  };

  test('is taken down with its owner, even if that is killed', async () => {
    const { child, owner } = await owned(mine);
    process.kill(owner.pid, 'SIGKILL');
    await child;
    await until('the lab stays', 20, () => leftovers(mine).length === 0 || undefined);
  });

  test('is removed by the next lab of its name if everything was killed', async () => {
    const { child, owner } = await owned(mine);
    const helper = inside(mine, 'helper');
    expect(helper).toHaveLength(1);
    for (const pid of [...helper, owner.pid]) process.kill(pid, 'SIGKILL');
    await child;
    expect(isAlive(owner)).toBe(false);
    expect(networkLeftovers(mine).links).toHaveLength(2);
    const next = await Lab.up({ name: mine, count: 1 });
    expect((await next.host('h1').ssh('hostname')).stdout).toBe('h1');
    expect(readState(mine)?.owner?.pid).toBe(process.pid);
    await next.down();
    expect(leftovers(mine)).toEqual([]);
  });

  test('is taken down by Ctrl-C', async () => {
    const { child } = await owned(mine);
    // a terminal signals the whole process group
    process.kill(-child.pid!, 'SIGINT');
    await child;
    await until('the lab stays', 20, () => leftovers(mine).length === 0 || undefined);
  });

  test('that is in use is not taken over', async () => {
    const first = await Lab.up({ name: mine, count: 0 });
    await expect(Lab.up({ name: mine, count: 0 })).rejects.toThrow(/is up with 0 hosts/);
    await first.down();
  });
});
