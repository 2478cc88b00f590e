/** Milliseconds: the live view and deadlines may wait so long without anybody noticing. */
const BUDGET_MS = 20;

/**
 * Keeps hosts from computing for too long in one turn of the event loop: what a host is sent, what its facts say and what to
 * do about it takes some milliseconds, and those of hundreds whose answers come at once would keep everybody else waiting,
 * the live view and deadlines too. Once a turn has taken its time, whoever asks waits in a queue: one in each turn, in the
 * order of the calls.
 */
export function createTurns(now: () => number = () => performance.now()): () => Promise<void> {
  const waiting: (() => void)[] = [];
  let began: number | null = null;
  const sinceBegin = (): number => {
    if (began === null) {
      began = now();
      setImmediate(() => {
        began = null;
      });
    }
    return now() - began;
  };
  const next = (): void => {
    // what follows from the work of whoever is next belongs to the same turn
    sinceBegin();
    waiting.shift()!();
    if (waiting.length > 0) setImmediate(next);
  };
  return async () => {
    if (waiting.length === 0 && sinceBegin() < BUDGET_MS) return;
    await new Promise<void>((resolve) => {
      waiting.push(resolve);
      if (waiting.length === 1) setImmediate(next);
    });
  };
}
