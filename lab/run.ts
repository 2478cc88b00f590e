import { execa, type Options } from 'execa';

/** The variables that the lab's programs need, without the caller's locale and proxies. */
export const PLAIN_ENV = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  LC_ALL: 'C.UTF-8',
};

/** The part of a subprocess that is needed to end it. */
type Child = PromiseLike<{ readonly stdout?: unknown }> & { kill(): boolean };

const running = new Set<Child>();
let stopped = false;

/**
 * From now on `run` starts nothing. Resolves when everything it started has ended. Used on an interrupt, so that
 * nothing is created again while the lab is taken down.
 */
export async function stopBuilding(): Promise<void> {
  stopped = true;
  for (const child of running) child.kill();
  await Promise.allSettled(running);
}

export const isStopped = (): boolean => stopped;

/** @throws Error once `stopBuilding` was called. */
export function mayBuild(): void {
  if (stopped) throw new Error('interrupted');
}

/**
 * Runs a program and returns what it printed, without the last newline.
 *
 * @throws ExecaError with the program's output when it fails; Error after `stopBuilding`.
 */
export async function run(
  file: string,
  args: readonly string[],
  options: Options = {},
): Promise<string> {
  mayBuild();
  const child: Child = execa(file, args, { stdin: 'ignore', ...options });
  running.add(child);
  try {
    const { stdout } = await child;
    return typeof stdout === 'string' ? stdout : '';
  } finally {
    running.delete(child);
  }
}

/** The same for a step that may already be done: returns whether it succeeded. */
export async function attempt(file: string, args: readonly string[]): Promise<boolean> {
  return (await execa(file, args, { stdin: 'ignore', reject: false })).exitCode === 0;
}

/**
 * Calls `probe` until it returns a value.
 *
 * @throws Error that says `what` did not happen, after `seconds`.
 */
export async function until<T>(
  what: string | (() => string),
  seconds: number,
  probe: () => Promise<T | undefined> | T | undefined,
  everyMs = 50,
): Promise<T> {
  const deadline = performance.now() + seconds * 1000;
  for (;;) {
    const found = await probe();
    if (found !== undefined) return found;
    if (performance.now() > deadline)
      throw new Error(`${typeof what === 'string' ? what : what()} (waited ${seconds} s)`);
    await sleep(everyMs);
  }
}

export const sleep = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
