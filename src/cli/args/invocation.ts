import type { Options } from './options.ts';
import type { Terminal } from '../terminal/terminal.ts';

/** A command line, understood. */
export interface Invocation {
  readonly args: readonly string[];
  readonly options: Options;
  readonly terminal: Terminal;
}

/** Gives the exit code. @throws ToolError for what was wrong before the first connection */
export type Command = (invocation: Invocation) => Promise<number>;
