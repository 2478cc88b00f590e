import type { ProgramFailure } from '../model/problems/file-problems.ts';

/** How a local program ended. */
export interface Ran {
  /** null: it exited with 0. */
  readonly failure: ProgramFailure | null;
  readonly stdout: string;
  /** Last lines of stderr. */
  readonly stderr: string;
}

export interface ProgramOptions {
  readonly cwd: string;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
}

const MAX_OUTPUT = 16 * 1024 * 1024;
const STDERR_LINES = 20;

/** Runs a program of the user's, without a shell or terminal, and reads its output. */
export async function runProgram(
  [file, ...args]: readonly [string, ...string[]],
  { cwd, timeoutMs, signal, env }: ProgramOptions,
): Promise<Ran> {
  const { execa } = await import('execa');
  const child = execa(file, args, {
    cwd,
    stdin: 'ignore',
    timeout: timeoutMs,
    forceKillAfterDelay: 1000,
    maxBuffer: MAX_OUTPUT,
    stripFinalNewline: false,
    reject: false,
    ...(signal ? { cancelSignal: signal } : {}),
    ...(env ? { env, extendEnv: false } : {}),
  });
  // a grandchild that holds the pipe open must not hold us up
  const timer = setTimeout(() => {
    child.stdout?.destroy();
    child.stderr?.destroy();
  }, timeoutMs + 2000);
  const ended = await child;
  clearTimeout(timer);

  const stderr = ended.stderr.trimEnd().split('\n').slice(-STDERR_LINES).join('\n');
  return { failure: failureOf(ended, timeoutMs), stdout: ended.stdout, stderr };
}

function failureOf(
  ended: {
    readonly timedOut: boolean;
    readonly isCanceled: boolean;
    readonly isMaxBuffer: boolean;
    readonly failed: boolean;
    readonly signal?: string | undefined;
    readonly exitCode?: number | undefined;
    readonly code?: string | undefined;
  },
  timeoutMs: number,
): ProgramFailure | null {
  if (!ended.failed) return null;
  if (ended.timedOut) return { kind: 'timeout', seconds: timeoutMs / 1000 };
  if (ended.isCanceled) return { kind: 'cancelled' };
  if (ended.isMaxBuffer) return { kind: 'too-much', maxBytes: MAX_OUTPUT };
  if (ended.signal !== undefined) return { kind: 'signal', signal: ended.signal };
  if (ended.exitCode !== undefined) return { kind: 'exit', exitCode: ended.exitCode };
  if (ended.code === 'ENOENT') return { kind: 'not-found' };
  if (ended.code === 'EACCES') return { kind: 'not-executable' };
  return { kind: 'failed', said: ended.code ?? 'not started' };
}
