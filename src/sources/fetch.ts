import { setTimeout as sleep } from 'node:timers/promises';
import { type Problem, type ProblemParams, ToolError } from '../model/problem.ts';
import type { FetchFailure } from '../model/problems/repository-problems.ts';
import type { Cache } from './cache.ts';
import { type Answer, FetchError, type Get, isTransient, withoutPassword } from './http.ts';

export interface Wanted {
  readonly what: ProblemParams['repository.unreachable']['what'];
  readonly url: string;
  readonly proxy: string | null;
  readonly maxBytes: number;
  /** Milliseconds; a minute unless given. */
  readonly timeoutMs?: number;
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
  const { url, proxy, maxBytes, timeoutMs = TIMEOUT_MS } = wanted;
  for (let attempt = 0; ; attempt++) {
    let failure: FetchFailure;
    try {
      const answer = await get(url, { etag, proxy, maxBytes, timeoutMs });
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
    const answer = await fetchBytes(wanted, options, cached?.etag ?? undefined);
    if (answer === 'unchanged' && cached) return cached.body;
    if (answer === null || answer === 'unchanged') {
      throw new ToolError(unreachable(wanted, { reason: 'status', status: 404 }));
    }
    const { body, etag } = answer;
    if (etag !== null) await options.cache.write(key, { etag, body });
    return body;
  } catch (error) {
    if (stale && cached && error instanceof ToolError && error.problem.transient)
      return cached.body;
    throw error;
  }
}

function unreachable({ what, url, proxy }: Wanted, failure: FetchFailure): Problem {
  const shown = { url: withoutPassword(url), proxy: proxy && withoutPassword(proxy) };
  const params = { ...failure, what, ...shown };
  return { code: 'repository.unreachable', params, transient: isTransient(failure) };
}
