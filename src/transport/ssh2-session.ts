import type { Duplex } from 'node:stream';
import type { Client, ClientChannel } from 'ssh2';
import type { Exit, StartOptions } from '../model/ports.ts';
import type { Problem } from '../model/problem.ts';
import { ToolError } from '../model/problem.ts';
import { CLOSED_HERE, type CommandChannel } from './command-channel.ts';
import { commandLine } from './command-line.ts';
import type { Hop } from './hops.ts';
import type { Session } from './logins.ts';
import type { Endpoint } from './problems.ts';
import { endpointText, lost, unreachable } from './problems.ts';

/** A client that has logged in. */
export interface Ssh2Session extends Session {
  /** A stream to the next hop. @throws ToolError `ssh.unreachable`, or the signal's reason */
  forward(to: Hop, signal: AbortSignal): Promise<Duplex>;
}

/** After a command's exit, how long its output may still come through pipes that children keep open. */
const DRAIN_MS = 2000;
/** How long the server may take to close the connection. */
const CLOSE_MS = 1000;

export function ssh2Session(client: Client, endpoint: Endpoint): Ssh2Session {
  let gone: string | undefined;
  const listeners: (() => void)[] = [];
  const end = (why: string): void => {
    gone ??= why;
    for (const listener of listeners.splice(0)) listener();
  };
  client.on('error', (error: Error) => end(reasonOf(error)));
  client.on('end', () => end('the host closed it'));
  client.on('close', () => end('the host closed it'));

  return {
    ended: () => gone,
    onEnd: (listener) => void listeners.push(listener),
    run(argv, channel, options) {
      const fail = (why: string): Problem => lost(endpointText(endpoint), gone ?? why);
      try {
        client.exec(commandLine(argv), (error, stream) => {
          if (error) channel.failed(fail(reasonOf(error)));
          else
            carry(stream, channel, options, () => fail('the command ended without an exit status'));
        });
      } catch (error) {
        channel.failed(fail(reasonOf(error as Error)));
      }
    },
    forward: (to, signal) =>
      new Promise((resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason), { once: true });
        const from = endpointText(endpoint);
        const { host: address, port } = to.endpoint;
        const fail = (error: Error): void => {
          const said = error.message.replace(/^\(SSH\) Channel open failure: /, '');
          const params = { reason: 'not-forwarded', from, address, port, said } as const;
          reject(new ToolError(unreachable(params)));
        };
        try {
          client.forwardOut('127.0.0.1', 0, address, port, (error, stream) => {
            if (error) return fail(error);
            stream.on('error', () => undefined);
            if (signal.aborted) stream.destroy();
            else resolve(stream);
          });
        } catch (error) {
          fail(error as Error);
        }
      }),
    close() {
      gone ??= CLOSED_HERE;
      try {
        client.end();
      } catch {
        // already closed
      }
      const timer = setTimeout(() => client.destroy(), CLOSE_MS);
      timer.unref();
      client.once('close', () => clearTimeout(timer));
    },
  };
}

function carry(
  stream: ClientChannel,
  channel: CommandChannel,
  { onOut, onErr }: StartOptions,
  withoutExit: () => Problem,
): void {
  let exit: Exit | undefined;
  let drain: NodeJS.Timeout | undefined;
  // when one stream closes, the other may still hold bytes
  let open = 2;
  const closed = (): void => {
    open -= 1;
    if (open > 0) return;
    clearTimeout(drain);
    if (exit) channel.ended(exit);
    else channel.failed(withoutExit());
  };
  const output =
    (pass: (bytes: Uint8Array) => void) =>
    (bytes: Buffer): void => {
      if (channel.settled) return;
      drain?.refresh();
      pass(bytes);
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

const reasonOf = (error: Error & { level?: string; code?: unknown }): string => {
  if (/keepalive/i.test(error.message)) return 'the host stopped answering';
  if (error.level === 'client-socket' && typeof error.code === 'string') return error.code;
  return error.message;
};
