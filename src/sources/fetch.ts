import { setTimeout as sleep } from 'node:timers/promises';
import { type Problem, ToolError } from '../model/problem.ts';
import type { Cache } from './cache.ts';
import { type Get, HttpTrouble, isTransientStatus, withoutPassword } from './http.ts';

export interface Wanted {
  /** For messages: "the signing key". */
  readonly what: string;
  readonly url: string;
  readonly proxy: string | null;
  readonly maxBytes: number;
}

export interface FetchOptions {
  readonly get: Get;
  readonly cache: Cache;
  /** Milliseconds before each further try. */
  readonly delays: readonly number[];
}

const TIMEOUT_MS = 60_000;

/** Fetches, and tries again where that may help. `null`: it is not there (404). */
export async function fetchBytes(
  wanted: Wanted,
  { get, delays }: FetchOptions,
  etag?: string,
): Promise<{ readonly body: Uint8Array; readonly etag: string | null } | 'unchanged' | null> {
  for (let attempt = 0; ; attempt++) {
    const { trouble, transient, answer } = await tryOnce(wanted, get, etag);
    if (answer) return answer.status === 304 ? 'unchanged' : answer.status === 404 ? null : answer;
    const delay = delays[attempt];
    if (!transient || delay === undefined)
      throw new ToolError(unreachable(wanted, trouble, transient));
    await sleep(delay);
  }
}

async function tryOnce(
  { url, proxy, maxBytes }: Wanted,
  get: Get,
  etag: string | undefined,
): Promise<{
  readonly trouble: string;
  readonly transient: boolean;
  readonly answer?: {
    readonly status: number;
    readonly body: Uint8Array;
    readonly etag: string | null;
  };
}> {
  try {
    const answer = await get(url, { etag, proxy, maxBytes, timeoutMs: TIMEOUT_MS });
    if ([200, 304, 404].includes(answer.status)) return { trouble: '', transient: false, answer };
    const trouble = `it answers ${answer.status}`;
    return { trouble, transient: isTransientStatus(answer.status) };
  } catch (error) {
    if (!(error instanceof HttpTrouble)) throw error;
    return { trouble: error.message, transient: error.transient };
  }
}

/**
 * Fetches through the cache: what has not changed there is not sent again. With `stale`, the copy
 * that is there does when nothing can be fetched now.
 *
 * @throws ToolError `repository.unreachable`
 */
export async function fetchCached(
  wanted: Wanted,
  options: FetchOptions,
  stale = false,
): Promise<Uint8Array> {
  const key = `get ${wanted.url}`;
  const cached = await options.cache.read(key);
  try {
    const answer = await fetchBytes(wanted, options, cached?.meta.etag);
    if (answer === 'unchanged' && cached) return cached.body;
    if (answer === null || answer === 'unchanged') {
      throw new ToolError(unreachable(wanted, 'it answers 404', false));
    }
    const { body, etag } = answer;
    if (etag !== null) await options.cache.write(key, { meta: { etag }, body });
    return body;
  } catch (error) {
    if (stale && cached && error instanceof ToolError && error.problem.transient)
      return cached.body;
    throw error;
  }
}

function unreachable({ what, url, proxy }: Wanted, trouble: string, transient: boolean): Problem {
  const shown = withoutPassword(url);
  const way = proxy === null ? '' : ` through the proxy ${withoutPassword(proxy)}`;
  return {
    code: 'repository.unreachable',
    message: `${what} could not be fetched from ${shown}${way}: ${trouble}`,
    hint: hintFor(trouble, shown, proxy !== null),
    transient,
  };
}

function hintFor(trouble: string, url: string, proxied: boolean): string {
  if (trouble.includes('404')) return 'look at repository.url, suite and key in the inventory';
  if (/certificate/i.test(trouble)) {
    return 'if a proxy of yours signs anew, name its authority: NODE_EXTRA_CA_CERTS=/path/to/ca.pem';
  }
  return proxied
    ? `try it from this machine, and look at repository.proxy: curl -x PROXY -fI ${url}`
    : `try it from this machine: curl -fI ${url}; behind a proxy, set repository.proxy`;
}
