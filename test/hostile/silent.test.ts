import { mkdirSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { builtCommand } from '../cli/built.ts';
import { scratch } from '../transport/fixtures.ts';
import { startAlloyup } from './child.ts';

// what no object refers to is collected at once: a wait that only a collected signal would end never ends
const GARBAGE = ['--expose-gc'];

const { path: directory, remove } = scratch();
const open = new Set<Socket>();
let bin = '';
let servers: readonly Server[] = [];

beforeAll(async () => {
  bin = builtCommand();
  servers = Array.from({ length: 12 }, () =>
    createServer((socket) => {
      open.add(socket);
      socket.on('error', () => undefined);
    }),
  );
  for (const server of servers)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
}, 120_000);
afterAll(() => {
  for (const socket of open) socket.destroy();
  for (const server of servers) server.close();
  remove();
});

const homeWith = (name: string): string => {
  const home = join(directory, name);
  mkdirSync(join(home, '.ssh'), { recursive: true });
  const hosts = servers.map((server, i) => {
    const { port } = server.address() as AddressInfo;
    return `  h${i}: {ssh: {address: 127.0.0.1, user: ops, port: ${port}}}\n`;
  });
  writeFileSync(join(home, 'inventory.yaml'), `hosts:\n${hosts.join('')}`);
  return home;
};

test('trust ends although every host is silent', async () => {
  const home = homeWith('trust');
  const child = startAlloyup(bin, ['trust', '-y', '--connect-timeout', '1'], {
    home,
    nodeOptions: GARBAGE,
    limitMs: 20_000,
  });
  const { code, signal, err } = await child.ended;
  expect({ code, signal }).toEqual({ code: 1, signal: null });
  expect(err).toContain('within 1 s');
  expect(err).not.toContain('MaxListeners');
});

test('a run over hosts that are all silent ends, and says nothing of its own workings', async () => {
  const home = homeWith('status');
  const args = ['status', '--connect-timeout', '1', '--timeout', '2'];
  const child = startAlloyup(bin, args, { home, nodeOptions: GARBAGE, limitMs: 30_000 });
  const { code, err } = await child.ended;
  expect(code).toBe(1);
  expect(err).not.toContain('MaxListeners');
});
