import { execa, type Options } from 'execa';

/** The few that the programs of the lab need; nothing of the caller's language or proxies. */
export const PLAIN_ENV = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  LC_ALL: 'C.UTF-8',
};

/**
 * Runs a program and returns what it printed, without the last newline.
 *
 * @throws ExecaError with the program's own words when it fails.
 */
export async function run(
  file: string,
  args: readonly string[],
  options: Options = {},
): Promise<string> {
  const done = await execa(file, args, { stdin: 'ignore', ...options });
  return typeof done.stdout === 'string' ? done.stdout : '';
}

/** The same, for what may have been done before: says whether it worked. */
export async function attempt(file: string, args: readonly string[]): Promise<boolean> {
  return (await execa(file, args, { stdin: 'ignore', reject: false })).exitCode === 0;
}

/**
 * Calls `probe` until it gives something.
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
