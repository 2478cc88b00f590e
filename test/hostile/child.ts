import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What a command did, run as a process of its own. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
  readonly ms: number;
  /** The most memory that it held at once (getrusage(2)); 0 if it was killed. */
  readonly peakMb: number;
}

export interface Child {
  readonly ended: Promise<Ended>;
  /** Sends the process a signal. */
  kill(signal: NodeJS.Signals): void;
}

/** Collects garbage all the time where it is asked to, and tells at the end how much memory was held. */
const PRELOADED = `
if (globalThis.gc) setInterval(globalThis.gc, 20).unref();
process.on('exit', () => {
  require('node:fs').writeFileSync(process.env.TEST_PEAK, String(process.resourceUsage().maxRSS));
});
`;

interface ChildOptions {
  /** Its home and its working directory. */
  readonly home: string;
  readonly nodeOptions?: readonly string[];
  /** Given up and killed after so long. */
  readonly limitMs?: number;
  readonly onLine?: (line: string) => void;
}

/** Starts the built command. */
export function startAlloyup(bin: string, args: readonly string[], options: ChildOptions): Child {
  const { home, nodeOptions = [], limitMs = 60_000, onLine } = options;
  const scratch = mkdtempSync(join(tmpdir(), 'alloyup-child-'));
  const [preload, peak] = [join(scratch, 'preload.cjs'), join(scratch, 'peak')];
  writeFileSync(preload, PRELOADED);
  const from = performance.now();
  const child = spawn(process.execPath, [...nodeOptions, '-r', preload, bin, ...args], {
    cwd: home,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH, HOME: home, TEST_PEAK: peak },
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), limitMs);
  let out = '';
  let err = '';
  let seen = 0;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
    for (let end = out.indexOf('\n', seen); end >= 0; end = out.indexOf('\n', seen)) {
      onLine?.(out.slice(seen, end));
      seen = end + 1;
    }
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      const ms = performance.now() - from;
      let peakMb = 0;
      try {
        peakMb = Number(readFileSync(peak, 'utf8')) / 1024;
      } catch {
        // killed
      }
      rmSync(scratch, { recursive: true });
      resolve({ code, signal, out, err, ms, peakMb });
    });
  });
  return { ended, kill: (signal) => void child.kill(signal) };
}
