import { mkdirSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { endianness } from 'node:os';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readSoftware } from '../../src/host/software.ts';
import { PrefixHost } from './prefix.ts';

let host: PrefixHost;
let server: Server | undefined;
beforeEach(async () => {
  host = await PrefixHost.create();
  host.link('/proc/self/ns/pid', 'pid:[1]');
});
afterEach(() => {
  server?.close();
  server = undefined;
  host.remove();
});

const look = async () => readSoftware(await host.reported({ software: true }));

/** An address as /proc/net/tcp has it: words of four bytes, as numbers of this machine. */
function hex(...bytes: readonly number[]): string {
  const word = (at: number): string => {
    const four = bytes.slice(at, at + 4);
    return Buffer.from(endianness() === 'LE' ? four.reverse() : four).toString('hex');
  };
  return bytes
    .flatMap((_, at) => (at % 4 === 0 ? [word(at)] : []))
    .join('')
    .toUpperCase();
}
const LOOPBACK = hex(127, 0, 0, 1);
const ZEROS = (count: number): readonly number[] => Array(count).fill(0);

let pids = 100;
/** A process, and the sockets that it has open. */
function process(comm: string, sockets: readonly number[] = [], pidSpace = 'pid:[1]'): void {
  pids += 1;
  host.put(`/proc/${pids}/comm`, `${comm}\n`);
  host.link(`/proc/${pids}/ns/pid`, pidSpace);
  for (const socket of sockets) host.link(`/proc/${pids}/fd/${socket}`, `socket:[${socket}]`);
}

interface Listener {
  readonly port: number;
  readonly on?: string;
  readonly state?: string;
  readonly table?: 'tcp' | 'tcp6';
}
const listen = ({ port, on = LOOPBACK, state = '0A', table = 'tcp' }: Listener): void =>
  host.put(
    `/proc/net/${table}`,
    `  sl  local_address\n   0: ${on}:${port.toString(16).toUpperCase().padStart(4, '0')} 00000000:0000 ${state} 0 0 0 0 0 77 1\n`,
  );

test.each([
  ['postgres', 5432, 'postgres'],
  ['mysqld', 3306, 'mysql'],
  ['mariadbd', 3306, 'mysql'],
  ['redis-server', 6379, 'redis'],
  ['valkey-server', 6379, 'redis'],
  ['memcached', 11211, 'memcached'],
])('%s listens on its port %i', async (comm, port, found) => {
  listen({ port });
  process('init');
  process(comm, [77]);
  expect(await look()).toEqual([found]);
});

test.each([
  ['all addresses', hex(0, 0, 0, 0), 'tcp'],
  ['all of IPv6', hex(...ZEROS(16)), 'tcp6'],
  ['127.0.0.1 by IPv6', hex(...ZEROS(10), 255, 255, 127, 0, 0, 1), 'tcp6'],
] as const)('on %s', async (_, on, table) => {
  listen({ port: 6379, on, table });
  process('redis-server', [77]);
  expect(await look()).toEqual(['redis']);
});

test.each<[string, Partial<Listener>, string, readonly number[]]>([
  ['another process has the port', {}, 'docker-proxy', [77]],
  ['a namesake has it', {}, 'redis-server-x', [77]],
  ['it has another port', { port: 6380 }, 'redis-server', [77]],
  ['its port is of something else', { port: 5432 }, 'redis-server', [77]],
  ['it has another socket', {}, 'redis-server', [78]],
  ['it does not listen', { state: '01' }, 'redis-server', [77]],
  ['127.0.0.1 does not reach it', { on: hex(10, 0, 0, 5) }, 'redis-server', [77]],
  [
    '127.0.0.1 does not reach it by IPv6',
    { on: hex(...ZEROS(15), 1), table: 'tcp6' },
    'redis-server',
    [77],
  ],
])('nothing, where %s', async (_, listener, comm, sockets) => {
  listen({ port: 6379, ...listener });
  process(comm, sockets);
  expect(await look()).toEqual([]);
});

test.each([
  ['nginx', '/var/log/nginx', 'nginx'],
  ['apache2', '/var/log/apache2', 'apache'],
])('%s that writes logs to %s', async (comm, logs, found) => {
  process(comm);
  expect(await look()).toEqual([]);
  mkdirSync(host.at(logs), { recursive: true });
  expect(await look()).toEqual([found]);
});

test('nginx of a container has its logs there', async () => {
  mkdirSync(host.at('/var/log/nginx'), { recursive: true });
  process('nginx', [], 'pid:[2]');
  expect(await look()).toEqual([]);
});

test.each(['/run/docker.sock', '/var/run/docker.sock'])('Docker by %s', async (path) => {
  host.put(path, '');
  host.put('/etc/group', 'docker:x:998:\n');
  expect(await look()).toEqual([]);
  rmSync(host.at(path));
  server = createServer();
  await new Promise<void>((resolve) => server?.listen(host.at(path), resolve));
  expect(await look()).toEqual(['docker']);
  // Podman has the socket, and no such group
  host.put('/etc/group', 'root:x:0:\n');
  expect(await look()).toEqual([]);
});

test('nobody pays who does not ask, and a host that cannot look has nothing', async () => {
  listen({ port: 6379 });
  process('redis-server', [77]);
  expect(await host.reported()).not.toHaveProperty('software');
  expect(readSoftware({ software: { error: 'deadline' } })).toEqual([]);
  expect(readSoftware({ software: ['toString', 'redis', 'cups'] })).toEqual(['redis']);
});
