import { setMaxListeners } from 'node:events';
import { type Problem, ToolError } from '../model/problem.ts';
import type { World } from './world.ts';

/** The time that one host has for one part of a run. Every wait takes what is left of it. */
export interface HostClock {
  /** Milliseconds left, `atMostMs` at most. */
  left(atMostMs?: number): number;
  readonly over: boolean;
  /** Aborts when the time is over, or nobody waits any more. */
  readonly signal: AbortSignal;
  /** The result of `work`, which other hosts may wait for too; once the time is over, `late` is thrown. */
  within<T>(work: Promise<T>, late: () => Problem): Promise<T>;
  /** An error of a wait that the clock ended says so, and names --timeout. */
  explained(error: unknown): unknown;
  /** Has to be called at the end. */
  stop(): void;
}

/** Between the parts of a run: a clock that has stopped would keep its signals for as long as somebody reads the plans. */
export const AT_REST: HostClock = {
  left: (atMostMs = 0) => atMostMs,
  over: false,
  signal: new AbortController().signal,
  within: (work) => work,
  explained: (error) => error,
  stop: () => undefined,
};
setMaxListeners(0, AT_REST.signal);

const STOPPED = 'stopped';

/** Waits that know what they waited for end by themselves, and say so, before the signal ends them. */
const GRACE_MS = 500;

/** @param moreS seconds of a wait that a plan has announced, which do not count towards the limit */
export function startClock(
  { now, sleep, abandon }: Pick<World, 'now' | 'sleep' | 'abandon'>,
  seconds: number,
  moreS = 0,
): HostClock {
  const limitMs = Math.max(1000, (seconds + moreS) * 1000);
  const until = now() + limitMs;
  const ended = new AbortController();
  const stopped = new AbortController();
  const end = (): void => ended.abort();
  // one signal serves all hosts of a run, and one clock all waits of a host: many listeners are no leak
  setMaxListeners(0, abandon, ended.signal);
  abandon.addEventListener('abort', end, { once: true });
  if (abandon.aborted) end();
  void sleep(limitMs + GRACE_MS, stopped.signal).then(() => {
    if (!stopped.signal.aborted) end();
  });
  return {
    left: (atMostMs = limitMs) => Math.max(1, Math.min(atMostMs, until - now())),
    get over() {
      return now() >= until;
    },
    signal: ended.signal,
    within: (work, late) =>
      new Promise((resolve, reject) => {
        const giveUp = (): void => reject(new ToolError(late()));
        work.then(resolve, reject).finally(() => ended.signal.removeEventListener('abort', giveUp));
        ended.signal.addEventListener('abort', giveUp, { once: true });
        if (ended.signal.aborted) giveUp();
      }),
    explained: (error) =>
      now() >= until && !abandon.aborted && error instanceof ToolError
        ? new ToolError(outOfTime(error.problem, seconds))
        : error,
    stop() {
      // as an option of the listener, a signal would not do: Node loses its hold of all but the newest one
      abandon.removeEventListener('abort', end);
      // a reason that is made anew would have a stack
      stopped.abort(STOPPED);
    },
  };
}

function outOfTime(problem: Problem, seconds: number): Problem {
  if (problem.code !== 'ssh.timeout') return problem;
  const { params } = problem;
  const limit = '--timeout';
  switch (params.reason) {
    case 'login':
    case 'command':
      return { ...problem, params: { ...params, seconds, limit } };
    case 'command-interrupted':
      return { ...problem, params: { ...params, reason: 'command', seconds, limit } };
    case 'login-interrupted':
      return { ...problem, params: { ...params, reason: 'no-login', seconds } };
    default:
      return problem;
  }
}
