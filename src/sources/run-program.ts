import type { ProgramFailure } from '../model/problems/file-problems.ts';

const MAX_OUTPUT = 16 * 1024 * 1024;
const STDERR_LINES = 20;

/**
 * Runs a program, without a shell or terminal. `failure` null: it exited with 0; `log`: all of stderr,
 * `stderr`: its last lines.
 */
export async function runProgram(
  [file, ...args]: readonly [string, ...string[]],
  cwd: string,
  timeoutMs: number,
  env?: Readonly<Record<string, string | undefined>>,
) {
  const { execa } = await import('execa');
  const child = execa(file, args, {
    cwd,
    stdin: 'ignore',
    timeout: timeoutMs,
    forceKillAfterDelay: 1000,
    maxBuffer: MAX_OUTPUT,
    stripFinalNewline: false,
    reject: false,
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
  return { failure: failureOf(), stdout: ended.stdout, stderr, log: ended.stderr };

  function failureOf(): ProgramFailure | null {
    const { failed, timedOut, isMaxBuffer, signal, exitCode, code } = ended;
    if (!failed) return null;
    if (timedOut) return { kind: 'timeout', seconds: timeoutMs / 1000 };
    if (isMaxBuffer) return { kind: 'too-much', maxBytes: MAX_OUTPUT };
    if (signal !== undefined) return { kind: 'signal', signal };
    if (exitCode !== undefined) return { kind: 'exit', exitCode };
    if (code === 'ENOENT') return { kind: 'not-found' };
    if (code === 'EACCES') return { kind: 'not-executable' };
    return { kind: 'failed', said: code ?? 'not started' };
  }
}
