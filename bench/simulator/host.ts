import type { HostProblem, HostRecord, RunResult } from '../../src/host/records.ts';
import { LAUNCHED } from '../../src/host/run.ts';
import type { DeliveryReading, Facts, FileFact, Sample } from '../../src/model/facts.ts';
import { Secret } from '../../src/model/secret.ts';
import { absent } from '../../test/builders.ts';
import { rawFacts } from '../../test/host/raw-facts.ts';
import type { FactsAsked, Launched, Sent } from '../../test/host/wire.ts';
import { wireOf } from '../../test/host/wire.ts';
import { carriedOut, whyStale } from './carry-out.ts';
import type { Fault } from './faults.ts';

/** How long things take on a host, in milliseconds. */
export interface Pace {
  readonly factsMs: number;
  /** Each step of a run. */
  readonly stepMs: number;
  /** From one reading of Alloy's metrics to the next. */
  readonly readingMs: number;
}

/** A run that a host was asked for. */
export interface RunNote {
  readonly run: string;
  readonly does: Launched['do'];
  /** null: it has not ended. */
  readonly result: RunResult | null;
}

/** What a host was asked for, and what it has really done. */
export interface HostNote {
  readonly connections: number;
  readonly logins: number;
  /** How often it was asked for its facts. */
  readonly looks: number;
  /** How often its state was changed: by a run that ended well, or by a rollback. */
  readonly changes: number;
  readonly runs: readonly RunNote[];
}

/** The stdout of one command on a host. */
export interface Output {
  write(data: string | Uint8Array): void;
  /** Resets the connection. */
  reset(): void;
  readonly gone: boolean;
}

type Mutable<T> = { -readonly [key in keyof T]: T[key] };

interface Log {
  bytes: Buffer;
  isOver: boolean;
  readonly followers: Set<() => void>;
}

/** Logs of earlier runs that a host keeps (src/host/program/launch.pl). */
const MOST_LOGS = 4;
/** Runs that a host tells of. */
const MOST_RUNS = 10;
/** Between two words of a run that waits for another one. */
const WAITING_MS = 1000;

/** A host: its state, and how it answers. Its runs go on without anybody who listens, as on a real one. */
export class SimulatedHost {
  #fault: Fault | null;
  readonly #name: string;
  readonly #pace: Pace;
  #facts: Facts;
  /** The facts before each run that can be rolled back, newest last. */
  readonly #before: { readonly run: string; readonly facts: Facts }[] = [];
  /** Who has the lock. */
  #holder: { readonly run: string; readonly who: string; readonly since: number } | null = null;
  readonly #waiting = new Set<() => void>();
  readonly #logs = new Map<string, Log>();
  /** Runs that must not begin any more, since somebody was told that they never did. */
  readonly #barred = new Set<string>();
  #lose: (() => void) | null = null;
  #hasLost = false;
  #connections = 0;
  #logins = 0;
  #looks = 0;
  #changes = 0;
  readonly #runs: Mutable<RunNote>[] = [];

  constructor(name: string, facts: Facts, fault: Fault | null, pace: Pace) {
    this.#name = name;
    this.#facts = facts;
    this.#fault = fault;
    this.#pace = pace;
  }

  get note(): HostNote {
    return {
      connections: this.#connections,
      logins: this.#logins,
      looks: this.#looks,
      changes: this.#changes,
      runs: this.#runs.map((one) => ({ ...one })),
    };
  }

  /** null: nothing is wrong with it. */
  get fault(): Fault | null {
    return this.#fault;
  }

  /** Takes its fault away. */
  repair(): void {
    this.#fault = null;
  }

  connected(): void {
    this.#connections += 1;
  }

  loggedIn(): void {
    this.#logins += 1;
  }

  /** Carries out what a program that was sent asks for; gives its exit code. */
  async answer(sent: Sent, out: Output): Promise<number> {
    switch (sent.do) {
      case 'facts':
        return this.#tellFacts(sent, out);
      case 'watch':
        return this.#tellReadings(sent, out);
      case 'follow': {
        const log = this.#logs.get(sent.run);
        if (log) return follow(log, sent.from, out);
        this.#barred.add(sent.run);
        return 72;
      }
      default: {
        if (this.#logs.has(sent.run) || this.#barred.has(sent.run)) {
          out.write('alloyup: no room in /run\n');
          return 70;
        }
        this.#lose = () => out.reset();
        out.write(LAUNCHED);
        return follow(this.#launch(sent), 0, out);
      }
    }
  }

  async #tellFacts({ nonce, facts: asked }: Sent & { do: 'facts' }, out: Output): Promise<number> {
    this.#looks += 1;
    if (this.#pace.factsMs > 0) await pause(this.#pace.factsMs);
    const line = `${nonce} ${this.#factsRecord(asked)}\n`;
    switch (this.fault) {
      case 'broken-answer':
        out.write(`${line.slice(0, 400)}\n`);
        return 0;
      case 'reset-in-answer':
        out.write(line.slice(0, 400));
        await pause(20);
        out.reset();
        return 1;
      default:
        out.write(line);
        return 0;
    }
  }

  /** Data that arrives everywhere, until nobody listens. */
  async #tellReadings({ nonce, seconds }: Sent & { do: 'watch' }, out: Output): Promise<number> {
    const ids = (this.#facts.components ?? []).map(({ id }) => id);
    const from = Date.now();
    for (let s = 0; s <= seconds && !out.gone; s += READING_S) {
      const reading = readingOf(ids, from + s * 1000);
      out.write(`${nonce} ${wireOf({ type: 'reading', reading })}\n`);
      await pause(this.#pace.readingMs);
    }
    return 0;
  }

  #factsRecord(asked: FactsAsked): string {
    const now = Date.now();
    const { files } = this.#facts;
    const shown = asked.files.map((path) => [path, files[path] ?? absent] as const);
    const sealed = (path: string, file: FileFact): FileFact =>
      asked.sealed && asked.secret.includes(path) ? { ...file, content: null } : file;
    const secret = (path: string, file: FileFact): FileFact =>
      asked.secret.includes(path) && typeof file.content === 'string'
        ? { ...file, content: new Secret(file.content) }
        : file;
    const facts: Facts = {
      ...this.#facts,
      takenAt: now,
      os: { ...this.#facts.os, hostname: this.#name },
      files: Object.fromEntries(
        shown.map(([path, file]) => [path, sealed(path, secret(path, file))]),
      ),
      http: asked.http ? this.#facts.http : { ...this.#facts.http, ready: null, healthy: null },
      components: asked.http ? this.#facts.components : null,
      account: {
        ...this.#facts.account,
        known: this.#facts.account.known.filter((group) => asked.groups.includes(group)),
      },
      alloyup: { ...this.#facts.alloyup, lockedBy: this.#holder },
    };
    const more = asked.index === undefined ? {} : { packages: [] };
    return JSON.stringify({ type: 'facts', facts: rawFacts(facts, more) });
  }

  #launch(sent: Launched): Log {
    const log: Log = { bytes: Buffer.alloc(0), isOver: false, followers: new Set() };
    const over = [...this.#logs].filter(([, one]) => one.isOver);
    for (const [run] of over.slice(0, -MOST_LOGS)) this.#logs.delete(run);
    this.#logs.set(sent.run, log);
    const note: Mutable<RunNote> = { run: sent.run, does: sent.do, result: null };
    this.#runs.push(note);
    const tell = (record: HostRecord): void => append(log, `${sent.nonce} ${wireOf(record)}\n`);
    void this.#carryOut(sent, tell).then((result) => {
      note.result = result;
      tell({ type: 'result', result });
      if (sent.do !== 'settle' && result !== 'locked')
        append(log, `${sent.nonce} ${this.#factsRecord(sent.facts)}\n`);
      log.isOver = true;
      for (const follower of [...log.followers]) follower();
    });
    return log;
  }

  async #carryOut(sent: Launched, tell: (record: HostRecord) => void): Promise<RunResult> {
    if (!(await this.#takeLock(sent, tell))) return 'locked';
    try {
      if (sent.do === 'apply') return await this.#apply(sent, tell);
      return sent.do === 'rollback' ? this.#rollBack(sent, tell) : 'ok';
    } finally {
      this.#holder = null;
      for (const wake of this.#waiting) wake();
      this.#waiting.clear();
    }
  }

  /** False when another run keeps the lock for longer than this one waits. */
  async #takeLock({ run, who, lockWait }: Launched, tell: (record: HostRecord) => void) {
    const since = Date.now();
    while (this.#holder) {
      const { run: other, who: whose } = this.#holder;
      const seconds = Math.round((Date.now() - since) / 1000);
      if (seconds >= lockWait) {
        const params = { reason: 'run', run: other, who: whose, seconds };
        tell({ type: 'problem', problem: { code: 'apply.locked', params } });
        return false;
      }
      const what = `for run ${other} of ${whose}`;
      tell({ type: 'wait', seconds, limitS: lockWait, what });
      await Promise.race([
        pause(WAITING_MS),
        new Promise<void>((resolve) => this.#waiting.add(resolve)),
      ]);
    }
    this.#holder = { run, who, since: Date.now() };
    return true;
  }

  async #apply(sent: Launched, tell: (record: HostRecord) => void): Promise<RunResult> {
    const stale = whyStale(this.#facts, sent.expect);
    if (stale) {
      tell({ type: 'problem', problem: { code: 'apply.stale', params: stale } });
      return 'stale';
    }
    const before = this.#facts;
    this.#set({ ...before, alloyup: { ...before.alloyup, unfinished: sent.run } });
    const steps = [...new Set(sent.actions.map(({ step }) => step))];
    for (const step of steps) {
      tell({ type: 'begin', step });
      if (this.#pace.stepMs > 0) await pause(this.#pace.stepMs);
      if (this.fault === 'lost-in-apply' && !this.#hasLost) {
        this.#hasLost = true;
        this.#lose?.();
      }
      tell({ type: 'end', step });
    }
    if (this.fault === 'failing-apply') {
      tell({ type: 'problem', problem: NO_START });
      tell({ type: 'fail', step: 'service', exit: 1 });
      for (const step of steps.toReversed()) tell({ type: 'undone', step });
      this.#set(withRun(before, sent.run, 'rolled-back'));
      return sent.rollback ? 'rolled-back' : 'failed';
    }
    this.#before.push({ run: sent.run, facts: before });
    this.#set(withRun(carriedOut(before, sent, Date.now()), sent.run, 'ok'));
    this.#changes += 1;
    return 'ok';
  }

  #rollBack({ toRun }: Launched, tell: (record: HostRecord) => void): RunResult {
    const to = this.#before.findLastIndex(({ run }) => toRun === null || run === toRun);
    const undone = to < 0 ? [] : this.#before.splice(to);
    const [oldest] = undone;
    if (!oldest) {
      const params = toRun === null ? { reason: 'none' } : { reason: 'not-found', run: toRun };
      tell({ type: 'problem', problem: { code: 'run.missing', params } });
      return 'failed';
    }
    let { runs } = this.#facts.alloyup;
    for (const { run } of undone.toReversed()) {
      tell({ type: 'earlier', run });
      runs = runs.map((one) => (one.run === run ? { run, verdict: 'rolled-back' } : one));
    }
    tell({ type: 'undone', step: 'config' });
    this.#set({ ...oldest.facts, alloyup: { ...oldest.facts.alloyup, runs } });
    this.#changes += 1;
    return 'rolled-back';
  }

  #set(facts: Facts): void {
    this.#facts = facts;
  }
}

/** By the host's clock: what its readings say of a rate does not depend on its pace. */
const READING_S = 3;

/** What Alloy's metrics say where every exporter sends one item a second. */
function readingOf(components: readonly string[], at: number): DeliveryReading {
  const seconds = at / 1000;
  const samples = components.flatMap((id): readonly Sample[] => {
    const labels = { component_id: id };
    const all = (values: Readonly<Record<string, number>>, to: Sample['labels']) =>
      Object.entries(values).map(([name, value]) => ({
        name,
        labels: { ...labels, ...to },
        value,
      }));
    if (id.startsWith('prometheus.remote_write.'))
      return all(
        {
          prometheus_remote_storage_samples_total: seconds,
          prometheus_remote_storage_samples_pending: 0,
          prometheus_remote_storage_queue_highest_timestamp_seconds: seconds,
          prometheus_remote_storage_queue_highest_sent_timestamp_seconds: seconds,
        },
        { url: 'https://prometheus.example.com/api/v1/write' },
      );
    if (id.startsWith('loki.write.'))
      return all({ loki_write_sent_entries_total: seconds }, { host: 'loki.example.com' });
    return id.startsWith('otelcol.exporter.')
      ? all({ otelcol_exporter_sent_metric_points_total: seconds }, {})
      : [];
  });
  return { at, samples, log: [] };
}

const NO_START: HostProblem = {
  code: 'alloy.start',
  params: { reason: 'unit-failed', result: 'exit-code', status: '1' },
  detail: 'a simulated failure',
};

const withRun = (facts: Facts, run: string, verdict: string): Facts => ({
  ...facts,
  alloyup: {
    ...facts.alloyup,
    unfinished: null,
    runs: [{ run, verdict }, ...facts.alloyup.runs].slice(0, MOST_RUNS),
  },
});

function append(log: Log, text: string): void {
  log.bytes = Buffer.concat([log.bytes, Buffer.from(text)]);
  for (const follower of [...log.followers]) follower();
}

/** Sends a log from a byte on until the run is over. */
function follow(log: Log, from: number, out: Output): Promise<number> {
  let at = from;
  return new Promise((resolve) => {
    const look = (): void => {
      const fresh = log.bytes.subarray(at);
      at = log.bytes.length;
      if (fresh.length > 0 && !out.gone) out.write(fresh);
      if (!log.isOver && !out.gone) return;
      log.followers.delete(look);
      resolve(out.gone ? 141 : 0);
    };
    log.followers.add(look);
    look();
  });
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
