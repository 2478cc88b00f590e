import process from 'node:process';
import type { RunEvent } from '../../model/event.ts';
import { liveLines, type PhaseView } from '../../report/live.ts';
import { openLiveFold } from '../../report/live-state.ts';
import { paintWith } from '../../report/paint.ts';
import { type Printable, toPrintable } from '../../report/printable.ts';
import type { Cleaned } from '../../report/redact.ts';
import type { Options } from '../args/option-table.ts';
import { SIGNALS } from './interrupts.ts';
import type { Phase } from './phase-list.ts';
import { openScreen } from './screen.ts';
import type { Terminal } from './terminal.ts';

const SECOND_MS = 1000;

type Shown = Pick<Options, 'output' | 'quiet' | 'verbose'>;

/** A run's progress, below what is printed. Where there is no terminal for it, nothing is drawn. */
export function openLiveView({ output, quiet, verbose }: Shown, terminal: Terminal): LiveView {
  const { canvas } = terminal;
  const isWanted = output === 'text' && !quiet && verbose === 0;
  return canvas && isWanted ? openView(terminal, canvas) : noView(terminal);
}

export type LiveView = ReturnType<typeof openView>;

function openView(terminal: Terminal, canvas: NonNullable<Terminal['canvas']>) {
  const fold = openLiveFold();
  let phases: () => readonly PhaseView[] = () => [];
  const notes: string[] = [];
  const paint = paintWith(terminal.outColour);
  let events = 0;
  let last = { key: '', at: 0, lines: [] as readonly Printable[] };
  const screen = openScreen(canvas, (size) => {
    const now = Date.now();
    const views = phases();
    // where nothing happens, only seconds pass
    const key = JSON.stringify([events, size, views]);
    if (key !== last.key || now - last.at >= SECOND_MS)
      last = { key, at: now, lines: liveLines(fold.state, size, now, paint, views) };
    return last.lines;
  });
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

  /** Leaves a clean screen. Safe to call twice. */
  const close = (): void => {
    screen.close();
    stay();
    process.off('exit', showCursor);
  };

  return {
    shown: true,
    /** Resolves when the first host is changed; never without a view. */
    changing,
    /** Prints above the view, and hides it for questions. */
    terminal: {
      ...terminal,
      out: screen.print,
      document: screen.print,
      content: (text: string) => screen.print(toPrintable(text)),
      err: canvas.takesErrors ? screen.print : terminal.err,
      aside: screen.aside,
    },
    /** Runs the phases in order; rejects with what the first that fails throws. */
    async run(list: readonly Phase[]): Promise<void> {
      // runs that print lines only do not load listr2
      const { runPhases } = await import('./phase-list.ts');
      const started = runPhases(list, () => notes.at(-1) ?? null);
      phases = started.views;
      await started.ended.finally(close);
    },
    on(event: Cleaned<RunEvent>): void {
      fold.add(event);
      events += 1;
      if (event.type === 'run.started') stay();
      if (fold.state.phase.kind === 'change') startChanging();
      if (event.type === 'run.finished') close();
    },
    /** Shows a note beside the current phase while `work` is in progress. */
    async noting<T>(note: string, work: () => Promise<T>): Promise<T> {
      notes.push(note);
      return work().finally(() => notes.splice(notes.indexOf(note), 1));
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
