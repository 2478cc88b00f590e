/** Lets `max` holders in at a time, first come, first served. */
export interface Limiter {
  /** Resolves with what gives the place back (safe to call twice). @throws the signal's reason. */
  enter(signal: AbortSignal): Promise<() => void>;
}

export function limiter(max: number): Limiter {
  let inside = 0;
  const queue: (() => void)[] = [];

  const leaveOnce = (): (() => void) => {
    let left = false;
    return () => {
      if (left) return;
      left = true;
      inside -= 1;
      queue.shift()?.();
    };
  };

  return {
    async enter(signal) {
      signal.throwIfAborted();
      if (inside >= max) {
        await new Promise<void>((resolve, reject) => {
          const go = (): void => {
            signal.removeEventListener('abort', stop);
            inside += 1;
            resolve();
          };
          const stop = (): void => {
            queue.splice(queue.indexOf(go), 1);
            reject(signal.reason);
          };
          signal.addEventListener('abort', stop, { once: true });
          queue.push(go);
        });
      } else {
        inside += 1;
      }
      return leaveOnce();
    },
  };
}
