import type {
  ConnectionProblems,
  ShownKey,
  UnusableKey,
} from '../../model/problems/connection-problems.ts';
import type { HostParams, Text, Texts } from './texts.ts';

/** A problem of a jump host says so: the host that it is reported for is another. */
const at = ({ jump }: { readonly jump?: string }, message: string, hint: string): Text => ({
  message: jump === undefined ? message : `jump host ${jump}: ${message}`,
  hint,
});
const byHand = ({ address, port }: { readonly address: string; readonly port: number }): string =>
  `ssh -v -p ${port} ${address}`;
const keyText = ({ type, fingerprint }: ShownKey): string => `${type} ${fingerprint}`;
const withoutStop = (said: string): string => said.trim().replace(/[.\s]+$/, '');

const FIND_OUT_WHY = 'Find out why: the host was reinstalled, or somebody is in between';
const MAKE_A_KEY =
  'Create a key (ssh-keygen -t ed25519), or name yours with ssh.identity in the inventory';

const STAGES = {
  tcp: 'no answer to the TCP connection',
  greeting: 'connected, but no SSH server answered',
  login: 'the SSH server did not finish the login',
} as const;

function unusableKey({ why, file, said }: UnusableKey): Text {
  const addToAgent = `Add it to the agent: ssh-add ${file.replace(/\.pub$/, '')}`;
  switch (why) {
    case 'absent':
      return {
        message: `the key file ${file} does not exist`,
        hint: 'Correct ssh.identity in the inventory, or IdentityFile in ~/.ssh/config',
      };
    case 'locked':
      return { message: `the key file ${file} needs its passphrase`, hint: addToAgent };
    case 'public':
      return {
        message: `${file} is a public key, and no agent holds the private key`,
        hint: addToAgent,
      };
    case 'unreadable':
      return {
        message: `the key file ${file} cannot be used: ${said}`,
        hint: `Check it: ssh-keygen -y -f ${file}`,
      };
  }
}

export const connectionTexts: Texts<ConnectionProblems> = {
  'ssh.unreachable': {
    'unknown-name': (params) =>
      at(
        params,
        `the name ${params.address} cannot be resolved`,
        `Correct the name, or set ssh.address for the host in the inventory (getent hosts ${params.address})`,
      ),
    'no-name-server': (params) =>
      at(
        params,
        `the name ${params.address} cannot be resolved: no name server answered`,
        'Check the name servers of this machine (/etc/resolv.conf), then run again',
      ),
    'connection-refused': (params) =>
      at(
        params,
        `${params.address}, port ${params.port}, refused the connection: nothing listens there`,
        'Start sshd on the host, or correct ssh.port in the inventory',
      ),
    'no-route': (params) =>
      at(
        params,
        `there is no route to ${params.address} (${params.said})`,
        `Check the network between here and the host (ip route get ${params.address})`,
      ),
    'no-connection': (params) =>
      at(
        params,
        `no connection to ${params.address}, port ${params.port}: ${params.said}`,
        `Try it by hand: ${byHand(params)}`,
      ),
    dropped: (params) =>
      at(
        params,
        `${params.address}, port ${params.port}, closed the connection before the handshake, ${params.tries} ${params.tries === 1 ? 'time' : 'times'}`,
        'Check its log (journalctl -u ssh) for MaxStartups, PerSourcePenalties or a full process table; run again later or with fewer --forks',
      ),
    'not-forwarded': (params) =>
      at(
        params,
        `${params.from} could not connect to ${params.address}, port ${params.port}: ${params.said}`,
        'Check the network behind the jump host, and AllowTcpForwarding in its sshd_config',
      ),
    handshake: (params) =>
      at(
        params,
        `the SSH handshake with ${params.endpoint} failed: ${params.said}`,
        `Try it by hand: ${byHand(params)}`,
      ),
    proxy: (params) =>
      at(
        params,
        `the ProxyCommand or ProxyJump to ${params.endpoint} failed: ${withoutStop(params.said)}`,
        `Try it by hand: ${byHand(params)}; check ProxyCommand and ProxyJump in ~/.ssh/config`,
      ),
  },
  'ssh.auth': {
    'no-key': (params) => {
      const agent = {
        none: 'no agent runs and ',
        empty: 'the agent has none and ',
        'not-asked': '',
      };
      return at(
        params,
        `there is no key to log in to ${params.endpoint} with: ${agent[params.agent]}none of ${params.files.join(', ')} is in ~/.ssh`,
        MAKE_A_KEY,
      );
    },
    'no-key-of-ssh': (params) =>
      at(
        params,
        `there is no key to log in to ${params.endpoint} with: ssh found none to offer`,
        MAKE_A_KEY,
      ),
    'unusable-key': (params) => {
      const { message, hint } = unusableKey(params);
      return at(params, message, hint);
    },
    refused: (params) => {
      const { endpoint, user, offered, methods, unusable } = params;
      const others = unusable.map(unusableKey);
      const message =
        methods.includes('publickey') || methods.length === 0
          ? `${endpoint} refused ${offered.join(', ') || 'to log in without a key'}`
          : `${endpoint} accepts no keys, only ${methods.join(', ')}`;
      return at(
        params,
        [message, ...others.map((other) => other.message)].join('; '),
        others[0]?.hint ??
          `Add the public key to ~${user}/.ssh/authorized_keys on the host (ssh-copy-id), or correct ssh.user and ssh.identity in the inventory`,
      );
    },
    'too-many-keys': (params) =>
      at(
        params,
        `${params.endpoint} closed the connection after too many keys (${params.offered.join(', ')})`,
        'Name the right key with ssh.identity in the inventory',
      ),
    ended: (params) =>
      at(
        params,
        `${params.endpoint} ended the login: ${withoutStop(params.said)}`,
        `Check the account there (chage -l ${params.user}; passwd -S ${params.user}) and the log (journalctl -u ssh)`,
      ),
    'no-security-key': (params) =>
      at(
        params,
        `${params.endpoint} requires a FIDO key, and no security key answered`,
        'Plug in the security key and touch it when it blinks, or name another key with ssh.identity in the inventory',
      ),
  },
  'ssh.host-key': {
    unknown: (params) =>
      at(
        params,
        `the host key of ${params.name} is not known: it shows ${keyText(params)}`,
        `Review and record the keys of the whole fleet: ${params.trust} (compare with ssh-keygen -lf /etc/ssh/ssh_host_*_key.pub on the host); or pin this one with ssh.hostKey: ${params.fingerprint}`,
      ),
    changed: (params) => {
      const { name, known } = params;
      return at(
        params,
        `the host key of ${name} has changed: it shows ${keyText(params)}, but ${known.file}:${known.line} has ${keyText(known)}`,
        `${FIND_OUT_WHY}. If the new key is right, remove the old one: ssh-keygen -R '${name}' -f ${known.file}`,
      );
    },
    revoked: (params) =>
      at(
        params,
        `the host key of ${params.name}, ${keyText(params)}, is revoked by ${params.file}:${params.line}`,
        'Do not log in there: give the host a new key',
      ),
    'not-pinned': (params) =>
      at(
        params,
        `the host key of ${params.name} is not the pinned ${params.pin}: it shows ${params.shown.map(keyText).join(', ')}`,
        `${FIND_OUT_WHY}. If the new key is right, correct ssh.hostKey in the inventory`,
      ),
    distrusted: (params) =>
      at(
        params,
        `ssh does not trust the host key of ${params.address}`,
        `See why: ssh -v ${params.address}; or pin the key with ssh.hostKey: SHA256:... in the inventory`,
      ),
    'file-unreadable': (params) =>
      at(
        params,
        `${params.file} cannot be read, so no host key can be trusted: ${params.said}`,
        `Make ${params.file} readable, or pin the keys with ssh.hostKey in the inventory`,
      ),
    'file-unwritable': (params) =>
      at(
        params,
        `host keys cannot be recorded in ${params.file}: ${params.said}`,
        `Make ${params.file} and its directory writable, or pin the keys with ssh.hostKey in the inventory`,
      ),
    'not-shown': ({ address, setting }) => ({
      message: `only OpenSSH can reach ${address} (${setting}), so its host key cannot be shown here`,
      hint: `Log in once and compare the key: ssh ${address}`,
    }),
  },
  'ssh.timeout': {
    login: (params) =>
      at(
        params,
        `no login to ${params.endpoint} within ${params.seconds} s: ${STAGES[params.stage]}`,
        params.stage === 'tcp'
          ? `Look for a firewall that drops packets to port ${params.port}, or raise --connect-timeout`
          : 'Check the load of the host, or raise --connect-timeout',
      ),
    'login-interrupted': (params) =>
      at(params, `the connection to ${params.endpoint} was interrupted`, 'Run again'),
    command: ({ endpoint, seconds }) => ({
      message: `a command on ${endpoint} did not finish within ${seconds} s and was abandoned`,
      hint: 'Check the host, then run again; --timeout allows more time',
    }),
    'command-interrupted': ({ endpoint }) => ({
      message: `a command on ${endpoint} was abandoned: the run was interrupted`,
      hint: 'Run again',
    }),
  },
  'ssh.lost': {
    dropped: (params) =>
      at(
        params,
        `the connection to ${params.endpoint} was lost: ${params.said}`,
        'Run again: what was started on the host continues there',
      ),
    'nothing-started': () => ({
      message: 'the connection was lost before anything was started',
      hint: 'Run again: nothing was changed on the host',
    }),
  },
  'ssh.unsupported': {
    'openssh-required': ({ feature, refused }) => ({
      message: `only OpenSSH's own client can log in: ${feature}${refused.length > 0 ? ` (the built-in client was refused with ${refused.join(', ')})` : ''}`,
      hint: 'Set ssh.transport to auto or openssh for this host in the inventory',
    }),
    'no-common-algorithm': (params) =>
      at(
        params,
        `${params.endpoint} and ssh have no algorithm in common`,
        `Compare what each offers: ssh -vv ${params.address}`,
      ),
    'bad-configuration': (params) =>
      at(
        params,
        `ssh refuses the OpenSSH configuration for ${params.address}`,
        `Run this and fix what it names: ssh -G ${params.address}`,
      ),
    'unread-configuration': (params) =>
      at(
        params,
        `~/.ssh/config may have settings for ${params.address}, and this machine has no ssh command to read them`,
        'Install it: apt-get install openssh-client',
      ),
    'bad-jump-host': ({ text }) => ({
      message: `"${text}" is not a jump host`,
      hint: 'Write [user@]host[:port] in ssh.jump or ProxyJump',
    }),
    'no-ssh-command': (params) =>
      at(params, 'this machine has no ssh command', 'Install it: apt-get install openssh-client'),
    'old-ssh-command': (params) =>
      at(
        params,
        `the ssh command of this machine is older than ${params.needed} and cannot check the pinned host key of ${params.name}`,
        'Upgrade openssh-client, or add the key to ~/.ssh/known_hosts and remove ssh.hostKey from the inventory',
      ),
  },
  'sudo.refused': {
    'password-expired': ({ user, address }) => ({
      message: `the password of ${user ?? 'the login user'} has expired`,
      hint: `Set a new one on ${address}: passwd ${user ?? ''}`.trimEnd(),
    }),
    'account-expired': ({ user, address }) => ({
      message: `the account of ${user ?? 'the login user'} has expired`,
      hint: `Check it on ${address} with chage -l ${user ?? 'USER'}; reactivate it with chage -E -1 ${user ?? 'USER'}`,
    }),
    'not-allowed': ({ user, address }) => ({
      message: `${user ?? 'the login user'} may not use sudo`,
      hint: `Add a line to /etc/sudoers.d/ on ${address}: ${sudoRule(user)}`,
    }),
    'needs-tty': ({ user, address }) => ({
      message: 'sudo requires a terminal (requiretty)',
      hint: `Add a line to /etc/sudoers.d/ on ${address}: Defaults:${user ?? 'USER'} !requiretty`,
    }),
    'no-sudo': () => ({
      message: 'sudo is not installed',
      hint: 'Install sudo, or log in as root with sudo: none',
    }),
    'not-root': () => ({
      message: 'the login is not root',
      hint: 'Set sudo: passwordless (or ask) for the host in the inventory',
    }),
    failed: ({ address, exit }) => ({
      message: `sudo failed (exit ${exit})`,
      hint: `Try it by hand: ssh ${address} sudo true`,
    }),
  },
  'sudo.password': {
    'password-required': ({ user }) => ({
      message: `sudo requires a password for ${user ?? 'the login user'}`,
      hint: `Pass it with -K, or with sudo: { password: ... } in the inventory, or allow sudo without one in /etc/sudoers.d/: ${sudoRule(user)}`,
    }),
    'password-refused': ({ user }) => ({
      message: `sudo rejected the password of ${user ?? 'the login user'}`,
      hint: 'Enter it again, or correct the secret',
    }),
  },
};

const sudoRule = (user: string | null): string => `${user ?? 'USER'} ALL=(ALL) NOPASSWD: ALL`;

export const connectionHostParams: HostParams<ConnectionProblems> = {
  'ssh.unreachable': { address: 'HOST', endpoint: 'HOST' },
  'ssh.auth': { endpoint: 'HOST' },
  'ssh.host-key': { name: 'HOST', address: 'HOST', fingerprint: 'SHA256:...' },
  'ssh.timeout': { endpoint: 'HOST' },
  'ssh.lost': { endpoint: 'HOST' },
  'ssh.unsupported': { name: 'HOST', address: 'HOST', endpoint: 'HOST' },
  'sudo.refused': { address: 'HOST' },
  'sudo.password': { address: 'HOST' },
};
