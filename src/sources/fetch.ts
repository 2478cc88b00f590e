import { setTimeout as sleep } from 'node:timers/promises';
import { type Problem, ToolError } from '../model/problem.ts';
import type { FetchFailure } from '../model/problems/repository.ts';
import type { Cache } from './cache.ts';
import { type Answer, FetchError, type Get, isTransient, withoutPassword } from './http.ts';

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

/** Fetches, and tries again where that may help. `null`: there is no such file (404). */
export async function fetchBytes(
  wanted: Wanted,
  { get, delays }: FetchOptions,
  etag?: string,
): Promise<Pick<Answer, 'body' | 'etag'> | 'unchanged' | null> {
  const { url, proxy, maxBytes } = wanted;
  for (let attempt = 0; ; attempt++) {
    let failure: FetchFailure;
    try {
      const answer = await get(url, { etag, proxy, maxBytes, timeoutMs: TIMEOUT_MS });
      if (answer.status === 200) return answer;
      if (answer.status === 304) return 'unchanged';
      if (answer.status === 404) return null;
      failure = { reason: 'status', status: answer.status };
    } catch (error) {
      if (!(error instanceof FetchError)) throw error;
      failure = error.failure;
    }
    const delay = delays[attempt];
    if (!isTransient(failure) || delay === undefined)
      throw new ToolError(unreachable(wanted, failure));
    await sleep(delay);
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
      throw new ToolError(unreachable(wanted, { reason: 'status', status: 404 }));
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

function unreachable({ what, url, proxy }: Wanted, failure: FetchFailure): Problem {
  const shown = withoutPassword(url);
  const way = proxy === null ? '' : ` through the proxy ${withoutPassword(proxy)}`;
  return {
    code: 'repository.unreachable',
    message: `${what} could not be fetched from ${shown}${way}: ${failureText(failure)}`,
    hint: hintFor(failure, shown, proxy !== null),
    transient: isTransient(failure),
  };
}

function failureText(failure: FetchFailure): string {
  switch (failure.reason) {
    case 'status':
      return `it answers ${failure.status}`;
    case 'unknown-name':
      return 'the name is not known';
    case 'name-lookup':
      return 'the name could not be looked up';
    case 'refused':
      return 'the connection was refused';
    case 'reset':
      return 'the connection was cut';
    case 'no-answer':
      return 'no answer';
    case 'no-route':
      return 'there is no route to it';
    case 'redirect-loop':
      return 'it redirects without end';
    case 'timeout':
      return `no answer within ${failure.seconds} s`;
    case 'too-big':
      return `the answer is bigger than ${failure.maxBytes >> 10} KiB`;
    case 'not-http':
      return `${failure.to} is not an http or https URL`;
    case 'downgrade':
      return `it redirects from https to ${failure.to}`;
    case 'certificate':
    case 'failed':
      return failure.said;
  }
}

function hintFor(failure: FetchFailure, url: string, proxied: boolean): string {
  if (failure.reason === 'status' && failure.status === 404)
    return 'look at repository.url, suite and key in the inventory';
  if (failure.reason === 'certificate')
    return 'if a proxy of yours signs anew, name its authority: NODE_EXTRA_CA_CERTS=/path/to/ca.pem';
  return proxied
    ? `try it from this machine, and look at repository.proxy: curl -x PROXY -fI ${url}`
    : `try it from this machine: curl -fI ${url}; behind a proxy, set repository.proxy`;
}
