import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { NodeSSH } from 'node-ssh';
import type { AuthenticationType, AuthHandlerMiddleware, Client } from 'ssh2';
import { ToolError } from '../model/problem.ts';
import type { InTurn } from './handshake-limit.ts';
import type { Hop } from './hops.ts';
import type { Offer } from './keys.ts';
import type { Attempt } from './logins.ts';
import type { Endpoint } from './problems.ts';
import { noConnection } from './problems.ts';
import type { Ssh2Session } from './ssh2-session.ts';

/** `signal`: aborted when the time is up; the attempt then ends as `dropped`. */
interface LoginAttempt extends Pick<Attempt, 'onStage' | 'signal'> {
  readonly offers: readonly Offer[];
  readonly hostKeyAlgorithms: readonly string[];
  /** Called with the server's host key at each key exchange; false ends the connection. */
  readonly trusts: (blob: Uint8Array) => boolean;
  readonly inTurn: InTurn;
}

export type LoginResult =
  | { readonly kind: 'in'; readonly client: Client; readonly offer: Offer }
  /**
   * `methods`: what the server would still take; `tooMany`: it hung up over the number of keys;
   * `accepted`: the key that it took as one factor of several, null: none.
   */
  | {
      readonly kind: 'refused';
      readonly offered: readonly string[];
      readonly methods: readonly string[];
      readonly tooMany: boolean;
      readonly accepted: string | null;
    }
  /** The server closed the connection before the handshake: worth another try. */
  | { readonly kind: 'dropped' }
  /** Untrusted, no common algorithm, or not SSH at all. */
  | { readonly kind: 'failed'; readonly why: string }
  /** The server ended the login after this text for people. */
  | { readonly kind: 'ended'; readonly banner: string };

const KEEPALIVE_MS = 10_000;
const KEEPALIVES = 3;
/** For each address of a name; Node's own 250 ms are too short for a far host. */
const ADDRESS_MS = 3000;

/** @throws ToolError `ssh.unreachable`; the signal's reason when it is aborted before there is a connection. */
export async function logIn(
  hop: Hop,
  jump: Ssh2Session | null,
  attempt: LoginAttempt,
): Promise<LoginResult> {
  const { onStage, signal } = attempt;
  onStage('tcp');
  const socket = jump ? await jump.forward(hop, signal) : await openSocket(hop.endpoint, signal);
  onStage('greeting');
  const shake = (): Promise<LoginResult> => handshake(socket, hop.endpoint.user, attempt);
  // a server that lets us speak first, or says nothing at all, takes nobody's turn
  return (await greets(socket, signal)) ? attempt.inTurn(shake) : shake();
}

/** Most servers speak at once. */
const GREETING_MS = 1000;

/** Whether the server says something soon. What it said is still to be read then. */
function greets(socket: Duplex, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const done = (greeted: boolean): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', silent);
      socket.off('data', onData).off('end', silent).off('close', silent);
      resolve(greeted);
    };
    const silent = (): void => done(false);
    const onData = (bytes: Buffer): void => {
      socket.pause();
      socket.unshift(bytes);
      done(true);
    };
    const timer = setTimeout(silent, GREETING_MS);
    signal.addEventListener('abort', silent, { once: true });
    socket.on('data', onData).on('end', silent).on('close', silent);
    if (signal.aborted) silent();
  });
}

/** A TCP connection with TCP_NODELAY: without it each command waits 40 ms for a delayed acknowledgement. */
function openSocket(endpoint: Endpoint, signal: AbortSignal): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const { host, port } = endpoint;
    const autoSelectFamilyAttemptTimeout = ADDRESS_MS;
    const socket = connect({ host, port, noDelay: true, autoSelectFamilyAttemptTimeout });
    const abort = (): void => {
      socket.destroy();
      reject(signal.reason);
    };
    socket.once('connect', () => {
      signal.removeEventListener('abort', abort);
      resolve(socket);
    });
    // stays: an error may come before the SSH client listens, and must not end the run
    socket.on('error', (cause: NodeJS.ErrnoException) =>
      reject(new ToolError(noConnection(endpoint, cause))),
    );
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
  });
}

/** Performs the handshake, checks the host key and offers ours. Never throws: every end is a result. */
function handshake(socket: Duplex, user: string, attempt: LoginAttempt): Promise<LoginResult> {
  return new Promise((resolve) => {
    const { signal, offers } = attempt;
    if (signal.aborted || socket.destroyed || socket.readableEnded)
      return resolve({ kind: 'dropped' });

    let greeted = false;
    let trusted = true;
    let offered = -1;
    let methods: readonly string[] = [];
    let banner = '';
    let accepted: string | null = null;
    let done = false;

    const finish = (result: LoginResult): void => {
      if (done) return;
      done = true;
      signal.removeEventListener('abort', abort);
      if (result.kind !== 'in') {
        client?.destroy();
        socket.destroy();
      }
      resolve(result);
    };
    const abort = (): void => finish({ kind: 'dropped' });
    signal.addEventListener('abort', abort, { once: true });

    const refused = (tooMany: boolean): LoginResult => ({
      kind: 'refused',
      offered: offers.slice(0, offered + 1).map(({ label }) => label),
      methods,
      tooMany,
      accepted,
    });
    const nextOffer: AuthHandlerMiddleware = (left, partial, next) => {
      if (left) methods = left;
      if (partial) accepted = offers[offered]!.label;
      offered += 1;
      // the next factor may be no key
      const offer =
        accepted === null || methods.includes('publickey') ? offers[offered] : undefined;
      if (offer) next(offer.method(user));
      else next(false as unknown as AuthenticationType);
    };

    const ssh = new NodeSSH();
    // its promise also rejects on errors that ssh2 recovers from (an agent that does not sign): we listen ourselves
    ssh
      .connect({
        sock: socket,
        username: user,
        authHandler: nextOffer as never,
        hostVerifier: (blob: Buffer) => {
          trusted = attempt.trusts(blob);
          return trusted;
        },
        algorithms: { serverHostKey: attempt.hostKeyAlgorithms as never },
        keepaliveInterval: KEEPALIVE_MS,
        keepaliveCountMax: KEEPALIVES,
        readyTimeout: 0,
      } as never)
      .catch(() => undefined);
    const client = ssh.connection;
    if (!client) return finish({ kind: 'failed', why: 'the SSH client could not be started' });

    client.on('handshake', () => {
      greeted = true;
      attempt.onStage('login');
    });
    client.on('banner', (text: string) => {
      banner = text.trim();
    });
    client.on('ready', () => finish({ kind: 'in', client, offer: offers[offered]! }));
    client.on('error', (error: Error & { level?: string }) => {
      const { level, message } = error;
      if (!trusted) return finish({ kind: 'failed', why: message });
      // ssh2 goes on with the next key
      if (level === 'agent') return;
      if (level === 'client-authentication') {
        if (!/sign/i.test(message)) finish(refused(false));
        return;
      }
      if (level === 'client-socket' && !greeted) return finish({ kind: 'dropped' });
      if (level === 'protocol' && message.startsWith('Connection lost'))
        return finish({ kind: 'dropped' });
      if (/too many authentication/i.test(message)) return finish(refused(true));
      finish({ kind: 'failed', why: message });
    });
    client.on('close', () => {
      if (!greeted) return finish({ kind: 'dropped' });
      if (banner !== '' && offered >= 0) return finish({ kind: 'ended', banner });
      finish({ kind: 'failed', why: 'the server hung up during the login' });
    });
  });
}
