import { setMaxListeners } from 'node:events';
import { Redis } from 'ioredis';
import { type Problem, ToolError } from '../model/problem.ts';

/** So long a lost connection is waited for. */
export const PATIENCE_S = 300;
const CONNECT_MS = 10_000;
/** A connection over which nothing comes for so long is dead. All wait for less. */
const SILENCE_MS = 20_000;
const MAX_PAUSE_MS = 2000;

/** Where Redis is, without what is secret in it: "redis.example.com:6379". */
function placeOf(url: string): string {
  const { hostname, port } = new URL(url);
  return `${hostname}:${port || '6379'}`;
}

/** Connections to one Redis. */
export interface Server {
  readonly place: string;
  /** For everything that does not wait. */
  readonly client: Redis;
  /** One more, for somebody who waits. */
  another(): Redis;
  /** Milliseconds that our clock is ahead of its. */
  readonly aheadMs: number;
  close(): void;
}

/**
 * Connects at once or not at all; from then on, lost connections are made again for as long as it takes.
 *
 * @param onLost called when the connection is lost, and `onBack` when it is back
 * @throws ToolError `queue.unreachable` | `queue.refused`
 */
export async function connectTo(
  url: string,
  { onLost, onBack }: { readonly onLost: () => void; readonly onBack: () => void },
): Promise<Server> {
  const place = placeOf(url);
  let isUp = false;
  let isOver = false;
  let last: Error | undefined;
  const all: Redis[] = [];
  const connection = (): Redis => {
    const made = new Redis(url, {
      lazyConnect: true,
      connectTimeout: CONNECT_MS,
      socketTimeout: SILENCE_MS,
      keepAlive: 10_000,
      maxRetriesPerRequest: null,
      enableReadyCheck: false,
      retryStrategy: (times) => (isUp && !isOver ? Math.min(times * 100, MAX_PAUSE_MS) : null),
      reconnectOnError: (error) => error.message.startsWith('READONLY'),
    });
    // told by what follows from it; without a listener it would be printed
    made.on('error', (error: Error) => {
      last = error;
    });
    all.push(made);
    return made;
  };
  const client = connection();
  let aheadMs = 0;
  try {
    await client.connect();
    const [seconds, micros] = await client.time();
    aheadMs = Date.now() - (Number(seconds) * 1000 + Number(micros) / 1000);
    await checkServer(client, place);
  } catch (error) {
    isOver = true;
    client.disconnect();
    if (error instanceof ToolError) throw error;
    throw new ToolError(connectProblem(last ?? (error as Error), place));
  }
  isUp = true;
  setMaxListeners(0, client);
  let isLost = false;
  client.on('close', () => {
    if (isLost || isOver) return;
    isLost = true;
    onLost();
  });
  client.on('ready', () => {
    if (!isLost || isOver) return;
    isLost = false;
    onBack();
  });
  return {
    place,
    client,
    another() {
      const made = connection();
      void made.connect().catch(() => undefined);
      return made;
    },
    aheadMs,
    close() {
      isOver = true;
      for (const one of all) one.disconnect();
    },
  };
}

/** Streams that can be waited for, and scripts with flags. */
const LEAST_VERSION = [6, 2] as const;

async function checkServer(client: Redis, place: string): Promise<void> {
  const info = await client.info('server');
  const version = /^redis_version:(\S+)/m.exec(info)?.[1] ?? '';
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [least, leastMinor] = LEAST_VERSION;
  if (major > least || (major === least && minor >= leastMinor)) return;
  throw new ToolError({
    code: 'queue.unreachable',
    params: { reason: 'too-old', place, version, least: LEAST_VERSION.join('.') },
  });
}

const TLS =
  /certificate|self.signed|wrong version number|EPROTO|ERR_SSL|ERR_TLS|Hostname\/IP does not match/i;

function connectProblem(error: Error & { readonly code?: string }, place: string): Problem {
  const said = error.message;
  const reason = /WRONGPASS|NOAUTH|invalid password|without any password/.test(said)
    ? 'login'
    : /NOPERM/.test(said)
      ? 'permission'
      : TLS.test(said) || TLS.test(error.code ?? '')
        ? 'tls'
        : 'no-connection';
  return { code: 'queue.unreachable', params: { reason, place, said }, transient: true };
}
