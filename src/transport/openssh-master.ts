import { closeSync, openSync, readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { connect } from 'node:net';
import type { MasterFiles } from './openssh-argv.ts';

/** One authenticated connection of OpenSSH's, in the background, over which commands run. */
export interface Master {
  readonly files: MasterFiles;
  /** Why it ended; undefined: it lives. */
  readonly ended: () => string | undefined;
  readonly onEnd: (listener: () => void) => void;
  /** Resolves when it has gone. Safe to call twice. */
  close(): Promise<void>;
}

/** How long a master may take to go. */
const GOODBYE_MS = 1000;

/**
 * Holds a line to a master's control socket. While it is open the master stays, however long nobody
 * runs a command; when this process dies the line breaks and the master ends by itself (ControlPersist).
 *
 * @throws NodeJS.ErrnoException when it is not there.
 */
export async function holdMaster(files: MasterFiles): Promise<Master> {
  const line = await open(files.socket);
  let closing = false;
  let gone = false;
  const listeners: (() => void)[] = [];
  line.on('error', () => undefined);
  line.on('close', () => {
    gone = true;
    for (const listener of listeners.splice(0)) listener();
  });
  // its greeting; nothing else comes on a line that asks for nothing
  line.resume();
  return {
    files,
    ended: () => (gone ? (closing ? 'it was closed here' : lastWords(files.log)) : undefined),
    onEnd(listener) {
      if (gone) listener();
      else listeners.push(listener);
    },
    async close() {
      if (gone) return;
      const end = new Promise<void>((resolve) => listeners.push(resolve));
      if (!closing) {
        closing = true;
        line.write(GOODBYE);
        setTimeout(() => line.destroy(), GOODBYE_MS).unref();
      }
      await end;
    },
  };
}

/** MUX_MSG_HELLO of version 4, then MUX_C_TERMINATE: OpenSSH's PROTOCOL.mux, sections 2 and 7. */
const GOODBYE = Buffer.from(
  [8, 1, 4, 8, 0x10000005, 0].map((word) => word.toString(16).padStart(8, '0')).join(''),
  'hex',
);

const open = (path: string): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.once('connect', () => resolve(socket));
    socket.once('error', reject);
  });

/** What a log says to people at its end. */
function lastWords(log: string): string {
  const rows = readText(log).split(/\r?\n/);
  const word = rows.findLast(
    (row) => row.trim() !== '' && !/^(debug\d:|Authenticated to )/.test(row),
  );
  return word?.replace(/[.\s]+$/, '') ?? 'the host closed it';
}

export function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** Runs `work` with a file opened for appending. */
export function appendingTo<T>(path: string, work: (fd: number) => T): T {
  const fd = openSync(path, 'a', 0o600);
  try {
    return work(fd);
  } finally {
    closeSync(fd);
  }
}
