import { say } from '../../report/printable.ts';
import type { Command, Invocation, Options } from '../args/option-table.ts';
import { readRun } from '../runs/run-logs.ts';
import { openPrinter } from '../runs/run-output.ts';

export const report: Command = async (invocation) =>
  printRun(invocation.args[0]!, invocation.options.format, invocation);

/** Prints a saved run in any of the formats. @throws ToolError `usage` if there is no such run */
export function printRun(
  run: string,
  format: Options['format'],
  { options, terminal }: Invocation,
): number {
  const printer = openPrinter(format, options, terminal);
  for (const event of readRun(run, terminal)) printer.on(event);
  if (format === 'text' && printer.ledger.run.finishedAt === null)
    terminal.out(say`The log ends here: the run was cut off or is still in progress.\n`);
  printer.end();
  return 0;
}
