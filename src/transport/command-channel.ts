import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { setMaxListeners } from 'node:events';
import type { Channel, Exit, StartOptions } from '../model/ports.ts';
import type { Problem } from '../model/problem.ts';
import { ToolError } from '../model/problem.ts';
import { lost, timedOut } from './problems.ts';

/** What carries a running command: an SSH channel or a child process. */
export interface Carrier {
  write(data: string | Uint8Array): void;
  end(): void;
  /** Abandons the command: whatever it writes afterwards is dropped. */
  drop(): void;
}

/** How a carrier reports to its channel. Only the first of `ended` and `failed` counts. */
export interface CommandChannel extends Channel {
  /** The command can be written to: what was written so far is sent. */
  carriedBy(carrier: Carrier): void;
  ended(exit: Exit): void;
  failed(problem: Problem): void;
  readonly settled: boolean;
}

/** A channel for a command that may still be starting: it buffers input and keeps the deadline. */
export function commandChannel(
  { timeoutMs, signal }: Pick<StartOptions, 'timeoutMs' | 'signal'>,
  where: string,
): CommandChannel {
  let carrier: Carrier | undefined;
  let settled = false;
  let ending = false;
  const waiting: (string | Uint8Array)[] = [];
  let resolve: (exit: Exit) => void = () => undefined;
  let reject: (error: ToolError) => void = () => undefined;
  const exit = new Promise<Exit>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  // nobody may be waiting any longer when the command fails
  exit.catch(() => undefined);

  const settle = (done: () => void): void => {
    if (settled) return;
    settled = true;
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
    done();
  };
  const abandon = (problem: Problem): void =>
    settle(() => {
      reject(new ToolError(problem));
      carrier?.drop();
    });
  const onAbort = (): void => abandon(timedOut({ reason: 'command-interrupted', endpoint: where }));
  const timer = setTimeout(() => {
    const seconds = timeoutMs / 1000;
    abandon(timedOut({ reason: 'command', endpoint: where, seconds, limit: null }));
  }, timeoutMs);
  // one signal serves all hosts of a run: hundreds of listeners are no leak
  setMaxListeners(0, signal);
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();

  return {
    exit,
    get settled() {
      return settled;
    },
    write(data) {
      if (settled || ending) return;
      if (carrier) carrier.write(data);
      else waiting.push(data);
    },
    end(data) {
      if (settled || ending) return;
      if (data !== undefined) this.write(data);
      ending = true;
      carrier?.end();
    },
    close: () => abandon(lost(where, CLOSED_HERE)),
    carriedBy(by) {
      carrier = by;
      if (settled) return by.drop();
      for (const data of waiting.splice(0)) by.write(data);
      if (ending) by.end();
    },
    ended: (how) => settle(() => resolve(how)),
    failed: (problem) => settle(() => reject(new ToolError(problem))),
  };
}

export const CLOSED_HERE = 'it was closed here';

/** Lets a local process carry the command of `channel`; the caller reports how it ended. */
export function carryChild(
  child: Pick<ChildProcessWithoutNullStreams, 'stdin' | 'stdout' | 'stderr' | 'unref'>,
  channel: CommandChannel,
  { onOut, onErr }: Pick<StartOptions, 'onOut' | 'onErr'>,
  onDrop: () => void = () => undefined,
): void {
  const { stdin, stdout, stderr } = child;
  stdout.on('data', (bytes: Buffer) => !channel.settled && onOut(bytes));
  stderr.on('data', (bytes: Buffer) => !channel.settled && onErr(bytes));
  // a command that stops reading explains itself by its exit code
  stdin.on('error', () => undefined);
  channel.carriedBy({
    write: (data) => void stdin.write(data),
    end: () => void stdin.end(),
    drop() {
      onDrop();
      for (const stream of [stdin, stdout, stderr]) stream.destroy();
      child.unref();
    },
  });
}
