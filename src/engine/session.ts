import type { Host } from '../model/host.ts';
import type { Command } from '../model/plan.ts';
import type { Channel, Connection, StartOptions, Transport } from '../model/ports.ts';
import { ToolError } from '../model/problem.ts';

/** One host's login, kept for the whole run and made again when it breaks. */
export interface Session {
  /** Starts a command, logging in first where there is no login. */
  start(argv: Command, options: StartOptions): Promise<Channel>;
  /** Forgets a connection that broke, so that the next start logs in again. */
  drop(): void;
  close(): void;
}

export function createSession(
  transport: Transport,
  host: Host,
  options: {
    readonly timeoutMs: number;
    readonly signal: AbortSignal;
    readonly onConnected: (connection: Connection) => void;
  },
): Session {
  let connection: Promise<Connection> | null = null;
  const drop = () => {
    connection?.then(
      (open) => open.close(),
      () => {},
    );
    connection = null;
  };
  return {
    async start(argv, startOptions) {
      connection ??= transport.connect(host, options).then((open) => {
        options.onConnected(open);
        return open;
      });
      try {
        return (await connection).start(argv, startOptions);
      } catch (error) {
        drop();
        throw error;
      }
    },
    drop,
    close: drop,
  };
}

/** Collects bytes up to a limit; what comes later is dropped. */
export function collector(limit: number): { push(bytes: Uint8Array): void; text(): string } {
  const parts: Uint8Array[] = [];
  let size = 0;
  return {
    push(bytes) {
      if (size >= limit) return;
      parts.push(bytes.slice(0, limit - size));
      size += bytes.length;
    },
    text: () => new TextDecoder().decode(Buffer.concat(parts)),
  };
}

export const isLost = (error: unknown): boolean =>
  error instanceof ToolError &&
  ['ssh.lost', 'ssh.timeout', 'ssh.unreachable'].includes(error.problem.code);
