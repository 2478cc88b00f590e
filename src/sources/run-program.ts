/** How a local program ended. */
export interface Ran {
  readonly ok: boolean;
  readonly stdout: string;
  /** Why it failed, for people: "exit 3", "not found", "no answer within 30 s"; '' when it did not. */
  readonly why: string;
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

/** Runs a program of the user's without a shell and without a terminal, and reads what it prints. */
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
  // a grandchild that keeps the pipe open must not keep us
  const timer = setTimeout(() => {
    child.stdout?.destroy();
    child.stderr?.destroy();
  }, timeoutMs + 2000);
  const ended = await child;
  clearTimeout(timer);

  const stderr = ended.stderr.trimEnd().split('\n').slice(-STDERR_LINES).join('\n');
  const why = ended.timedOut
    ? `no answer within ${timeoutMs / 1000} s`
    : ended.isCanceled
      ? 'interrupted'
      : ended.isMaxBuffer
        ? `printed more than ${MAX_OUTPUT >> 20} MiB`
        : ended.signal
          ? `killed by ${ended.signal}`
          : ended.exitCode !== undefined && ended.exitCode !== 0
            ? `exit ${ended.exitCode}`
            : ended.failed
              ? startTrouble(ended.code)
              : '';
  return { ok: why === '', stdout: ended.stdout, why, stderr };
}

const startTrouble = (code: string | undefined): string =>
  code === 'ENOENT' ? 'not found' : code === 'EACCES' ? 'not executable' : (code ?? 'not started');
