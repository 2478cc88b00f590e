import { performance } from 'node:perf_hooks';

/** Lets work begin when this machine has time for it. */
export type InTurn = <T>(work: () => Promise<T>) => Promise<T>;

/** A few milliseconds of computing each: a core that does nothing else is through with them in a tenth of a second. */
const ALWAYS = 32;
/** How often somebody who waits looks whether the machine is idle, and how many then begin. */
const LOOK_MS = 20;
const MORE = 16;
/** Whoever takes longer waits for the network or for a silent host, and computes nothing. */
const HOLD_MS = 1000;
/** The share of its time for which the event loop computes. */
const BUSY = 0.7;

/**
 * Limits handshakes to what this machine can compute: on a far network, where each takes seconds and hardly any time
 * here, many more are made at once than on a near one.
 */
export function handshakeLimit(isBusy: () => boolean = loopIsBusy()): InTurn {
  let active = 0;
  let looks = false;
  const waiting: (() => void)[] = [];
  const begin = (n: number): void => {
    for (const go of waiting.splice(0, n)) go();
    if (waiting.length === 0 || looks) return;
    looks = true;
    setTimeout(() => {
      looks = false;
      begin(isBusy() ? ALWAYS - active : Math.max(MORE, ALWAYS - active));
    }, LOOK_MS);
  };
  return async (work) => {
    if (active >= ALWAYS || waiting.length > 0)
      await new Promise<void>((resolve) => {
        waiting.push(() => {
          active += 1;
          resolve();
        });
        begin(0);
      });
    else active += 1;
    let holds = true;
    const leave = (): void => {
      if (!holds) return;
      holds = false;
      clearTimeout(patience);
      active -= 1;
      if (active < ALWAYS) begin(1);
    };
    const patience = setTimeout(leave, HOLD_MS);
    patience.unref();
    return work().finally(leave);
  };
}

/** Measured from one question to the next. */
function loopIsBusy(): () => boolean {
  let last = performance.eventLoopUtilization();
  return () => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, last);
    last = now;
    return utilization > BUSY;
  };
}
