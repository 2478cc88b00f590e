import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as after } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { freePort } from '../../lab/free-port.ts';

const PASSWORD = 'a password of the tests';

/** What docs/queue.md gives a user of Redis. */
const RULES =
  '~alloyup:* &alloyup:* -@all +@read +@write +@stream +@scripting +@transaction +@blocking +@connection +info +time';

/** A Redis on this machine, with a password and an append-only file. */
export interface RedisServer {
  readonly port: number;
  /** As the user `alloyup`, who may do no more than is documented. */
  readonly url: string;
  /** As a stranger who has found out the password: may do all that the user may. */
  client(): Redis;
  /** Ends it and starts it again. `kill`: it has no time to end well. */
  restart(kill?: boolean): Promise<void>;
  stop(): Promise<void>;
}

/** Files of a server's certificate, and of the authority that made it. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
  readonly authority: string;
}

/** A certificate of 127.0.0.1, by an authority of its own. */
export function makeCertificate(directory: string): Certificate {
  const file = (name: string): string => join(directory, name);
  const openssl = (...args: readonly string[]): unknown =>
    execFileSync('openssl', args, { stdio: 'pipe' });
  const request = ['req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  const authority = ['-keyout', file('ca.key'), '-out', file('ca.pem'), '-subj', '/CN=tests'];
  openssl(...request, '-x509', '-days', '1', ...authority);
  openssl(
    ...[...request, '-x509', '-days', '1', '-subj', '/CN=redis'],
    ...['-CA', file('ca.pem'), '-CAkey', file('ca.key'), '-addext', 'subjectAltName=IP:127.0.0.1'],
    ...['-addext', 'basicConstraints=critical,CA:FALSE'],
    ...['-keyout', file('redis.key'), '-out', file('redis.pem')],
  );
  return { cert: file('redis.pem'), key: file('redis.key'), authority: file('ca.pem') };
}

/** `REDIS_SERVER` names another program, such as Valkey's. @param tls it takes connections over TLS, and no others */
export async function startRedis(
  directory: string,
  tls: Certificate | null = null,
): Promise<RedisServer> {
  const port = await freePort();
  const file = join(directory, 'redis.conf');
  const lines = [
    'bind 127.0.0.1',
    ...(tls
      ? [
          ...['port 0', `tls-port ${port}`, 'tls-auth-clients no'],
          ...[`tls-cert-file ${tls.cert}`, `tls-key-file ${tls.key}`],
        ]
      : [`port ${port}`]),
    `dir ${directory}`,
    'appendonly yes',
    'appendfsync everysec',
    'save ""',
    'maxmemory-policy noeviction',
    // with fewer rights, Redis leaves out transactions when it reads its append-only file
    'user default off resetpass ~* &* +@all',
    `user alloyup on >${PASSWORD.replaceAll(' ', '-')} ${RULES}`,
  ];
  writeFileSync(file, `${lines.join('\n')}\n`);
  chmodSync(file, 0o600);
  let server: ChildProcess;
  const url = `${tls ? 'rediss' : 'redis'}://alloyup:${PASSWORD.replaceAll(' ', '-')}@127.0.0.1:${port}`;
  const start = async (): Promise<void> => {
    server = spawn(process.env.REDIS_SERVER ?? 'redis-server', [file], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    for (const stream of [server.stdout!, server.stderr!])
      stream.on('data', (part: Buffer) => {
        said += part.toString();
      });
    for (let i = 0; i < 200; i += 1) {
      if (/Ready to accept connections/.test(said)) return;
      if (server.exitCode !== null) break;
      await after(50);
    }
    throw new Error(`redis-server does not start: ${said}`);
  };
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (server.exitCode !== null || server.signalCode !== null) return;
    server.kill('SIGCONT');
    server.kill(signal);
    await once(server, 'exit');
  };
  await start();
  return {
    port,
    url,
    client: () =>
      new Redis(url, {
        maxRetriesPerRequest: null,
        ...(tls ? { tls: { ca: readFileSync(tls.authority) } } : {}),
      }),
    async restart(kill = false) {
      await end(kill ? 'SIGKILL' : 'SIGTERM');
      await start();
    },
    stop: () => end('SIGKILL'),
  };
}
