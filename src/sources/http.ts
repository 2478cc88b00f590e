import type { ClientRequest, IncomingMessage } from 'node:http';
import { isIP, type Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';

export interface GetOptions {
  /** Of what we have; the answer may be 304. */
  readonly etag?: string | undefined;
  /** `http://[user:password@]host:port`; null: none. */
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

/** @throws HttpTrouble */
export type Get = (url: string, options: GetOptions) => Promise<Answer>;

/** No answer came, or none that can be used. */
export class HttpTrouble extends Error {
  /** Trying again may help. */
  readonly transient: boolean;

  constructor(message: string, transient: boolean) {
    super(message);
    this.transient = transient;
  }
}

const REDIRECTS = [301, 302, 303, 307, 308];

/** Makes a fetcher; `ca` is PEM text of authorities that count beside the usual ones. */
export function createGet(ca?: string): Get {
  return async function get(url, options) {
    const authorities = ca === undefined ? {} : { ca: [...(await tls()).rootCertificates, ca] };
    const signal = AbortSignal.timeout(options.timeoutMs);
    let target = parse(url);
    for (let hops = 0; hops <= 5; hops++) {
      const answer = await once(target, options, authorities, signal);
      if (!REDIRECTS.includes(answer.status) || answer.location === null) return answer;
      const next = parse(new URL(answer.location, target).href);
      if (target.protocol === 'https:' && next.protocol !== 'https:') {
        throw new HttpTrouble(`${target.host} sends from https to http`, false);
      }
      target = next;
    }
    throw new HttpTrouble('it sends from one address to the next without end', false);
  };
}

function parse(url: string): URL {
  const target = URL.canParse(url) ? new URL(url) : undefined;
  if (target?.protocol === 'https:' || target?.protocol === 'http:') return target;
  throw new HttpTrouble(`${withoutPassword(url)} is no URL of http or https`, false);
}

/** A URL as it may be shown. */
export const withoutPassword = (url: string): string => url.replace(/^(\w+:\/\/)[^/@]*@/, '$1');

/** Brackets of an IPv6 address belong to the URL alone. */
const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[|\]$/g, '');

const portOf = ({ port, protocol }: URL): number =>
  Number(port) || (protocol === 'https:' ? 443 : 80);

type Authorities = { readonly ca?: string[] };

// a converged fleet costs no request, and loading these costs 5 ms
const tls = () => import('node:tls');
const requester = async ({ protocol }: URL) =>
  (await (protocol === 'https:' ? import('node:https') : import('node:http'))).request;

async function once(
  target: URL,
  options: GetOptions,
  authorities: Authorities,
  signal: AbortSignal,
): Promise<Answer & { readonly location: string | null }> {
  const proxy = options.proxy === null ? undefined : parse(options.proxy);
  try {
    const response = await send(target, proxy, options, authorities, signal);
    const body = await read(response, options.maxBytes);
    return {
      status: response.statusCode ?? 0,
      body,
      etag: response.headers.etag ?? null,
      location: response.headers.location ?? null,
    };
  } catch (error) {
    if (error instanceof HttpTrouble) throw error;
    throw troubleOf(error as NodeJS.ErrnoException, signal.aborted, options.timeoutMs);
  }
}

async function send(
  target: URL,
  proxy: URL | undefined,
  { etag }: GetOptions,
  authorities: Authorities,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const headers = {
    host: target.host,
    'user-agent': 'alloyup',
    // bodies are checked by size and hash: nothing on the way may repack them
    'accept-encoding': 'identity',
    ...(etag ? { 'if-none-match': etag } : {}),
    ...credentials(target, 'authorization'),
  };
  const path = `${target.pathname}${target.search}`;

  if (!proxy) {
    const request = await requester(target);
    const to = { host: hostOf(target), port: portOf(target) };
    return answerOf(request({ ...to, ...authorities, path, headers, signal, agent: false }));
  }
  const toProxy = { host: hostOf(proxy), port: portOf(proxy), signal, agent: false as const };
  const requestProxy = await requester(proxy);
  const login = credentials(proxy, 'proxy-authorization');
  if (target.protocol === 'http:') {
    return answerOf(
      requestProxy({
        ...toProxy,
        ...authorities,
        path: target.href,
        headers: { ...headers, ...login },
      }),
    );
  }

  // loaded before the tunnel stands: its socket must not wait without a listener
  const [{ connect }, secureRequest] = await Promise.all([tls(), requester(target)]);
  const authority = `${target.hostname}:${portOf(target)}`;
  const tunnel = requestProxy({
    ...toProxy,
    ...authorities,
    method: 'CONNECT',
    path: authority,
    headers: { host: authority, ...login },
  });
  const socket = await tunnelOf(tunnel, proxy);
  const host = hostOf(target);
  // an agent, even none of a kind, would make a connection of its own
  const secure = (): TLSSocket =>
    connect({ socket, host, ...(isIP(host) ? {} : { servername: host }), ...authorities });
  const request = secureRequest({
    host,
    path,
    headers,
    signal,
    createConnection: secure,
  });
  // a tunnel left open would keep the process alive
  request.on('close', () => socket.destroy());
  return answerOf(request);
}

/** User and password of a URL as a header; never part of a message. */
function credentials(
  { username, password }: URL,
  header: string,
): Readonly<Record<string, string>> {
  if (username === '') return {};
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { [header]: `Basic ${Buffer.from(pair).toString('base64')}` };
}

const answerOf = (request: ClientRequest): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    request.on('response', resolve).on('error', reject).end();
  });

const tunnelOf = (request: ClientRequest, proxy: URL): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const refused = (status: number | undefined): void =>
      reject(new HttpTrouble(`the proxy ${proxy.host} answers ${status}`, (status ?? 0) >= 500));
    request
      .on('connect', ({ statusCode }, socket: Socket) => {
        if (statusCode === 200) return resolve(socket);
        socket.destroy();
        refused(statusCode);
      })
      .on('response', (response) => {
        response.resume();
        refused(response.statusCode);
      })
      .on('error', reject)
      .end();
  });

async function read(response: IncomingMessage, maxBytes: number): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) {
      response.destroy();
      throw new HttpTrouble(`the answer is bigger than ${maxBytes >> 10} KiB`, false);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

const WORDS: Readonly<Record<string, readonly [message: string, transient: boolean]>> = {
  ENOTFOUND: ['the name is not known', false],
  EAI_AGAIN: ['the name could not be looked up', true],
  ECONNREFUSED: ['the connection was refused', true],
  ECONNRESET: ['the connection was cut', true],
  EPIPE: ['the connection was cut', true],
  ETIMEDOUT: ['no answer', true],
  EHOSTUNREACH: ['there is no way to it', true],
  ENETUNREACH: ['there is no way to it', true],
};

function troubleOf(error: NodeJS.ErrnoException, aborted: boolean, timeoutMs: number): HttpTrouble {
  if (aborted) return new HttpTrouble(`no answer within ${timeoutMs / 1000} s`, true);
  const known = WORDS[error.code ?? ''];
  if (known) return new HttpTrouble(...known);
  return new HttpTrouble(error.message || (error.code ?? 'the connection failed'), false);
}

/** Milliseconds before the second and the third try. */
export const RETRY_DELAYS: readonly number[] = [500, 2000];

/** Worth another try although an answer came. */
export const isTransientStatus = (status: number): boolean =>
  status === 408 || status === 429 || status >= 500;
