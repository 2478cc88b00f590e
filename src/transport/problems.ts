import { isWritten, type Problem } from '../model/problem.ts';
import type { KnownKey } from './known-hosts.ts';
import { fingerprint, fingerprintOf, typeOf } from './known-hosts.ts';

/** Where a login goes, in words: `ops@web-01.example.com:2222`. */
export interface Endpoint {
  readonly user: string;
  readonly host: string;
  readonly port: number;
}

export const endpointText = ({ user, host, port }: Endpoint): string =>
  `${user}@${host.includes(':') ? `[${host}]` : host}${port === 22 ? '' : `:${port}`}`;

/** Why no TCP connection came about; `cause.code` is the system's word. */
export function unreachable({ host, port }: Endpoint, cause: NodeJS.ErrnoException): Problem {
  const where = `${host}, port ${port}`;
  switch (cause.code) {
    case 'ENOTFOUND':
    case 'EAI_NONAME':
      return {
        code: 'ssh.unreachable',
        message: `the name ${host} is not known`,
        hint: `correct the name, or give the host ssh.address in the inventory (getent hosts ${host})`,
      };
    case 'EAI_AGAIN':
      return {
        code: 'ssh.unreachable',
        message: `the name ${host} could not be looked up: no name server answered`,
        hint: 'look at the name servers of this machine (/etc/resolv.conf), then run again',
        transient: true,
      };
    case 'ECONNREFUSED':
      return {
        code: 'ssh.unreachable',
        message: `${where} refused the connection: nothing listens there`,
        hint: `start sshd on the host, or correct ssh.port in the inventory`,
        transient: true,
      };
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'EADDRNOTAVAIL':
      return {
        code: 'ssh.unreachable',
        message: `there is no route to ${where} (${cause.code})`,
        hint: `look at the network between here and the host (ip route get ${host})`,
        transient: true,
      };
    default:
      return {
        code: 'ssh.unreachable',
        message: `${where} could not be reached: ${cause.code ?? cause.message}`,
        hint: `try it by hand: ssh -v -p ${port} ${host}`,
        transient: true,
      };
  }
}

/** The server hung up before it said who it is, `tries` times. */
export const dropped = ({ host, port }: Endpoint, tries: number): Problem => ({
  code: 'ssh.unreachable',
  message: `${host}, port ${port}, closed the connection before the handshake, ${tries} times`,
  hint: 'look at its log (journalctl -u ssh): MaxStartups, PerSourcePenalties or a full process table do this; run again later or with fewer --forks',
  transient: true,
});

const STAGES = {
  limit: 'waiting for a free place among the handshakes',
  tcp: 'no answer to the TCP connection',
  greeting: 'connected, but no SSH server greeted',
  login: 'the SSH server did not finish the login',
} as const;
export type Stage = keyof typeof STAGES;

export const tooSlow = (endpoint: Endpoint, stage: Stage, timeoutMs: number): Problem => ({
  code: 'ssh.timeout',
  message: `no login on ${endpointText(endpoint)} within ${timeoutMs / 1000} s: ${STAGES[stage]}`,
  hint:
    stage === 'tcp'
      ? `look for a firewall that drops packets to port ${endpoint.port}, or raise --connect-timeout`
      : 'look at the load of the host, or raise --connect-timeout',
  transient: true,
});

export const calledOff = (endpoint: Endpoint): Problem => ({
  code: 'ssh.timeout',
  message: `the connection to ${endpointText(endpoint)} was called off`,
  hint: 'run again',
  transient: true,
});

const shown = (blob: Uint8Array): string =>
  `${typeOf(blob).replace(/^ssh-|^ecdsa-sha2-/, '')} ${fingerprint(blob)}`;

/** @param trust the command that shows and records the keys of all hosts of the run */
export const unknownHostKey = (
  name: string,
  blob: Uint8Array,
  trust = 'alloyup trust',
): Problem => ({
  code: 'ssh.host-key',
  message: `the host key of ${name} is not known: it shows ${shown(blob)}`,
  hint: `look at the keys of the whole fleet in one table, and record them: ${trust} (compare with ssh-keygen -lf /etc/ssh/ssh_host_*_key.pub on the host); or pin this one with ssh.hostKey: ${fingerprint(blob)}`,
});

export function changedHostKey(
  name: string,
  blob: Uint8Array,
  entries: readonly KnownKey[],
): Problem {
  const type = typeOf(blob);
  const entry = entries.find((each) => each.type === type) ?? entries[0]!;
  const removal = `ssh-keygen -R '${name}' -f ${entry.file}`;
  return {
    code: 'ssh.host-key',
    message: `the host key of ${name} has changed: it shows ${shown(blob)}, but ${entry.file}:${entry.line} has ${entry.type} ${fingerprintOf(entry)}`,
    hint: `find out why: a reinstalled host, or somebody in between. If the new key is right: ${removal}`,
    at: { file: entry.file, line: entry.line, column: 1 },
  };
}

export const revokedHostKey = (name: string, blob: Uint8Array, entry: KnownKey): Problem => ({
  code: 'ssh.host-key',
  message: `the host key of ${name}, ${shown(blob)}, is revoked by ${entry.file}:${entry.line}`,
  hint: 'do not log in there: give the host a new key',
  at: { file: entry.file, line: entry.line, column: 1 },
});

export const unpinnedHostKey = (
  name: string,
  pin: string,
  seen: readonly Uint8Array[],
): Problem => ({
  code: 'ssh.host-key',
  message: `the host key of ${name} is not the pinned ${pin}: it shows ${seen.map(shown).join(', ')}`,
  hint: 'find out why: a reinstalled host, or somebody in between. If the new key is right, correct ssh.hostKey in the inventory',
});

/** No key to offer at all. */
export const noKey = (endpoint: Endpoint, looked: string): Problem => ({
  code: 'ssh.auth',
  message: `there is no key to log in on ${endpointText(endpoint)} with: ${looked}`,
  hint: 'make one (ssh-keygen -t ed25519), or name yours with ssh.identity in the inventory',
});

/** Every key was offered and refused; `methods`: what the server would still take. */
export function refused(
  endpoint: Endpoint,
  offered: readonly string[],
  methods: readonly string[],
  others: readonly Problem[],
): Problem {
  const [login, keys] = [endpointText(endpoint), offered.join(', ') || 'no key'];
  const rest = others
    .filter(isWritten)
    .map(({ message, hint }) => `${message}. ${hint}`)
    .join('\n');
  return {
    code: 'ssh.auth',
    message:
      methods.includes('publickey') || methods.length === 0
        ? `${login} refused ${keys}`
        : `${login} takes no keys, only ${methods.join(', ')}`,
    hint:
      others.find(isWritten)?.hint ??
      `put the public half into ~${endpoint.user}/.ssh/authorized_keys there (ssh-copy-id), or correct ssh.user and ssh.identity in the inventory`,
    ...(rest === '' ? {} : { detail: rest }),
  };
}

/** ssh(1) does not trust a host's key, by its own words: of a certificate, or a KnownHostsCommand. */
export const distrusted = ({ host }: Endpoint, said: readonly string[]): Problem => ({
  code: 'ssh.host-key',
  message: `the host key of ${host} is not trusted by ssh`,
  hint: `see why: ssh -v ${host}; or pin the key with ssh.hostKey: SHA256:... in the inventory`,
  ...(said.length > 0 ? { detail: said.slice(-8).join('\n') } : {}),
});

export const lost = (endpoint: Endpoint, why: string): Problem => ({
  code: 'ssh.lost',
  params: { reason: 'dropped', endpoint: endpointText(endpoint), said: why },
  transient: true,
});

export const leftBehind = (where: string, seconds: number): Problem => ({
  code: 'ssh.timeout',
  message: `a command on ${where} was not done within ${seconds} s and was left behind`,
  hint: 'look at the host, then run again; --timeout gives it longer',
  transient: true,
});

export const interrupted = (where: string): Problem => ({
  code: 'ssh.timeout',
  message: `a command on ${where} was left behind: the run was interrupted`,
  hint: 'run again',
  transient: true,
});

/** The server counted more tries than it allows before the right key came. */
export const tooManyKeys = (endpoint: Endpoint, offered: readonly string[]): Problem => ({
  code: 'ssh.auth',
  message: `${endpointText(endpoint)} hung up after too many keys (${offered.join(', ')})`,
  hint: 'name the right one with ssh.identity in the inventory',
});

export const notForwarded = (from: Endpoint, to: Endpoint, why: string): Problem => ({
  code: 'ssh.unreachable',
  message: `${endpointText(from)} could not connect to ${to.host}, port ${to.port}: ${why.replace(/^\(SSH\) Channel open failure: /, '')}`,
  hint: 'look at the network behind the jump host, and at AllowTcpForwarding in its sshd_config',
  transient: true,
});

export const noHandshake = (endpoint: Endpoint, why: string): Problem => ({
  code: 'ssh.unreachable',
  message: `the SSH handshake with ${endpointText(endpoint)} failed: ${why}`,
  hint: `try it by hand: ssh -v -p ${endpoint.port} ${endpoint.host}`,
  transient: true,
});

/** The server hung up on a key that it had taken: its words for people are all that it tells. */
export const letGo = (endpoint: Endpoint, words: string): Problem => ({
  code: 'ssh.auth',
  message: `${endpointText(endpoint)} ended the login: ${words.trim().replace(/[.\s]+$/, '')}`,
  hint: `look at the account there (chage -l ${endpoint.user}; passwd -S ${endpoint.user}) and at its log (journalctl -u ssh)`,
});

export const badHop = (text: string): Problem => ({
  code: 'ssh.unsupported',
  message: `"${text}" is no jump host`,
  hint: 'write [user@]host[:port] in ssh.jump or ProxyJump',
});
