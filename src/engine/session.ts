import type { Host } from '../model/host.ts';
import type { Command } from '../model/plan.ts';
import type { Channel, Connection, StartOptions, Transport } from '../model/ports.ts';
import { ToolError } from '../model/problem.ts';

/** A host's login, shared by all commands of a run and made again after `close`. */
export interface Session {
  /** Whether there is a login. It may have broken without anybody noticing. */
  readonly connected: boolean;
  /** Logs in unless there is a login. */
  connect(): Promise<void>;
  /** Starts a command, logging in first if necessary. */
  start(argv: Command, options: StartOptions): Promise<Channel>;
  /** Ends the login. The next start logs in again. */
  close(): void;
}

export function createSession(
  transport: Transport,
  host: Host,
  options: {
    /** Asked at each login. */
    readonly limits: () => { readonly timeoutMs: number; readonly signal: AbortSignal };
    readonly onConnected: (connection: Connection) => void;
  },
): Session {
  let connection: Connection | undefined;
  const close = () => {
    connection?.close();
    connection = undefined;
  };
  const login = async (): Promise<Connection> => {
    if (!connection) {
      connection = await transport.connect(host, options.limits());
      options.onConnected(connection);
    }
    return connection;
  };
  return {
    get connected() {
      return connection !== undefined;
    },
    async connect() {
      await login();
    },
    async start(argv, startOptions) {
      return (await login()).start(argv, startOptions);
    },
    close,
  };
}

/** The connection is gone, whatever became of the command that it carried. */
export const isLost = (error: unknown): boolean =>
  error instanceof ToolError &&
  ['ssh.lost', 'ssh.timeout', 'ssh.unreachable'].includes(error.problem.code);
