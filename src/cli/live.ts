import process from 'node:process';
import type { RunEvent } from '../model/event.ts';
import { liveLines } from '../report/live.ts';
import { openLiveFold } from '../report/live-state.ts';
import { paintWith } from '../report/paint.ts';
import type { Options } from './options.ts';
import { openScreen } from './screen.ts';
import type { Terminal } from './terminal.ts';

/** The run as it stands, under what is printed. Does nothing where there is no terminal for it. */
export interface LiveView {
  readonly shown: boolean;
  /** Prints above the view. */
  readonly terminal: Terminal;
  on(event: RunEvent): void;
  /** Asks a question with the view taken away. */
  aside<T>(ask: () => Promise<T>): Promise<T>;
  /** Leaves a clean screen. Safe to call twice. */
  close(): void;
}

type Wanted = Pick<Options, 'output' | 'quiet' | 'verbose' | 'color'>;

/** @param now milliseconds since the epoch, by the clock that stamps the events */
export function openLiveView(options: Wanted, terminal: Terminal, now: () => number): LiveView {
  const { canvas } = terminal;
  const wanted = options.output === 'text' && !options.quiet && options.verbose === 0;
  if (!canvas || !wanted) return noView(terminal);

  const fold = openLiveFold();
  const paint = paintWith(options.color && terminal.outColour);
  const screen = openScreen(canvas, (size) => liveLines(fold.state, size, now(), paint));
  // whatever ends the process: a terminal without a cursor is a broken one
  const showCursor = (): void => canvas.write('\u001b[?25h');
  process.once('exit', showCursor);
  let asking = 0;

  const close = (): void => {
    screen.close();
    process.off('exit', showCursor);
  };

  return {
    shown: true,
    terminal: {
      ...terminal,
      out: screen.print,
      err: canvas.takesErrors ? screen.print : terminal.err,
    },
    on(event) {
      fold.add(event);
      screen.touch();
      if (event.type === 'run.finished') close();
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
  on: () => {},
  aside: (ask) => ask(),
  close: () => {},
});
