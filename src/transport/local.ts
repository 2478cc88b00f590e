import { spawn } from 'node:child_process';
import { hostname } from 'node:os';
import type { Command } from '../model/plan.ts';
import type { Channel, Connection, StartOptions } from '../model/ports.ts';
import { commandChannel } from './command-channel.ts';
import { interrupted, leftBehind } from './problems.ts';

/** This machine as a host: `argv` is started directly, with no shell between. */
export function localConnection(): Connection {
  const running = new Set<Channel>();
  return {
    via: 'local',
    description: `this machine (${hostname()})`,
    why: null,
    start(argv, options) {
      const channel = startLocal(argv, options);
      running.add(channel);
      const forget = (): void => void running.delete(channel);
      channel.exit.then(forget, forget);
      return channel;
    },
    close() {
      for (const channel of running) channel.close();
    },
  };
}

function startLocal([file, ...args]: Command, options: StartOptions): Channel {
  const where = 'this machine';
  const channel = commandChannel(options, {
    timeout: (ms) => leftBehind(where, ms / 1000),
    interrupted: () => interrupted(where),
    closed: () => ({
      code: 'ssh.lost',
      message: `${file} on ${where} was let go`,
      hint: 'run again',
      transient: true,
    }),
  });
  const child = spawn(file, args, { stdio: 'pipe' });
  const { stdin, stdout, stderr } = child;
  stdout.on('data', (bytes: Buffer) => !channel.settled && options.onOut(bytes));
  stderr.on('data', (bytes: Buffer) => !channel.settled && options.onErr(bytes));
  // a command that stops reading says why by its exit
  stdin.on('error', () => undefined);
  child.on('error', (cause: NodeJS.ErrnoException) => {
    // as a login shell would: 127 for what is not there, 126 for what may not be run
    options.onErr(Buffer.from(`${file}: ${cause.message}\n`));
    channel.ended({ code: cause.code === 'ENOENT' ? 127 : 126, signal: null });
  });
  child.on('close', (code, signal) => channel.ended({ code, signal }));
  channel.carriedBy({
    write: (data) => void stdin.write(data),
    end: () => void stdin.end(),
    drop() {
      stdin.destroy();
      stdout.destroy();
      stderr.destroy();
      child.unref();
    },
  });
  return channel;
}
