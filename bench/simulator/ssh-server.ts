import type { Socket } from 'node:net';
import ssh2 from 'ssh2';

/** What plays the hosts behind an SSH server, each known by the socket that reaches it. */
export interface SshHosts {
  /** The private host key, PEM. */
  readonly hostKey: string;
  /** Whether a key that is offered may log in at this host; the signature is checked. */
  readonly accepts: (key: Buffer, socket: Socket) => boolean;
  readonly onLogin?: (socket: Socket) => void;
  readonly onCommand: (command: string, stream: ssh2.ServerChannel, socket: Socket) => void;
}

/** An SSH server for connections that are handed to it: public keys and commands, nothing else. */
export function sshServer({ hostKey, accepts, onLogin, onCommand }: SshHosts) {
  const parsed = new Map<string, ssh2.ParsedKey>();
  const keyOf = (blob: Buffer): ssh2.ParsedKey => {
    const id = blob.toString('base64');
    const known = parsed.get(id) ?? (ssh2.utils.parseKey(blob) as ssh2.ParsedKey);
    parsed.set(id, known);
    return known;
  };
  const server = new ssh2.Server({ hostKeys: [hostKey] }, (client) => {
    const socket = (client as unknown as { readonly _sock: Socket })._sock;
    client.on('error', () => undefined);
    client.on('authentication', (context) => {
      if (context.method !== 'publickey' || !accepts(context.key.data, socket))
        return context.reject(['publickey']);
      const { blob, signature, hashAlgo } = context;
      const isProven =
        blob === undefined ||
        signature === undefined ||
        keyOf(context.key.data).verify(blob, signature, hashAlgo) === true;
      if (isProven) context.accept();
      else context.reject(['publickey']);
    });
    client.on('ready', () => {
      onLogin?.(socket);
      client.on('session', (accept) => {
        accept().on('exec', (acceptExec, _reject, { command }) => {
          const stream = acceptExec();
          stream.on('error', () => undefined);
          onCommand(command, stream, socket);
        });
      });
    });
  });
  return { take: (socket: Socket): void => void server.injectSocket(socket) };
}

/** Sends what is written in one turn in one packet: ssh2 writes each of its own in several pieces. */
export function gather(socket: Socket): void {
  const write = socket.write.bind(socket) as (...args: unknown[]) => boolean;
  let isCorked = false;
  socket.write = ((...args: unknown[]) => {
    if (!isCorked) {
      isCorked = true;
      socket.cork();
      process.nextTick(() => {
        isCorked = false;
        socket.uncork();
      });
    }
    return write(...args);
  }) as Socket['write'];
}

export interface Link {
  /** Milliseconds that everything a host sends is late: a round trip. */
  readonly rttMs: number;
  /** Null: as fast as can be. */
  readonly bytesPerS: number | null;
}

/** Delays what a host sends, in order. */
export function slowDown(socket: Socket, { rttMs, bytesPerS }: Link): void {
  const write = socket.write.bind(socket) as (...args: unknown[]) => boolean;
  const end = socket.end.bind(socket) as (...args: unknown[]) => unknown;
  let freeAt = 0;
  const later = (bytes: number, work: () => unknown): void => {
    const now = performance.now();
    freeAt = Math.max(freeAt, now) + (bytesPerS === null ? 0 : (bytes / bytesPerS) * 1000);
    setTimeout(
      () => {
        if (!socket.destroyed) work();
      },
      freeAt - now + rttMs,
    );
  };
  socket.write = ((...args: unknown[]) => {
    later((args[0] as Uint8Array).length, () => write(...args));
    return true;
  }) as Socket['write'];
  socket.end = ((...args: unknown[]) => {
    later(0, () => end(...args));
    return socket;
  }) as Socket['end'];
}
