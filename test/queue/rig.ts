import { type ChildProcess, spawn } from 'node:child_process';
import {
  closeSync,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { type FleetOptions, type SimulatedFleet, startFleet } from '../../bench/simulator/fleet.ts';
import type { RunEvent, RunReport } from '../../src/model/event.ts';
import { type Certificate, type RedisServer, startRedis } from './redis-server.ts';

/** What dispatchers and workers of the tests share. */
export const KEY = '0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef';

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

export type RigOptions = Omit<FleetOptions, 'directory'>;

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
    options: RigOptions,
    tls: Certificate | null = null,
  ): Promise<Rig> {
    const [redisDirectory, home] = [join(directory, 'redis'), join(directory, 'home')];
    for (const one of [redisDirectory, home]) mkdirSync(one, { recursive: true });
    const redis = await startRedis(redisDirectory, tls);
    try {
      const fleet = await startFleet({ ...options, directory: home });
      return new Rig(redis, fleet, directory, bin);
    } catch (error) {
      await redis.stop();
      throw error;
    }
  }

  /** Workers that are ready. */
  async workers(count: number, flags: readonly string[] = []): Promise<readonly Started[]> {
    const workers = Array.from({ length: count }, () => this.worker(flags));
    await Promise.all(workers.map((one) => one.said(/at once/)));
    return workers;
  }

  /** @param bin of another build */
  alloyup(
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
    bin = this.#bin,
  ): Started {
    const { home } = this.fleet;
    const child = spawn(process.execPath, [bin, ...args], {
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
      async said(what, ms = 60_000) {
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

  dispatcher(
    verb: string,
    more: readonly string[] = [],
    env: Readonly<Record<string, string>> = {},
  ): Started {
    return this.alloyup([verb, '-i', this.fleet.inventory, '--log', this.log, ...more], env);
  }

  /** The same without a queue. */
  local(verb: string, more: readonly string[] = []): Started {
    const args = [verb, '-i', this.fleet.inventory, '--log', this.log, ...more];
    return this.alloyup(args, { ALLOYUP_QUEUE: '' });
  }

  /** Where everything of it is. */
  get directory(): string {
    return this.#directory;
  }

  /** Where runs are logged. */
  get log(): string {
    return join(this.#directory, 'run.ndjson');
  }

  /** What the run has logged so far. */
  events(): readonly RunEvent[] {
    if (!existsSync(this.log)) return [];
    return readFileSync(this.log, 'utf8')
      .split('\n')
      .flatMap((line) => {
        try {
          return [JSON.parse(line) as RunEvent];
        } catch {
          return [];
        }
      });
  }

  /** How far the run has come, from 0 to 1: how many of its hosts have begun and ended, by its log. */
  progress(): () => number {
    let at = 0;
    let rest = '';
    let seen = 0;
    return () => {
      if (!existsSync(this.log)) return 0;
      const file = openSync(this.log, 'r');
      try {
        const { size } = fstatSync(file);
        // whoever continues a run logs it from its beginning
        if (size < at) [at, rest, seen] = [0, '', 0];
        const bytes = Buffer.alloc(size - at);
        at += readSync(file, bytes, 0, bytes.length, at);
        const lines = (rest + bytes.toString()).split('\n');
        rest = lines.pop()!;
        seen += lines.filter((line) => /"type":"host\.(?:started|finished)"/.test(line)).length;
      } finally {
        closeSync(file);
      }
      return seen / (2 * this.fleet.names.length);
    };
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

/** The report of an ended process with `--output json`. @throws Error when it has none */
export function reportOf({ out, err }: Pick<Started, 'out' | 'err'>): RunReport {
  try {
    return JSON.parse(out()) as RunReport;
  } catch {
    throw new Error(`no report: ${err()}`);
  }
}

/** In the order of the hosts. */
export const outcomesOf = (report: RunReport): readonly (string | null)[] =>
  Object.values(report.hosts).map(({ outcome }) => outcome);

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
