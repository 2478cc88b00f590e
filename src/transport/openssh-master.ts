import { once } from 'node:events';
import { closeSync, openSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { execa } from 'execa';
import type { Exit } from '../model/ports.ts';
import { ToolError } from '../model/problem.ts';
import { trimEndOf } from '../model/trim-end.ts';
import { CLOSED_HERE, carryChild } from './command-channel.ts';
import type { Session } from './logins.ts';
import { commandArguments, type MasterFiles } from './openssh-argv.ts';
import type { Endpoint } from './problems.ts';
import { endpointText, lost, unsupported } from './problems.ts';

/** An authenticated connection of OpenSSH in the background, over which commands run. */
export interface Master extends Session {
  readonly files: MasterFiles;
  /** Closes it, and resolves when it has gone. */
  closed(): Promise<void>;
}

/** How long a master may take to go. */
const CLOSE_MS = 1000;
/** The end of a master and the end of its clients are seen within this time of each other. */
const END_MS = 500;

/** Runs ssh(1) until it goes to the background, which it does with exit code 0 once it has logged in. */
export async function startMaster(
  ssh: string,
  args: readonly string[],
  log: string,
  signal: AbortSignal,
): Promise<number | null> {
  // what a ProxyCommand says goes to the log too; a pipe would stay open as long as the master
  const fd = openSync(log, 'a', 0o600);
  const child = execa(ssh, args, {
    // any descriptor will do; the types know the usual ones only
    stdio: ['ignore', 'ignore', fd as 2],
    reject: false,
    // its own session: no terminal to ask on, and a Ctrl-C goes to the run alone
    detached: true,
    cancelSignal: signal,
  });
  closeSync(fd);
  const { exitCode, code } = await child;
  if (code === 'ENOENT') throw new ToolError(unsupported({ reason: 'no-ssh-command' }));
  return exitCode ?? null;
}

/**
 * Connects to a master's control socket. While that connection is open the master stays, however long
 * nobody runs a command; when this process dies the master ends by itself (ControlPersist).
 *
 * @throws NodeJS.ErrnoException when it is not there.
 */
export async function attachMaster(
  ssh: string,
  files: MasterFiles,
  endpoint: Endpoint,
): Promise<Master> {
  const control = connect(files.socket);
  await once(control, 'connect');
  const where = endpointText(endpoint);
  const listeners: (() => void)[] = [];
  let closing = false;
  let gone = false;
  let commands = 0;
  control.on('error', () => undefined);
  control.on('close', () => {
    gone = true;
    for (const listener of listeners.splice(0)) listener();
  });
  // its greeting; nothing else comes on a connection that asks for nothing
  control.resume();

  const master: Master = {
    files,
    ended: () => (gone ? (closing ? CLOSED_HERE : lastMessage(files.log)) : undefined),
    onEnd(listener) {
      if (gone) listener();
      else listeners.push(listener);
    },
    run(argv, channel, options) {
      commands += 1;
      const log = `${files.log}.${commands}`;
      const child = execa(ssh, commandArguments(files.socket, log, argv), {
        stdio: 'pipe',
        buffer: false,
        encoding: 'buffer',
        reject: false,
        // a Ctrl-C goes to the run alone
        detached: true,
      });
      child.on('error', (cause) => channel.failed(lost(where, cause.message)));
      child.on('close', async (code: number | null) => {
        const exit = await exitOf(code, log, master);
        rmSync(log, { force: true });
        if (exit) channel.ended(exit);
        else channel.failed(lost(where, master.ended() ?? 'ssh ended before the command'));
      });
      carryChild(child, channel, options, () => child.kill('SIGTERM'));
    },
    close() {
      if (gone || closing) return;
      closing = true;
      control.write(TERMINATE);
      setTimeout(() => control.destroy(), CLOSE_MS).unref();
    },
    closed() {
      master.close();
      return new Promise((resolve) => master.onEnd(resolve));
    },
  };
  return master;
}

/** MUX_MSG_HELLO of version 4, then MUX_C_TERMINATE: OpenSSH's PROTOCOL.mux, sections 2 and 7. */
const TERMINATE = Buffer.from(
  [8, 1, 4, 8, 0x10000005, 0].map((word) => word.toString(16).padStart(8, '0')).join(''),
  'hex',
);

/** How the command ended; null: ssh or the connection did. 255 may be ssh's own exit code or the command's. */
async function exitOf(code: number | null, log: string, master: Master): Promise<Exit | null> {
  if (code !== 255) return code === null ? null : { code, signal: null };
  const text = readText(log);
  if (/^debug2: Received exit status from master 255$/m.test(text)) return { code, signal: null };
  if (!/^debug2: Control master terminated unexpectedly$/m.test(text)) return null;
  // the channel closed without a status: the command was killed, or the connection is gone
  await Promise.race([delay(END_MS), new Promise<void>((resolve) => master.onEnd(resolve))]);
  return master.ended() === undefined ? { code: null, signal: 'a signal' } : null;
}

/** The last message for people in a log. */
function lastMessage(log: string): string {
  const line = readText(log)
    .split(/\r?\n/)
    .findLast((row) => row.trim() !== '' && !/^(debug\d:|Authenticated to )/.test(row));
  return (line && trimEndOf(line, '. \t')) ?? 'the host closed it';
}

/** '' when the file cannot be read. */
export function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
