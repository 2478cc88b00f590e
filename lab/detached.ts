import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { mayBuild, PLAIN_ENV } from './run.ts';

/**
 * Starts a program that outlives this process, in its own session, with its output appended to a file.
 * (Plain spawn, because execa would pipe the output through this process.)
 */
export function startDetached(
  argv: readonly string[],
  options: { readonly log: string; readonly env?: Readonly<Record<string, string>> },
): void {
  mayBuild();
  const log = openSync(options.log, 'a');
  try {
    const [file, ...args] = argv;
    const child = spawn(file!, args, {
      detached: true,
      stdio: ['ignore', log, log],
      cwd: '/',
      env: { ...PLAIN_ENV, ...options.env },
    });
    // whoever waits for its service reports that it did not come up
    child.on('error', () => undefined);
    child.unref();
  } finally {
    closeSync(log);
  }
}
