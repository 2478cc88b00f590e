import { setMaxListeners } from 'node:events';

/** A signal that ends a wait: with any of its sources, or when its time is up. */
export interface Deadline {
  readonly signal: AbortSignal;
  /** The time was up before any source aborted. */
  readonly passed: boolean;
  /** Lets the time run from now on. Only the first call counts. */
  start(ms: number): void;
  /** Has to be called when the wait is over: the sources usually live longer. */
  close(): void;
}

/**
 * Stands for AbortSignal.any and AbortSignal.timeout, which must not be used for this: nobody holds the
 * signals that they combine, so Node's garbage collector takes the timeout, and the wait never ends
 * (nodejs/node#57736).
 */
export function openDeadline(...sources: readonly AbortSignal[]): Deadline {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let passed = false;
  const close = (): void => {
    clearTimeout(timer);
    for (const source of sources) source.removeEventListener('abort', abort);
  };
  const abort = (): void => {
    close();
    controller.abort();
  };
  // one signal serves all hosts of a run: hundreds of listeners are no leak
  setMaxListeners(0, ...sources, controller.signal);
  for (const source of sources) source.addEventListener('abort', abort, { once: true });
  if (sources.some(({ aborted }) => aborted)) abort();
  return {
    signal: controller.signal,
    get passed() {
      return passed;
    },
    start(ms) {
      if (controller.signal.aborted) return;
      timer ??= setTimeout(() => {
        passed = true;
        abort();
      }, ms);
    },
    close,
  };
}
