import { spawn } from 'node:child_process';
import { hostname } from 'node:os';
import type { Command } from '../model/plan.ts';
import type { Connection, StartOptions } from '../model/ports.ts';
import { type CommandChannel, carryChild, commandChannel } from './command-channel.ts';

/** This machine as a host: `argv` is started directly, without a shell. */
export function localConnection(): Connection {
  let current: CommandChannel | undefined;
  return {
    via: 'local',
    description: `this machine (${hostname()})`,
    why: null,
    start(argv, options) {
      current = startLocal(argv, options);
      return current;
    },
    close: () => current?.close(),
  };
}

function startLocal([file, ...args]: Command, options: StartOptions): CommandChannel {
  const channel = commandChannel(options, 'this machine');
  const child = spawn(file, args, { stdio: 'pipe' });
  child.on('error', (cause: NodeJS.ErrnoException) => {
    // as a login shell would: 127 for a missing program, 126 for one that cannot be run
    options.onErr(Buffer.from(`${file}: ${cause.message}\n`));
    channel.ended({ code: cause.code === 'ENOENT' ? 127 : 126, signal: null });
  });
  child.on('close', (code, signal) => channel.ended({ code, signal }));
  carryChild(child, channel, options);
  return channel;
}
