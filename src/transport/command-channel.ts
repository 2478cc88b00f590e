import { setMaxListeners } from 'node:events';
import type { Channel, Exit, StartOptions } from '../model/ports.ts';
import type { Problem } from '../model/problem.ts';
import { ToolError } from '../model/problem.ts';

/** What carries a running command: an SSH channel or a child process. */
export interface Carrier {
  write(data: string | Uint8Array): void;
  end(): void;
  /** Lets go of the command; nothing it says afterwards counts. */
  drop(): void;
}

/** How a carrier tells its channel what happened. Only the first of `ended` and `failed` counts. */
export interface CommandChannel extends Channel {
  /** The command can be written to: what waited goes out. */
  carriedBy(carrier: Carrier): void;
  ended(exit: Exit): void;
  failed(problem: Problem): void;
  readonly settled: boolean;
}

/** What to say when the command is let go before its end. */
export interface Partings {
  readonly timeout: (timeoutMs: number) => Problem;
  readonly interrupted: () => Problem;
  readonly closed: () => Problem;
}

/** A channel whose command may still be starting: keeps what is written until it can go out, and the deadline. */
export function commandChannel(
  { timeoutMs, signal }: Pick<StartOptions, 'timeoutMs' | 'signal'>,
  partings: Partings,
): CommandChannel {
  let carrier: Carrier | undefined;
  let settled = false;
  let ending = false;
  const waiting: (string | Uint8Array)[] = [];
  let resolve: (exit: Exit) => void = () => undefined;
  let reject: (error: ToolError) => void = () => undefined;
  const exit = new Promise<Exit>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  // whoever started the command may have gone by the time it fails
  exit.catch(() => undefined);

  const settle = (done: () => void): void => {
    if (settled) return;
    settled = true;
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
    done();
  };
  const letGo = (problem: Problem): void =>
    settle(() => {
      reject(new ToolError(problem));
      carrier?.drop();
    });
  const onAbort = (): void => letGo(partings.interrupted());
  const timerOf = (ms: number): NodeJS.Timeout => setTimeout(() => letGo(partings.timeout(ms)), ms);
  let timer = timerOf(timeoutMs);
  // one signal for all hosts of a run: hundreds of listeners are no leak
  setMaxListeners(0, signal);
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();

  return {
    exit,
    get settled() {
      return settled;
    },
    write(data) {
      if (settled || ending) return;
      if (carrier) carrier.write(data);
      else waiting.push(data);
    },
    end(data) {
      if (settled || ending) return;
      if (data !== undefined) this.write(data);
      ending = true;
      carrier?.end();
    },
    within(ms) {
      if (settled) return;
      clearTimeout(timer);
      timer = timerOf(ms);
    },
    close: () => letGo(partings.closed()),
    carriedBy(by) {
      carrier = by;
      if (settled) return by.drop();
      for (const data of waiting.splice(0)) by.write(data);
      if (ending) by.end();
    },
    ended: (how) => settle(() => resolve(how)),
    failed: (problem) => settle(() => reject(new ToolError(problem))),
  };
}
