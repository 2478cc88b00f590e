import { readFacts, readOtherPackages } from '../host/facts.ts';
import { readRecord } from '../host/records.ts';
import { applyRequest, type RunRequest, rollbackRequest, settleRequest } from '../host/run.ts';
import { counts } from '../model/delivery.ts';
import type { Target } from '../model/desired.ts';
import type { Outcome } from '../model/event.ts';
import type { Facts } from '../model/facts.ts';
import type { Plan, PlanOptions, Proof, StepId, Supplies } from '../model/plan.ts';
import type { HostRun } from '../model/ports.ts';
import { type Problem, ToolError, type Warning } from '../model/problem.ts';
import type { Secret } from '../model/secret.ts';
import { clusterViewOf } from '../plan/cluster.ts';
import { deliveriesOf } from '../plan/delivery.ts';
import { factsView, planView } from '../plan/event-views.ts';
import { planHost } from '../plan/planner.ts';
import { planRemoval } from '../plan/removal.ts';
import { movedProblem, type SavedHost, savedHost } from '../plan/saved-plan.ts';
import { withSharedParts } from '../plan/shared-parts.ts';
import { isUnreadable } from '../plan/unreadable.ts';
import { type Account, emptyAccount, extend, happeningOf } from './account.ts';
import type { Clusters } from './clusters.ts';
import {
  type DeliveryWatch,
  isWatched,
  openDeliveryWatch,
  waitSeconds,
  watchDelivery,
} from './delivery-watch.ts';
import { factsRequest, gatherFacts, gatherSupplies } from './gather-facts.ts';
import { AT_REST, startClock } from './host-clock.ts';
import { type RunEnd, runOnHost } from './remote-run.ts';
import { configOn, replacedConfig } from './replaced-config.ts';
import { createSession, isLost } from './session.ts';
import { driftProblem, type Verdict, verdictOf } from './verdict.ts';
import type { RunOptions, World } from './world.ts';

/** What to do on a host, and what that was made from. */
interface Planned {
  readonly plan: Plan;
  readonly supplies: Supplies;
}

/** What a host that is planned waits with until its turn comes. */
export interface Kept {
  readonly planned: Planned;
  /** The text that a rollback is to replace, where somebody wants to know it. */
  readonly undoneConfig: string | null;
}

/** A plan as one process gives it to another, without what is secret in it. */
export interface Approved {
  readonly saved: SavedHost;
  readonly proof: Proof;
}

/** What other processes have done in this run on a host, for one that goes on from there. */
export interface Earlier {
  /** What was planned, and is to be carried out; null: nothing, or it was carried out. */
  readonly approved: Approved | null;
  /** The newest run that they started on the host; '': none. */
  readonly lastRun: string;
  /** Why the host ended as it did. */
  readonly problem?: Problem;
  /** How the next run on the host is called. */
  readonly next: string;
  /** What may have been started to do what is to be done now, by whoever was lost: the newest first. */
  readonly maybe: readonly string[];
}

/** A host's part in a run, done by this process. */
export interface OwnHostRun extends HostRun {
  /** The newest run that was started on the host; '': none. */
  readonly lastRun: string;
  /** What waits to be carried out; null: nothing. */
  readonly approved: Approved | null;
  /** What it needs for its changes; null: it does not wait for them. */
  readonly kept: Kept | null;
  /** Its data is not watched any more. */
  unwatch(): void;
}

/** A run on the host, as far as it was followed. */
interface Executed {
  readonly account: Account;
  readonly end: RunEnd;
}

/** apt refuses an index that its host's clock does not know yet; most are signed once a day. */
const CLOCK_MS = 300_000;
/** A host that keeps changing is planned this often at most. */
const MAX_PLANS = 3;
/** Later lines of a run are read, but not shown or logged: packages print some hundred. */
const MAX_TOLD = 5000;
/** Characters of a line of output. */
const MAX_LINE = 4096;

const UNREACHABLE: readonly string[] = [
  'ssh.unreachable',
  'ssh.auth',
  'ssh.host-key',
  'ssh.timeout',
  'ssh.lost',
  'ssh.unsupported',
  'ssh.shell',
];

export function createHostRun(
  target: Target,
  world: World,
  options: RunOptions,
  clusters: Clusters,
  earlier: Earlier | null = null,
  kept: Kept | null = null,
): OwnHostRun {
  const { host, desired } = target;
  const { name } = host;
  const { emit, expected } = world;
  const { verb } = options;
  const { tolerate } = desired;
  const planOptions: PlanOptions = { adopt: options.adopt, watchS: options.watchS };
  const session = createSession(world.transport, host, {
    limits: () => ({ timeoutMs: clock.left(options.connectTimeoutS * 1000), signal: clock.signal }),
    onConnected: ({ via, description: how, why }) =>
      emit({ type: 'host.connected', host: name, via, how, why }),
  });
  let planned = kept?.planned ?? null;
  let moved = false;
  let outcome: Outcome | null = null;
  let problem = earlier?.problem;
  let changed = false;
  /** The newest run that was started on the host. */
  let lastRun = earlier?.lastRun ?? '';
  let clock = AT_REST;
  let runs = 0;
  let undoneConfig = kept?.undoneConfig ?? null;
  /** What was carried out last. */
  let carriedOut: Plan | null = null;
  let watching: Promise<void> = Promise.resolve();
  const endWatch = new AbortController();
  let proven = (): void => undefined;
  const isProven = new Promise<void>((resolve) => {
    proven = resolve;
  });

  const nextRun = (): string => {
    runs += 1;
    lastRun = runName(earlier?.next ?? options.run, runs);
    return lastRun;
  };

  /** Its data is watched beyond its end. */
  const isWatchedThen = (ended: Outcome | null): boolean =>
    ended === 'changed' &&
    verb === 'apply' &&
    carriedOut !== null &&
    isWatched(carriedOut) &&
    !world.stop.aborted;

  const finish = (ended: Outcome, found?: Problem): void => {
    if (!options.keepLogin && !isWatchedThen(ended)) session.close();
    planned = null;
    outcome = ended;
    problem = found;
    emit({
      type: 'host.finished',
      host: name,
      outcome: ended,
      ...(problem ? { problem } : {}),
    });
  };

  /** Turns a problem of this host into its outcome, so that it stops no other host. */
  const guarded = async (work: () => Promise<Verdict | 'waiting'>, moreS = 0): Promise<void> => {
    await world.turn();
    clock = startClock(world, options.timeoutS, moreS);
    try {
      const verdict = await work();
      if (verdict !== 'waiting') finish(verdict.outcome, verdict.problem);
    } catch (thrown) {
      // a login over which something failed is not trusted again
      session.close();
      const error = clock.explained(thrown);
      if (error instanceof ToolError) {
        const { problem } = error;
        finish(UNREACHABLE.includes(problem.code) ? 'unreachable' : 'failed', problem);
      } else {
        finish('failed', bugProblem(name, world.mask(stackOf(error))));
      }
    } finally {
      clock.stop();
      clock = AT_REST;
    }
  };

  const facts = async (): Promise<Facts> =>
    (await gatherFacts(target, session, world, { clock })).facts;
  const supply = (of: Facts, fetch: boolean) =>
    clock.within(gatherSupplies(target, of, world, { fetch }), () => ({
      code: 'repository.unreachable',
      host: name,
      params: {
        reason: 'timeout',
        seconds: options.timeoutS,
        what: 'index',
        url: desired.repository.url,
        proxy: null,
      },
      transient: true,
    }));
  const emitFacts = (of: Facts, { keyrings }: Supplies): void => {
    clusters.saw(target, of);
    emit({ type: 'host.facts', host: name, facts: factsView(of, target, keyrings) });
  };
  /** A member that was seen in the cluster has to be there when this one is through. */
  const withMembers = (plan: Plan): Plan => {
    const { cluster } = plan.proof;
    if (!cluster) return plan;
    return {
      ...plan,
      proof: { ...plan.proof, cluster: { ...cluster, known: clusters.known(cluster.name) } },
    };
  };
  const isApart = (of: Facts): boolean =>
    of.cluster !== null &&
    target.cluster !== null &&
    clusterViewOf(target.cluster, name, of.cluster).state !== 'whole';
  /** Those of a host that does not get the configuration of its target. */
  const tellConfigs = (before: string | null, after: string | null): void => {
    if (before !== null || after !== null) world.configured?.(target, before, after);
  };
  const emitPlan = async (plan: Plan, now: Facts): Promise<void> => {
    const isChange = verb === 'plan' || verb === 'apply';
    const before = replacedConfig(desired, now);
    const graph = isChange && before !== null ? await world.graphChanges(target, before) : null;
    if (verb === 'remove') tellConfigs(configOn(now), null);
    else world.configured?.(target, before);
    const view = planView(plan, target.cluster);
    emit({ type: 'host.planned', host: name, plan: graph ? { ...view, graph } : view });
  };

  /** Runs one request on the host and reports each of its records. Without one, it only follows what was started. */
  const execute = async (
    request: ((input: RunRequest) => Secret) | null,
    run: string,
    watch: DeliveryWatch | null = null,
  ): Promise<Executed> => {
    const nonce = `@@${world.nonce(`${name} ${run}`)}`;
    let account = emptyAccount;
    let step: StepId | null = null;
    // an undo that is killed and resumed reports every step again
    const undone = new Set<StepId>();
    let told = 0;
    const end = await runOnHost({
      host,
      session,
      run,
      request:
        request?.({
          run,
          nonce,
          who: options.who,
          lockWaitS: options.lockTimeoutS,
          facts: { ...factsRequest(target), sealed: true },
        }) ?? null,
      clock,
      world,
      waits: watch,
      onReconnect: (attempt) => emit({ type: 'host.reconnecting', host: name, attempt }),
      onLine: (whole) => {
        const record = readRecord(whole, nonce);
        // half a record of a program that was killed, or one that makes no sense
        if (!record && whole.startsWith(nonce)) return;
        if (record?.type === 'reading') return watch?.add(record.reading);
        const line = record ? '' : cutLine(whole);
        account = extend(account, record, line);
        if (record?.type === 'begin') step = record.step;
        if (record?.type === 'undone') {
          if (undone.has(record.step)) return;
          undone.add(record.step);
        }
        const happening = happeningOf(name, record, line, step, world.mask);
        if (!happening || told >= MAX_TOLD) return;
        told += 1;
        emit(happening);
      },
    });
    return { account, end };
  };

  /** As `execute`, under the run's next name. A login that broke unnoticed while it was idle is replaced. */
  const executeNext = async (
    request: (input: RunRequest) => Secret,
    watch: DeliveryWatch | null = null,
  ) => {
    const reused = session.connected;
    const first = await execute(request, nextRun(), watch);
    return first.end === 'never-started' && reused ? execute(request, nextRun(), watch) : first;
  };

  /**
   * What others have started may be over, in progress, or still on its way. Whatever the host knows is followed from its
   * beginning; what it does not know cannot start there any more. undefined: nothing was started.
   */
  const followed = async (
    maybe: readonly string[],
    watch: DeliveryWatch | null = null,
  ): Promise<Executed | undefined> => {
    const names = maybe.flatMap((first) => runNames(first).reverse());
    for (const run of names) {
      const found = await execute(null, run, watch);
      if (found.end === 'never-started') continue;
      lastRun = run;
      return found;
    }
    return undefined;
  };

  /** The facts to plan from. A login that was kept and broke unnoticed while it was idle is replaced. */
  const firstFacts = async () => {
    const asked = { packages: verb === 'remove', delivery: verb === 'status', clock };
    const kept = session.connected;
    try {
      return await gatherFacts(target, session, world, asked);
    } catch (error) {
      if (!kept || !isLost(error)) throw error;
      session.close();
      return gatherFacts(target, session, world, asked);
    }
  };

  const planFirst = async (): Promise<Verdict | 'waiting'> => {
    const { facts: first, raw, aheadMs } = await firstFacts();
    // before apt calls keys and indexes expired, or not valid yet
    if (Math.abs(aheadMs) >= CLOCK_MS)
      emit({ type: 'host.warning', host: name, warning: clockWarning(name, aheadMs) });
    let now = first;
    if (isUnsettled(now)) {
      if (expected) {
        moved = true;
        return { outcome: 'stale', problem: unsettledProblem(name) };
      }
      if (verb === 'apply') {
        const { account, end } = await execute(settleRequest, `${options.run}-0`);
        if (account.result !== 'ok') return verdictOf(target, account, end, world.mask);
        now = await facts();
      }
    }
    const supplies = await supply(now, verb === 'plan' || verb === 'apply');
    emitFacts(now, supplies);
    const made =
      verb === 'remove'
        ? planRemoval(target, now, {
            purge: options.purge === true,
            othersInstalled: readOtherPackages(name, raw),
          })
        : planHost(target, now, supplies, planOptions);
    const plan = made.changes.length > 0 ? withSharedParts(made) : made;
    if (verb !== 'rollback') await emitPlan(plan, now);
    else if (world.configured) undoneConfig = configOn(now);
    for (const warning of plan.warnings) emit({ type: 'host.warning', host: name, warning });
    const saved = expected?.get(name);
    const [refusal] = plan.problems;
    if (refusal) {
      moved = saved !== undefined;
      return { outcome: 'failed', problem: refusal };
    }
    world.planned?.(name, savedHost(plan));
    const difference = saved && movedProblem(name, saved, plan);
    if (difference) {
      moved = true;
      return { outcome: 'stale', problem: difference };
    }
    if (plan.changes.length === 0 && verb !== 'rollback') {
      const isUnhealthy =
        plan.warnings.some((one) => one.code === 'alloy.components' || isUnreadable(one)) ||
        isApart(now) ||
        (now.delivery && deliveriesOf(now.delivery, { ...now, tolerate }).some(counts));
      return { outcome: verb === 'status' && isUnhealthy ? 'pending' : 'unchanged' };
    }
    if (verb === 'plan' || verb === 'status') return { outcome: 'pending' };
    planned = { plan, supplies };
    return 'waiting';
  };

  /**
   * Applies a plan. If the host has changed since it was planned, usually because another run was
   * waited for, it is planned again. A plan that somebody has read and approved is not replaced by
   * another one, unless there is nothing left to do.
   */
  const apply = async (approved: Planned): Promise<Verdict> => {
    let verdict = await carryOut(approved);
    for (let plans = 2; verdict.outcome === 'stale' && plans <= MAX_PLANS; plans += 1) {
      if (verb !== 'apply' || expected || world.stop.aborted) break;
      const again = await planAgain();
      if ('outcome' in again) verdict = again;
      else if (options.unattended) verdict = await carryOut(again);
      else break;
    }
    return verdict;
  };

  /**
   * What there is to do on a host that has changed, or how it ended if that is nothing. @param saved what it was before:
   * nothing is said where it is the same
   */
  const planAgain = async (saved?: SavedHost): Promise<Planned | Verdict> => {
    const now = await facts();
    const supplies = await supply(now, true);
    const plan = planHost(target, now, supplies, planOptions);
    const difference = saved && movedProblem(name, saved, plan);
    if (saved && !difference) return { plan, supplies };
    emitFacts(now, supplies);
    const [refusal] = plan.problems;
    if (refusal) return { outcome: 'failed', problem: refusal };
    const mayReplace = options.unattended && !expected;
    if (plan.changes.length > 0 && !mayReplace)
      return difference ? { outcome: 'stale', problem: difference } : { plan, supplies };
    await emitPlan(plan, now);
    if (plan.changes.length === 0) return { outcome: 'unchanged' };
    emit({
      type: 'host.warning',
      host: name,
      warning: { code: 'run.replanned', host: name, params: { reason: 'host-changed' } },
    });
    return { plan, supplies };
  };

  /** Carries a plan out and checks the result. */
  const carryOut = async ({ plan, supplies }: Planned): Promise<Verdict> => {
    const { ran, watch } = await watched(plan, (watch) =>
      executeNext(
        (input) => applyRequest({ ...input, plan: withMembers(plan), rollback: options.rollback }),
        watch,
      ),
    );
    return judged(ran, supplies, watch);
  };

  const watched = async <T>(
    plan: Plan,
    work: (watch: DeliveryWatch | null) => Promise<T>,
  ): Promise<{ readonly ran: T; readonly watch: DeliveryWatch | null }> => {
    carriedOut = plan;
    const watch = waitSeconds(plan) > 0 ? openDeliveryWatch(target, plan, world) : null;
    void watch?.begun.then(proven);
    const ran = await work(watch).finally(() => watch?.stop());
    return { ran, watch };
  };

  /** Checks what a run has come to: planning again from the last facts must find nothing. */
  const judged = async (
    { account, end }: Executed,
    supplies: Omit<Supplies, 'keyrings'>,
    watch: DeliveryWatch | null,
  ): Promise<Verdict> => {
    await world.turn();
    let verdict = verdictOf(target, account, end, world.mask);
    const told = verdict.problem;
    // the host knows only that it was told so
    if (watch && told?.code === 'alloy.delivery' && told.params.reason === 'not-confirmed')
      verdict = { ...verdict, problem: watch.problem() };
    changed ||= verdict.outcome === 'changed';
    // the host rebooted, or its log was cut: its verdict stands, and its facts are gathered anew
    if (account.facts === null && verdict.outcome !== 'changed') return verdict;
    const after = account.facts === null ? await facts() : readFacts(name, account.facts);
    const { keyrings } = await supply(after, false);
    emitFacts(after, { ...supplies, keyrings });
    if (verdict.outcome === 'changed') watch?.report();
    if (verdict.outcome !== 'changed' || verb === 'remove') return verdict;
    const remaining = (of: Facts): Plan =>
      planHost(target, of, { ...supplies, keyrings }, { ...planOptions, adopt: true });
    let left = remaining(after);
    // the run reports only hashes of secret files, and equal values may be written in another way
    if (left.changes.length > 0) left = remaining(await facts());
    if (left.changes.length > 0) return { outcome: 'drift', problem: driftProblem(name, left) };
    const [unmet] = left.problems;
    return unmet ? { outcome: 'failed', problem: unmet } : verdict;
  };

  /** What another process has planned. What it or yet another one has begun of it is followed to its end. */
  const takeUp = async ({ saved, proof }: Approved): Promise<Verdict> => {
    const begun = { ...NO_PLAN, host: name, proof };
    const { maybe } = earlier!;
    const { ran, watch } = await watched(begun, (watch) => followed(maybe, watch));
    const verdict = ran && (await judged(ran, { key: null, versions: null }, watch));
    if (verdict && !(verdict.outcome === 'stale' && options.unattended && !expected))
      return verdict;
    const again = await planAgain(saved);
    return 'outcome' in again ? again : apply(again);
  };

  const rollBackTo = async (toRun: string | null): Promise<Verdict> => {
    const { account, end } =
      (await followed(earlier?.maybe ?? [])) ??
      (await executeNext((input) => rollbackRequest({ ...input, toRun })));
    if (account.facts !== null) {
      const after = readFacts(name, account.facts);
      emitFacts(after, await supply(after, false));
      if (verb === 'rollback') tellConfigs(undoneConfig, configOn(after));
    }
    // here being rolled back is the success
    if (account.result === 'rolled-back') return { outcome: 'changed' };
    return verdictOf(target, account, end, world.mask);
  };

  const state = {
    waiting: () => planned !== null || (outcome === null && earlier?.approved != null),
    moved: () => moved,
    outcome: () => outcome,
    changed: () => changed,
    problem: () => problem,
    lastRun: () => lastRun,
    approved: () => planned && { saved: savedHost(planned.plan), proof: planned.plan.proof },
    kept: () => planned && { planned, undoneConfig },
    isOver: () => watching,
  };
  return Object.assign(new StatedRun(state), {
    name,
    cluster: target.cluster?.name ?? null,
    plan() {
      emit({ type: 'host.started', host: name, place: host.at });
      return guarded(planFirst);
    },
    async carryOut() {
      const own = planned;
      const given = earlier?.approved;
      emit({ type: 'host.resumed', host: name });
      await guarded(
        () => {
          if (verb === 'rollback') return rollBackTo(options.toRun ?? null);
          return own ? apply(own) : takeUp(given!);
        },
        waitSeconds(own?.plan ?? given!),
      );
      if (!isWatchedThen(outcome)) {
        carriedOut = null;
        return session.close();
      }
      const { signal } = endWatch;
      watching = watchDelivery(target, carriedOut!, session, world, signal).finally(session.close);
      carriedOut = null;
    },
    unwatch: () => endWatch.abort(),
    skip: (because?: Problem) => finish('skipped', because),
    close: session.close,
    isProven,
    async rollBack(because: Problem) {
      const toRun = lastRun;
      endWatch.abort();
      await watching;
      emit({ type: 'host.resumed', host: name });
      const own = problem;
      await guarded(async () => {
        const verdict = await rollBackTo(toRun);
        if (verdict.outcome !== 'changed') return verdict;
        changed = false;
        return { outcome: 'rolled-back', problem: own ?? ({ ...because, host: name } as Problem) };
      });
    },
  });
}

/**
 * What a host's part in a run says of itself. A class: accessors of a literal are made anew for each object, and a fleet
 * may have thousands of hosts that wait for their changes.
 */
class StatedRun {
  readonly #state: { readonly [K in keyof StatedRun]: () => StatedRun[K] };

  constructor(state: { readonly [K in keyof StatedRun]: () => StatedRun[K] }) {
    this.#state = state;
  }

  get waiting(): boolean {
    return this.#state.waiting();
  }
  get moved(): boolean {
    return this.#state.moved();
  }
  get outcome(): Outcome | null {
    return this.#state.outcome();
  }
  get changed(): boolean {
    return this.#state.changed();
  }
  get problem(): Problem | undefined {
    return this.#state.problem();
  }
  get lastRun(): string {
    return this.#state.lastRun();
  }
  get approved(): Approved | null {
    return this.#state.approved();
  }
  get kept(): Kept | null {
    return this.#state.kept();
  }
  get isOver(): Promise<void> {
    return this.#state.isOver();
  }
}

/** What is known of a plan that another process has begun to carry out. */
const NO_PLAN = { changes: [], warnings: [], problems: [], expect: [], listPath: '' } as const;

/** How the runs are called that one part of a run starts on a host. */
const runName = (first: string, n: number): string => (n === 1 ? first : `${first}-${n}`);

/** A plan that is no longer true is made again, and a login that broke is replaced. */
const MAX_RUNS = MAX_PLANS + 1;

const runNames = (first: string): string[] =>
  Array.from({ length: MAX_RUNS }, (_, i) => runName(first, i + 1));

const isUnsettled = ({ alloyup }: Facts): boolean =>
  alloyup.lockedBy !== null || alloyup.unfinished !== null;

const clockWarning = (host: string, aheadMs: number): Warning => ({
  code: 'host.clock',
  host,
  params: { reason: 'off', aheadS: Math.round(aheadMs / 1000) },
});

/** Settling it would be a change that no plan has shown. */
const unsettledProblem = (host: string): Problem => ({
  code: 'apply.stale',
  host,
  params: { reason: 'other-run' },
});

const cutLine = (line: string): string =>
  line.length > MAX_LINE ? `${line.slice(0, MAX_LINE)}…` : line;

const stackOf = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error);

const bugProblem = (host: string, detail: string): Problem => ({
  code: 'bug',
  host,
  params: { reason: 'on-host' },
  detail,
});
