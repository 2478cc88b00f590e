import process from 'node:process';
import type { Emit } from '../../model/ports.ts';
import { wrap } from '../../report/plain.ts';
import { toPrintable } from '../../report/printable.ts';
import type { Terminal } from './terminal.ts';

/**
 * At the first Ctrl-C and at the second: if nothing has been started on any host, if something has, and if all hosts are
 * done and only their data is watched.
 */
const WORDS = {
  nothing: [
    'Interrupted: nothing was started on any host. Press Ctrl-C again to stop waiting for those that are being read.',
    'No longer waiting. Nothing was started on any host.',
  ],
  something: [
    'Interrupted: no more hosts are started; those in progress finish or are rolled back. Press Ctrl-C again to stop waiting for them.',
    'No longer waiting. Hosts in progress finish or roll back on their own. Check the result with alloyup status.',
  ],
  watching: [
    'No longer watching whether data arrives. See it with alloyup status.',
    'No longer waiting. See with alloyup status whether data arrives.',
  ],
} as const;

/** A closed terminal counts as Ctrl-C; a polite kill as two: whoever sent it will not wait for hosts. */
export const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** npm and npx pass on a Ctrl-C that the terminal has already sent to every process. */
const ECHO_MS = 300;

/**
 * Ctrl-C, as signals for the engine.
 *
 * @param phase how far the run is
 * @param leave called before a third Ctrl-C ends the process
 */
export function catchInterrupts(
  terminal: Pick<Terminal, 'err' | 'width'>,
  emit: Emit,
  phase: () => keyof typeof WORDS,
  leave: () => void,
) {
  const stop = new AbortController();
  const abandon = new AbortController();
  let interrupted = false;
  let last = Number.NEGATIVE_INFINITY;
  const onSignal = (signal: NodeJS.Signals): void => {
    const now = performance.now();
    const echo = now - last < ECHO_MS;
    last = now;
    if (echo && (signal !== 'SIGTERM' || abandon.signal.aborted)) return;
    if (abandon.signal.aborted) {
      leave();
      process.exit(130);
    }
    const again = stop.signal.aborted || signal === 'SIGTERM';
    const at = phase();
    const [first, second] = WORDS[at];
    const words = wrap(again ? second : first, Math.min(80, terminal.width), 0);
    terminal.err(toPrintable(`\n${words}\n`));
    // a run whose hosts are all done ends as they did
    if (at !== 'watching') {
      interrupted = true;
      emit({ type: 'run.interrupted', again });
    }
    stop.abort();
    if (again) abandon.abort();
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  return {
    /** First Ctrl-C: start no more hosts. */
    stop: stop.signal,
    /** Second Ctrl-C: stop waiting. */
    abandon: abandon.signal,
    /** What the first Ctrl-C does; a "no" at the confirmation, too. */
    interrupt(): void {
      if (stop.signal.aborted) return;
      interrupted = true;
      emit({ type: 'run.interrupted', again: false });
      stop.abort();
    },
    get interrupted(): boolean {
      return interrupted;
    },
    release(): void {
      for (const signal of SIGNALS) process.off(signal, onSignal);
    },
  };
}
