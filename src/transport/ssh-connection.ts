import type { Client, ClientChannel } from 'ssh2';
import type { Connection, Exit } from '../model/ports.ts';
import { commandLine } from './argv.ts';
import type { CommandChannel } from './command-channel.ts';
import { commandChannel } from './command-channel.ts';
import type { Endpoint } from './problems.ts';
import { endpointText, interrupted, leftBehind, lost } from './problems.ts';

/** After a command's exit, how long its output may still come through pipes that children keep open. */
const DRAIN_MS = 2000;
/** How long a polite goodbye may take. */
const GOODBYE_MS = 1000;

/** Wraps a client that has logged in. */
export function sshConnection(client: Client, endpoint: Endpoint, description: string): Connection {
  let current: CommandChannel | undefined;
  let gone: string | undefined;

  const lose = (why: string): void => {
    gone ??= why;
    current?.failed(lost(endpoint, gone));
  };
  client.on('error', (error: Error) => lose(reason(error)));
  client.on('end', () => lose('the host closed it'));
  client.on('close', () => lose('the host closed it'));

  return {
    via: 'ssh',
    description,
    why: null,
    start(argv, options) {
      if (current && !current.settled) {
        throw new Error(`a second command was started on ${description}`);
      }
      const where = endpointText(endpoint);
      const channel = commandChannel(options, {
        timeout: (ms) => leftBehind(where, ms / 1000),
        interrupted: () => interrupted(where),
        closed: () => lost(endpoint, 'it was closed here'),
      });
      current = channel;
      if (gone !== undefined) {
        channel.failed(lost(endpoint, gone));
        return channel;
      }
      try {
        client.exec(commandLine(argv), (error, stream) => {
          if (error) channel.failed(lost(endpoint, gone ?? reason(error)));
          else
            carry(stream, channel, options.onOut, options.onErr, () =>
              lost(endpoint, gone ?? 'the command ended without an exit status'),
            );
        });
      } catch (error) {
        channel.failed(lost(endpoint, reason(error as Error)));
      }
      return channel;
    },
    close() {
      gone ??= 'it was closed here';
      current?.close();
      try {
        client.end();
      } catch {
        // already gone
      }
      const timer = setTimeout(() => client.destroy(), GOODBYE_MS);
      timer.unref();
      client.once('close', () => clearTimeout(timer));
    },
  };
}

function carry(
  stream: ClientChannel,
  channel: CommandChannel,
  onOut: (bytes: Uint8Array) => void,
  onErr: (bytes: Uint8Array) => void,
  withoutExit: () => ReturnType<typeof lost>,
): void {
  let exit: Exit | undefined;
  let drain: NodeJS.Timeout | undefined;
  // both streams must have ended: on close the other one may still hold bytes
  let open = 2;
  const closed = (): void => {
    open -= 1;
    if (open > 0) return;
    clearTimeout(drain);
    if (exit) channel.ended(exit);
    else channel.failed(withoutExit());
  };
  const output =
    (say: (bytes: Uint8Array) => void) =>
    (bytes: Buffer): void => {
      if (channel.settled) return;
      drain?.refresh();
      say(bytes);
    };
  stream.on('data', output(onOut));
  stream.stderr.on('data', output(onErr));
  stream.on('error', () => undefined);
  stream.on('exit', (code: number | null, signal?: string) => {
    exit = { code, signal: signal ?? null };
    drain = setTimeout(() => {
      channel.ended(exit!);
      stream.close();
    }, DRAIN_MS);
  });
  stream.on('close', closed);
  stream.stderr.on('close', closed);
  channel.carriedBy({
    write: (data) => void stream.write(data),
    end: () => void stream.end(),
    drop: () => stream.close(),
  });
}

const reason = (error: Error & { level?: string; code?: unknown; reason?: unknown }): string => {
  if (/keepalive/i.test(error.message)) return 'the host stopped answering';
  if (error.level === 'client-socket' && typeof error.code === 'string') return error.code;
  return error.message;
};
