/**
 * A queue of hosts that want to compute, one in each turn of the event loop: what a host is sent, what its facts say and what
 * to do about it takes some milliseconds, and those of hundreds whose answers come at once would keep everybody else
 * waiting, the live view and deadlines too. In the order of the calls.
 */
export function createTurns(): () => Promise<void> {
  const waiting: (() => void)[] = [];
  const next = (): void => {
    waiting.shift()!();
    if (waiting.length > 0) setImmediate(next);
  };
  return () =>
    new Promise((resolve) => {
      waiting.push(resolve);
      if (waiting.length === 1) setImmediate(next);
    });
}
