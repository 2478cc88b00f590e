import { mkdtempSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import ssh2 from 'ssh2';

export interface TestKey {
  readonly path: string;
  /** `ssh-ed25519 AAAA...` */
  readonly line: string;
  readonly blob: Buffer;
  readonly pem: string;
}

/** A key pair on disk. */
export function keyIn(directory: string, type: 'ed25519' | 'ecdsa' | 'rsa' = 'ed25519'): TestKey {
  const make = () =>
    type === 'ed25519'
      ? ssh2.utils.generateKeyPairSync('ed25519')
      : ssh2.utils.generateKeyPairSync(type, { bits: type === 'rsa' ? 2048 : 256 });
  let made = make();
  // about one in 256 ed25519 keys of ssh2 1.17.0 cannot be parsed
  while (ssh2.utils.parseKey(made.private) instanceof Error) made = make();
  const path = join(mkdtempSync(join(directory, 'key-')), 'id');
  writeFileSync(path, made.private, { mode: 0o600 });
  writeFileSync(`${path}.pub`, `${made.public}\n`);
  const line = made.public.split(' ').slice(0, 2).join(' ');
  return { path, line, blob: Buffer.from(line.split(' ')[1]!, 'base64'), pem: made.private };
}

interface ServerOptions {
  readonly hostKeys: readonly TestKey[];
  readonly accepts?: readonly TestKey[];
  /** Sent before the authentication. */
  readonly banner?: string;
  /** Closes this many connections before its greeting. */
  readonly drops?: number;
  /** Ends the connection at the first request to log in. */
  readonly hangsUp?: boolean;
  /** What it also wants once it has accepted a key. */
  readonly second?: readonly string[];
  /** What it would take, when it refuses. */
  readonly methods?: readonly string[];
}

/** An SSH server in this process: answers each command with its command line, and forwards connections. */
export async function startServer(options: ServerOptions) {
  const { hostKeys, accepts = [], banner, hangsUp, second, methods = ['publickey'] } = options;
  let drops = options.drops ?? 0;
  const seen = { connections: 0, logins: 0, offered: [] as string[] };
  const clients = new Set<ssh2.Connection>();
  /** Those that have proven one key. */
  const factors = new Set<ssh2.Connection>();
  const server = new ssh2.Server(
    { hostKeys: hostKeys.map(({ pem }) => pem), ...(banner ? { banner } : {}) },
    (client) => {
      clients.add(client);
      client.on('error', () => undefined);
      client.on('close', () => clients.delete(client));
      client.on('authentication', (context) => {
        if (hangsUp) return client.end();
        const key = context.method === 'publickey' ? context.key.data : Buffer.alloc(0);
        if (accepts.some(({ blob }) => blob.equals(key))) {
          // a key that is only asked about is not proven yet
          const proven = context.method === 'publickey' && context.signature !== undefined;
          if (!proven || !second || factors.has(client)) return context.accept();
          factors.add(client);
          return context.reject([...second] as never, true);
        }
        seen.offered.push(key.toString('base64'));
        context.reject([...methods] as never);
      });
      client.on('ready', () => {
        seen.logins += 1;
        client.on('session', (accept) => {
          accept().on('exec', (acceptExec, _reject, { command }) => {
            const stream = acceptExec();
            stream.write(command);
            stream.exit(0);
            stream.end();
          });
        });
        client.on('tcpip', (accept, _reject, { destIP, destPort }) => {
          const channel = accept();
          const socket = connect(destPort, destIP);
          socket.on('error', () => channel.close());
          channel.on('error', () => undefined);
          socket.pipe(channel).pipe(socket);
        });
      });
    },
  );
  const listener = createServer((socket) => {
    seen.connections += 1;
    if (drops > 0) {
      drops -= 1;
      socket.destroy();
    } else {
      server.injectSocket(socket);
    }
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', () => resolve()));
  return {
    port: (listener.address() as AddressInfo).port,
    seen,
    stop() {
      for (const client of clients) client.end();
      listener.close();
    },
  };
}
