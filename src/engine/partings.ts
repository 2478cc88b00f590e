/** Ends logins some time after their hosts are through. */
export interface Partings {
  later(close: () => void): void;
  /** All that are left, now. */
  end(): void;
}

/**
 * The end of a login costs a host as much as a good part of its beginning (PAM, logind, systemd's scope),
 * and nobody waits for it: while a run goes on, its logins are ended a second later, those of its last
 * second with the run itself. `most`: so many wait at once; beyond, the oldest goes.
 */
export function createPartings(waitMs = 1000, most = 32): Partings {
  const waiting = new Map<() => void, NodeJS.Timeout>();
  const part = (close: () => void): void => {
    clearTimeout(waiting.get(close));
    waiting.delete(close);
    close();
  };
  return {
    later(close) {
      waiting.set(close, setTimeout(part, waitMs, close).unref());
      if (waiting.size > most) part(waiting.keys().next().value!);
    },
    end() {
      for (const close of [...waiting.keys()]) part(close);
    },
  };
}
