import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Five digits, as Alloy's own 12345, and below those that Linux gives to connections and to servers that name none. */
const FIRST = 10_000;
const END = 32_768;

const given = new Set<number>();

/**
 * A TCP port for a program that has to be told one. It is free, and not given again here. Chosen at random: the system would
 * give the same port to others between now and the moment when that program listens on it.
 */
export async function freePort(address = '127.0.0.1'): Promise<number> {
  for (;;) {
    const port = randomInt(FIRST, END);
    if (given.has(port) || !(await isFree(port, address))) continue;
    given.add(port);
    return port;
  }
}

const isFree = (port: number, host: string): Promise<boolean> =>
  new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ port, host, exclusive: true }, () => probe.close(() => resolve(true)));
  });
