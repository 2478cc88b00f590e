import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Command } from '../model/plan.ts';
import type { AlloyProgram } from './alloy-packages.ts';
import { runProgram } from './run-program.ts';

const TIMEOUT_MS = 60_000;

/** A file of a configuration. */
export interface ConfigFile {
  /** What findings call it. */
  readonly name: string;
  readonly bytes: Uint8Array;
  /** `bytes` decoded. */
  readonly text: string;
  /** Where findings are shown in another text: that one, and the place there of a place in `text`. */
  readonly written?: {
    readonly text: string;
    readonly place: (at: Place) => Place;
  };
}

/** Line from 1, column from 1 in bytes. */
type Place = Readonly<Record<'line' | 'column', number>>;

/** What Alloy printed, and each file by what it is called there. */
export interface AlloyAnswer extends Awaited<ReturnType<typeof runProgram>> {
  readonly copies: ReadonlyMap<string, ConfigFile>;
}

/**
 * Runs `alloy validate` (all files are one configuration) or `alloy fmt` (one file) on copies in a
 * directory of their own: with an environment of its own, a timeout, and without a network where the
 * system lets us take it away.
 */
export async function askAlloy(
  program: AlloyProgram,
  verb: 'validate' | 'fmt',
  files: readonly ConfigFile[],
  flags: readonly string[] = [],
): Promise<AlloyAnswer> {
  const work = mkdtempSync(join(dirname(program.path), 'work-'));
  try {
    mkdirSync(join(work, 'config'));
    // by number: a name can hold what the output cannot
    const copies = new Map<string, ConfigFile>();
    for (const [index, file] of files.entries()) {
      const copy = `config/${String(index).padStart(4, '0')}.alloy`;
      writeFileSync(join(work, copy), file.bytes);
      copies.set(copy, file);
    }
    const [only] = copies.keys();
    const what = copies.size === 1 ? only! : 'config';
    const argv = [...(await isolation()), program.path, verb, ...flags, what];
    return {
      ...(await runProgram(argv as [string, ...string[]], work, TIMEOUT_MS, environment(work))),
      copies,
    };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** No proxies, tokens or secrets of the caller. */
const environment = (home: string) => ({
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  HOME: home,
  TMPDIR: home,
  LC_ALL: 'C',
});

/** A network namespace without devices: of a user of its own, or as root. */
const NO_NETWORK: readonly Command[] = [
  ['unshare', '--map-root-user', '--net'],
  ['unshare', '--net'],
];

/** What to put before a command to take the network away; empty where the system does not allow it. */
async function isolation(): Promise<readonly string[]> {
  for (const prefix of NO_NETWORK) {
    const { failure } = await runProgram([...prefix, 'true'], '/', 5000, environment('/'));
    if (failure === null) return prefix;
  }
  return [];
}
