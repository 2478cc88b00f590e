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
    login: 'a login shell that prints without a newline',
    via: 'ssh',
    async prepare({ host }) {
      host.write('/home/ops/.bashrc', 'printf welcome\n');
    },
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
  /** The host: the shared one, or one with an impostor, without a network, or whose sudo is broken. */
  readonly at?: 'door' | 'impostor' | 'off' | 'broken';
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
    login: 'a second factor',
    via: BOTH,
    code: 'ssh.auth',
    says: /accepted key .*id_ed25519, and also requires password.*Match User twice/s,
    entry: user('twice'),
  },
  {
    login: 'pam_nologin',
    via: BOTH,
    code: 'ssh.auth',
    says: /ended the login: Maintenance until noon\. Ask the operators.*nologin/s,
    entry: user('early'),
  },
  {
    login: 'nologin as the login shell',
    via: BOTH,
    code: 'ssh.shell',
    says: /the login shell of shut is nologin.*This account is currently not available/s,
    entry: user('shut'),
  },
  {
    login: 'SFTP only',
    via: BOTH,
    code: 'ssh.shell',
    says: /the login of filer allows only SFTP.*ForceCommand/s,
    entry: user('filer', withPassword),
  },
  {
    login: 'exit in .bashrc',
    via: ['ssh'],
    code: 'ssh.shell',
    says: /ended without running a command \(exit 3\).*bye/s,
    entry: user('leaver'),
  },
  {
    login: 'exec of another shell in .bashrc',
    via: ['ssh'],
    code: 'ssh.shell',
    says: /the login shell of swimmer/,
    entry: user('swimmer'),
  },
  {
    login: 'a login for Git alone',
    via: BOTH,
    code: 'ssh.shell',
    says: /the login of gitter serves Git and runs no commands.*unrecognized command/s,
    entry: user('gitter'),
  },
  {
    login: 'doas under the name of sudo, without a rule',
    via: ['ssh'],
    code: 'sudo.refused',
    says: /sudo is doas there, and it did not let doer become root.*permit nopass doer/s,
    entry: user('doer'),
  },
  {
    login: 'a menu as ForceCommand',
    via: ['ssh'],
    code: 'ssh.shell',
    says: /ran no command within 15 s.*1\) backup 2\) quit/s,
    entry: user('chooser'),
  },
  {
    login: 'sudo in another language wants a password',
    via: ['ssh'],
    code: 'sudo.password',
    says: /sudo requires a password for deutsch/,
    entry: user('deutsch'),
  },
  {
    login: "sudo wants root's password (rootpw)",
    via: ['ssh'],
    code: 'sudo.password',
    says: /sudo requires the password of root, not of rooter.*rootpw/s,
    env: { SUDO_PASSWORD: WRONG },
    entry: user('rooter', withPassword),
  },
  {
    login: 'sudo that has lost its setuid bit',
    via: ['ssh'],
    code: 'sudo.refused',
    says: /sudo is broken: it cannot become root.*chmod 4755/s,
    entry: user('unset'),
  },
  {
    login: 'sudo whose log is full',
    via: ['ssh'],
    code: 'sudo.refused',
    says: /cannot write its log.*No space left on device/s,
    entry: user('logless'),
  },
  {
    login: 'sudoers that belongs to somebody else',
    via: ['ssh'],
    at: 'broken',
    code: 'sudo.refused',
    says: /rejects its own configuration.*visudo -c.*\/etc\/sudoers is owned by uid 1/s,
    entry: () => ({}),
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
  const names = [
    ...['asked', 'outsider', 'lapsed', 'stale', 'typist', 'bare', 'expired'],
    ...['twice', 'early', 'shut', 'filer', 'leaver', 'chooser'],
    ...['deutsch', 'rooter', 'unset', 'logless', 'swimmer', 'gitter', 'doer'],
  ];
  for (const name of names)
    await door.root(
      `useradd -m -s /bin/bash ${name} && cp -a /home/ops/.ssh /home/${name}/ && chown -R ${name} /home/${name}`,
    );
  await door.root('chpasswd', { input: names.map((name) => `${name}:${PASSWORD}\n`).join('') });
  door.write(
    '/etc/sudoers.d/users',
    [
      ...['asked', 'lapsed', 'stale', 'deutsch', 'rooter'].map((name) => `${name} ALL=(ALL) ALL`),
      ...['typist', 'unset', 'logless'].map((name) => `${name} ALL=(ALL) NOPASSWD: ALL`),
      'Defaults:typist requiretty',
      'Defaults:rooter rootpw',
      'Defaults:logless log_output, iolog_dir=/full/io',
      '',
    ].join('\n'),
    0o440,
  );
  // sshd accepts these logins: it checked before, or does not check
  door.write('/etc/ssh/sshd_config.d/pam.conf', 'UsePAM yes\n');
  door.write(
    '/etc/ssh/sshd_config.d/users.conf',
    [
      'Match User twice',
      '  AuthenticationMethods publickey,password',
      'Match User filer',
      '  ForceCommand internal-sftp',
      'Match User chooser',
      '  ForceCommand printf "1) backup 2) quit: "; read choice; echo "$choice" >>/tmp/chosen',
      '',
    ].join('\n'),
  );
  door.write('/etc/nologin-early', 'Maintenance until noon.\nAsk the operators.\n');
  await door.root('usermod -s /usr/sbin/nologin shut');
  door.write('/home/leaver/.bashrc', 'echo bye; exit 3\n');
  // the hosts have neither fish, Git nor doas: their words, as the programs say them
  door.write(
    '/opt/fish',
    '#!/bin/sh\nread line\necho "fish: Unknown command: $line" >&2\nexit 127\n',
    0o755,
  );
  door.write('/home/swimmer/.bashrc', 'exec /opt/fish\n');
  door.write(
    '/opt/git-shell',
    `#!/bin/sh\necho "fatal: unrecognized command '$2'" >&2\nexit 128\n`,
    0o755,
  );
  await door.root('usermod -s /opt/git-shell gitter');
  door.write(
    '/opt/doer/sudo',
    '#!/bin/sh\necho "doas: Operation not permitted" >&2\nexit 1\n',
    0o755,
  );
  door.write('/home/doer/.bashrc', 'export PATH=/opt/doer:$PATH\n');
  // a catalogue for gettext: the hosts have no translations, and no locale but C
  door.write('/home/deutsch/.bashrc', 'export LANG=C.UTF-8 LANGUAGE=de\n');
  const catalogue = catalogueOf('a password is required', 'ein Passwort wird verlangt');
  for (const domain of ['sudo', 'sudoers'])
    await door.root(
      `mkdir -p /usr/share/locale/de/LC_MESSAGES; base64 -d >/usr/share/locale/de/LC_MESSAGES/${domain}.mo`,
      { input: catalogue.toString('base64') },
    );
  await door.root('mkdir -p /opt/unset && cp /usr/bin/sudo /opt/unset/');
  door.write('/home/unset/.bashrc', 'export PATH=/opt/unset:$PATH\n');
  await door.root('mkdir -p /full && mount -t tmpfs -o size=4k,nr_inodes=1 tmpfs /full');
  await door.root('chage -E 0 expired');
  // only sudo considers these two expired
  await door.root(
    `sed -i '/common-account/d' /etc/pam.d/sshd && echo 'account [success=1 default=ignore] pam_succeed_if.so quiet user in lapsed:stale
account required pam_unix.so
account required pam_permit.so
account [success=ignore default=1] pam_succeed_if.so quiet user = early
account required pam_nologin.so file=/etc/nologin-early' >>/etc/pam.d/sshd && chage -E 0 lapsed && chage -d 0 stale`,
  );
  await door.root(
    `mkdir /opt/bare && ln -s "$(command -v sh)" /opt/bare/ && printf 'export PATH=/opt/bare\\n' >/home/bare/.bashrc`,
  );
  // sshd 9.8 and later blocks an address after many failures, and all rows come from the same one
  await door.root(
    'sshd -t -o PerSourcePenalties=no 2>/dev/null && echo "PerSourcePenalties no" >/etc/ssh/sshd_config.d/penalties.conf; systemctl restart ssh',
  );
}

/** A message and its translation as gettext reads them (a .mo file without a hash table). */
function catalogueOf(message: string, translation: string): Buffer {
  const [key, value] = [Buffer.from(`${message}\0`), Buffer.from(`${translation}\0`)];
  const header = 28;
  const words = [0x950412de, 0, 1, header, header + 8, 0, header + 16];
  const strings = [key.length - 1, header + 16, value.length - 1, header + 16 + key.length];
  const numbers = Buffer.alloc(header + 16);
  for (const [i, word] of [...words, ...strings].entries()) numbers.writeUInt32LE(word, i * 4);
  return Buffer.concat([numbers, key, value]);
}

/** A host whose sudo trusts its own configuration no longer. */
export async function breakSudo(host: LabHost): Promise<void> {
  await host.root('chown 1 /etc/sudoers');
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
