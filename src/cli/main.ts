import process from 'node:process';
import { runProgram } from './dispatch.ts';
import { reportBug } from './failure.ts';
import { processTerminal } from './terminal/terminal.ts';
import { optimizeLater } from './v8.ts';

optimizeLater();

const terminal = processTerminal();

/** Flushes what was printed, and ends even if something still holds the event loop. */
function exit(code: number): void {
  process.exitCode = code;
  process.stdout.write('', () => process.stderr.write('', () => process.exit(code)));
}

const onBug = (error: unknown): void => exit(reportBug(error, terminal));
process.on('uncaughtException', onBug);
process.on('unhandledRejection', onBug);
void runProgram(process.argv.slice(2), terminal).then(exit);
