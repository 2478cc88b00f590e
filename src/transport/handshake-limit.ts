/** Lets work begin when there is room for it. */
export type InTurn = <T>(work: () => Promise<T>) => Promise<T>;

/** A few milliseconds of computing each: a core that does nothing else is through with them in a tenth of a second. */
const ALWAYS = 32;
/** Where handshakes take longer, the hosts or what is between have too many of them already. */
const SLOW_MS = 2000;
/** Whoever takes longer has a silent host. */
const HOLD_MS = 5000;
/** So many more begin at once: the answers of a far network come as close together as its handshakes have begun. */
const STEP = 16;
/** How often those who wait look whether the machine is idle. */
const LOOK_MS = 10;
/** The share of its time for which the event loop computes. */
const BUSY = 0.7;

/**
 * Limits handshakes to what this machine and the way to the hosts can take. On a far network, where each takes half a
 * second and hardly any time here, there is room for more with each one that goes well; not on a machine that is busy.
 */
export function handshakeLimit(isBusy: () => boolean = loopIsBusy()): InTurn {
  let active = 0;
  let room = ALWAYS;
  let looks = false;
  const waiting: (() => void)[] = [];
  const begin = (upTo: number): void => {
    while (active < upTo && waiting.length > 0) {
      active += 1;
      waiting.shift()!();
    }
    if (waiting.length === 0 || looks) return;
    looks = true;
    setTimeout(() => {
      looks = false;
      begin(isBusy() ? ALWAYS : Math.min(room, active + STEP));
    }, LOOK_MS);
  };
  return async (work) => {
    await new Promise<void>((resolve) => {
      waiting.push(resolve);
      begin(ALWAYS);
    });
    const began = performance.now();
    let holds = true;
    const leave = (): void => {
      if (!holds) return;
      holds = false;
      clearTimeout(patience);
      active -= 1;
      const isSlow = performance.now() - began > SLOW_MS;
      room = isSlow ? Math.max(ALWAYS, Math.floor(room / 2)) : room + 1;
      begin(ALWAYS);
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
