import { spawn } from 'node:child_process';
import { hostname } from 'node:os';
import type { Connection } from '../model/ports.ts';
import { carryChild } from './command-channel.ts';
import { connectionOver, type Session } from './logins.ts';

/** This machine as a host: `argv` is started directly, without a shell. */
export const localConnection = (): Connection =>
  connectionOver(
    { ended: () => undefined, onEnd: () => undefined, close: () => undefined, run },
    'this machine',
    { via: 'local', description: `this machine (${hostname()})`, why: null },
  );

const run: Session['run'] = ([file, ...args], channel, options) => {
  const child = spawn(file, args, { stdio: 'pipe' });
  child.on('error', (cause: NodeJS.ErrnoException) => {
    // as a login shell would: 127 for a missing program, 126 for one that cannot be run
    options.onErr(Buffer.from(`${file}: ${cause.message}\n`));
    channel.ended({ code: cause.code === 'ENOENT' ? 127 : 126, signal: null });
  });
  child.on('close', (code, signal) => channel.ended({ code, signal }));
  carryChild(child, channel, options);
};
