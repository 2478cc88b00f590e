import { execa } from 'execa';
import { REPOSITORY_ROOT } from '../../lab/root.ts';
import type { Scanner } from './canary.ts';

/** A process with a canary in its arguments or environment. */
export interface ProcessFinding {
  readonly uid: number;
  readonly where: 'cmdline' | 'environ';
  readonly what: string;
  /** Its arguments, at most 300 characters. */
  readonly command: string;
}

export interface Watched {
  readonly findings: readonly ProcessFinding[];
  readonly samples: number;
  /** The average interval between two scans, in milliseconds. */
  readonly everyMs: number;
  /** The longest interval. */
  readonly longestMs: number;
}

/**
 * Scans every process of this machine, and so of every lab host, every 10 ms until it is stopped. It is a separate
 * program, so that the test's own work does not slow it down.
 */
export async function watchProcesses(
  needles: Scanner['needles'],
): Promise<{ stop(): Promise<Watched> }> {
  const child = execa('perl', [`${REPOSITORY_ROOT}/test/e2e/watch-processes.pl`], {
    reject: false,
    stdin: 'pipe',
    maxBuffer: 64_000_000,
  });
  await new Promise<void>((resolve, reject) => {
    child.stdout.once('data', () => resolve());
    child.then(({ stderr }) => reject(new Error(`nobody watches: ${stderr}`)), reject);
    child.stdin.write(`${needles.map(({ bytes }) => bytes.toString('hex')).join('\n')}\n\n`);
  });
  return {
    async stop() {
      child.stdin.end();
      const lines = (await child).stdout.split('\n');
      const [, samples, seconds, longest] =
        /^samples (\d+) (\S+) (\S+)/.exec(lines.at(-1) ?? '') ?? [];
      return {
        findings: lines.flatMap((line) => {
          const [, uid, where, needle, command] =
            /^hit \d+ (\S+) (cmdline|environ) (\d+) (.*)$/.exec(line) ?? [];
          if (uid === undefined) return [];
          const what = needles[Number(needle)]!.what;
          return [{ uid: Number(uid), where: where as 'cmdline', what, command: command! }];
        }),
        samples: Number(samples),
        everyMs: (Number(seconds) * 1000) / Number(samples),
        longestMs: Number(longest) * 1000,
      };
    },
  };
}
