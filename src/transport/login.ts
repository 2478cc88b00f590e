import type { Socket } from 'node:net';
import { connect as connectTcp } from 'node:net';
import type { Duplex } from 'node:stream';
import type { AuthenticationType, Client, NextAuthHandler } from 'ssh2';
import type { Problem } from '../model/problem.ts';
import { ToolError } from '../model/problem.ts';
import type { Offer } from './keys.ts';
import { typeOf } from './known-hosts.ts';
import type { Endpoint, Stage } from './problems.ts';
import { unreachable } from './problems.ts';
import type { SshLibrary } from './ssh-library.ts';

/** One attempt to log in over a socket. */
export interface LoginAttempt {
  readonly endpoint: Endpoint;
  readonly offers: readonly Offer[];
  readonly hostKeyAlgorithms: readonly string[];
  /** Says what is wrong with a host key; undefined: it is trusted. Called at each key exchange. */
  readonly judge: (blob: Uint8Array) => Problem | undefined;
  readonly onStage: (stage: Stage) => void;
  /** Aborted when the time is up. */
  readonly signal: AbortSignal;
}

/** How an attempt ended. */
export type LoginResult =
  | { readonly kind: 'in'; readonly client: Client; readonly offer: Offer }
  | { readonly kind: 'host-key'; readonly problem: Problem; readonly type: string }
  /** `methods`: what the server would still take; `tooMany`: it hung up over the number of keys. */
  | {
      readonly kind: 'refused';
      readonly offered: readonly string[];
      readonly methods: readonly string[];
      readonly tooMany: boolean;
    }
  /** Hung up before it greeted us: worth another try. */
  | { readonly kind: 'dropped' }
  /** No common algorithm, or it does not speak SSH. */
  | { readonly kind: 'failed'; readonly why: string }
  /** Hung up on the login, after these words for people. */
  | { readonly kind: 'let-go'; readonly words: string }
  | { readonly kind: 'aborted' };

const KEEPALIVE_MS = 10_000;
const KEEPALIVES = 3;
/** For each address of a name; Node's own 250 ms are too short for a far host. */
const ADDRESS_MS = 3000;

/**
 * Opens a TCP connection that sends at once what it gets: without, each command waits 40 ms for
 * a delayed acknowledgement.
 *
 * @throws ToolError `ssh.unreachable`; the signal's reason when it is aborted.
 */
export function openSocket(endpoint: Endpoint, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connectTcp({
      host: endpoint.host,
      port: endpoint.port,
      noDelay: true,
      autoSelectFamilyAttemptTimeout: ADDRESS_MS,
    });
    const abort = (): void => {
      socket.destroy();
      reject(signal.reason);
    };
    gatherWrites(socket);
    socket.once('connect', () => {
      signal.removeEventListener('abort', abort);
      resolve(socket);
    });
    // stays: an error may come before the SSH client listens, and must not end the run
    socket.on('error', (cause: NodeJS.ErrnoException) => {
      signal.removeEventListener('abort', abort);
      reject(new ToolError(unreachable(endpoint, cause)));
    });
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });
}

/**
 * Sends together what is written in one go: ssh2 writes each packet in three pieces, and each would be a
 * segment of its own, for which the host's sshd wakes up.
 */
function gatherWrites(socket: Socket): void {
  const write = socket.write.bind(socket) as Socket['write'];
  let gathering = false;
  const gathered = (...args: Parameters<Socket['write']>): boolean => {
    if (!gathering) {
      gathering = true;
      socket.cork();
      process.nextTick(() => {
        gathering = false;
        socket.uncork();
      });
    }
    return write(...args);
  };
  socket.write = gathered as Socket['write'];
}

/** Greets, exchanges keys, checks the host's, offers ours. Total: every end is a result. */
export function logIn(
  { NodeSSH }: SshLibrary,
  socket: Socket | Duplex,
  attempt: LoginAttempt,
): Promise<LoginResult> {
  return new Promise((resolve) => {
    const { signal, offers, endpoint } = attempt;
    if (signal.aborted) return resolve({ kind: 'aborted' });
    if (socket.destroyed || socket.readableEnded) return resolve({ kind: 'dropped' });

    let greeted = false;
    let distrusted: { readonly problem: Problem; readonly type: string } | undefined;
    let offered = -1;
    let methods: readonly string[] = [];
    let words = '';
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
    const abort = (): void => finish({ kind: 'aborted' });
    signal.addEventListener('abort', abort, { once: true });

    const nextOffer = (
      left: readonly AuthenticationType[] | null,
      _partial: boolean | null,
      next: NextAuthHandler,
    ): void => {
      if (left) methods = left;
      offered += 1;
      const offer = offers[offered];
      // the method "none" would only cost a round trip
      if (offer) next(offer.method(endpoint.user));
      else next(false as unknown as AuthenticationType);
    };

    const ssh = new NodeSSH();
    // its promise rejects on errors after which ssh2 goes on (an agent that will not sign), so we listen ourselves
    ssh
      .connect({
        sock: socket,
        username: endpoint.user,
        authHandler: nextOffer as never,
        hostVerifier: (blob: Buffer) => {
          const problem = attempt.judge(blob);
          if (problem) distrusted = { problem, type: typeOf(blob) };
          return problem === undefined;
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
      words = text;
    });
    client.on('ready', () => finish({ kind: 'in', client, offer: offers[offered]! }));
    const tried = (): readonly string[] => offers.slice(0, offered + 1).map(({ label }) => label);
    client.on('error', (error: Error & { level?: string; code?: unknown }) => {
      if (distrusted) return finish({ kind: 'host-key', ...distrusted });
      switch (error.level) {
        case 'agent':
          return; // ssh2 goes on with the next key
        case 'client-authentication':
          if (/sign/i.test(error.message)) return;
          return finish({ kind: 'refused', offered: tried(), methods, tooMany: false });
        case 'client-socket':
          if (greeted) break;
          return finish({ kind: 'dropped' });
        case 'protocol':
          if (error.message.startsWith('Connection lost')) return finish({ kind: 'dropped' });
          break;
      }
      if (/too many authentication/i.test(error.message)) {
        return finish({ kind: 'refused', offered: tried(), methods, tooMany: true });
      }
      finish({ kind: 'failed', why: error.message });
    });
    client.on('close', () =>
      finish(
        greeted
          ? words === '' || offered < 0
            ? { kind: 'failed', why: 'the server hung up during the login' }
            : { kind: 'let-go', words }
          : { kind: 'dropped' },
      ),
    );
    if (!('connecting' in socket)) socket.on('error', () => undefined);
  });
}
