import type { Happening, RunEvent, Verb } from '../../model/event.ts';
import { ToolError } from '../../model/problem.ts';
import type { RunPage } from '../../pages/run-page.ts';
import { openLedger } from '../../report/fold.ts';
import { junit } from '../../report/junit.ts';
import { markdown } from '../../report/markdown.ts';
import { ndjson, reportJson } from '../../report/ndjson.ts';
import { type Document, say } from '../../report/printable.ts';
import { type Cleaned, openCleaner, type ValueMask } from '../../report/redact.ts';
import { textRenderer } from '../../report/text.ts';
import { textOf } from '../../report/text-of.ts';
import { commandLine } from '../../transport/command-line.ts';
import { VERSION } from '../alloyup-version.ts';
import type { Options } from '../args/option-table.ts';
import { checkWritable, replaceFile } from '../files/write-files.ts';
import type { LiveView } from '../terminal/live-view.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { reportRun } from './github-actions.ts';
import type { Pictures } from './page-pictures.ts';
import { newestRuns, openRunLog } from './run-logs.ts';
import type { Telemetry } from './telemetry.ts';

type Shown = Pick<Options, 'quiet' | 'verbose' | 'diff'>;

/** The command that prints all of a saved run. @param run its ID, or the path of its log */
export const replayOf = (run: string): string => commandLine(['alloyup', 'report', run, '-v']);

/** Prints a run, each event as it comes or all of it at the end, as the format demands. */
export function openPrinter(
  format: Options['format'],
  { quiet, verbose, diff }: Shown,
  { out, document, outColour, width, canvas }: Terminal,
  { waits = true, replay = null }: { waits?: boolean; replay?: string | null } = {},
) {
  const ledger = openLedger();
  const text = textRenderer({
    colour: outColour,
    width,
    level: quiet ? -1 : verbose >= 2 ? 2 : verbose >= 1 ? 1 : 0,
    diffs: diff,
    folds: canvas !== undefined,
    waits,
    ...(replay === null ? {} : { replay }),
  });
  return {
    ledger,
    on(event: Cleaned<RunEvent>): void {
      ledger.add(event);
      if (format === 'ndjson') document(ndjson(event));
      else if (format === 'text') out(text.on(event, ledger));
    },
    end(): void {
      if (format === 'json') document(reportJson(ledger.report()));
      if (format === 'junit') document(junit(ledger.report()));
      if (format === 'markdown') out(markdown(ledger.report()));
    },
  };
}

/** The page of `--html`, loaded only where somebody asks for it. */
export const openPage = async (
  { html }: Pick<Options, 'html'>,
  verb: Verb,
  terminal: Terminal,
): Promise<RunPage | null> => (html === null ? null : pageOf(verb, terminal));

/** A status is shown as the state of a fleet, with the newest runs that are logged here. */
export async function pageOf(verb: Verb, terminal: Terminal): Promise<RunPage> {
  if (verb === 'status') {
    const { openFleetPage } = await import('../../pages/fleet-page.ts');
    return openFleetPage(VERSION, newestRuns(terminal, RUNS_SHOWN));
  }
  const { openRunPage } = await import('../../pages/run-page.ts');
  return openRunPage(VERSION);
}

/** On the page of a fleet. */
const RUNS_SHOWN = 10;

/** Opens every sink, before anything is done on a host. @throws ToolError `usage` */
/** @param again the run was logged before, as far as it had come */
export function openOutput(
  run: string,
  options: Options,
  live: LiveView,
  mask: ValueMask,
  page: RunPage | null,
  telemetry: Pick<Telemetry, 'on'> | null = null,
  again = false,
  pictures: Pick<Pictures, 'draw'> | null = null,
) {
  const { terminal } = live;
  const { junit: junitFile, html: htmlFile } = options;
  for (const file of [junitFile, htmlFile]) if (file !== null) checkWritable(file);
  const log = openRunLog(run, options.log, terminal, again);
  const printer = openPrinter(options.output, options, terminal, {
    waits: !live.shown,
    replay: log && replayOf(options.log === null ? run : log.path),
  });
  const { ledger } = printer;
  const clean = openCleaner(mask);
  let seq = 0;

  /** Stamps and masks an event and passes it on to every sink. */
  const emit = (happening: Happening, at = Date.now()): void => {
    seq += 1;
    const event: Cleaned<RunEvent> = { ...clean(happening), at: Math.round(at), seq };
    log?.append(ndjson(event));
    printer.on(event);
    page?.add(event);
    live.on(event);
    telemetry?.on(event);
  };

  return {
    emit,
    ledger,
    logPath: log?.path ?? null,
    /** Writes the reports that are complete only at the end. */
    close(): void {
      live.close();
      log?.close();
      printer.end();
      if (junitFile !== null) saveReport(junitFile, junit(ledger.report()), terminal);
      if (htmlFile !== null && page) {
        const configurations = pictures?.draw() ?? null;
        saveReport(htmlFile, page.document(ledger, { configurations }), terminal);
      }
      reportRun(ledger.report(), terminal);
    },
  };
}

/** Writes a file of a run that is over: if that fails, the run's own result still counts. */
export function saveReport(path: string, text: Document, terminal: Terminal): void {
  try {
    replaceFile(path, text);
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    terminal.err(say`alloyup: ${textOf(error.problem).message}\n`);
  }
}
