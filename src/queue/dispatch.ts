import { randomBytes } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { setTimeout as after } from 'node:timers/promises';
import { Queue } from 'bullmq';
import type { Happening } from '../model/event.ts';
import { type Problem, ToolError, type Warning } from '../model/problem.ts';
import {
  eventsKey,
  jobId,
  listKey,
  type Order,
  ownerKey,
  type PartEnd,
  type Phase,
  PREFIX,
  packed,
  queueOf,
  RUNS,
  type RunRecord,
  type RunScope,
  scopeKey,
  type Told,
  type ToldText,
  unpacked,
  type Word,
  type WorkerRecord,
} from './protocol.ts';
import { PATIENCE_S, type Server } from './redis.ts';
import { removeRun } from './runs.ts';
import { type Signer, sealed } from './signing.ts';
import { workersOf } from './workers.ts';

/** An order that nobody has begun by then is refused. */
const ORDER_MS = 15 * 60_000;
/** A run that nobody dispatches any more is kept for so long. */
const KEPT_MS = 72 * 3600_000;
/** How long a dispatcher that says nothing still owns its run. */
const OWNED_MS = 15_000;
const CHECK_MS = 2000;
/** A part of which nothing was heard for so long is looked for. */
const QUIET_MS = 10_000;
/** It is ordered so often. */
const MAX_TRIES = 5;
/** How long a run without workers says nothing about it. */
const WORKERLESS_MS = 3000;
/** Of each kind. */
const MAX_WARNINGS = 20;
const MAX_BLOCK_MS = 1000;
const UNWATCH_MS = 100;

/** Who listens to a part of a host's run. */
export interface Listener {
  onHappening(happening: Happening, at: number): void;
  onConfigured(before: ToldText | null): void;
  onProven(): void;
}

/** What is known of a part of a host's run. */
interface Part {
  readonly key: string;
  readonly host: string;
  readonly phase: Phase;
  readonly index: number;
  listener: Listener | null;
  /** Words that nobody listened to yet. */
  waiting: (readonly [Word, number])[];
  order: Partial<Order>;
  issue: number;
  /** How often it was given, without those times when it only waited for too long. */
  tries: number;
  /** Milliseconds since the epoch; 0: not by this process. */
  orderedAt: number;
  /** It was put into the queue by this process. */
  isOrdered: boolean;
  /** Resolves when it is there; never, where the connection is lost. */
  ordering: Promise<void>;
  /** A worker has it, or had it. */
  isTaken: boolean;
  attempt: string | null;
  /** Attempts, and the names of the runs that they may have started; the newest first. */
  readonly attempts: Set<string>;
  names: string[];
  n: number;
  heardAt: number;
  /** Missing when it was last looked for. */
  isMissing: boolean;
  /** Once somebody has taken it, without what that one keeps. */
  end: PartEnd | null;
  isOver: boolean;
  settle: (end: PartEnd | Gone) => void;
  settled: Promise<PartEnd | Gone>;
  overs: (() => void)[];
}

/** Nobody knows how it ends, and why not. */
export interface Gone {
  readonly gone: 'withdrawn' | Problem;
}

export interface DispatchOptions {
  readonly server: Server;
  readonly signer: Signer;
  readonly record: RunRecord;
  readonly scope: RunScope;
  /** The run was dispatched by somebody else before. */
  readonly attached: boolean;
  /** Something to know that stops nothing. */
  readonly warn: (warning: Warning) => void;
  /** For the screen alone. */
  readonly say: (what: Said) => void;
  /** Seconds for which a lost connection, and the first worker, are waited for; by default five minutes. */
  readonly patienceS?: number;
}

export type Said =
  | { readonly what: 'lost' | 'back'; readonly place: string; readonly seconds: number }
  | {
      readonly what: 'no-workers';
      readonly others: readonly WorkerRecord[];
      readonly seconds: number;
    }
  | { readonly what: 'workers'; readonly workers: number; readonly hosts: number }
  | { readonly what: 'owned'; readonly seconds: number };

/** The dispatcher's side of a run: orders parts of it, and hears how they go. */
export interface Dispatch {
  /**
   * Has a part of a host's run done by some worker, unless that has happened, and says what it hears of it.
   *
   * @param unless where nobody has begun when it aborts, the part is withdrawn
   */
  part(
    host: string,
    phase: Phase,
    order: Pick<Order, 'expected' | 'approved' | 'known' | 'lastRun' | 'problem' | 'because'>,
    listener: Listener,
    unless?: AbortSignal,
  ): Promise<PartEnd | Gone>;
  /** Resolves when nothing more is heard of a part that has ended. */
  over(host: string, phase: Phase): Promise<void>;
  begun(host: string, phase: Phase): 'begun' | 'known' | undefined;
  /** Its data is not watched any more. */
  unwatch(host: string): void;
  /** Nothing else is begun. */
  stop(): void;
  approve(): void;
  readonly approved: boolean;
  /** Nobody knows any more how hosts end. */
  readonly gone: boolean;
  /** The connection is lost, or is back. */
  lost(isLost: boolean): void;
  /** Nobody waits any more: what was not begun is withdrawn, and the rest goes on by itself. */
  abandon(): void;
  /** The run is over, and nothing of it stays in Redis; `leave`: unless somebody may come back for it. */
  close(leave: boolean): Promise<void>;
}

const LEFT: Problem = {
  code: 'apply.unknown',
  params: { reason: 'in-progress' },
  transient: true,
};

/** @throws ToolError `queue.run` when another dispatcher has the run */
export async function openDispatch(options: DispatchOptions): Promise<Dispatch> {
  const { server, signer, scope, warn, say, patienceS = PATIENCE_S } = options;
  const { client } = server;
  const { run } = scope;
  let record = options.record;
  const owner = randomBytes(8).toString('hex');
  await own();
  const reader = server.another();
  const queue = new Queue(queueOf(run), {
    connection: client,
    prefix: PREFIX,
    skipVersionCheck: true,
  });
  queue.on('error', () => undefined);

  const indexes = new Map(scope.hosts.map((host, index) => [host, index]));
  const parts = new Map<string, Part>();
  let isClosed = false;
  let gone: Problem | null = null;
  let isAbandoned = false;
  let lostAt: number | null = null;
  let cursor = '0';
  let reads = 0;
  const warned = new Map<string, number>();
  const unwatched = [...record.unwatched];
  let isUnwatching = false;

  const warnSome = (kind: string, warning: Warning): void => {
    const before = warned.get(kind) ?? 0;
    warned.set(kind, before + 1);
    if (before < MAX_WARNINGS) warn(warning);
  };

  // --- the run ----------------------------------------------------------------------------------------

  async function own(): Promise<void> {
    const until = Date.now() + OWNED_MS + CHECK_MS;
    for (let isFirst = true; ; isFirst = false) {
      if ((await client.set(ownerKey(run), owner, 'PX', OWNED_MS, 'NX')) === 'OK') return;
      if (Date.now() > until)
        throw new ToolError({ code: 'queue.run', params: { reason: 'dispatched', run } });
      if (isFirst) say({ what: 'owned', seconds: OWNED_MS / 1000 });
      await after(500);
    }
  }

  const announce = async (changes: Partial<RunRecord>): Promise<void> => {
    // by then the run may have been removed, and every write below would put a part of it back
    if (isClosed) return;
    record = {
      ...record,
      ...changes,
      revision: record.revision + 1,
      expiresAt: Date.now() + KEPT_MS,
    };
    await client.hset(RUNS, run, sealed('run', record, signer));
  };

  // --- parts ------------------------------------------------------------------------------------------

  const partOf = (phase: Phase, index: number): Part => {
    const key = `${phase}-${index}`;
    const known = parts.get(key);
    if (known) return known;
    let settle: Part['settle'] = () => undefined;
    const settled = new Promise<PartEnd | Gone>((resolve) => {
      settle = resolve;
    });
    const part: Part = {
      key,
      host: scope.hosts[index]!,
      phase,
      index,
      listener: null,
      waiting: [],
      order: {},
      issue: 1,
      tries: 1,
      orderedAt: 0,
      isOrdered: false,
      ordering: Promise.resolve(),
      isTaken: false,
      attempt: null,
      attempts: new Set(),
      names: [],
      n: 0,
      heardAt: Date.now(),
      isMissing: false,
      end: null,
      isOver: false,
      settle,
      settled,
      overs: [],
    };
    parts.set(key, part);
    return part;
  };

  const order = (part: Part): void => {
    part.ordering = add(part).catch(onBroken);
  };

  const add = async (part: Part): Promise<void> => {
    if (isClosed) return;
    const { phase, host, issue, index, names } = part;
    part.isOrdered = true;
    part.orderedAt = Date.now();
    part.heardAt = Date.now();
    part.isMissing = false;
    const id = jobId(phase, index, issue);
    const whole: Order = {
      ...part.order,
      run,
      id,
      phase,
      host,
      issue,
      expiresAt: Date.now() + ORDER_MS,
      before: names,
    };
    await queue.add(phase, { order: sealed('job', whole, signer) }, { jobId: id });
  };

  /** Whatever an earlier order has come to, it is given again. */
  const orderAgain = (part: Part, why: Problem | null, isFailure = true): void => {
    if (part.end) {
      // it has ended; only the watch of its data is lost
      endWatch(part);
      return;
    }
    if (isFailure && part.tries >= MAX_TRIES) {
      const { host } = part;
      part.settle({
        gone: why ?? {
          code: 'queue.lost',
          host,
          params: { reason: 'given-up', times: MAX_TRIES },
        },
      });
      return;
    }
    part.issue += 1;
    if (isFailure) part.tries += 1;
    part.attempt = null;
    order(part);
  };

  /** Of thousands of parts that have ended, no plan is kept. */
  const letGo = (part: Part, { saved: _, ...end }: PartEnd): void => {
    part.end = { ...end, approved: null };
    part.order = {};
    part.settle = () => undefined;
    part.settled = Promise.resolve(part.end);
  };

  const endWatch = (part: Part): void => {
    part.isOver = true;
    for (const over of part.overs) over();
    part.overs = [];
  };

  const withdraw = async (part: Part): Promise<void> => {
    await part.ordering;
    if (part.isTaken || part.end) return;
    const id = jobId(part.phase, part.index, part.issue);
    const job = await queue.getJob(id);
    if (!job || job.attemptsStarted > 0) return;
    // refused for a job that some worker has
    const removed = await job.remove().then(
      () => true,
      () => false,
    );
    if (removed && !part.isTaken) part.settle({ gone: 'withdrawn' });
  };

  // --- what workers tell ------------------------------------------------------------------------------

  const hear = (word: Word, at: number): void => {
    const [, phase, index, issue] = /^(plan|change|undo)-(\d+)-(\d+)$/.exec(word.id) ?? [];
    const place = Number(index);
    if (phase === undefined || scope.hosts[place] === undefined) return;
    const part = partOf(phase as Phase, place);
    part.heardAt = Date.now();
    part.isMissing = false;
    if (word.type === 'refused') {
      refused(part, word, Number(issue));
      return;
    }
    if (part.isOver) return;
    if (word.type === 'taken') {
      if (part.attempts.has(word.attempt)) return;
      if (part.isTaken && !part.end) {
        const params = { reason: 'taken-over', worker: word.worker } as const;
        const warning = { code: 'queue.worker', host: part.host, params } as const;
        if (part.attempt !== null)
          deliver(part, { type: 'host.warning', host: part.host, warning }, at);
      }
      part.attempts.add(word.attempt);
      part.names.unshift(word.name);
      part.isTaken = true;
      part.issue = Math.max(part.issue, Number(issue));
      part.attempt = word.attempt;
      part.n = word.n;
      return;
    }
    if (word.attempt !== part.attempt || word.n <= part.n) return;
    if (word.n > part.n + 1) {
      // Redis has forgotten what it was told: all of it is heard again
      part.attempt = null;
      orderAgain(part, null);
      return;
    }
    part.n = word.n;
    if (part.listener) tell(part, word, at);
    else part.waiting.push([word, at]);
    if (word.type === 'ended' && !part.end) {
      part.end = word.end;
      if (part.listener) letGo(part, word.end);
    }
    if (word.type === 'over') endWatch(part);
  };

  const deliver = (part: Part, happening: Happening, at: number): void => {
    const { attempt, n } = part;
    const word: Word = { id: part.key, attempt: attempt ?? '', n, type: 'happened', happening };
    if (part.listener) tell(part, word, at);
    else part.waiting.push([word, at]);
  };

  const tell = (part: Part, word: Word, at: number): void => {
    switch (word.type) {
      case 'happened': {
        const { happening } = word;
        // a worker speaks of its host, and of nothing else
        if (!('host' in happening) || happening.host !== part.host) return;
        const isAfter = happening.type === 'host.delivery' || happening.type === 'host.warning';
        if (!part.end || isAfter) part.listener!.onHappening(happening, at);
        return;
      }
      case 'configured':
        part.listener!.onConfigured(word.before);
        return;
      case 'proven':
        part.listener!.onProven();
        return;
      case 'ended':
        part.settle(word.end);
    }
  };

  const refused = (
    part: Part,
    { worker, why }: Extract<Word, { type: 'refused' }>,
    issue: number,
  ): void => {
    const { host } = part;
    const warning: Warning = { code: 'queue.order', host, params: { reason: why, worker } };
    if (why !== 'expired') warnSome(`refused ${why}`, warning);
    if (!part.isOrdered || part.end || issue !== part.issue) return;
    // it was too old because workers had others to do, and not because their clocks are wrong
    const hasWaited = why === 'expired' && Date.now() - part.orderedAt >= ORDER_MS;
    const params = { reason: 'refused', times: MAX_TRIES } as const;
    orderAgain(part, { code: 'queue.lost', host, params }, !hasWaited);
  };

  const read = async (block: number): Promise<boolean> => {
    const key = eventsKey(run);
    const found = await reader.xreadBuffer('COUNT', 200, 'BLOCK', block, 'STREAMS', key, cursor);
    reads += 1;
    const entries = found?.[0]?.[1] ?? [];
    for (const [id, fields] of entries) {
      cursor = id.toString();
      const told = unpacked<Told>('events', fields?.[1], signer);
      if (told?.run !== run) {
        warnSome('forged', { code: 'queue.events', params: { reason: 'signature' } });
        continue;
      }
      const at = Number(cursor.split('-')[0]) + server.aheadMs;
      for (const word of told.words) hear(word, at);
    }
    return entries.length > 0;
  };

  const listen = async (): Promise<void> => {
    while (!isClosed) {
      try {
        await read(MAX_BLOCK_MS);
      } catch (error) {
        if (isClosed) return;
        // the stream is gone, or the connection is
        void error;
        await after(200);
      }
    }
  };

  // --- whether all goes on ----------------------------------------------------------------------------

  /** Parts of which nothing is heard: whether the queue still has them. */
  const lookFor = async (): Promise<void> => {
    const now = Date.now();
    const quiet = [...parts.values()].filter(
      ({ isOrdered, isOver, end, phase, heardAt }) =>
        isOrdered && !isOver && !(end && phase !== 'change') && now - heardAt > QUIET_MS,
    );
    if (quiet.length === 0) return;
    const readsBefore = reads;
    const [wait, active, delayed, failed] = await Promise.all([
      client.lrange(listKey(run, 'wait'), 0, -1),
      client.lrange(listKey(run, 'active'), 0, -1),
      client.zrange(listKey(run, 'delayed'), '0', '-1'),
      client.zrange(listKey(run, 'failed'), '0', '-1'),
    ]);
    const there = new Set([...wait, ...active, ...delayed]);
    // what was told before is heard before anything is called lost
    for (let i = 0; i < 50 && reads < readsBefore + 2; i += 1) await after(100);
    if (reads < readsBefore + 2) return;
    for (const part of quiet) {
      const id = jobId(part.phase, part.index, part.issue);
      if (there.has(id) || now <= part.heardAt || Date.now() - part.heardAt < QUIET_MS) {
        part.isMissing = false;
        continue;
      }
      const { host } = part;
      if (!part.isMissing) part.isMissing = true;
      else if (failed.includes(id))
        orderAgain(part, {
          code: 'queue.lost',
          host,
          params: { reason: 'workers', times: MAX_TRIES },
        });
      else orderAgain(part, null);
    }
  };

  let workerlessAt: number | null = null;
  let saidWorkers = -1;
  const absent = new Set<string>();
  const lookAtWorkers = async (): Promise<void> => {
    const isOpen = [...parts.values()].some(({ isOrdered, end }) => isOrdered && !end);
    const workers = await workersOf(client, signer);
    const serving = workers.filter(({ runs }) => runs[run] === 'serves');
    for (const { id, name, version, runs, problems } of workers) {
      const why = runs[run];
      if (why === undefined || why === 'serves' || absent.has(id)) continue;
      absent.add(id);
      const [problem] = problems?.[run] ?? [];
      const said = problem ? problem.code : '';
      const params = { reason: why, worker: name, version, said } as const;
      warnSome('absent', { code: 'queue.worker', params });
    }
    if (serving.length > 0 || !isOpen) {
      workerlessAt = null;
      const hosts = serving.reduce((sum, { concurrency }) => sum + concurrency, 0);
      if (serving.length > 0 && saidWorkers === 0)
        say({ what: 'workers', workers: serving.length, hosts });
      if (serving.length > 0) saidWorkers = serving.length;
      return;
    }
    workerlessAt ??= Date.now();
    const ms = Date.now() - workerlessAt;
    if (ms >= WORKERLESS_MS && saidWorkers !== 0) {
      saidWorkers = 0;
      say({ what: 'no-workers', others: workers, seconds: patienceS });
    }
    if (ms > patienceS * 1000)
      giveUp({ code: 'queue.lost', params: { reason: 'no-workers', seconds: patienceS } });
  };

  const giveUp = (problem: Problem): void => {
    gone ??= problem;
    for (const part of parts.values()) {
      if (!part.end) part.settle({ gone });
      endWatch(part);
    }
  };

  const check = async (): Promise<void> => {
    while (!isClosed) {
      await after(CHECK_MS);
      if (isClosed) return;
      if (lostAt !== null) {
        if (Date.now() - lostAt > patienceS * 1000)
          giveUp({
            code: 'queue.lost',
            params: { reason: 'connection', place: server.place, seconds: patienceS },
          });
        continue;
      }
      try {
        const holder = await client.get(ownerKey(run));
        if (holder !== null && holder !== owner)
          giveUp({ code: 'queue.run', params: { reason: 'dispatched', run } });
        else if (!isClosed) await client.set(ownerKey(run), owner, 'PX', OWNED_MS);
        // whoever has lost the record, the run goes on
        if ((await client.hget(RUNS, run)) === null) {
          await announce({});
          // and has lost more
          for (const part of parts.values()) part.heardAt = 0;
        }
        if ((await client.exists(scopeKey(run))) === 0) await writeScope();
        if ((await client.exists(eventsKey(run))) === 0) await makeStream();
        await lookAtWorkers();
        await lookFor();
      } catch {
        // the connection is lost, or was: later
      }
    }
  };

  /** Workers write into what is there, and make nothing. */
  const makeStream = async (): Promise<void> => {
    if (isClosed) return;
    const nothing: Told = { run, words: [] };
    await client.xadd(eventsKey(run), '*', 'm', packed('events', nothing, signer));
    await client.pexpire(eventsKey(run), KEPT_MS);
  };

  const writeScope = async (): Promise<void> => {
    if (isClosed) return;
    await client.set(scopeKey(run), packed('scope', scope, signer), 'PX', KEPT_MS);
  };

  const onBroken = (): void => undefined;

  if (options.attached) {
    // all that was told, before anything is decided
    while (await read(10));
    const queued = await Promise.all([
      client.lrange(listKey(run, 'wait'), 0, -1),
      client.lrange(listKey(run, 'active'), 0, -1),
    ]);
    for (const id of queued.flat()) {
      const [, phase, index, issue] = /^(plan|change|undo)-(\d+)-(\d+)$/.exec(id) ?? [];
      if (phase === undefined || scope.hosts[Number(index)] === undefined) continue;
      const part = partOf(phase as Phase, Number(index));
      part.issue = Math.max(part.issue, Number(issue));
      part.isOrdered = true;
    }
  } else {
    await writeScope();
    await makeStream();
  }
  await announce({});
  void listen();
  void check();

  return {
    async part(host, phase, given, listener, unless) {
      const part = partOf(phase, indexes.get(host)!);
      part.order = given;
      part.listener = listener;
      const { waiting } = part;
      part.waiting = [];
      const ended = part.end;
      // what was told before it ended, and then how it ended
      part.end = null;
      for (const [word, at] of waiting) {
        tell(part, word, at);
        if (word.type === 'ended') part.end = ended;
      }
      if (ended) {
        letGo(part, ended);
        return ended;
      }
      if (gone || isAbandoned) return { gone: gone ?? LEFT };
      const stop = (): void => void withdraw(part).catch(onBroken);
      if (!part.isOrdered && !part.isTaken) {
        if (unless?.aborted) return { gone: 'withdrawn' };
        // not waited for: a lost connection would be, for ever. An order that was lost is missed later
        order(part);
      }
      part.isOrdered = true;
      // all hosts of a run wait for the same one
      if (unless) setMaxListeners(0, unless);
      unless?.addEventListener('abort', stop, { once: true });
      if (unless?.aborted) stop();
      return part.settled.finally(() => unless?.removeEventListener('abort', stop));
    },
    over(host, phase) {
      const part = partOf(phase, indexes.get(host)!);
      if (part.isOver || gone || isAbandoned || !part.end) return Promise.resolve();
      return new Promise((resolve) => part.overs.push(resolve));
    },
    begun(host, phase) {
      const part = parts.get(`${phase}-${indexes.get(host)}`);
      if (part?.end) return 'known';
      return part && (part.isTaken || part.isOrdered) ? 'begun' : undefined;
    },
    unwatch(host) {
      if (partOf('change', indexes.get(host)!).isOver) return;
      unwatched.push(host);
      // those of a wave are said together: each word of it has all of them
      if (isUnwatching) return;
      isUnwatching = true;
      void after(UNWATCH_MS).then(() => {
        isUnwatching = false;
        return announce({ unwatched: [...unwatched] }).catch(onBroken);
      });
    },
    stop() {
      void announce({ stopping: true }).catch(onBroken);
    },
    approve() {
      void announce({ approved: true }).catch(onBroken);
    },
    get approved() {
      return record.approved;
    },
    get gone() {
      return gone !== null;
    },
    lost(isLost) {
      lostAt = isLost ? Date.now() : null;
    },
    abandon() {
      const open = [...parts.values()].filter(({ isOrdered, end }) => isOrdered && !end);
      void Promise.race([
        Promise.all(open.map((part) => withdraw(part).catch(onBroken))),
        after(5000),
      ]).then(() => {
        isAbandoned = true;
        for (const part of parts.values()) {
          if (!part.end) part.settle({ gone: LEFT });
          endWatch(part);
        }
      });
    },
    async close(leave) {
      isClosed = true;
      const isReachable = lostAt === null && client.status === 'ready';
      if (isReachable && !leave && !gone) await removeRun(client, run).catch(onBroken);
      if (isReachable && leave) await client.del(ownerKey(run)).catch(onBroken);
      await Promise.race([queue.close().catch(onBroken), after(1000)]);
    },
  };
}
