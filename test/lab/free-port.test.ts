import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { freePort } from '../../lab/free-port.ts';

test('no port is given twice, nor one that the system gives to others', async () => {
  const [first = '0'] = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').split('\t');
  const ports = await Promise.all(Array.from({ length: 200 }, () => freePort()));
  expect(new Set(ports).size).toBe(200);
  expect(Math.max(...ports)).toBeLessThan(Number(first));
  expect(Math.min(...ports)).toBeGreaterThanOrEqual(10_000);
});

test('a port on which somebody listens is not given', async () => {
  const servers = await Promise.all(
    Array.from(
      { length: 50 },
      () =>
        new Promise<ReturnType<typeof createServer>>((resolve) => {
          const server = createServer();
          void freePort().then((port) => server.listen(port, '127.0.0.1', () => resolve(server)));
        }),
    ),
  );
  const taken = servers.map((server) => (server.address() as { readonly port: number }).port);
  for (const server of servers) server.close();
  expect(new Set(taken).size).toBe(50);
});
