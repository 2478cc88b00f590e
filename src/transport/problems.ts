import type { Problem, ProblemOf } from '../model/problem.ts';
import { ToolError } from '../model/problem.ts';
import type {
  ConnectionProblems,
  ShownKey,
  UnusableKey,
} from '../model/problems/connection-problems.ts';
import { fingerprint, fingerprintOf, type KnownKey, typeOf } from './known-hosts.ts';

/** Where a login goes. */
export interface Endpoint {
  readonly user: string;
  readonly host: string;
  readonly port: number;
}

/** `ops@web-01.example.com:2222` */
export const endpointText = ({ user, host, port }: Endpoint): string =>
  `${user}@${host.includes(':') ? `[${host}]` : host}${port === 22 ? '' : `:${port}`}`;

type ParamsOf<C extends keyof ConnectionProblems> = ConnectionProblems[C];

export const unreachable = (
  params: ParamsOf<'ssh.unreachable'>,
  detail?: string,
): ProblemOf<'ssh.unreachable'> => ({
  code: 'ssh.unreachable',
  params,
  // a wrong name stays wrong
  ...(params.reason === 'unknown-name' ? {} : { transient: true }),
  ...(detail ? { detail } : {}),
});

export const authProblem = (
  params: ParamsOf<'ssh.auth'>,
  detail?: string,
): ProblemOf<'ssh.auth'> => ({ code: 'ssh.auth', params, ...(detail ? { detail } : {}) });

export const hostKeyProblem = (
  params: ParamsOf<'ssh.host-key'>,
  detail?: string,
): ProblemOf<'ssh.host-key'> => ({ code: 'ssh.host-key', params, ...(detail ? { detail } : {}) });

export const unsupported = (
  params: ParamsOf<'ssh.unsupported'>,
  detail?: string,
): ProblemOf<'ssh.unsupported'> => ({
  code: 'ssh.unsupported',
  params,
  ...(detail ? { detail } : {}),
});

export const timedOut = (params: ParamsOf<'ssh.timeout'>): ProblemOf<'ssh.timeout'> => ({
  code: 'ssh.timeout',
  params,
  transient: true,
});

export const lost = (endpoint: string, said: string): Problem => ({
  code: 'ssh.lost',
  params: { reason: 'dropped', endpoint, said },
  transient: true,
});

/**
 * The built-in client cannot make this login, and OpenSSH may. Reaches the user only where the
 * inventory forces the built-in client.
 */
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

/** No TCP connection; `cause.code` is the system's error code. */
export function noConnection(
  { host: address, port }: Endpoint,
  cause: { readonly code?: string | undefined; readonly message: string },
): Problem {
  const said = cause.code ?? cause.message;
  switch (cause.code) {
    case 'ENOTFOUND':
    case 'EAI_NONAME':
      return unreachable({ reason: 'unknown-name', address, port });
    case 'EAI_AGAIN':
      return unreachable({ reason: 'no-name-server', address, port });
    case 'ECONNREFUSED':
      return unreachable({ reason: 'connection-refused', address, port });
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'EADDRNOTAVAIL':
      return unreachable({ reason: 'no-route', address, port, said });
    default:
      return unreachable({ reason: 'no-connection', address, port, said });
  }
}

export const dropped = ({ host, port }: Endpoint, tries: number): Problem =>
  unreachable({ reason: 'dropped', address: host, port, tries });

export const handshakeFailed = (
  endpoint: Endpoint,
  reason: 'handshake' | 'proxy',
  said: string,
  detail?: string,
): Problem => {
  const { host: address, port } = endpoint;
  return unreachable({ reason, endpoint: endpointText(endpoint), address, port, said }, detail);
};

/** How far a login came. */
export type Stage = Extract<ParamsOf<'ssh.timeout'>, { reason: 'login' }>['stage'];

export const tooSlow = (endpoint: Endpoint, stage: Stage, timeoutMs: number): Problem =>
  timedOut({
    reason: 'login',
    endpoint: endpointText(endpoint),
    port: endpoint.port,
    seconds: timeoutMs / 1000,
    stage,
  });

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

export function changedHostKey(
  name: string,
  blob: Uint8Array,
  entries: readonly KnownKey[],
): Problem {
  const type = typeOf(blob);
  const entry = entries.find((each) => each.type === type) ?? entries[0]!;
  const { file, line } = entry;
  const known = { type: shortType(entry.type), fingerprint: fingerprintOf(entry), file, line };
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
export const refused = (
  endpoint: Endpoint,
  offered: readonly string[],
  methods: readonly string[],
  unusable: readonly UnusableKey[],
  detail?: string,
): Problem => {
  const { user } = endpoint;
  return authProblem(
    { reason: 'refused', endpoint: endpointText(endpoint), user, offered, methods, unusable },
    detail,
  );
};

/** The server counted more tries than it allows before the right key came. */
export const tooManyKeys = (endpoint: Endpoint, offered: readonly string[]): Problem =>
  authProblem({ reason: 'too-many-keys', endpoint: endpointText(endpoint), offered });

/** The server accepted a key and then ended the login; its banner is all that it says. */
export const loginEnded = (endpoint: Endpoint, said: string): Problem =>
  authProblem({
    reason: 'ended',
    endpoint: endpointText(endpoint),
    user: endpoint.user,
    said: said.trim(),
  });
