import { setTimeout as after } from 'node:timers/promises';
import type { RunReport } from '../../src/model/event.ts';
import { endsOf, type Rig, reportOf, untrue } from './rig.ts';

/** What became of a run that was disturbed. */
export interface Disturbed {
  readonly report: RunReport;
  readonly code: number | NodeJS.Signals;
  readonly untrue: readonly string[];
  /** Hosts that the log of the run does not end exactly once. */
  readonly notOnce: readonly string[];
  /** What was done when. */
  readonly done: readonly string[];
  readonly ms: number;
}

interface Disturbance {
  readonly seed: number;
  readonly concurrency: number;
  /** Redis is killed instead of ended: it forgets what was not written to disk. */
  readonly crash?: boolean;
}

/** Equal seeds give equal numbers from 0 to 1. */
function numbersOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The last moment of a run that is disturbed: later, it may be over. */
const LATEST = 0.95;

/**
 * An apply by three workers, in whose course one worker is killed, Redis is started again, and the dispatcher is killed
 * and continued, each when the run has come as far as the seed says.
 */
export async function disturbed(
  rig: Rig,
  { seed, concurrency, crash = false }: Disturbance,
): Promise<Disturbed> {
  const random = numbersOf(seed);
  const flags = ['--concurrency', String(concurrency)];
  const workers = [0, 1, 2].map(() => rig.worker(flags));
  await Promise.all(workers.map((one) => one.said(/at once/)));
  const from = Date.now();
  const done: string[] = [];
  let dispatcher = rig.dispatcher('apply', ['--yes', '--output', 'json']);
  await rig.until((events) => events.some(({ type }) => type === 'host.started'));
  const run = rig
    .events()
    .flatMap((event) => (event.type === 'run.started' ? [event.run] : []))[0]!;

  const disturbances: readonly (readonly [string, () => Promise<void>])[] = [
    [
      'a worker is killed',
      async () => {
        const victim = workers[Math.floor(random() * workers.length)]!;
        victim.child.kill('SIGKILL');
        await victim.ended;
      },
    ],
    [crash ? 'Redis is killed' : 'Redis is restarted', () => rig.redis.restart(crash)],
    [
      'the dispatcher is killed',
      async () => {
        dispatcher.child.kill('SIGKILL');
        await dispatcher.ended;
        await after(random() * 1000);
        dispatcher = rig.dispatcher('apply', ['--attach', run, '--yes', '--output', 'json']);
      },
    ],
  ];
  const moments = disturbances
    .map(([what, act]) => ({ what, act, at: random() * LATEST }))
    .sort((a, b) => a.at - b.at);
  const progress = rig.progress();
  const isOver = (): boolean => dispatcher.child.exitCode !== null;
  for (const { what, act, at } of moments) {
    while (progress() < at && !isOver()) await after(50);
    // what is over is not disturbed any more, and an attached run would be gone
    if (isOver()) continue;
    done.push(`at ${Math.round(at * 100)}%, ${Math.round((Date.now() - from) / 1000)} s: ${what}`);
    await act();
  }
  const code = await dispatcher.ended;
  const ms = Date.now() - from;
  const report = reportOf(dispatcher);
  const ends = endsOf(rig.events());
  const notOnce = rig.fleet.names.filter((name) => ends.get(name) !== 1);
  const found = await untrue(report, rig.fleet);
  for (const one of workers) one.child.kill('SIGTERM');
  await Promise.all(workers.map(({ ended }) => ended));
  return { report, code, untrue: found, notOnce, done, ms };
}
