import { openDeadline } from '../model/deadline.ts';
import type { FetchFailure } from '../model/problems/repository-problems.ts';

export interface GetOptions {
  /** Of the copy in the cache; the answer may be 304. */
  readonly etag?: string | undefined;
  /** `http://[user:password@]host:port`; null: what HTTPS_PROXY, HTTP_PROXY and NO_PROXY say. */
  readonly proxy: string | null;
  readonly maxBytes: number;
  /** Milliseconds for the whole answer. */
  readonly timeoutMs: number;
}

export interface Answer {
  readonly status: number;
  readonly body: Uint8Array;
  readonly etag: string | null;
}

/** @throws FetchError */
export type Get = (url: string, options: GetOptions) => Promise<Answer>;

/** No answer came, or none that can be used. */
export class FetchError extends Error {
  readonly failure: FetchFailure;

  constructor(failure: FetchFailure) {
    super(failure.reason);
    this.failure = failure;
  }
}

const REDIRECTS = [301, 302, 303, 307, 308];
const MAX_REDIRECTS = 5;

/** @param tls `ca`: certificates to trust in place of the system's and of NODE_EXTRA_CA_CERTS */
export function createGet(tls: { readonly ca?: string } = {}): Get {
  return async function get(url, { etag, proxy, maxBytes, timeoutMs }) {
    let target = parse(url);
    const deadline = openDeadline();
    const { signal } = deadline;
    deadline.start(timeoutMs);
    // most runs fetch nothing: loading it takes longer than the rest of a start; as a bundled
    // CommonJS module it has a default export alone
    const { EnvHttpProxyAgent, ProxyAgent, request } = (await import('undici')).default;
    const connect = { timeout: timeoutMs, ...tls };
    // plain http goes through a proxy as a request, the way apt sends it
    const options = { connect, requestTls: connect, proxyTls: connect, proxyTunnel: false };
    const token = proxy === null ? undefined : basicAuth(parse(proxy));
    const dispatcher =
      proxy === null
        ? new EnvHttpProxyAgent(options)
        : new ProxyAgent({ ...options, uri: proxy, ...(token ? { token } : {}) });
    try {
      for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
        const answer = await once();
        if (!REDIRECTS.includes(answer.status) || answer.location === null) return answer;
        const next = parse(new URL(answer.location, target).href);
        if (target.protocol === 'https:' && next.protocol !== 'https:') {
          throw new FetchError({ reason: 'downgrade', to: withoutPassword(next.href) });
        }
        target = next;
      }
    } catch (error) {
      if (error instanceof FetchError) throw error;
      if (deadline.passed) throw new FetchError({ reason: 'timeout', seconds: timeoutMs / 1000 });
      throw new FetchError(failureOf(error as NodeJS.ErrnoException));
    } finally {
      deadline.close();
      // an idle connection would keep the process alive
      void dispatcher.destroy();
    }
    throw new FetchError({ reason: 'redirect-loop' });

    async function once() {
      const login = basicAuth(target);
      const { statusCode, headers, body } = await request(target, {
        dispatcher,
        signal,
        headers: {
          'user-agent': 'alloyup',
          // bodies are checked by size and hash: nothing on the way may repack them
          'accept-encoding': 'identity',
          ...(etag ? { 'if-none-match': etag } : {}),
          ...(login ? { authorization: login } : {}),
        },
      });
      const chunks: Buffer[] = [];
      let size = 0;
      for await (const chunk of body as AsyncIterable<Buffer>) {
        size += chunk.length;
        if (size > maxBytes) throw new FetchError({ reason: 'too-big', maxBytes });
        chunks.push(chunk);
      }
      return {
        status: statusCode,
        body: Buffer.concat(chunks),
        etag: single(headers.etag),
        location: single(headers.location),
      };
    }
  };
}

function parse(url: string): URL {
  const target = URL.canParse(url) ? new URL(url) : undefined;
  if (target?.protocol === 'https:' || target?.protocol === 'http:') return target;
  throw new FetchError({ reason: 'not-http', to: withoutPassword(url) });
}

/** A URL that may be shown. */
export const withoutPassword = (url: string): string => url.replace(/^(\w+:\/\/)[^/@]*@/, '$1');

const single = (header: string | readonly string[] | undefined): string | null =>
  (typeof header === 'string' ? header : header?.[0]) ?? null;

function basicAuth({ username, password }: URL): string | undefined {
  if (username === '') return undefined;
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return `Basic ${Buffer.from(pair).toString('base64')}`;
}

const REASONS = {
  ENOTFOUND: 'unknown-name',
  EAI_AGAIN: 'name-lookup',
  ECONNREFUSED: 'refused',
  ECONNRESET: 'reset',
  EPIPE: 'reset',
  UND_ERR_SOCKET: 'reset',
  ETIMEDOUT: 'no-answer',
  UND_ERR_CONNECT_TIMEOUT: 'no-answer',
  EHOSTUNREACH: 'no-route',
  ENETUNREACH: 'no-route',
} as const;

function failureOf(error: NodeJS.ErrnoException): FetchFailure {
  const { code = '', message } = error;
  // undici does not hand out what a proxy answered in the place of the server
  const [, status] = /^Proxy .*\((\d{3})\)/.exec(message) ?? [];
  if (status) return { reason: 'status', status: Number(status) };
  if (Object.hasOwn(REASONS, code)) return { reason: REASONS[code as keyof typeof REASONS] };
  // Node 24 adds advice for its own command line
  const said = message.split(';')[0] || code;
  return { reason: /certificate/i.test(said) ? 'certificate' : 'failed', said };
}

/** Trying again may help; a wrong name stays wrong. */
export function isTransient(failure: FetchFailure): boolean {
  if (failure.reason === 'status')
    return failure.status === 408 || failure.status === 429 || failure.status >= 500;
  const passing: readonly string[] = ['timeout', ...Object.values(REASONS)];
  return passing.includes(failure.reason) && failure.reason !== 'unknown-name';
}
