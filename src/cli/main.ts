import process from 'node:process';
import { setFlagsFromString } from 'node:v8';
import { runProgram } from './dispatch.ts';
import { reportBug } from './failure.ts';
import { processTerminal } from './terminal/terminal.ts';

// V8 compiles with optimizations what has run a few hundred times, which a run of seconds does not earn back. The versions
// after that of Node 20 wait about as long by themselves, and do not know this switch.
if (process.versions.node.startsWith('20.')) setFlagsFromString('--interrupt-budget=600000');

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
