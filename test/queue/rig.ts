import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { type FleetOptions, type SimulatedFleet, startFleet } from '../../bench/simulator/fleet.ts';
import type { RunEvent, RunReport } from '../../src/model/event.ts';
import { type RedisServer, startRedis } from './redis-server.ts';

const KEY = '0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef';

/** A process of alloyup. */
export interface Started {
  readonly child: ChildProcess;
  readonly out: () => string;
  readonly err: () => string;
  /** Its exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
  /** Resolves when it has said this. */
  said(what: RegExp, ms?: number): Promise<void>;
}

/** A Redis, hosts, and whoever works on them. */
export class Rig {
  readonly redis: RedisServer;
  readonly fleet: SimulatedFleet;
  readonly #directory: string;
  readonly #bin: string;
  readonly #started: Started[] = [];

  private constructor(redis: RedisServer, fleet: SimulatedFleet, directory: string, bin: string) {
    this.redis = redis;
    this.fleet = fleet;
    this.#directory = directory;
    this.#bin = bin;
  }

  static async start(
    directory: string,
    bin: string,
    options: Omit<FleetOptions, 'directory'>,
  ): Promise<Rig> {
    const [redisDirectory, home] = [join(directory, 'redis'), join(directory, 'home')];
    for (const one of [redisDirectory, home]) mkdirSync(one, { recursive: true });
    const redis = await startRedis(redisDirectory);
    const fleet = await startFleet({ ...options, directory: home });
    return new Rig(redis, fleet, directory, bin);
  }

  alloyup(args: readonly string[], env: Readonly<Record<string, string>> = {}): Started {
    const { home } = this.fleet;
    const child = spawn(process.execPath, [this.#bin, ...args], {
      cwd: home,
      env: {
        PATH: process.env.PATH ?? '',
        HOME: home,
        XDG_STATE_HOME: join(this.#directory, 'state'),
        XDG_CACHE_HOME: join(this.#directory, 'cache'),
        CI: 'true',
        ALLOYUP_QUEUE: this.redis.url,
        ALLOYUP_QUEUE_KEY: KEY,
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const parts = { out: '', err: '' };
    child.stdout!.on('data', (part: Buffer) => {
      parts.out += part.toString();
    });
    child.stderr!.on('data', (part: Buffer) => {
      parts.err += part.toString();
    });
    const started: Started = {
      child,
      out: () => parts.out,
      err: () => parts.err,
      ended: new Promise((resolve) =>
        child.on('close', (code, signal) => resolve(code ?? signal!)),
      ),
      async said(what, ms = 30_000) {
        for (const until = Date.now() + ms; Date.now() < until; await after(20))
          if (what.test(parts.out) || what.test(parts.err)) return;
        throw new Error(`not said: ${what}\n${parts.err}\n${parts.out.slice(-2000)}`);
      },
    };
    this.#started.push(started);
    return started;
  }

  worker(more: readonly string[] = [], env: Readonly<Record<string, string>> = {}): Started {
    return this.alloyup(['worker', '-i', this.fleet.inventory, ...more], env);
  }

  dispatcher(verb: string, more: readonly string[] = []): Started {
    const log = join(this.#directory, 'run.ndjson');
    return this.alloyup([verb, '-i', this.fleet.inventory, '--log', log, ...more]);
  }

  /** What the run has logged so far. */
  events(): readonly RunEvent[] {
    const log = join(this.#directory, 'run.ndjson');
    if (!existsSync(log)) return [];
    return readFileSync(log, 'utf8')
      .split('\n')
      .flatMap((line) => {
        try {
          return [JSON.parse(line) as RunEvent];
        } catch {
          return [];
        }
      });
  }

  /** Resolves when the log of a run says so. */
  async until(isSo: (events: readonly RunEvent[]) => boolean, ms = 60_000): Promise<void> {
    for (const end = Date.now() + ms; Date.now() < end; await after(50))
      if (isSo(this.events())) return;
    throw new Error('the log never says so');
  }

  async stop(): Promise<void> {
    for (const { child } of this.#started) child.kill('SIGKILL');
    await Promise.all(this.#started.map(({ ended }) => ended));
    await this.fleet.stop();
    await this.redis.stop();
  }
}

/** What is not true in a report of an apply, held against what the hosts have really done; empty: all is. */
export async function untrue(report: RunReport, fleet: SimulatedFleet): Promise<readonly string[]> {
  const { hosts } = await fleet.notes();
  return fleet.names.flatMap((name, i) => {
    const { changes, runs } = hosts[i]!;
    const outcome = report.hosts[name]?.outcome ?? 'missing';
    const done = runs.filter(({ does, result }) => does === 'apply' && result === 'ok').length;
    const isTrue =
      outcome === 'changed'
        ? changes === 1 && done === 1
        : ['skipped', 'failed', 'unreachable', 'rolled-back'].includes(outcome)
          ? done === 0
          : false;
    return isTrue ? [] : [`${name}: ${outcome}, changed ${changes} times, ${JSON.stringify(runs)}`];
  });
}

/** How often each host ended, by a log. */
export function endsOf(events: readonly RunEvent[]): ReadonlyMap<string, number> {
  const ends = new Map<string, number>();
  for (const event of events)
    if (event.type === 'host.finished' && event.outcome !== null)
      ends.set(event.host, (ends.get(event.host) ?? 0) + 1);
  return ends;
}
