import type { Host } from '../model/host.ts';
import type { Problem } from '../model/problem.ts';
import { ToolError } from '../model/problem.ts';
import type { KnownKey } from './known-hosts.ts';
import { fingerprint, fingerprintOf, typeOf } from './known-hosts.ts';

/** Where a login goes. */
export interface Endpoint {
  readonly user: string;
  readonly host: string;
  readonly port: number;
}

/** `ops@web-01.example.com:2222` */
export const endpointText = ({ user, host, port }: Endpoint): string =>
  `${user}@${host.includes(':') ? `[${host}]` : host}${port === 22 ? '' : `:${port}`}`;

/**
 * The built-in client cannot make this login, and OpenSSH may. Reaches the user only where the
 * inventory forces the built-in client.
 */
export class OpensshRequired extends ToolError {
  /** "ProxyCommand nc %h %p in ~/.ssh/config" */
  readonly why: string;
  /** The server refused all that the built-in client could offer. */
  readonly afterRefusal: boolean;

  constructor(name: string, why: string, refused?: Problem) {
    super({
      code: 'ssh.unsupported',
      message: `${refused ? `${refused.message}; ` : ''}${name} needs OpenSSH's own client: ${why}`,
      hint: 'set ssh.transport to auto or openssh for this host in the inventory',
    });
    this.name = 'OpensshRequired';
    this.why = why;
    this.afterRefusal = refused !== undefined;
  }
}

/** `error`, as a problem of a jump host rather than of the host behind it. */
export function ofJumpHost(error: unknown, jump: string): unknown {
  if (!(error instanceof ToolError) || error instanceof OpensshRequired) return error;
  const [first, ...rest] = error.problems.map((problem) => ({
    ...problem,
    message: `jump host ${jump}: ${problem.message}`,
  }));
  return new ToolError(first!, ...rest);
}

/** No TCP connection; `cause.code` is the system's error code. */
export function unreachable(
  { host, port }: Endpoint,
  cause: { readonly code?: string | undefined; readonly message: string },
): Problem {
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

/** The server closed the connection before its greeting, `tries` times. */
export const dropped = ({ host, port }: Endpoint, tries: number): Problem => ({
  code: 'ssh.unreachable',
  message: `${host}, port ${port}, closed the connection before the handshake, ${tries} times`,
  hint: 'look at its log (journalctl -u ssh): MaxStartups, PerSourcePenalties or a full process table do this; run again later or with fewer --forks',
  transient: true,
});

const STAGES = {
  tcp: 'no answer to the TCP connection',
  greeting: 'connected, but no SSH server greeted',
  login: 'the SSH server did not finish the login',
} as const;
/** How far a login came. */
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

/** @param trust the command that shows and records the host keys of this run's hosts */
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

export const pinMismatch = (name: string, pin: string, keys: readonly Uint8Array[]): Problem => ({
  code: 'ssh.host-key',
  message: `the host key of ${name} is not the pinned ${pin}: it shows ${keys.map(shown).join(', ')}`,
  hint: 'find out why: a reinstalled host, or somebody in between. If the new key is right, correct ssh.hostKey in the inventory',
});

const makeKey =
  'make one (ssh-keygen -t ed25519), or name yours with ssh.identity in the inventory';

/** No key to offer at all. */
export function noKey(
  endpoint: Endpoint,
  looked: {
    readonly files: readonly string[];
    readonly allAgentKeys: boolean;
    readonly agent: string | null;
  },
): Problem {
  const { files, allAgentKeys, agent } = looked;
  const inAgent = agent === null ? 'no agent runs' : 'the agent has none';
  const names = files.map((path) => path.replace(/^.*\//, '')).join(', ');
  return {
    code: 'ssh.auth',
    message: `there is no key to log in on ${endpointText(endpoint)} with: ${allAgentKeys ? `${inAgent} and ` : ''}none of ${names} is in ~/.ssh`,
    hint: makeKey,
  };
}

export const noKeyOfSsh = (endpoint: Endpoint): Problem => ({
  code: 'ssh.auth',
  message: `there is no key to log in on ${endpointText(endpoint)} with: ssh found none to offer`,
  hint: makeKey,
});

/** A key that was named and cannot be offered. */
export interface UnusableKey {
  /** `~/.ssh/id_ed25519` */
  readonly file: string;
  /** `public`: only the public half, and no agent holds the private one. */
  readonly reason: 'absent' | 'locked' | 'public' | 'unreadable';
  /** What the system or the parser said; empty unless unreadable. */
  readonly said: string;
}

export function unusableKey({ file, reason, said }: UnusableKey): Problem {
  const addToAgent = `add it to the agent: ssh-add ${file.replace(/\.pub$/, '')}`;
  switch (reason) {
    case 'absent':
      return {
        code: 'ssh.auth',
        message: `the key file ${file} does not exist`,
        hint: 'correct ssh.identity in the inventory (or IdentityFile in ~/.ssh/config)',
      };
    case 'locked':
      return {
        code: 'ssh.auth',
        message: `the key file ${file} needs its passphrase`,
        hint: addToAgent,
      };
    case 'public':
      return {
        code: 'ssh.auth',
        message: `${file} is a public key, and no agent holds its private half`,
        hint: addToAgent,
      };
    case 'unreadable':
      return {
        code: 'ssh.auth',
        message: `the key file ${file} cannot be used: ${said}`,
        hint: `look at it: ssh-keygen -y -f ${file}`,
      };
  }
}

/** Every key was offered and refused; `methods`: what the server would still take. */
export function refused(
  endpoint: Endpoint,
  offered: readonly string[],
  methods: readonly string[],
  unusable: readonly UnusableKey[],
): Problem {
  const [login, keys] = [endpointText(endpoint), offered.join(', ') || 'no key'];
  const others = unusable.map(unusableKey);
  const rest = others.map(({ message, hint }) => `${message}. ${hint}`).join('\n');
  return {
    code: 'ssh.auth',
    message:
      methods.includes('publickey') || methods.length === 0
        ? `${login} refused ${keys}`
        : `${login} takes no keys, only ${methods.join(', ')}`,
    hint:
      others[0]?.hint ??
      `put the public half into ~${endpoint.user}/.ssh/authorized_keys there (ssh-copy-id), or correct ssh.user and ssh.identity in the inventory`,
    ...(rest === '' ? {} : { detail: rest }),
  };
}

/** The server counted more tries than it allows before the right key came. */
export const tooManyKeys = (endpoint: Endpoint, offered: readonly string[]): Problem => ({
  code: 'ssh.auth',
  message: `${endpointText(endpoint)} hung up after too many keys (${offered.join(', ')})`,
  hint: 'name the right one with ssh.identity in the inventory',
});

/** The server accepted a key and then ended the login; its banner is all that it says. */
export const loginEnded = (endpoint: Endpoint, banner: string): Problem => ({
  code: 'ssh.auth',
  message: `${endpointText(endpoint)} ended the login: ${banner.trim().replace(/[.\s]+$/, '')}`,
  hint: `look at the account there (chage -l ${endpoint.user}; passwd -S ${endpoint.user}) and at its log (journalctl -u ssh)`,
});

export const noSecurityKey = (endpoint: Endpoint): Problem => ({
  code: 'ssh.auth',
  message: `${endpointText(endpoint)} wants a FIDO key, and no security key answered`,
  hint: 'plug the security key in and touch it when it blinks, or name another key with ssh.identity in the inventory',
});

/** ssh(1) does not trust a host's key for a reason of its own: a certificate, or a KnownHostsCommand. */
export const distrusted = ({ host }: Endpoint, said: readonly string[]): Problem => ({
  code: 'ssh.host-key',
  message: `the host key of ${host} is not trusted by ssh`,
  hint: `see why: ssh -v ${host}; or pin the key with ssh.hostKey: SHA256:... in the inventory`,
  ...(said.length > 0 ? { detail: said.slice(-8).join('\n') } : {}),
});

export const lost = (where: string, why: string): Problem => ({
  code: 'ssh.lost',
  message: `the connection to ${where} was lost: ${why}`,
  hint: 'run again: what was begun on the host has gone on there',
  transient: true,
});

export const commandTimeout = (where: string, timeoutMs: number): Problem => ({
  code: 'ssh.timeout',
  message: `a command on ${where} was not done within ${timeoutMs / 1000} s and was left behind`,
  hint: 'look at the host, then run again; --timeout gives it longer',
  transient: true,
});

export const interrupted = (where: string): Problem => ({
  code: 'ssh.timeout',
  message: `a command on ${where} was left behind: the run was interrupted`,
  hint: 'run again',
  transient: true,
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

export const proxyFailed = (endpoint: Endpoint, said: string): Problem => ({
  code: 'ssh.unreachable',
  message: `no way to ${endpointText(endpoint)} was opened: ${said.replace(/[.\s]+$/, '')}`,
  hint: `try it by hand: ssh -v -p ${endpoint.port} ${endpoint.host}; look at ProxyCommand and ProxyJump in ~/.ssh/config`,
  transient: true,
});

export const noCommonAlgorithm = (endpoint: Endpoint): Problem => ({
  code: 'ssh.unsupported',
  message: `${endpointText(endpoint)} and ssh have no algorithm in common`,
  hint: `compare what each offers: ssh -vv ${endpoint.host}`,
});

export const badConfiguration = (address: string): Problem => ({
  code: 'ssh.unsupported',
  message: `ssh refused the configuration of OpenSSH for ${address}`,
  hint: `run it and fix what it names: ssh -G ${address}`,
});

export const badHop = (text: string): Problem => ({
  code: 'ssh.unsupported',
  message: `"${text}" is no jump host`,
  hint: 'write [user@]host[:port] in ssh.jump or ProxyJump',
});

export const NO_SSH_COMMAND: Problem = {
  code: 'ssh.unsupported',
  message: 'the ssh command is not on this machine',
  hint: 'install it (apt-get install openssh-client)',
};

export const sshTooOld = (name: string, needed: number): Problem => ({
  code: 'ssh.unsupported',
  message: `the ssh command of this machine is older than ${needed} and cannot be held to the pinned host key of ${name}`,
  hint: 'upgrade openssh-client, or put the key into ~/.ssh/known_hosts and take ssh.hostKey out of the inventory',
});

export const scanNeedsOpenssh = ({ name, address }: Host, setting: string): Problem => ({
  code: 'ssh.host-key',
  message: `only OpenSSH can reach ${name} (${setting}), so its host key cannot be shown here`,
  hint: `log in once and compare the key: ssh ${address}`,
});

export const unreadableConfiguration = (address: string): Problem => ({
  code: 'ssh.unsupported',
  message: `~/.ssh/config may have settings for ${address}, and the ssh command that reads them is not on this machine`,
  hint: 'install it (apt-get install openssh-client)',
});

export const knownHostsUnreadable = (file: string, said: string): Problem => ({
  code: 'ssh.host-key',
  message: `${file} cannot be read, so no host key can be trusted: ${said}`,
  hint: `make ${file} readable, or pin the keys with ssh.hostKey in the inventory`,
});

export const knownHostsUnwritable = (file: string, said: string): Problem => ({
  code: 'ssh.host-key',
  message: `host keys cannot be recorded in ${file}: ${said}`,
  hint: `make ${file} and its directory writable, or pin the keys with ssh.hostKey in the inventory`,
});
