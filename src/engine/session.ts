import type { Host } from '../model/host.ts';
import type { Command } from '../model/plan.ts';
import type { Channel, Connection, StartOptions, Transport } from '../model/ports.ts';
import { ToolError } from '../model/problem.ts';

/** Takes in what a program says. */
export type Listener = Pick<StartOptions, 'onOut' | 'onErr'>;

/** A perl that is root on a host, has answered once, and waits for one more program (door.ts). */
export interface Door {
  /** False: the connection broke, or the host let go of it. */
  readonly open: boolean;
  /**
   * Sends a program and what it reads from stdin: all of it, or with `hold` what comes before the rest, with
   * which the channel is to be ended. Once. `timeoutMs`: milliseconds from now on.
   */
  enter(
    program: string,
    input: string,
    to: Listener,
    timeoutMs: number,
    options?: { readonly hold?: boolean },
  ): Channel;
  close(): void;
}

/** One host's login, kept for the whole run and made again when it breaks. */
export interface Session {
  /** Begins to log in; `start` tells how that went. */
  begin(): void;
  /** Starts a command, logging in first where there is no login. */
  start(argv: Command, options: StartOptions): Promise<Channel>;
  /** Keeps a door for whoever starts a script next; anything else that is started shuts it. */
  keep(door: Door): void;
  /** The door that was kept, if it is still open. A login that broke meanwhile is forgotten. */
  take(): Door | undefined;
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
  let kept: Door | undefined;
  const drop = () => {
    kept = undefined;
    connection?.then(
      (open) => open.close(),
      () => {},
    );
    connection = null;
  };
  const login = (): Promise<Connection> => {
    connection ??= transport.connect(host, options).then((open) => {
      options.onConnected(open);
      return open;
    });
    return connection;
  };
  return {
    begin() {
      login().catch(() => undefined);
    },
    async start(argv, startOptions) {
      // one command at a time
      kept?.close();
      kept = undefined;
      try {
        return (await login()).start(argv, startOptions);
      } catch (error) {
        drop();
        throw error;
      }
    },
    keep(door) {
      kept = door;
    },
    take() {
      const door = kept;
      kept = undefined;
      if (!door || door.open) return door;
      drop();
      return undefined;
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
