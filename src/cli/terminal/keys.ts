import process from 'node:process';
import { isatty } from 'node:tty';

/** Calls `onKey` for each key that is pressed. The terminal shows none of them and turns none into a signal. */
export function openKeys(onKey: (key: string) => void) {
  if (!isatty(0)) return { aside: <T>(ask: () => Promise<T>) => ask(), close: () => {} };
  const { stdin } = process;
  const onData = (bytes: Buffer): void => {
    for (const key of bytes.toString('latin1')) onKey(key);
  };
  const open = (): void => {
    stdin.setRawMode(true).on('data', onData).resume();
  };
  const close = (): void => {
    stdin.off('data', onData).setRawMode(false).pause();
  };
  open();
  // however the process ends: a terminal that shows no keys is broken
  process.once('exit', close);
  return {
    /** Leaves the keys to a question. */
    async aside<T>(ask: () => Promise<T>): Promise<T> {
      close();
      return ask().finally(open);
    },
    close(): void {
      process.off('exit', close);
      close();
    },
  };
}
