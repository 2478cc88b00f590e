import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setSudo } from '../../lab/faults.ts';
import type { Written } from '../../lab/inventory.ts';
import type { Suite } from '../../lab/state.ts';
import type { Lab, LabHost } from './lab-fixture.ts';

/** A secret that must not appear anywhere. */
export const PASSWORD = 'pa$$ \'w"rd` \\ %s';
export const WRONG = 'canary-wrong-password';

/** Keys on the controller. */
export interface Keys {
  /** Accepted nowhere. */
  readonly stranger: string;
  /** Accepted everywhere, with a passphrase that is not provided. */
  readonly locked: string;
  /** Accepted only with its certificate. */
  readonly certified: string;
  readonly authority: string;
}

export interface Context {
  readonly lab: Lab;
  readonly host: LabHost;
  /** A jump host; nothing is changed there. */
  readonly bastion: LabHost;
  readonly keys: Keys;
}

export type Via = 'ssh' | 'openssh';

/** A login that works, on its own bare host. */
export interface GoodLogin {
  readonly login: string;
  /** The client that `-v` reports. */
  readonly via: Via;
  /** The suites it can be tested on; default: all. */
  readonly suites?: readonly Suite[];
  readonly prepare?: (context: Context) => Promise<void>;
  /** The host's entry in the inventory. */
  readonly entry?: (context: Context) => Written;
  /** Lines of ~/.ssh/config. */
  readonly config?: (context: Context) => string;
}

const withPassword = { sudo: { password: { secret: 'env:SUDO_PASSWORD' } } };
const openssh = { ssh: { transport: 'openssh' } };

const usePty = async (host: LabHost, on: boolean): Promise<void> =>
  host.write('/etc/sudoers.d/pty', `Defaults ${on ? '' : '!'}use_pty\n`, 0o440);

/** Logins that work. */
export const GOOD: readonly GoodLogin[] = [
  { login: 'key, sudo without a password', via: 'ssh' },
  { login: 'the same, OpenSSH forced', via: 'openssh', entry: () => openssh },
  {
    login: 'root, no sudo',
    via: 'ssh',
    entry: () => ({ ssh: { user: 'root' }, sudo: 'none' }),
  },
  {
    login: 'sudo with a password, use_pty',
    via: 'ssh',
    async prepare({ host }) {
      await setSudo(host, { password: PASSWORD });
      await usePty(host, true);
    },
    entry: () => withPassword,
  },
  {
    login: 'sudo with a password, no use_pty, OpenSSH',
    via: 'openssh',
    async prepare({ host }) {
      await setSudo(host, { password: PASSWORD });
      await usePty(host, false);
    },
    entry: () => ({ ...openssh, ...withPassword }),
  },
  {
    login: 'sudo-rs with a password',
    via: 'ssh',
    suites: ['trixie'],
    async prepare({ host }) {
      await setSudo(host, { password: PASSWORD });
      await host.root(
        'ln -s "$(command -v sudo-rs || echo /usr/lib/cargo/bin/sudo)" /usr/local/bin/sudo',
      );
    },
    entry: () => withPassword,
  },
  {
    login: 'a password for a sudo that wants none, and log_input',
    via: 'ssh',
    async prepare({ host }) {
      await setSudo(host, 'passwordless');
      host.write('/etc/sudoers.d/log', 'Defaults log_input\n', 0o440);
    },
    entry: () => withPassword,
  },
  {
    login: 'jump host, built-in client',
    via: 'ssh',
    entry: ({ bastion }) => ({ ssh: { jump: [`ops@${bastion.name}`] } }),
  },
  {
    login: 'jump host, OpenSSH',
    via: 'openssh',
    entry: ({ bastion }) => ({ ssh: { transport: 'openssh', jump: [`ops@${bastion.name}`] } }),
  },
  {
    login: 'ProxyCommand in ~/.ssh/config',
    via: 'openssh',
    config: ({ host, bastion, lab }) =>
      `Host ${host.name}\n  ProxyCommand ssh -F none -i ${lab.identity} -W ${host.address}:%p ops@${bastion.name}\n`,
    entry: ({ host }) => ({ ssh: { address: host.name } }),
  },
  {
    login: 'certificate',
    via: 'openssh',
    async prepare({ host, keys }) {
      host.write('/etc/ssh/users.pub', publicHalf(keys.authority));
      host.write('/etc/ssh/sshd_config.d/ca.conf', 'TrustedUserCAKeys /etc/ssh/users.pub\n');
      await host.root('rm /home/ops/.ssh/authorized_keys; systemctl restart ssh');
    },
    entry: ({ keys }) => ({ ssh: { identity: keys.certified } }),
  },
  {
    login: 'an sshd that drops a burst of connections (MaxStartups)',
    via: 'ssh',
    async prepare({ host }) {
      host.write('/etc/ssh/sshd_config.d/max.conf', 'MaxStartups 2:100:2\n');
      await host.root('systemctl restart ssh');
      hold(host.address, 4, 6000);
    },
  },
];

/** Opens connections that send nothing, for a while. */
function hold(address: string, count: number, ms: number): void {
  for (let n = 0; n < count; n += 1) {
    const socket = connect(22, address);
    socket.on('error', () => undefined);
    setTimeout(() => socket.destroy(), ms).unref();
  }
}

/** A login that must fail, and how. */
export interface BadLogin {
  readonly login: string;
  readonly via: readonly Via[];
  readonly code: string;
  /** Matches message, hint and detail together. */
  readonly says: RegExp;
  /** The host: the shared one, or one with an impostor. */
  readonly at?: 'door' | 'impostor' | 'off';
  readonly entry: (context: Context) => Written;
  readonly config?: (context: Context) => string;
  /** Leaves the pin out of the inventory, so that known_hosts decides. */
  readonly unpinned?: boolean;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string | undefined>>;
}

const BOTH = ['ssh', 'openssh'] as const;
const user =
  (name: string, more: Written = {}) =>
  () => ({ ssh: { user: name }, ...more });

export const BAD: readonly BadLogin[] = [
  {
    login: 'wrong key',
    via: BOTH,
    code: 'ssh.auth',
    says: /refused key .*stranger.*ssh-copy-id/s,
    entry: ({ keys }) => ({ ssh: { identity: keys.stranger } }),
  },
  {
    login: 'key file that is not there',
    via: BOTH,
    code: 'ssh.auth',
    says: /the key file .*nokey does not exist.*ssh\.identity/s,
    entry: () => ({ ssh: { identity: '~/.ssh/nokey' } }),
  },
  {
    login: 'encrypted key, nobody to ask for its passphrase',
    via: BOTH,
    code: 'ssh.auth',
    says: /needs its passphrase.*ssh-add/s,
    entry: ({ keys }) => ({ ssh: { identity: keys.locked } }),
  },
  {
    login: 'no such user',
    via: BOTH,
    code: 'ssh.auth',
    says: /nobody2@.* refused key/s,
    entry: user('nobody2'),
  },
  {
    login: 'changed host key, known_hosts (a machine in the middle)',
    via: BOTH,
    at: 'impostor',
    unpinned: true,
    code: 'ssh.host-key',
    says: /has changed: it shows ed25519 SHA256:\S+, but \S+known_hosts:\d+ has ed25519 SHA256:\S+.*ssh-keygen -R/s,
    entry: () => ({}),
  },
  {
    login: 'not the pinned host key (a machine in the middle)',
    via: BOTH,
    at: 'impostor',
    code: 'ssh.host-key',
    says: /is not the pinned SHA256:\S+: it shows ed25519 SHA256:/,
    entry: () => ({}),
  },
  {
    login: 'unknown host key',
    via: BOTH,
    unpinned: true,
    code: 'ssh.host-key',
    says: /is not known: it shows ed25519 SHA256:.*alloyup trust/s,
    config: ({ host }) =>
      `Host unknown\n  HostName ${host.address}\n  UserKnownHostsFile ~/.ssh/empty\n`,
    entry: () => ({ ssh: { address: 'unknown' } }),
  },
  {
    login: 'revoked host key',
    via: BOTH,
    unpinned: true,
    code: 'ssh.host-key',
    says: /is revoked by .*revoked:1/,
    config: ({ host }) =>
      `Host revoked\n  HostName ${host.address}\n  UserKnownHostsFile ~/.ssh/revoked\n`,
    entry: () => ({ ssh: { address: 'revoked' } }),
  },
  {
    login: 'nothing listens',
    via: BOTH,
    code: 'ssh.unreachable',
    says: /refused the connection: nothing listens/,
    entry: () => ({ ssh: { port: 2 } }),
  },
  {
    login: 'no route',
    via: BOTH,
    code: 'ssh.unreachable',
    says: /there is no route/,
    args: ['--connect-timeout', '9'],
    entry: ({ host }) => ({ ssh: { address: host.address.replace(/\d+$/, '253') } }),
  },
  {
    login: 'unknown name',
    via: BOTH,
    code: 'ssh.unreachable',
    says: /the name no-such-host\.invalid cannot be resolved/,
    entry: () => ({ ssh: { address: 'no-such-host.invalid' } }),
  },
  {
    login: 'no answer in time',
    via: BOTH,
    at: 'off',
    code: 'ssh.timeout',
    says: /within 1 s: no answer to the TCP connection/,
    args: ['--connect-timeout', '1'],
    entry: () => ({}),
  },
  {
    login: 'ProxyCommand that fails',
    via: ['openssh'],
    code: 'ssh.unreachable',
    says: / to .* failed: gateway says no/,
    config: () => 'Host nogate\n  ProxyCommand sh -c "echo gateway says no >&2; exit 1"\n',
    entry: () => ({ ssh: { address: 'nogate' } }),
  },
  {
    login: 'jump host refuses the key',
    via: BOTH,
    code: 'ssh.auth',
    says: /jump host nobody2@.* refused key/s,
    entry: ({ bastion }) => ({ ssh: { jump: [`nobody2@${bastion.name}`] } }),
  },
  {
    login: 'account that has expired',
    via: BOTH,
    code: 'ssh.auth',
    says: /ended the login: Your account has expired.*chage -l expired/s,
    entry: user('expired'),
  },
  {
    login: 'sudo wants a password, none was given',
    via: ['ssh'],
    code: 'sudo.password',
    says: /sudo requires a password for asked.*-K/s,
    entry: user('asked'),
  },
  {
    login: 'wrong sudo password',
    via: BOTH,
    code: 'sudo.password',
    says: /sudo rejected the password of asked/,
    env: { SUDO_PASSWORD: WRONG },
    entry: user('asked', withPassword),
  },
  {
    login: 'not in sudoers',
    via: ['ssh'],
    code: 'sudo.refused',
    says: /outsider may not use sudo.*outsider ALL=\(ALL\) NOPASSWD: ALL/s,
    entry: user('outsider', withPassword),
  },
  {
    login: 'sudo of an account that has expired since',
    via: ['ssh'],
    code: 'sudo.refused',
    says: /the account of lapsed has expired.*chage/s,
    entry: user('lapsed', withPassword),
  },
  {
    login: 'sudo of an account whose password has expired',
    via: ['ssh'],
    code: 'sudo.refused',
    says: /the password of stale has expired.*passwd stale/s,
    entry: user('stale', withPassword),
  },
  {
    login: 'requiretty',
    via: BOTH,
    code: 'sudo.refused',
    says: /sudo requires a terminal \(requiretty\).*Defaults:typist !requiretty/s,
    entry: user('typist'),
  },
  {
    login: 'no sudo on the host',
    via: ['ssh'],
    code: 'sudo.refused',
    says: /sudo is not installed.*sudo: none/s,
    entry: user('bare'),
  },
  {
    login: 'not root, and sudo: none',
    via: ['ssh'],
    code: 'sudo.refused',
    says: /not root/,
    entry: user('outsider', { sudo: 'none' }),
  },
];

const publicHalf = (key: string): string =>
  execFileSync('ssh-keygen', ['-y', '-f', key]).toString();

/** Creates the keys in the controller's home directory. */
export function makeLoginKeys(lab: Lab): Keys {
  const folder = join(lab.home, '.ssh');
  const key = (name: string, passphrase = ''): string => {
    const path = join(folder, name);
    execFileSync('rm', ['-f', path, `${path}.pub`, `${path}-cert.pub`]);
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', passphrase, '-C', name, '-f', path]);
    return path;
  };
  const [stranger, locked, certified, authority] = [
    key('stranger'),
    key('locked', 'open sesame'),
    key('certified'),
    key('ca'),
  ];
  execFileSync('ssh-keygen', ['-q', '-s', authority, '-I', 'me', '-n', 'ops', `${certified}.pub`]);
  return { stranger, locked, certified, authority };
}

/** Users on the shared host, each of whom sudo or sshd treats differently. */
export async function makeUsers(door: LabHost): Promise<void> {
  const names = ['asked', 'outsider', 'lapsed', 'stale', 'typist', 'bare', 'expired'];
  for (const name of names)
    await door.root(
      `useradd -m -s /bin/bash ${name} && cp -a /home/ops/.ssh /home/${name}/ && chown -R ${name} /home/${name}`,
    );
  await door.root('chpasswd', { input: names.map((name) => `${name}:${PASSWORD}\n`).join('') });
  door.write(
    '/etc/sudoers.d/users',
    [
      ...['asked', 'lapsed', 'stale'].map((name) => `${name} ALL=(ALL) ALL`),
      'typist ALL=(ALL) NOPASSWD: ALL',
      'Defaults:typist requiretty',
      '',
    ].join('\n'),
    0o440,
  );
  // sshd accepts these logins: it checked before, or does not check
  door.write('/etc/ssh/sshd_config.d/pam.conf', 'UsePAM yes\n');
  await door.root('chage -E 0 expired');
  // only sudo considers these two expired
  await door.root(
    `sed -i '/common-account/d' /etc/pam.d/sshd && echo 'account [success=1 default=ignore] pam_succeed_if.so quiet user in lapsed:stale
account required pam_unix.so
account required pam_permit.so' >>/etc/pam.d/sshd && chage -E 0 lapsed && chage -d 0 stale`,
  );
  await door.root(
    `printf 'export PATH=/nowhere\\n' >/home/bare/.bashrc; usermod -s /usr/local/bin/nosudo bare; printf '#!/bin/bash\\nsudo() { echo "bash: line 1: sudo: command not found" >&2; exit 127; }\\nshift; eval "$@"\\n' >/usr/local/bin/nosudo; chmod 755 /usr/local/bin/nosudo`,
  );
  // sshd 9.8 and later blocks an address after many failures, and all rows come from the same one
  await door.root(
    'sshd -t -o PerSourcePenalties=no 2>/dev/null && echo "PerSourcePenalties no" >/etc/ssh/sshd_config.d/penalties.conf; systemctl restart ssh',
  );
}

/** Another sshd under a host's address, whose log shows what it received. */
export async function impersonate(host: LabHost): Promise<void> {
  await host.root(
    'systemctl stop ssh.socket ssh 2>/dev/null; mkdir -p /run/sshd; ssh-keygen -q -t ed25519 -N "" -f /root/impostor && ' +
      'p=; ! /usr/sbin/sshd -t -o PerSourcePenalties=no 2>/dev/null || p="-o PerSourcePenalties=no"; systemd-run -q --unit impostor /usr/sbin/sshd -D -f /dev/null $p -o HostKey=/root/impostor ' +
      '-o LogLevel=DEBUG2 -E /root/impostor.log -o AuthorizedKeysFile=/home/ops/.ssh/authorized_keys && sleep 0.5 && systemctl is-active -q impostor',
  );
}

/** The controller's ~/.ssh/config with the lines of all rows. */
export function writeSshConfig(lab: Lab, lines: readonly string[]): void {
  writeFileSync(join(lab.home, '.ssh/config'), lines.join('\n'), { mode: 0o600 });
  writeFileSync(join(lab.home, '.ssh/empty'), '');
}
