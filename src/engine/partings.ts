/**
 * Ends logins a while after their hosts are through. The end of a login costs a host as much as a good part
 * of its beginning (PAM, logind, systemd's scope), and nobody waits for it: while a run goes on, its logins
 * are ended a second later; those of its last second the system closes with the process. `most`: so many wait
 * at once; beyond, the oldest goes.
 */
export function createPartings(waitMs = 1000, most = 32): (close: () => void) => void {
  const waiting = new Map<() => void, NodeJS.Timeout>();
  const part = (close: () => void): void => {
    clearTimeout(waiting.get(close));
    waiting.delete(close);
    close();
  };
  return (close) => {
    waiting.set(close, setTimeout(part, waitMs, close).unref());
    if (waiting.size > most) part(waiting.keys().next().value!);
  };
}
