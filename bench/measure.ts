import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { groupCpuMs } from '../lab/group.ts';
import type { Lab } from '../lab/lab.ts';

/** What a command cost the machine it ran on. */
export interface Sample {
  readonly wallMs: number;
  /** User and system time of the command and all its children. */
  readonly cpuMs: number;
  /** CPU time of all hosts together, of what they do at that time. */
  readonly hostCpuMs: number;
}

/** A command to measure, and how to tell that it did its work. */
export interface Measured {
  readonly argv: readonly string[];
  /** What its stdout must match. */
  readonly says: RegExp;
  /** Exit codes that are fine; absent: 0. */
  readonly exits?: readonly number[];
}

/** Timing happens inside the lab's namespace, so that entering it is not measured. */
const STOPWATCH = 'TIMEFORMAT="%3R %3U %3S"; { time "$@" >"$0.out" 2>"$0.err"; } 2>&1';

const BUSY_SHARE = 0.1;
const LOOK_MS = 150;
const LOOKS = 20;

/** Clock ticks of all cores since boot. */
function ticks(): { readonly busy: number; readonly all: number } {
  const [, ...counts] = readFileSync('/proc/stat', 'utf8').split('\n', 1)[0]!.split(/ +/);
  const all = counts.slice(0, 8).reduce((sum, count) => sum + Number(count), 0);
  return { busy: all - Number(counts[3]) - Number(counts[4]), all };
}

/**
 * Waits until the machine is idle, so that work left over from the previous command (such as logind
 * ending its sessions) does not slow down the next one. Gives up after three seconds.
 */
async function idle(): Promise<void> {
  for (let look = 0; look < LOOKS; look += 1) {
    const before = ticks();
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    const after = ticks();
    if (after.busy - before.busy < BUSY_SHARE * (after.all - before.all)) return;
  }
}

/** @throws Error when the command fails or does not do what it should. */
export async function measure(lab: Lab, { argv, says, exits = [0] }: Measured): Promise<Sample> {
  await idle();
  const before = hostCpuMs(lab);
  const notes = join(lab.home, 'bench');
  const ended = await lab.run(['bash', '-c', STOPWATCH, notes, ...argv]);
  const out = readFileSync(`${notes}.out`, 'utf8');
  const hostMs = hostCpuMs(lab) - before;
  if (!exits.includes(ended.exitCode) || !says.test(out))
    throw new Error(
      `exit ${ended.exitCode}: ${argv.join(' ')}\n${out}\n${readFileSync(`${notes}.err`, 'utf8')}`,
    );
  const [wall, user, system] = ended.stdout.trim().split(' ').map(Number) as [
    number,
    number,
    number,
  ];
  return {
    wallMs: Math.round(wall * 1000),
    cpuMs: Math.round((user + system) * 1000),
    hostCpuMs: Math.round(hostMs),
  };
}

/** Since the hosts were booted. */
const hostCpuMs = (lab: Lab): number =>
  lab.hosts.reduce((sum, { state }) => sum + groupCpuMs(lab.name, `${state.number}`), 0);

const SAMPLE_MS = 20;

/**
 * The peak memory of a command and its children in bytes. Shared pages are divided among the processes
 * that share them (PSS). Sampling costs time, so a round that measures memory is not timed.
 */
export async function peakMemory(lab: Lab, { argv }: Measured): Promise<number> {
  const running = lab.start(['sh', '-c', '"$@"; exit 0', 'sh', ...argv]);
  let peak = 0;
  const timer = setInterval(() => {
    const held = descendants(running.pid ?? 0).reduce((sum, pid) => sum + pss(pid), 0);
    peak = Math.max(peak, held);
  }, SAMPLE_MS);
  await running;
  clearInterval(timer);
  return peak;
}

function descendants(pid: number): readonly number[] {
  try {
    const children = readdirSync(`/proc/${pid}/task`).flatMap((task) =>
      readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean),
    );
    return children.flatMap((child) => [Number(child), ...descendants(Number(child))]);
  } catch {
    return []; // ended in the meantime
  }
}

function pss(pid: number): number {
  try {
    const [, kib] = /^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')) ?? [];
    return Number(kib ?? 0) * 1024;
  } catch {
    return 0;
  }
}

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
};

/** The median of `a / b` per round: a busy minute slows down both. */
export const ratio = (a: readonly number[], b: readonly number[]): number =>
  median(a.map((value, round) => value / b[round]!));
