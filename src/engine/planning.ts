import type { HostRun } from '../model/ports.ts';
import type { World } from './world.ts';

/** Good hosts differ by this much, and an apply takes at least twice as long. */
const PATIENCE_MS = 1000;
/** Of the time that planning has taken: with it, the others need 1.5 times as long as alone at most. */
const PATIENCE = 0.5;

/** Hosts whose logins wait for their changes. The others log in again: nobody keeps thousands of idle connections. */
const MOST_IDLE_LOGINS = 256;

/**
 * Plans all hosts, and yields those with changes once nobody else is waited for. `forAll`: when every host is planned
 * or has ended. Otherwise those that are silent are waited for only half as long again as planning has taken until the
 * last one was planned. They are yielded when they are planned, if ever. Nobody is late while hosts have not begun.
 */
export async function* planInRounds(
  hosts: readonly HostRun[],
  { now, sleep, stop }: Pick<World, 'now' | 'sleep' | 'stop'>,
  { forks, forAll }: { readonly forks: number; readonly forAll: boolean },
): AsyncGenerator<readonly HostRun[], void> {
  const from = now();
  let lastAt = from;
  let unbegun = hosts.length;
  let open = hosts.length;
  let kept = 0;
  let ready: HostRun[] = [];
  let isFirst = true;
  let isBegun = (): void => undefined;
  const everyBegun = new Promise<void>((resolve) => {
    isBegun = resolve;
  });
  /** Whoever waits for the next host that is planned. */
  let next: AbortController | null = null;
  const plan = async (host: HostRun): Promise<void> => {
    unbegun -= 1;
    if (unbegun === 0) isBegun();
    try {
      await (stop.aborted ? host.skip() : host.plan());
    } finally {
      if (host.waiting) {
        ready.push(host);
        kept += 1;
        if (kept > MOST_IDLE_LOGINS) host.close();
      }
      open -= 1;
      lastAt = now();
      next?.abort('next');
    }
  };
  const turns = hosts.values();
  const planInTurn = async (): Promise<void> => {
    for (const host of turns) await plan(host);
  };
  const everyPlan = Promise.all(Array.from({ length: forks }, planInTurn));
  // thrown below
  everyPlan.catch(() => undefined);

  const take = (): readonly HostRun[] => {
    const taken = new Set(ready);
    ready = [];
    return hosts.filter((host) => taken.has(host));
  };
  if (!forAll) await Promise.race([everyBegun, everyPlan]);
  while (!forAll && open > 0) {
    next = new AbortController();
    const { signal } = next;
    if (ready.length === 0) {
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      continue;
    }
    if (isFirst) {
      const until = lastAt + Math.max(PATIENCE_MS, PATIENCE * (lastAt - from));
      await sleep(until - now(), signal);
      if (signal.aborted) continue;
    }
    isFirst = false;
    yield take();
  }
  await everyPlan;
  yield take();
}
