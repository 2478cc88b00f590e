import process from 'node:process';
import type { RunEvent } from '../../model/event.ts';
import type { PhaseView } from '../../report/live.ts';
import { liveLines } from '../../report/live.ts';
import { openLiveFold } from '../../report/live-state.ts';
import { paintWith } from '../../report/paint.ts';
import type { Options } from '../args/option-table.ts';
import { SIGNALS } from './interrupts.ts';
import type { Phase } from './phase-list.ts';
import { openScreen } from './screen.ts';
import type { Terminal } from './terminal.ts';

/** A run's progress, below what is printed. Where there is no terminal for it, nothing is drawn. */
export interface LiveView {
  readonly shown: boolean;
  /** Prints above the view, and hides it for questions. */
  readonly terminal: Terminal;
  /** Runs the phases in order; rejects with what the first that fails throws. */
  run(phases: readonly Phase[]): Promise<void>;
  on(event: RunEvent): void;
  /** Resolves when the first host is changed; never without a view. */
  readonly changing: Promise<void>;
  /** Shows a note beside the current phase while `work` is in progress. */
  noting<T>(note: string, work: () => Promise<T>): Promise<T>;
  /** Leaves a clean screen. Safe to call twice. */
  close(): void;
}

type Shown = Pick<Options, 'output' | 'quiet' | 'verbose'>;

export function openLiveView(options: Shown, terminal: Terminal): LiveView {
  const { canvas } = terminal;
  if (!canvas || options.output !== 'text' || options.quiet || options.verbose > 0)
    return noView(terminal);

  const fold = openLiveFold();
  let phases: () => readonly PhaseView[] = () => [];
  const notes: string[] = [];
  const paint = paintWith(terminal.outColour);
  const screen = openScreen(canvas, (size) =>
    liveLines(fold.state, size, Date.now(), paint, phases()),
  );
  let startChanging = (): void => {};
  const changing = new Promise<void>((resolve) => {
    startChanging = resolve;
  });

  // however the process ends: a terminal without a cursor is broken
  const showCursor = (): void => canvas.write('\u001b[?25h');
  process.once('exit', showCursor);
  // until the run has started, which then handles signals itself, there is nothing to finish
  const leave = (signal: NodeJS.Signals): void => {
    close();
    process.kill(process.pid, signal);
  };
  for (const signal of SIGNALS) process.once(signal, leave);
  const stay = (): void => {
    for (const signal of SIGNALS) process.off(signal, leave);
  };
  const close = (): void => {
    screen.close();
    stay();
    process.off('exit', showCursor);
  };

  return {
    shown: true,
    changing,
    terminal: {
      ...terminal,
      out: screen.print,
      err: canvas.takesErrors ? screen.print : terminal.err,
      aside: screen.aside,
    },
    async run(list) {
      // runs that print lines only do not load listr2
      const { runPhases } = await import('./phase-list.ts');
      const started = runPhases(list, () => notes.at(-1) ?? null);
      phases = started.views;
      await started.ended.finally(close);
    },
    on(event) {
      fold.add(event);
      if (event.type === 'run.started') stay();
      if (fold.state.phase.kind === 'change') startChanging();
      if (event.type === 'run.finished') close();
    },
    async noting(note, work) {
      notes.push(note);
      try {
        return await work();
      } finally {
        notes.splice(notes.indexOf(note), 1);
      }
    },
    close,
  };
}

const noView = (terminal: Terminal): LiveView => ({
  shown: false,
  terminal,
  changing: new Promise(() => {}),
  async run(phases) {
    for (const { task } of phases) await task();
  },
  on: () => {},
  noting: (_, work) => work(),
  close: () => {},
});
