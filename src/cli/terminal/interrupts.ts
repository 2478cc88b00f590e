import process from 'node:process';
import type { Emit } from '../../model/ports.ts';
import { wrap } from '../../report/plain.ts';
import type { Terminal } from './terminal.ts';

/** Ctrl-C, as the engine is told of it. */
export interface Interrupts {
  /** First: begin no more hosts. */
  readonly stop: AbortSignal;
  /** Second: stop waiting. */
  readonly abandon: AbortSignal;
  /** What a first Ctrl-C does; for a no to a question, too. */
  interrupt(): void;
  readonly interrupted: boolean;
  release(): void;
}

const FIRST =
  'Interrupted: no further host is begun; those in progress are finished or put back. Ctrl-C again stops waiting for them.';
const SECOND =
  'No longer waiting. Hosts in progress go on alone, and are finished or put back there. See how they ended: alloyup status';

/** A closed terminal or a polite kill counts as Ctrl-C; a third one ends the process at once. */
export const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** One Ctrl-C comes twice where a wrapper (npm, npx) passes on what the terminal sent to all. */
const ECHO_MS = 300;

/** @param leave called before a third one ends the process */
export function catchInterrupts(
  terminal: Pick<Terminal, 'err' | 'width'>,
  emit: Emit,
  leave: () => void = () => {},
): Interrupts {
  const stop = new AbortController();
  const abandon = new AbortController();
  let last = Number.NEGATIVE_INFINITY;
  const onSignal = (): void => {
    const now = performance.now();
    const echo = now - last < ECHO_MS;
    last = now;
    if (echo) return;
    if (abandon.signal.aborted) {
      leave();
      process.exit(130);
    }
    const again = stop.signal.aborted;
    terminal.err(`\n${wrap(again ? SECOND : FIRST, Math.min(80, terminal.width), 0)}\n`);
    emit({ type: 'run.interrupted', again });
    (again ? abandon : stop).abort();
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  return {
    stop: stop.signal,
    abandon: abandon.signal,
    interrupt() {
      if (stop.signal.aborted) return;
      emit({ type: 'run.interrupted', again: false });
      stop.abort();
    },
    get interrupted() {
      return stop.signal.aborted;
    },
    release() {
      for (const signal of SIGNALS) process.off(signal, onSignal);
    },
  };
}
