import type { RunPage } from '../../pages/run-page.ts';
import { openLedger } from '../../report/fold.ts';
import { say } from '../../report/printable.ts';
import type { Command, Invocation, Options } from '../args/option-table.ts';
import { readEvents, readRun } from '../runs/run-logs.ts';
import { openPrinter, pageOf, replayOf } from '../runs/run-output.ts';

export const report: Command = async (invocation) => {
  const { args, options } = invocation;
  const run = args[0]!;
  return options.format === 'html'
    ? printPage(run, invocation)
    : printRun(run, options.format, invocation);
};

/** Prints a saved run as a page. Its events are not kept: those of a large fleet are large. */
async function printPage(run: string, { terminal }: Invocation): Promise<number> {
  let page: RunPage | undefined;
  const ledger = openLedger();
  for (const event of readEvents(run, terminal)) {
    ledger.add(event);
    page ??= await pageOf(ledger.run.verb, terminal);
    page.add(event);
  }
  // a log without an event is none
  terminal.document(page!.document(ledger));
  return 0;
}

/** Prints a saved run in any of the formats. @throws ToolError `usage` if there is no such run */
export function printRun(
  run: string,
  format: Options['format'],
  { options, terminal }: Invocation,
): number {
  const printer = openPrinter(format, options, terminal, { replay: replayOf(run) });
  for (const event of readRun(run, terminal)) printer.on(event);
  if (format === 'text' && printer.ledger.run.finishedAt === null)
    terminal.out(say`The log ends here: the run was cut off or is still in progress.\n`);
  printer.end();
  return 0;
}
