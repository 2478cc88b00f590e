import type { Terminal } from '../terminal/terminal.ts';
import type { Options } from './option-table.ts';

/** A parsed command line. */
export interface Invocation {
  readonly args: readonly string[];
  readonly options: Options;
  readonly terminal: Terminal;
}

/** Returns the exit code. @throws ToolError for what was wrong before the first connection */
export type Command = (invocation: Invocation) => Promise<number>;
