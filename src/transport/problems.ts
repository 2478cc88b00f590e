import type { Problem, ProblemOf } from '../model/problem.ts';
import { ToolError } from '../model/problem.ts';
import type {
  ConnectionProblems,
  ShownKey,
  UnusableKey,
} from '../model/problems/connection-problems.ts';
import { fingerprint, type KnownKey, typeOf } from './known-hosts.ts';

/** Where a login goes. */
export interface Endpoint {
  readonly user: string;
  readonly host: string;
  readonly port: number;
}

/** `ops@web-01.example.com:2222` */
export const endpointText = ({ user, host, port }: Endpoint): string =>
  `${user}@${host.includes(':') ? `[${host}]` : host}${port === 22 ? '' : `:${port}`}`;

type Code = keyof ConnectionProblems;

/** Makes problems of one code; `detail`: what another program said. */
const problemsOf =
  <C extends Code>(code: C, { transient = false } = {}) =>
  (params: ConnectionProblems[C], detail = ''): ProblemOf<C> =>
    ({
      code,
      params,
      ...(transient ? { transient } : {}),
      ...(detail === '' ? {} : { detail }),
    }) as ProblemOf<C>;

export const authProblem = problemsOf('ssh.auth');
export const hostKeyProblem = problemsOf('ssh.host-key');
export const unsupported = problemsOf('ssh.unsupported');
export const timedOut = problemsOf('ssh.timeout', { transient: true });

export const unreachable = (params: ConnectionProblems['ssh.unreachable'], detail?: string) =>
  // a wrong name stays wrong
  problemsOf('ssh.unreachable', { transient: params.reason !== 'unknown-name' })(params, detail);

export const lost = (endpoint: string, said: string): Problem =>
  problemsOf('ssh.lost', { transient: true })({ reason: 'dropped', endpoint, said });

/** Only OpenSSH may make this login. Shown only where the inventory forces the built-in client. */
export class OpensshRequired extends ToolError {
  /** "ProxyCommand nc %h %p in ~/.ssh/config" */
  readonly feature: string;
  /** The server refused all that the built-in client could offer. */
  readonly afterRefusal: boolean;

  constructor(feature: string, refused: readonly string[] = []) {
    super(unsupported({ reason: 'openssh-required', feature, refused }));
    this.name = 'OpensshRequired';
    this.feature = feature;
    this.afterRefusal = refused.length > 0;
  }
}

/** `error`, as a problem of a jump host rather than of the host behind it. */
export function ofJumpHost(error: unknown, jump: string): unknown {
  if (!(error instanceof ToolError) || error instanceof OpensshRequired) return error;
  const [first, ...rest] = error.problems.map((problem): Problem => {
    const named: unknown = { ...problem, params: { jump, ...problem.params } };
    return named as Problem;
  });
  return new ToolError(first!, ...rest);
}

/** The error codes of the system that need no word of its own. */
const TCP_REASONS: Readonly<
  Record<string, 'unknown-name' | 'no-name-server' | 'connection-refused'>
> = {
  ENOTFOUND: 'unknown-name',
  EAI_NONAME: 'unknown-name',
  EAI_AGAIN: 'no-name-server',
  ECONNREFUSED: 'connection-refused',
};

/** No TCP connection; `cause.code` is the system's error code. */
export function noConnection(
  { host: address, port }: Endpoint,
  cause: { readonly code?: string | undefined; readonly message: string },
): Problem {
  const { code = cause.message } = cause;
  const reason = TCP_REASONS[code];
  if (reason) return unreachable({ reason, address, port });
  const noRoute = ['EHOSTUNREACH', 'ENETUNREACH', 'EADDRNOTAVAIL'].includes(code);
  return unreachable({ reason: noRoute ? 'no-route' : 'no-connection', address, port, said: code });
}

export const dropped = ({ host, port }: Endpoint, tries: number): Problem =>
  unreachable({ reason: 'dropped', address: host, port, tries });

export function handshakeFailed(
  to: Endpoint,
  reason: 'handshake' | 'proxy',
  said: string,
  detail?: string,
): Problem {
  const { host: address, port } = to;
  return unreachable({ reason, endpoint: endpointText(to), address, port, said }, detail);
}

/** How far a login came. */
export type Stage = Extract<ConnectionProblems['ssh.timeout'], { reason: 'login' }>['stage'];

export function tooSlow(to: Endpoint, stage: Stage, timeoutMs: number): Problem {
  const seconds = timeoutMs / 1000;
  const limit = '--connect-timeout';
  const endpoint = endpointText(to);
  return timedOut({ reason: 'login', endpoint, port: to.port, seconds, stage, limit });
}

export const loginInterrupted = (endpoint: Endpoint): Problem =>
  timedOut({ reason: 'login-interrupted', endpoint: endpointText(endpoint) });

const shownKey = (blob: Uint8Array): ShownKey => ({
  type: shortType(typeOf(blob)),
  fingerprint: fingerprint(blob),
});
const shortType = (type: string): string => type.replace(/^ssh-|^ecdsa-sha2-/, '');

/** @param trust the command that shows and records the host keys of this run's hosts */
export const unknownHostKey = (name: string, blob: Uint8Array, trust = 'alloyup trust'): Problem =>
  hostKeyProblem({ reason: 'unknown', name, trust, ...shownKey(blob) });

export function changedHostKey(name: string, blob: Uint8Array, keys: readonly KnownKey[]): Problem {
  const entry = keys.find(({ type }) => type === typeOf(blob)) ?? keys[0]!;
  const { file, line } = entry;
  const known = { ...shownKey(Buffer.from(entry.key, 'base64')), file, line };
  const problem = hostKeyProblem({ reason: 'changed', name, known, ...shownKey(blob) });
  return { ...problem, at: { file, line, column: 1 } };
}

export function revokedHostKey(name: string, blob: Uint8Array, { file, line }: KnownKey): Problem {
  const problem = hostKeyProblem({ reason: 'revoked', name, file, line, ...shownKey(blob) });
  return { ...problem, at: { file, line, column: 1 } };
}

export const pinMismatch = (name: string, pin: string, blobs: readonly Uint8Array[]): Problem =>
  hostKeyProblem({ reason: 'not-pinned', name, pin, shown: blobs.map(shownKey) });

/** ssh(1) does not trust a host's key for a reason of its own. */
export const distrusted = ({ host }: Endpoint, said: readonly string[]): Problem =>
  hostKeyProblem({ reason: 'distrusted', address: host }, said.slice(-8).join('\n'));

export const unusableKey = (key: UnusableKey): Problem =>
  authProblem({ reason: 'unusable-key', ...key });

/** Every key was offered and refused; `methods`: what the server would still take. */
export function refused(
  to: Endpoint,
  offered: readonly string[],
  methods: readonly string[],
  unusable: readonly UnusableKey[],
  detail?: string,
): Problem {
  const login = { endpoint: endpointText(to), user: to.user };
  return authProblem({ reason: 'refused', ...login, offered, methods, unusable }, detail);
}

/** The server accepted a key, and wants something else besides that we cannot give. */
export const secondFactor = (to: Endpoint, accepted: string, methods: readonly string[]): Problem =>
  authProblem({
    reason: 'second-factor',
    endpoint: endpointText(to),
    user: to.user,
    accepted,
    methods,
  });

/** The server counted more tries than it allows before the right key came. */
export const tooManyKeys = (endpoint: Endpoint, offered: readonly string[]): Problem =>
  authProblem({ reason: 'too-many-keys', endpoint: endpointText(endpoint), offered });

/** What systemd and shutdown(8) write for pam_nologin: it passes. */
const FOR_NOW = /pam_nologin|booting up|going down|shutting down/i;

/** The server accepted a key and then ended the login; its banner is all that it says. */
export function loginEnded(to: Endpoint, banner: string): Problem {
  const said = banner.trim().replace(/\s+/g, ' ').slice(-400);
  const problem = authProblem({
    reason: 'ended',
    endpoint: endpointText(to),
    user: to.user,
    said,
  });
  return FOR_NOW.test(said) ? { ...problem, transient: true } : problem;
}
