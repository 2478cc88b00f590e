import { accessSync, constants, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Happening, RunEvent } from '../../model/event.ts';
import type { Emit, Mask } from '../../model/ports.ts';
import { ToolError } from '../../model/problem.ts';
import { type Ledger, openLedger } from '../../report/fold.ts';
import { junit } from '../../report/junit.ts';
import { ndjson, reportJson } from '../../report/ndjson.ts';
import { cleanHappening } from '../../report/redact.ts';
import { type TextOptions, textRenderer } from '../../report/text.ts';
import { ownFolders } from '../../sources/folders.ts';
import { tellRun } from './github-actions.ts';
import type { LiveView } from '../terminal/live-view.ts';
import type { Options } from '../args/options.ts';
import { type LogFile, openNamedLog, openStateLog, unwritable } from './run-log.ts';
import type { Terminal } from '../terminal/terminal.ts';

/** Where a run's events go. */
export interface Output {
  /** Stamps, masks, and hands to every sink. */
  readonly emit: Emit;
  readonly ledger: Ledger;
  /** Writes the documents that only the end of a run can fill. */
  close(): void;
  readonly logPath: string | null;
}

/** How a run is to be told, from the options. */
export const textOptionsOf = (
  { color, quiet, verbose, diff }: Pick<Options, 'color' | 'quiet' | 'verbose' | 'diff'>,
  { outColour, width, canvas }: Pick<Terminal, 'outColour' | 'width' | 'canvas'>,
): TextOptions => ({
  colour: color && outColour,
  width,
  level: quiet ? -1 : verbose >= 2 ? 2 : verbose >= 1 ? 1 : 0,
  diffs: diff,
  folds: canvas !== undefined,
});

/**
 * Opens every sink before anything is done on a host, so that a path that cannot be written ends
 * the run while nothing has happened.
 *
 * @throws ToolError `usage`
 */
export function openOutput(run: string, options: Options, live: LiveView, mask: Mask): Output {
  const { terminal } = live;
  const ledger = openLedger();
  if (options.junit !== null) checkWritable(options.junit);
  const log = openRunLog(run, options, terminal);
  const text = textRenderer({ ...textOptionsOf(options, terminal), waits: !live.shown });
  const format = options.output;
  let seq = 0;

  const emit = (happening: Happening): void => {
    seq += 1;
    const event: RunEvent = { ...cleanHappening(happening, mask), at: Date.now(), seq };
    ledger.add(event);
    live.on(event);
    const line = ndjson(event);
    log?.append(line);
    if (format === 'ndjson') terminal.out(line);
    else if (format === 'text') terminal.out(text.on(event, ledger));
  };

  return {
    emit,
    ledger,
    logPath: log?.path ?? null,
    close() {
      live.close();
      log?.close();
      if (format === 'json') terminal.out(reportJson(ledger.report()));
      if (options.junit !== null) writeWhole(options.junit, junit(ledger.report()), terminal);
      tellRun(ledger.report(), terminal);
    },
  };
}

function openRunLog(run: string, { log }: Options, terminal: Terminal): LogFile | null {
  const told = (error: Error): void =>
    terminal.err(`alloyup: no longer logging: ${error.message}\n`);
  if (log !== null) return openNamedLog(log, told);
  try {
    return openStateLog(join(ownFolders(terminal.env).state, 'runs'), run, told);
  } catch (error) {
    // e.g. a container without a home: no reason not to work
    terminal.err(`alloyup: this run is not logged: ${(error as Error).message}\n`);
    return null;
  }
}

/** @throws ToolError `usage` */
export function checkWritable(path: string): void {
  try {
    accessSync(dirname(path), constants.W_OK | constants.X_OK);
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory())
      throw Object.assign(new Error('it is a folder'), { code: 'EISDIR' });
  } catch (error) {
    throw new ToolError(unwritable(path, error as NodeJS.ErrnoException));
  }
}

/** Readers see the old file or the whole new one. */
export function writeWhole(path: string, text: string, terminal: Terminal): void {
  const staged = join(dirname(path), `.alloyup-${Date.now()}.tmp`);
  try {
    writeFileSync(staged, text, { flag: 'wx' });
    renameSync(staged, path);
  } catch (error) {
    rmSync(staged, { force: true });
    terminal.err(`alloyup: ${path} could not be written: ${(error as Error).message}\n`);
  }
}
