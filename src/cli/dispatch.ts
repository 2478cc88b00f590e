import { existsSync } from 'node:fs';
import { ToolError } from '../model/problem.ts';
import { say } from '../report/printable.ts';
import { DEFAULT_INVENTORY, type Invocation } from './args/option-table.ts';
import { type Order, readCommandLine } from './args/parse-command-line.ts';
import { refuse, reportBug } from './failure.ts';
import type { Terminal } from './terminal/terminal.ts';

/** Runs a command line. Returns the exit code, whatever happens. */
export async function runProgram(argv: readonly string[], terminal: Terminal): Promise<number> {
  // called by the shell's completion
  if (argv[0] === '__complete') {
    const { answerShell } = await import('./completion/complete.ts');
    return answerShell(argv.slice(1), terminal);
  }
  let invocation: Invocation | undefined;
  const run = async (order: Order | number): Promise<number> => {
    if (typeof order === 'number') return order;
    invocation = order.invocation;
    const command = await order.load();
    return command(invocation);
  };
  try {
    return await run(readCommandLine(argv, terminal)).catch(async (error) => {
      if (!invocation || !(await wantsWizard(error, invocation))) throw error;
      return run(readCommandLine(['init'], terminal));
    });
  } catch (error) {
    if (!(error instanceof ToolError)) return reportBug(error, terminal);
    return refuse(error.problems, invocation?.terminal ?? terminal, invocation?.options.output);
  }
}

/** There is no inventory, none was named, and a person is there to create one. */
async function wantsWizard(error: unknown, { options, terminal }: Invocation): Promise<boolean> {
  if (!(error instanceof ToolError) || error.problem.code !== 'inventory.file') return false;
  if (options.inventory !== null || !terminal.interactive || existsSync(DEFAULT_INVENTORY))
    return false;
  const { confirmed } = await import('./terminal/ask.ts');
  return confirmed(say`There is no ${DEFAULT_INVENTORY}. Create one now (alloyup init)?`, true);
}
