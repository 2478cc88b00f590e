import process from 'node:process';
import { reportBug } from './failure.ts';
import { runProgram } from './run-program.ts';
import { processTerminal } from './terminal/terminal.ts';

/** The whole life of the process: runs the command, flushes what was printed, exits with its code. */
export async function runProcess(argv: readonly string[]): Promise<void> {
  const terminal = processTerminal();
  const onBug = (error: unknown): void => exit(reportBug(error, terminal));
  process.on('uncaughtException', onBug);
  process.on('unhandledRejection', onBug);
  const code = await runProgram(argv, terminal);
  exit(code);
}

/** Ends also when something still holds the event loop, e.g. a connection that does not close. */
function exit(code: number): void {
  process.exitCode = code;
  process.stdout.write('', () => process.stderr.write('', () => process.exit(code)));
}
