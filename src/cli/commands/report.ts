import { openLedger } from '../../report/fold.ts';
import { junit } from '../../report/junit.ts';
import { markdown } from '../../report/markdown.ts';
import { ndjson, reportJson } from '../../report/ndjson.ts';
import { textRenderer } from '../../report/text.ts';
import type { Command, Invocation } from '../args/invocation.ts';
import type { Options } from '../args/option-table.ts';
import { readRun } from '../runs/run-logs.ts';
import { textOptionsOf } from '../runs/run-output.ts';

export const report: Command = async (invocation) =>
  printRun(invocation.args[0]!, invocation.options.format, invocation);

/** Prints a saved run in any of the formats. @throws ToolError `usage` if there is no such run */
export function printRun(
  run: string,
  format: Options['format'],
  { options, terminal }: Invocation,
): number {
  const events = readRun(run, terminal);
  const ledger = openLedger();
  const text = textRenderer(textOptionsOf(options, terminal));
  for (const event of events) {
    ledger.add(event);
    if (format === 'ndjson') terminal.out(ndjson(event));
    else if (format === 'text') terminal.out(text.on(event, ledger));
  }
  if (format === 'text' && ledger.run.finishedAt === null)
    terminal.out('The log ends here: the run was cut off or is still in progress.\n');
  if (format === 'json') terminal.out(reportJson(ledger.report()));
  if (format === 'junit') terminal.out(junit(ledger.report()));
  if (format === 'markdown') terminal.out(markdown(ledger.report()));
  return 0;
}
