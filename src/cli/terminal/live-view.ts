import process from 'node:process';
import type { RunEvent, Verb } from '../../model/event.ts';
import { liveLines } from '../../report/live.ts';
import { openLiveFold } from '../../report/live-state.ts';
import { paintWith } from '../../report/paint.ts';
import { SIGNALS } from './interrupts.ts';
import type { Options } from '../args/options.ts';
import type { Phase } from './phase-list.ts';
import { openScreen } from './screen.ts';
import type { Terminal } from './terminal.ts';

/** The run as it stands, under what is printed. Does nothing where there is no terminal for it. */
export interface LiveView {
  readonly shown: boolean;
  /** Prints above the view. */
  readonly terminal: Terminal;
  /** What is done before the first event. */
  enter(phase: Phase): void;
  on(event: RunEvent): void;
  /** Says so beside the phase for as long as `work` takes. */
  noting<T>(note: string, work: () => Promise<T>): Promise<T>;
  /** Asks a question, or runs what may ask one, with the view taken away. */
  aside<T>(ask: () => Promise<T>): Promise<T>;
  /** Leaves a clean screen. Safe to call twice. */
  close(): void;
}

type Wanted = Pick<Options, 'output' | 'quiet' | 'verbose' | 'color'>;

/** @param now milliseconds since the epoch, by the clock that stamps the events */
export async function openLiveView(
  verb: Verb,
  options: Wanted,
  terminal: Terminal,
  now: () => number,
): Promise<LiveView> {
  const { canvas } = terminal;
  const wanted = options.output === 'text' && !options.quiet && options.verbose === 0;
  if (!canvas || !wanted) return noView(terminal);
  // who reads lines alone does not wait for listr2 to be loaded
  const { openPhases } = await import('./phase-list.ts');

  const fold = openLiveFold();
  const phases = openPhases(verb, () => screen.touch());
  const paint = paintWith(options.color && terminal.outColour);
  const screen = openScreen(canvas, (size) =>
    liveLines(fold.state, size, now(), paint, phases.view()),
  );
  // whatever ends the process: a terminal without a cursor is a broken one
  const showCursor = (): void => canvas.write('\u001b[?25h');
  process.once('exit', showCursor);
  // a run takes over once it has begun; before that nothing is to be finished or put back
  const leave = (signal: NodeJS.Signals): void => {
    close();
    process.kill(process.pid, signal);
  };
  for (const signal of SIGNALS) process.once(signal, leave);
  const stay = (): void => {
    for (const signal of SIGNALS) process.off(signal, leave);
  };
  let asking = 0;
  let noted = 0;

  const close = (): void => {
    screen.close();
    phases.end();
    stay();
    process.off('exit', showCursor);
  };

  return {
    shown: true,
    terminal: {
      ...terminal,
      out: screen.print,
      err: canvas.takesErrors ? screen.print : terminal.err,
    },
    enter: phases.enter,
    on(event) {
      fold.add(event);
      if (event.type === 'run.started') {
        stay();
        phases.enter('hosts');
      }
      if (fold.state.phase.kind === 'change') phases.enter('changes');
      screen.touch();
      if (event.type === 'run.finished') close();
    },
    async noting(note, work) {
      noted += 1;
      phases.note(note);
      try {
        return await work();
      } finally {
        noted -= 1;
        if (noted === 0) phases.note(null);
      }
    },
    async aside(ask) {
      asking += 1;
      screen.pause();
      try {
        return await ask();
      } finally {
        asking -= 1;
        if (asking === 0) screen.resume();
      }
    },
    close,
  };
}

const noView = (terminal: Terminal): LiveView => ({
  shown: false,
  terminal,
  enter: () => {},
  on: () => {},
  noting: (_, work) => work(),
  aside: (ask) => ask(),
  close: () => {},
});
