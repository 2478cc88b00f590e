import { chmodSync, copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import {
  breakPackage,
  changeHostKey,
  holdDpkgLock,
  maskUnit,
  setSudo,
  takePort,
} from '../../lab/faults.ts';
import type { Finding } from '../../src/model/finding.ts';
import { inventory, pipeline } from './helpers.ts';
import { describeOnHosts, freshHosts, type Lab, type LabHost } from './lab-fixture.ts';

interface Row {
  readonly fault: string;
  readonly make: (host: LabHost, lab: Lab) => unknown;
  readonly unmake: (host: LabHost, lab: Lab) => unknown;
  /** "trip dpkg", and a part of what it says. */
  readonly said: string;
  readonly words: RegExp;
}

const sh =
  (script: string) =>
  (host: LabHost): Promise<unknown> =>
    host.root(script);

/** Faults of a host without Alloy, in an order in which each can be reverted. */
const ROWS: readonly Row[] = [
  {
    fault: 'another program holds the lock of dpkg',
    make: (host) => holdDpkgLock(host, 600),
    unmake: sh('systemctl stop lab-holds-dpkg'),
    said: 'note dpkg',
    words: /perl \(pid \d+\) holds the dpkg lock/,
  },
  {
    fault: 'another program listens where Alloy shall',
    make: (host) => takePort(host),
    unmake: sh('systemctl stop lab-takes-port'),
    said: 'trip port',
    words: /perl already listens on 127\.0\.0\.1:12345/,
  },
  {
    fault: 'a package was left half-configured',
    make: breakPackage,
    unmake: sh('dpkg --purge lab-broken'),
    said: 'trip dpkg',
    words: /lab-broken is half-configured/,
  },
  {
    fault: 'the unit is masked',
    make: (host) => maskUnit(host),
    unmake: sh('systemctl unmask alloy.service'),
    said: 'trip unit',
    words: /masked/,
  },
  {
    fault: '/var/lib is mounted read-only',
    make: sh('mount --bind /var/lib /var/lib && mount -o remount,ro,bind /var/lib'),
    unmake: sh('umount /var/lib'),
    said: 'trip read-only',
    words: /^not even root can write to \/var\/lib\b/,
  },
  {
    fault: 'nobody answers where packages come from',
    make: sh(
      "cp /etc/hosts /root/hosts && sed -i 's/^[^ ]* apt.grafana.com/127.0.0.1 apt.grafana.com/' /etc/hosts",
    ),
    unmake: sh('cat /root/hosts > /etc/hosts'),
    said: 'trip repository',
    words: /apt\.grafana\.com, where packages come from: Connection refused/,
  },
  {
    fault: 'the name of the repository is not known',
    make: sh("cp /etc/hosts /root/hosts && sed '/apt.grafana.com/d' /root/hosts > /etc/hosts"),
    unmake: sh('cat /root/hosts > /etc/hosts'),
    said: 'trip repository',
    words: /name|resol/i,
  },
  {
    fault: 'sudo writes down what it is given',
    make: sh("echo 'Defaults log_input' > /etc/sudoers.d/log && chmod 440 /etc/sudoers.d/log"),
    unmake: sh('rm /etc/sudoers.d/log'),
    said: 'trip sudo',
    words: /log_input/,
  },
  {
    fault: 'another list names the repository with a key that is not there',
    make: sh(
      "echo 'deb [signed-by=/etc/apt/keyrings/gone.gpg] https://apt.grafana.com stable main' > /etc/apt/sources.list.d/old.list",
    ),
    unmake: sh('rm /etc/apt/sources.list.d/old.list'),
    said: 'note sources',
    words: /old\.list: does not serve as the source of the repository/,
  },
  {
    fault: 'sudo wants a password',
    make: (host) => setSudo(host, { password: 'correct horse' }),
    unmake: (host) => setSudo(host, 'passwordless'),
    said: 'trip sudo.password',
    words: /sudo requires a password for ops/,
  },
  {
    fault: 'the key is not accepted',
    make: sh('mv /home/ops/.ssh/authorized_keys /root/'),
    unmake: sh('mv /root/authorized_keys /home/ops/.ssh/'),
    said: 'trip ssh.auth',
    words: /key/,
  },
  {
    fault: 'nobody answers on the port of SSH',
    make: sh('systemctl stop ssh.socket ssh.service'),
    unmake: sh('systemctl start ssh.service'),
    said: 'trip ssh.unreachable',
    words: /refused|answer/,
  },
  {
    fault: 'the host key is another',
    make: changeHostKey,
    unmake: () => {},
    said: 'trip ssh.host-key',
    words: /host key/,
  },
];

describeOnHosts('doctor', () => {
  let lab: Lab;
  let host: LabHost;
  let file: string;

  beforeAll(async () => {
    const fresh = await freshHosts(1);
    lab = fresh.lab;
    host = fresh.hosts[0]!;
    file = inventory(lab, [host], pipeline());
  });

  async function doctor(inventoryFile = file) {
    const ended = await lab.alloyup(['doctor', '-i', inventoryFile, '--output', 'json']);
    const { findings } = JSON.parse(ended.stdout) as { findings: readonly Finding[] };
    return { ended, findings };
  }

  test('a healthy host has no findings', async () => {
    const { ended, findings } = await doctor();
    expect(findings.filter(({ state }) => state === 'trip')).toEqual([]);
    expect(ended.exitCode).toBe(0);
  });

  test('problems with keys are reported', async () => {
    const key = join(lab.home, 'open-key');
    copyFileSync(join(lab.home, '.ssh/id_ed25519'), key);
    chmodSync(key, 0o644);
    const text = readFileSync(file, 'utf8');
    const other = join(lab.home, 'other.yaml');
    writeFileSync(other, text.replace(/\S*\/id_ed25519/, key));
    const open = await doctor(other);
    expect(open.findings).toContainEqual(
      expect.objectContaining({ check: 'identity', state: 'note' }),
    );
    writeFileSync(other, text.replace(/[0-9A-F]{40}/, 'A'.repeat(40)));
    const pinned = await doctor(other);
    expect(pinned.ended.exitCode).toBe(1);
    expect(pinned.findings.map(({ message }) => message).join('\n')).toMatch(
      /the pinned key A{40}/,
    );
  });

  test.each(ROWS)('$fault: $said', async ({ make, unmake, said, words }) => {
    await make(host, lab);
    try {
      const { ended, findings } = await doctor();
      const there = findings.filter(({ part }) => part === 'host');
      const [state, check] = said.split(' ');
      const meant = there.filter((one) => one.state === state && one.check === check);
      expect(meant, JSON.stringify(there, null, 1)).not.toEqual([]);
      expect(meant.map(({ message }) => message).join('\n')).toMatch(words);
      expect(meant.every(({ hint }) => hint !== '')).toBe(true);
      expect(ended.exitCode).toBe(state === 'trip' ? 1 : 0);
    } finally {
      await unmake(host, lab);
    }
  });
});
