import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What a Node program cost, and what it printed. */
export interface Metered {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
  readonly wallMs: number;
  /** User and system time. */
  readonly cpuMs: number;
  /** The most memory that was resident. */
  readonly peakMb: number;
  /** The longest time for which it computed without looking for events. */
  readonly blockedMs: number;
}

/**
 * Runs in the program's own process. Whoever shares its cores may keep a timer waiting: only time for which the program
 * itself was computing counts as blocked. It counts from the first connection on.
 */
const PRELOADED = `
const TICK_MS = 5;
let blockedMs = 0;
let last = null;
const look = () => {
  const { user, system } = process.cpuUsage();
  const now = { at: performance.now(), cpu: (user + system) / 1000 };
  if (last) blockedMs = Math.max(blockedMs, Math.min(now.at - last.at - TICK_MS, now.cpu - last.cpu));
  last = now;
};
const begin = () => {
  if (last) return;
  look();
  setInterval(look, TICK_MS).unref();
};
require('node:diagnostics_channel').subscribe('net.client.socket', begin);
process.on('exit', () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  require('node:fs').writeFileSync(process.env.BENCH_METER, JSON.stringify({
    cpuMs: (userCPUTime + systemCPUTime) / 1000, peakMb: maxRSS / 1024, blockedMs,
  }));
});
`;

/** Runs a Node program to its end. */
export async function meter(
  argv: readonly string[],
  { home, input = '' }: { readonly home: string; readonly input?: string },
): Promise<Metered> {
  const scratch = mkdtempSync(join(tmpdir(), 'alloyup-meter-'));
  const [preload, notes] = [join(scratch, 'preload.cjs'), join(scratch, 'notes.json')];
  writeFileSync(preload, PRELOADED);
  try {
    const from = performance.now();
    const child = spawn(process.execPath, ['-r', preload, ...argv], {
      cwd: home,
      env: { PATH: process.env.PATH, HOME: home, BENCH_METER: notes },
    });
    let [out, err] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      err += text;
    });
    child.stdin.end(input);
    const code = await new Promise<number | null>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', resolve);
    });
    const wallMs = performance.now() - from;
    return { code, out, err, wallMs, ...JSON.parse(readFileSync(notes, 'utf8')) };
  } finally {
    rmSync(scratch, { recursive: true });
  }
}
