import type {
  ConnectionProblems,
  ShownKey,
  UnusableKey,
} from '../../model/problems/connection-problems.ts';
import { trimEndOf } from '../../model/trim-end.ts';
import { count } from '../plain.ts';
import { shellWord, type Text, type Texts, text } from './texts.ts';

const tryIt = ({ address, port }: { readonly address: string; readonly port: number }): string =>
  `Try it by hand: ssh -v -p ${port} ${address}`;
const keyText = ({ type, fingerprint }: ShownKey): string => `${type} ${fingerprint}`;
const withoutStop = (said: string): string => trimEndOf(said.trim(), '. \t\r\n');
const sudoRule = (user: string | null): string => `${user ?? 'USER'} ALL=(ALL) NOPASSWD: ALL`;
const userName = (user: string | null): string => user ?? 'the login user';
const otherLogin = (user: string | null): string =>
  `Set ssh.user to an account with a shell, or give ${userName(user)} one: chsh -s /bin/bash${user ? ` ${user}` : ''}`;
const inShell = (address: string): string =>
  `Look for exit or exec in ~/.bashrc and for ForceCommand in sshd_config on ${address}; this must print 42: ssh ${address} echo 42`;

const FIND_OUT_WHY = 'Find out why: the host was reinstalled, or somebody is in between';
const MAKE_A_KEY =
  'Create a key (ssh-keygen -t ed25519), or name yours with ssh.identity in the inventory';
const PIN_KEYS = 'or pin the keys with ssh.hostKey in the inventory';
const INSTALL_SSH = 'Install it: apt-get install openssh-client';

const STAGES = {
  tcp: 'no answer to the TCP connection',
  greeting: 'connected, but no SSH server answered',
  login: 'the SSH server did not finish the login',
} as const;

const AGENTS = {
  none: 'no agent runs and ',
  empty: 'the agent has none and ',
  'not-asked': '',
} as const;

function unusableKey({ why, file, said }: UnusableKey): Text {
  const addToAgent = `Add it to the agent: ssh-add ${shellWord(file.replace(/\.pub$/, ''))}`;
  return {
    absent: text`the key file ${file} does not exist
      Correct ssh.identity in the inventory, or IdentityFile in ~/.ssh/config`,
    locked: text`the key file ${file} needs its passphrase
      ${addToAgent}`,
    public: text`${file} is a public key, and no agent holds the private key
      ${addToAgent}`,
    unreadable: text`the key file ${file} cannot be used: ${said}
      Check it: ssh-keygen -y -f ${shellWord(file)}`,
  }[why];
}

export const connectionTexts: Texts<ConnectionProblems> = {
  'ssh.unreachable': {
    'unknown-name': ({ address }) => text`the name ${address} cannot be resolved
      Correct the name, or set ssh.address for the host in the inventory (getent hosts ${address})`,
    'no-name-server': ({ address }) => text`
      the name ${address} cannot be resolved: no name server answered
      Check the name servers of this machine (/etc/resolv.conf), then run again`,
    'connection-refused': ({ address, port }) => text`
      ${address}, port ${port}, refused the connection: nothing listens there
      Start sshd on the host, or correct ssh.port in the inventory`,
    'no-route': ({ address, said }) => text`there is no route to ${address} (${said})
      Check the network between here and the host (ip route get ${address})`,
    'no-connection': (params) => text`
      no connection to ${params.address}, port ${params.port}: ${params.said}
      ${tryIt(params)}`,
    dropped: ({ address, port, tries }) => text`
      ${address}, port ${port}, closed the connection before the handshake, ${count(tries, 'time')}
      Check its log (journalctl -u ssh) for MaxStartups, PerSourcePenalties or a full process table; run again later or with fewer --forks`,
    'not-forwarded': ({ from, address, port, said }) => text`
      ${from} could not connect to ${address}, port ${port}: ${said}
      Check the network behind the jump host, and AllowTcpForwarding in its sshd_config`,
    handshake: (params) => text`the SSH handshake with ${params.endpoint} failed: ${params.said}
      ${tryIt(params)}`,
    proxy: (params) => text`
      the ProxyCommand or ProxyJump to ${params.endpoint} failed: ${withoutStop(params.said)}
      ${tryIt(params)}; check ProxyCommand and ProxyJump in ~/.ssh/config`,
  },
  'ssh.auth': {
    'no-key': ({ endpoint, agent, files }) => text`
      there is no key to log in to ${endpoint} with: ${AGENTS[agent]}none of ${files.join(', ')} is in ~/.ssh
      ${MAKE_A_KEY}`,
    'no-key-of-ssh': ({ endpoint }) => text`
      there is no key to log in to ${endpoint} with: ssh found none to offer
      ${MAKE_A_KEY}`,
    'unusable-key': unusableKey,
    refused: ({ endpoint, user, offered, methods, unusable }) => {
      const others = unusable.map(unusableKey);
      const message =
        methods.includes('publickey') || methods.length === 0
          ? `${endpoint} refused ${offered.join(', ') || 'to log in without a key'}`
          : `${endpoint} accepts no keys, only ${methods.join(', ')}`;
      return {
        message: [message, ...others.map((other) => other.message)].join('; '),
        hint:
          others[0]?.hint ??
          `Add the public key to ~${user}/.ssh/authorized_keys on the host (ssh-copy-id), or correct ssh.user and ssh.identity in the inventory`,
      };
    },
    'second-factor': ({ endpoint, user, accepted, methods }) => text`
      ${endpoint} accepted ${accepted}, and also requires ${methods.join(' or ')}
      Let this account in with its key alone, in sshd_config on the host: Match User ${user}, then AuthenticationMethods publickey`,
    'too-many-keys': ({ endpoint, offered }) => text`
      ${endpoint} closed the connection after too many keys (${offered.join(', ')})
      Name the right key with ssh.identity in the inventory`,
    ended: ({ endpoint, user, said }) => text`${endpoint} ended the login: ${withoutStop(said)}
      Check the account there (chage -l ${user}; passwd -S ${user}), /run/nologin and /etc/nologin, and the log (journalctl -u ssh)`,
    'no-security-key': ({ endpoint }) => text`
      ${endpoint} requires a FIDO key, and no security key answered
      Plug in the security key and touch it when it blinks, or name another key with ssh.identity in the inventory`,
  },
  'ssh.host-key': {
    unknown: (params) => text`
      the host key of ${params.name} is not known: it shows ${keyText(params)}
      Review and record the keys of the whole fleet: ${params.trust} (compare with ssh-keygen -lf /etc/ssh/ssh_host_*_key.pub on the host); or pin this one with ssh.hostKey: ${params.fingerprint}`,
    changed: ({ name, known, ...key }) => text`
      the host key of ${name} has changed: it shows ${keyText(key)}, but ${known.file}:${known.line} has ${keyText(known)}
      ${FIND_OUT_WHY}. If the new key is right, remove the old one: ssh-keygen -R '${name}' -f ${shellWord(known.file)}`,
    revoked: ({ name, file, line, ...key }) => text`
      the host key of ${name}, ${keyText(key)}, is revoked by ${file}:${line}
      Do not log in there: give the host a new key`,
    'not-pinned': ({ name, pin, shown }) => text`
      the host key of ${name} is not the pinned ${pin}: it shows ${shown.map(keyText).join(', ')}
      ${FIND_OUT_WHY}. If the new key is right, correct ssh.hostKey in the inventory`,
    distrusted: ({ address }) => text`ssh does not trust the host key of ${address}
      See why: ssh -v ${address}; or pin the key with ssh.hostKey: SHA256:... in the inventory`,
    'file-unreadable': ({ file, said }) => text`
      ${file} cannot be read, so no host key can be trusted: ${said}
      Make ${file} readable, ${PIN_KEYS}`,
    'file-unwritable': ({ file, said }) => text`host keys cannot be recorded in ${file}: ${said}
      Make ${file} and its directory writable, ${PIN_KEYS}`,
    'not-shown': ({ address, setting }) => text`
      only OpenSSH can reach ${address} (${setting}), so its host key cannot be shown here
      Log in once and compare the key: ssh ${address}`,
  },
  'ssh.timeout': {
    login: ({ endpoint, port, seconds, stage, limit }) => text`
      no login to ${endpoint} within ${seconds} s: ${STAGES[stage]}
      ${stage === 'tcp' ? `Look for a firewall that drops packets to port ${port}` : 'Check the load of the host'}, or raise ${limit}`,
    'no-login': ({ endpoint, seconds }) => text`no login to ${endpoint} within ${seconds} s
      Check the host and the way to it, or raise --timeout`,
    'login-interrupted': ({ endpoint }) => text`the connection to ${endpoint} was interrupted
      Run again`,
    command: ({ endpoint, seconds, limit }) => text`
      a command on ${endpoint} did not finish within ${seconds} s and was abandoned
      Check the host, then run again${limit === null ? '' : `; ${limit} allows more time`}`,
    'command-interrupted': ({ endpoint }) => text`
      a command on ${endpoint} was abandoned: the run was interrupted
      Run again`,
  },
  'ssh.lost': {
    dropped: ({ endpoint, said }) => text`the connection to ${endpoint} was lost: ${said}
      Run again`,
    'nothing-started': text`the connection was lost before anything was started
      Run again: nothing was changed on the host`,
  },
  'ssh.unsupported': {
    'openssh-required': ({ feature, refused }) => text`
      only OpenSSH's own client can log in: ${feature}${refused.length > 0 ? ` (the built-in client was refused with ${refused.join(', ')})` : ''}
      Set ssh.transport to auto or openssh for this host in the inventory`,
    'no-common-algorithm': ({ endpoint, address }) => text`
      ${endpoint} and ssh have no algorithm in common
      Compare what each offers: ssh -vv ${address}`,
    'bad-configuration': ({ address }) => text`ssh refuses the OpenSSH configuration for ${address}
      Run this and fix what it names: ssh -G ${address}`,
    'unread-configuration': ({ address }) => text`
      ~/.ssh/config may have settings for ${address}, and this machine has no ssh command to read them
      ${INSTALL_SSH}`,
    'bad-jump-host': (params) => text`"${params.text}" is not a jump host
      Write [user@]host[:port] in ssh.jump or ProxyJump`,
    'no-ssh-command': text`this machine has no ssh command
      ${INSTALL_SSH}`,
    'old-ssh-command': ({ needed, name }) => text`
      the ssh command of this machine is older than ${needed} and cannot check the pinned host key of ${name}
      Upgrade openssh-client, or add the key to ~/.ssh/known_hosts and remove ssh.hostKey from the inventory`,
  },
  'ssh.shell': {
    nologin: ({
      user,
    }) => text`the login shell of ${userName(user)} is nologin, which runs no commands
      ${otherLogin(user)}`,
    'git-shell': ({ user }) => text`the login of ${userName(user)} serves Git and runs no commands
      ${otherLogin(user)}`,
    'sftp-only': ({ user }) => text`the login of ${userName(user)} allows only SFTP
      Set ssh.user to an account with a shell, or exempt this one from ForceCommand internal-sftp in sshd_config`,
    ended: ({ user, address, exit }) => text`
      the login shell of ${userName(user)} ended without running a command (exit ${exit})
      ${inShell(address)}`,
    silent: ({ user, address, seconds }) => text`
      the login shell of ${userName(user)} ran no command within ${seconds} s: something else reads there
      ${inShell(address)}`,
  },
  'sudo.refused': {
    'password-expired': ({ user, address }) => text`the password of ${userName(user)} has expired
      Set a new one on ${address}: passwd${user ? ` ${user}` : ''}`,
    'account-expired': ({ user, address }) => text`the account of ${userName(user)} has expired
      Check it on ${address} with chage -l ${user ?? 'USER'}; reactivate it with chage -E -1 ${user ?? 'USER'}`,
    'not-allowed': ({ user, address }) => text`${userName(user)} may not use sudo
      Add a line to /etc/sudoers.d/ on ${address}: ${sudoRule(user)}`,
    'needs-tty': ({ user, address }) => text`sudo requires a terminal (requiretty)
      Add a line to /etc/sudoers.d/ on ${address}: Defaults:${user ?? 'USER'} !requiretty`,
    'no-sudo': text`sudo is not installed
      Install sudo, or log in as root with sudo: none`,
    doas: ({
      user,
      address,
    }) => text`sudo is doas there, and it did not let ${userName(user)} become root
      Add a line to /etc/doas.conf on ${address}: permit nopass ${user ?? 'USER'} (doas asks for passwords on terminals only)`,
    'not-setuid': ({
      address,
    }) => text`sudo is broken: it cannot become root (owner, setuid bit or nosuid)
      As root on ${address}: chown root:root /usr/bin/sudo; chmod 4755 /usr/bin/sudo; check that /usr is not mounted nosuid (findmnt -T /usr/bin/sudo)`,
    'no-new-privileges': ({
      address,
    }) => text`sudo cannot become root: logins run with "no new privileges"
      Remove NoNewPrivileges (systemctl cat ssh on ${address}) or no-new-privileges of its container, or log in as root with sudo: none`,
    'bad-sudoers': ({ address }) => text`sudo is broken: it rejects its own configuration
      As root on ${address}: visudo -c names the file; chown root:root and chmod 440 it`,
    'cannot-log': ({ address }) => text`sudo refuses to run because it cannot write its log
      Free disk space on ${address} (df -h /var/log), or correct its log settings in /etc/sudoers`,
    pam: ({ address }) => text`sudo is broken: PAM reports an error
      As root on ${address}: check /etc/pam.d/sudo and journalctl -t sudo`,
    'not-root': text`the login is not root
      Set sudo: passwordless (or ask) for the host in the inventory`,
    failed: ({ address, exit }) => text`sudo failed (exit ${exit})
      Try it by hand: ssh ${address} sudo true`,
  },
  'sudo.password': {
    'password-required': ({ user }) => text`sudo requires a password for ${userName(user)}
      Pass it with -K, or with sudo: { password: ... } in the inventory, or allow sudo without one in /etc/sudoers.d/: ${sudoRule(user)}`,
    'password-refused': ({ user, whose, address }) =>
      whose === null
        ? text`sudo rejected the password of ${userName(user)}
            Enter it again, or correct the secret`
        : text`sudo requires the password of ${whose}, not of ${userName(user)}, and rejected the one given
            Pass the password of ${whose}, or remove rootpw, targetpw or runaspw from /etc/sudoers on ${address}`,
  },
};
