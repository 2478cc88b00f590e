import { randomBytes } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { setTimeout as after } from 'node:timers/promises';
import { DelayedError, type Job, UnrecoverableError, Worker } from 'bullmq';
import type { Clusters } from '../engine/clusters.ts';
import { createHostRun, type Earlier } from '../engine/host-run.ts';
import type { World } from '../engine/world.ts';
import type { Target } from '../model/desired.ts';
import type { Happening, Verb } from '../model/event.ts';
import type { Facts } from '../model/facts.ts';
import { type Problem, ToolError } from '../model/problem.ts';
import type { SavedHost } from '../plan/saved-plan.ts';
import {
  type Absence,
  eventsKey,
  type Order,
  type PartEnd,
  PREFIX,
  packed,
  queueOf,
  type Refusal,
  type RunRecord,
  runName,
  type Told,
  type ToldText,
  type Word,
} from './protocol.ts';
import type { Server } from './redis.ts';
import { removeRun, runsOf, scopeOf, sweepRun } from './runs.ts';
import { opened, type Signer } from './signing.ts';
import { announceWorker, forgetWorker } from './workers.ts';

/** What a worker needs of the machine that it is on, for one run. */
export interface Work {
  /** Of the inventory and of all that it names, hex. */
  readonly digest: string;
  /** What is read there has changed since. */
  isStale(): boolean;
  /**
   * A host, what reaches it, and what takes its secrets out of what is told of it.
   *
   * @throws ToolError
   */
  host(name: string): Promise<{
    readonly target: Target;
    readonly mask: World['mask'];
    readonly clean: (happening: Happening) => Happening;
  }>;
  world(of: Partial<World>): World;
  /** A text that the host's configuration replaces, without what is secret in it. */
  told(target: Target, before: string): ToldText;
  close(): Promise<void>;
}

export interface WorkerOptions {
  readonly server: Server;
  readonly signer: Signer;
  readonly version: string;
  /** "ops-1 (pid 812)". */
  readonly name: string;
  /** Hosts at once. */
  readonly concurrency: number;
  /** Reads what is needed for these hosts. @throws ToolError */
  readonly open: (verb: Verb, hosts: readonly string[]) => Promise<Work>;
  readonly say: (what: WorkerSaid) => void;
  /** Aborts: no more orders are taken, and those in progress are ended. */
  readonly stop: AbortSignal;
}

export type WorkerSaid =
  | { readonly what: 'serves'; readonly record: RunRecord }
  | { readonly what: 'left'; readonly run: string; readonly hosts: number }
  | {
      readonly what: 'absent';
      readonly record: RunRecord;
      readonly why: Absence;
      readonly problems: readonly Problem[];
    }
  | { readonly what: 'refused'; readonly run: string; readonly id: string; readonly why: Refusal }
  | { readonly what: 'forged'; readonly run: string }
  | { readonly what: 'stopping'; readonly busy: number };

const LOOK_MS = 1000;
const SAY_MS = 2000;
/** A worker that died has its orders taken by another after this and a half at most. */
const LOCK_MS = 9000;
/** A host that so many workers die of is given up. */
const MAX_STALLS = 10;
/** An order that cannot be done here at the moment is left to others for so long. */
const LEFT_MS = 1000;
/** What is told goes together. */
const TELL_MS = 20;
/** A run that this worker cannot serve is looked at again. */
const AGAIN_MS = 15_000;

/** Words of a run that wait to be sent. */
interface Telling {
  words: Word[];
  /** null: nothing is on its way. */
  sending: Promise<void> | null;
}

const isTold = (id: string | null): boolean => id !== null;

/** A run that this worker serves. */
interface Served {
  record: RunRecord;
  readonly work: Work;
  readonly worker: Worker;
  readonly stop: AbortController;
  /** Ends the watch of a host's data, by host. */
  readonly watches: Map<string, AbortController>;
  readonly watching: Set<Promise<void>>;
  done: number;
}

/** Why a run is not served, and when that is looked at again. */
interface Absent {
  readonly why: Absence;
  readonly problems: readonly Problem[];
  readonly until: number;
  /** What was read has changed since. */
  readonly isStale: () => boolean;
}

/** Serves all runs that are announced with the key, until it is stopped. */
export async function serve(options: WorkerOptions): Promise<void> {
  const { server, signer, version, name, concurrency, open, say, stop } = options;
  const { client } = server;
  const id = randomBytes(8).toString('hex');
  const startedAt = Date.now();
  const served = new Map<string, Served>();
  const absences = new Map<string, Absent>();
  const forged = new Set<string>();
  const revisions = new Map<string, number>();
  /** Of runs that are over: somebody may put their records back. */
  const lastRevisions = new Map<string, number>();
  let busy = 0;
  setMaxListeners(0, stop);

  // --- what is told -------------------------------------------------------------------------------------

  const told = new Map<string, Telling>();
  const send = async (run: string, own: Telling): Promise<void> => {
    await after(TELL_MS);
    while (own.words.length > 0) {
      const { words } = own;
      own.words = [];
      const message: Told = { run, words };
      const entry = packed('events', message, signer);
      // its dispatcher makes the stream, also again; of a run that is over nobody wants to hear. A Redis may be full
      while (
        revisions.has(run) &&
        !(await client
          .xadd(eventsKey(run), 'NOMKSTREAM', '*', 'm', entry)
          .then(isTold, () => false))
      )
        await after(LEFT_MS);
    }
    own.sending = null;
  };
  /** Resolves when Redis has it. */
  const tell = (run: string, word: Word): Promise<void> => {
    const own = told.get(run) ?? { words: [], sending: null };
    told.set(run, own);
    own.words.push(word);
    own.sending ??= send(run, own);
    return own.sending;
  };

  // --- an order -----------------------------------------------------------------------------------------

  const refusalOf = (order: Order | undefined, job: Job, run: string): Refusal | undefined => {
    if (!order) return 'signature';
    if (order.run !== run || order.id !== job.id) return 'other-run';
    return order.expiresAt < Date.now() ? 'expired' : undefined;
  };

  const take = async (run: string, job: Job, token: string | undefined): Promise<void> => {
    const mine = served.get(run);
    const { order: text } = (job.data ?? {}) as { readonly order?: unknown };
    const order = opened<Order>('job', text, signer);
    const why = refusalOf(order, job, run);
    const attempt = randomBytes(8).toString('hex');
    if (why || !order) {
      const refusal = why ?? 'signature';
      const jobName = String(job.id).slice(0, 60);
      say({ what: 'refused', run, id: jobName, why: refusal });
      await tell(run, { id: jobName, attempt, n: 0, type: 'refused', worker: name, why: refusal });
      throw new UnrecoverableError(`refused: ${refusal}`);
    }
    const leave = async (): Promise<never> => {
      await job.moveToDelayed(Date.now() + LEFT_MS, token);
      throw new DelayedError();
    };
    if (!mine || stop.aborted || mine.work.isStale()) {
      if (mine) void quit(run);
      return leave();
    }
    busy += 1;
    try {
      await carryOut(mine, order, job.attemptsStarted, attempt);
      mine.done += 1;
    } finally {
      busy -= 1;
    }
  };

  const carryOut = async (
    { record, work, stop: stopping, watches, watching }: Served,
    order: Order,
    attempts: number,
    attempt: string,
  ): Promise<void> => {
    const { run, id: job, host, phase, issue, approved = null } = order;
    let n = 0;
    const word = (of: object): Promise<void> => {
      n += 1;
      return tell(run, { id: job, attempt, n, ...of } as Word);
    };
    const nth = Math.max(1, attempts);
    const next = runName(run, phase, issue, nth);
    await word({ type: 'taken', worker: name, name: next });
    const end = await work.host(host).then(
      async ({ target, mask, clean }) => {
        let saved: SavedHost | undefined;
        let seen: PartEnd['seen'];
        const emit = (happening: Happening): void =>
          void word({ type: 'happened', happening: clean(happening) });
        const clusters: Clusters = {
          saw(_, facts: Facts) {
            seen = { cluster: facts.cluster?.name ?? null };
          },
          looked: () => false,
          known: () => order.known ?? [],
          inTurn: (_, inTurn) => inTurn(),
        };
        const watch = new AbortController();
        watches.set(host, watch);
        const expected = expectedOf(order);
        const world = work.world({
          emit,
          mask,
          nonce: (of) => (of ? signer.nonce(of) : randomBytes(16).toString('hex')),
          stop: stopping.signal,
          planned: (_, plan) => {
            saved = plan;
          },
          ...(record.configurations
            ? {
                configured: (of, before) =>
                  void word({ type: 'configured', before: before && work.told(of, before) }),
              }
            : {}),
          ...(expected ? { expected } : {}),
        });
        const earlier: Earlier | null =
          phase === 'plan'
            ? null
            : {
                approved,
                lastRun: order.lastRun ?? '',
                ...(order.problem ? { problem: order.problem } : {}),
                next,
                maybe: [
                  ...(nth > 1 ? [runName(run, phase, issue, nth - 1)] : []),
                  ...order.before,
                ].filter((one, i, all) => one !== next && all.indexOf(one) === i),
              };
        const options = { ...record.options, run, verb: record.verb, who: record.who, forks: 1 };
        const part = createHostRun(target, world, options, clusters, earlier);
        if (phase === 'plan') await part.plan();
        else if (phase === 'change') {
          void part.isProven.then(() => word({ type: 'proven' }));
          await part.carryOut();
        } else await part.rollBack(order.because!);
        const found = ended(part, saved, seen);
        await word({ type: 'ended', end: found });
        watch.signal.addEventListener('abort', () => part.unwatch(), { once: true });
        if (watch.signal.aborted) part.unwatch();
        // whose data is only watched needs no place among those in progress, and is not taken over by anybody
        const over = part.isOver.then(() => {
          watches.delete(host);
          part.close();
          return word({ type: 'over' });
        });
        const kept = over.finally(() => watching.delete(kept));
        watching.add(kept);
        return null;
      },
      (error: unknown) => {
        if (!(error instanceof ToolError)) throw error;
        return unable(host, error.problem, nth > 1 || order.before.length > 0);
      },
    );
    if (end) {
      const { outcome, problem } = end;
      const place = phase === 'plan' ? [{ type: 'host.started', host }] : [];
      for (const happening of [...place, { type: 'host.finished', host, outcome, problem }])
        void word({ type: 'happened', happening });
      await word({ type: 'ended', end });
      await word({ type: 'over' });
    }
  };

  // --- runs -------------------------------------------------------------------------------------------

  const join = async (record: RunRecord): Promise<void> => {
    const { run, verb } = record;
    const absent = (
      why: Absence,
      problems: readonly Problem[] = [],
      isStale = (): boolean => false,
    ): void => {
      const before = absences.get(run);
      if (before?.why !== why) say({ what: 'absent', record, why, problems });
      absences.set(run, { why, problems, until: Date.now() + AGAIN_MS, isStale });
    };
    if (record.version !== version) return absent('version');
    const scope = await scopeOf(client, run, signer);
    if (!scope) return;
    let work: Work;
    try {
      work = await open(verb, scope.hosts);
    } catch (error) {
      if (!(error instanceof ToolError)) throw error;
      return absent('unreadable', error.problems);
    }
    if (work.digest !== record.digest || stop.aborted) {
      await work.close();
      if (!stop.aborted) absent('inventory', [], work.isStale);
      return;
    }
    absences.delete(run);
    const worker = new Worker(queueOf(run), (job, token) => take(run, job, token), {
      connection: client,
      prefix: PREFIX,
      skipVersionCheck: true,
      autorun: false,
      concurrency,
      lockDuration: LOCK_MS,
      stalledInterval: LOCK_MS / 3,
      maxStalledCount: MAX_STALLS,
      drainDelay: 2,
      runRetryDelay: 1000,
      removeOnComplete: { count: 0 },
      removeOnFail: { count: 100 },
      name: name.replaceAll(':', '-'),
    });
    // what is lost is found by the others
    worker.on('error', () => undefined);
    const own: Served = {
      record,
      work,
      worker,
      stop: new AbortController(),
      watches: new Map(),
      watching: new Set(),
      done: 0,
    };
    setMaxListeners(0, own.stop.signal);
    served.set(run, own);
    say({ what: 'serves', record });
    worker.run().catch(() => undefined);
  };

  /** Takes no more orders of a run, and ends those that it has. */
  const quit = async (run: string): Promise<void> => {
    const own = served.get(run);
    if (!own) return;
    served.delete(run);
    await own.worker.close().catch(() => undefined);
    for (const watch of own.watches.values()) watch.abort();
    await Promise.all(own.watching);
    await own.work.close();
    if (!served.has(run) && !told.get(run)?.sending) told.delete(run);
    if (!revisions.has(run)) await sweepRun(client, run).catch(() => undefined);
    say({ what: 'left', run, hosts: own.done });
  };

  const update = (own: Served, record: RunRecord): void => {
    own.record = record;
    if (record.stopping) own.stop.abort();
    for (const host of record.unwatched) own.watches.get(host)?.abort();
  };

  const look = async (): Promise<void> => {
    const { records, strangers } = await runsOf(client, signer);
    for (const run of strangers) {
      if (!forged.has(run)) say({ what: 'forged', run });
      forged.add(run);
    }
    const now = Date.now();
    const known = new Set<string>();
    for (const record of records) {
      const { run } = record;
      if (record.expiresAt < now) {
        await removeRun(client, run);
        continue;
      }
      known.add(run);
      // somebody has put an old record back
      if (record.revision < (revisions.get(run) ?? 0)) continue;
      if (record.revision <= (lastRevisions.get(run) ?? -1)) continue;
      revisions.set(run, record.revision);
      const own = served.get(run);
      if (own) update(own, record);
      else if (isDue(absences.get(run), now)) await join(record);
    }
    for (const [run, revision] of revisions) {
      if (known.has(run)) continue;
      lastRevisions.set(run, revision);
      revisions.delete(run);
    }
    for (const run of served.keys()) if (!known.has(run)) void quit(run);
    for (const run of absences.keys()) if (!known.has(run)) absences.delete(run);
    // all of them take part in the same number of hosts
    for (const { worker } of served.values())
      worker.concurrency = Math.max(1, Math.floor(concurrency / served.size));
  };

  const isDue = (absence: Absent | undefined, now: number): boolean =>
    !absence || now >= absence.until || absence.isStale();

  const announce = async (): Promise<void> => {
    const runs = Object.fromEntries([
      ...[...absences].map(([run, { why }]) => [run, why] as const),
      ...[...served.keys()].map((run) => [run, 'serves'] as const),
    ]);
    const problems = Object.fromEntries(
      [...absences].flatMap(([run, absence]) =>
        absence.problems.length > 0 ? [[run, absence.problems.slice(0, 3)]] : [],
      ),
    );
    const record = { id, name, version, concurrency, busy, startedAt, runs, problems };
    await announceWorker(client, record, signer);
  };

  const again = async (work: () => Promise<void>, ms: number): Promise<void> => {
    while (!stop.aborted) {
      // a lost connection comes back, and nothing else is expected
      await work().catch((error) => {
        if (error instanceof ToolError) throw error;
      });
      await after(ms, undefined, { signal: stop }).catch(() => undefined);
    }
  };
  await Promise.all([again(look, LOOK_MS), again(announce, SAY_MS)]);
  say({ what: 'stopping', busy });
  const goingOn = setInterval(() => void announce().catch(() => undefined), SAY_MS);
  await Promise.all([...served.keys()].map(quit));
  clearInterval(goingOn);
  await Promise.race([forgetWorker(client, id).catch(() => undefined), after(1000)]);
}

const expectedOf = ({ expected, host }: Order): World['expected'] =>
  expected === undefined ? undefined : new Map(expected === null ? [] : [[host, expected]]);

function ended(
  part: ReturnType<typeof createHostRun>,
  saved: SavedHost | undefined,
  seen: PartEnd['seen'],
): PartEnd {
  const { outcome, waiting, moved, changed, lastRun, problem, approved } = part;
  return {
    outcome,
    waiting,
    moved,
    changed,
    lastRun,
    approved,
    ...(problem ? { problem } : {}),
    ...(saved ? { saved } : {}),
    ...(seen ? { seen } : {}),
  };
}

/** This worker cannot even begin. */
const unable = (host: string, problem: Problem, isBegun: boolean): PartEnd => ({
  // others may have begun
  outcome: isBegun ? 'unknown' : 'failed',
  waiting: false,
  moved: false,
  changed: false,
  lastRun: '',
  approved: null,
  problem: { ...problem, host },
});
