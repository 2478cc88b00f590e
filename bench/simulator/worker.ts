// One process of a simulator: plays its share of the hosts, each at an address of its own. Ends with its parent.
import { createServer, type Socket } from 'node:net';
import process from 'node:process';
import type { ServerChannel } from 'ssh2';
import { readFacts } from '../../src/host/facts.ts';
import { requestOf } from '../../test/host/wire.ts';
import { SimulatedHost } from './host.ts';
import type { FromWorker, Setup, ToWorker } from './protocol.ts';
import { gather, type Link, slowDown, sshServer } from './ssh-server.ts';

const SLOW: Link = { rttMs: 500, bytesPerS: 16_384 };
/** sshd holds as many. */
const BACKLOG = 128;

const hosts = new Map<number, SimulatedHost>();
const hostOf = new WeakMap<Socket, SimulatedHost>();
const say = (message: FromWorker): void => void process.send?.(message);

async function start(setup: Setup): Promise<void> {
  const states = setup.facts.map((text) => readFacts('simulated', JSON.parse(text)));
  const server = (hostKey: string) =>
    sshServer({
      hostKey,
      accepts: (key, socket) =>
        hostOf.get(socket)!.fault !== 'refused-key' && key.toString('base64') === setup.accepts,
      onLogin: (socket) => hostOf.get(socket)!.loggedIn(),
      onCommand: (command, stream, socket) => serve(hostOf.get(socket)!, command, stream, socket),
    });
  const good = server(setup.hostKey);
  const other = server(setup.otherHostKey);
  const { rttMs, bytesPerS } = setup.link;

  const listening = setup.hosts.map(({ n, address, name, facts, fault }) => {
    const host = new SimulatedHost(name, states[facts]!, fault, setup.pace);
    hosts.set(n, host);
    const listener = createServer({ noDelay: true }, (socket) => {
      socket.on('error', () => undefined);
      hostOf.set(socket, host);
      host.connected();
      switch (host.fault) {
        case 'reset-at-accept':
          socket.resetAndDestroy();
          return;
        case 'no-greeting':
          socket.resume();
          return;
        case 'slow-link':
          slowDown(socket, SLOW);
          break;
        default:
          if (rttMs > 0 || bytesPerS !== null) slowDown(socket, setup.link);
          else gather(socket);
      }
      (host.fault === 'wrong-host-key' ? other : good).take(socket);
    });
    return new Promise<void>((resolve, reject) => {
      listener.on('error', reject);
      listener.listen({ port: setup.port, host: address, backlog: BACKLOG }, resolve);
    });
  });
  await Promise.all(listening);
}

/** What the login shell is sent: it says that it runs it, and perhaps goes through sudo. */
const SHELL = /^sh -c '.*?echo (alloyup: shell);.*?' sh (sudo -n )?perl -$/;

/** What becomes of a command before a program reads its stdin: an exit code, 'silence', or 'program'. */
function beginningOf(
  { fault }: SimulatedHost,
  command: string,
  stream: ServerChannel,
): number | 'silence' | 'program' {
  if (fault === 'silent-shell') return 'silence';
  if (command === 'true') return 0;
  const [, shell, sudo] = SHELL.exec(command) ?? [];
  if (shell === undefined) {
    stream.stderr.write(`simulated: not understood: ${command}\n`);
    return 127;
  }
  stream.write(`${shell}\n`);
  if (fault === 'no-answer') return 'silence';
  if (fault !== 'no-sudo' || sudo === undefined) return 'program';
  stream.stderr.write('sudo: a password is required\n');
  return 1;
}

function serve(host: SimulatedHost, command: string, stream: ServerChannel, socket: Socket): void {
  const leave = (code: number): void => {
    if (stream.destroyed) return;
    stream.exit(code);
    stream.end();
  };
  const begins = beginningOf(host, command, stream);
  if (begins !== 'program') {
    stream.resume();
    if (begins !== 'silence') leave(begins);
    return;
  }
  const parts: Buffer[] = [];
  stream.on('data', (part: Buffer) => parts.push(part));
  stream.on('end', () => {
    const sent = requestIn(Buffer.concat(parts));
    const code = sent
      ? host.answer(sent, {
          write: (data) => void (stream.destroyed || stream.write(data)),
          reset: () => void socket.resetAndDestroy(),
          get gone() {
            return stream.destroyed || socket.destroyed;
          },
        })
      : Promise.resolve(255);
    void code.then(leave);
  });
}

/** null: the program was cut short, and does nothing. */
function requestIn(input: Buffer): ReturnType<typeof requestOf> | null {
  try {
    return requestOf(input.toString());
  } catch {
    return null;
  }
}

process.on('message', (message: ToWorker) => {
  switch (message.type) {
    case 'setup':
      start(message.setup).then(
        () => say({ type: 'ready' }),
        (error: unknown) => say({ type: 'failed', why: String(error) }),
      );
      break;
    case 'notes': {
      const { user, system } = process.cpuUsage();
      const notes = [...hosts].map(([n, host]) => [n, host.note] as const);
      say({ type: 'notes', hosts: notes, cpuMs: (user + system) / 1000 });
      break;
    }
    case 'repair':
      for (const [n, host] of hosts) if (message.hosts?.includes(n) ?? true) host.repair();
  }
});
// what started us is gone
process.on('disconnect', () => process.exit(0));
for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined);
