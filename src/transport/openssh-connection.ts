import { rmSync } from 'node:fs';
import { execa } from 'execa';
import type { Command } from '../model/plan.ts';
import type { Connection, Exit, StartOptions } from '../model/ports.ts';
import { type CommandChannel, commandChannel } from './command-channel.ts';
import { commandArguments } from './openssh-argv.ts';
import { type Master, readText } from './openssh-master.ts';
import type { Endpoint } from './problems.ts';
import { endpointText, interrupted, leftBehind, lost } from './problems.ts';

/** The loss of a master and the end of its clients are told within this of each other. */
const NEWS_MS = 500;

/** Wraps a master: each command is an ssh(1) of its own that speaks to it, 5 ms of work. */
export function opensshConnection(
  ssh: string,
  master: Master,
  endpoint: Endpoint,
  told: Pick<Connection, 'description' | 'why'>,
): Connection {
  let current: CommandChannel | undefined;
  let count = 0;
  master.onEnd(() => current?.failed(lost(endpoint, master.ended()!)));

  return {
    ...told,
    via: 'openssh',
    start(argv, options) {
      if (current && !current.settled) {
        throw new Error(`a second command was started on ${told.description}`);
      }
      const where = endpointText(endpoint);
      const channel = commandChannel(options, {
        timeout: (ms) => leftBehind(where, ms / 1000),
        interrupted: () => interrupted(where),
        closed: () => lost(endpoint, 'it was closed here'),
      });
      current = channel;
      count += 1;
      const gone = master.ended();
      if (gone !== undefined) channel.failed(lost(endpoint, gone));
      else run(ssh, master, `${master.files.log}.${count}`, argv, channel, options, endpoint);
      return channel;
    },
    close() {
      current?.close();
      void master.close();
    },
  };
}

function run(
  ssh: string,
  master: Master,
  log: string,
  argv: Command,
  channel: CommandChannel,
  options: StartOptions,
  endpoint: Endpoint,
): void {
  const child = execa(ssh, commandArguments(master.files.socket, log, argv), {
    stdio: 'pipe',
    buffer: false,
    encoding: 'buffer',
    reject: false,
    // a Ctrl-C is the run's to hear, not its commands'
    detached: true,
  });
  const { stdin, stdout, stderr } = child;
  stdout.on('data', (bytes: Buffer) => !channel.settled && options.onOut(bytes));
  stderr.on('data', (bytes: Buffer) => !channel.settled && options.onErr(bytes));
  // a command that stops reading says why by its exit
  stdin.on('error', () => undefined);
  child.on('error', (cause) => channel.failed(lost(endpoint, cause.message)));
  child.on('close', async (code: number | null) => {
    const exit = await exitOf(code, log, master);
    rmSync(log, { force: true });
    if (exit === null)
      channel.failed(lost(endpoint, master.ended() ?? 'ssh ended before the command'));
    else channel.ended(exit);
  });
  channel.carriedBy({
    write: (data) => void stdin.write(data),
    end: () => void stdin.end(),
    drop() {
      child.kill('SIGTERM');
      for (const stream of [stdin, stdout, stderr]) stream.destroy();
      child.unref();
    },
  });
}

/** The command's own end; null: ssh's, or the connection's. 255 is both ssh's word and a command's. */
async function exitOf(code: number | null, log: string, master: Master): Promise<Exit | null> {
  if (code !== 255) return code === null ? null : { code, signal: null };
  const text = readText(log);
  if (/^debug2: Received exit status from master 255$/m.test(text)) return { code, signal: null };
  if (!/^debug2: Control master terminated unexpectedly$/m.test(text)) return null;
  // a channel that closed without a status: the command was killed, or the connection has gone
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, NEWS_MS);
    master.onEnd(() => {
      clearTimeout(timer);
      resolve();
    });
  });
  return master.ended() === undefined ? { code: null, signal: 'a signal' } : null;
}
