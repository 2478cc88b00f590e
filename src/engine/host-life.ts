import type { Target } from '../model/desired.ts';
import type { Happening, Outcome } from '../model/event.ts';
import type { Facts } from '../model/facts.ts';
import type { Plan, PlanOptions, StepId, Supplies } from '../model/plan.ts';
import { type Problem, ToolError } from '../model/problem.ts';
import type { Secret } from '../model/secret.ts';
import { planHost } from '../plan/planner.ts';
import { planRemoval } from '../plan/removal.ts';
import { movedProblem } from '../plan/saved-plan.ts';
import { factsView, planView } from '../plan/view.ts';
import { applyScript, rollbackScript, type ScriptRun, settleScript } from '../shell/apply.ts';
import { readFacts } from '../shell/probe.ts';
import { readRecord } from '../shell/records.ts';
import { othersFromRepository } from './others.ts';
import { probe, probeOf, supply } from './probe-run.ts';
import { runScript, stageScript } from './script-run.ts';
import { createSession, type Session } from './session.ts';
import { type Account, driftProblem, emptyAccount, hear, verdictOf } from './verdict.ts';
import type { RunOptions, World } from './world.ts';

/** What is to be done on a host, and what that was made from. */
interface Planned {
  readonly facts: Facts;
  readonly supplies: Supplies;
  readonly plan: Plan;
  /** Lies on the host already but for its last line. */
  readonly staged?: Prepared;
}

interface Prepared {
  readonly run: ScriptRun;
  readonly script: Secret;
}

/** One host between its plan and its end. */
export interface HostLife {
  readonly target: Target;
  readonly session: Session;
  /** null: the host is out already, and its end was told. */
  planned: Planned | null;
  /** Milliseconds since the epoch; set anew when a host's turn comes. */
  deadline: number;
  /** It is not as the saved plan takes it to be: no host may be touched. */
  moved: boolean;
}

export const planOptions = ({ adopt, watchS }: RunOptions): PlanOptions => ({ adopt, watchS });

export function beginHost(target: Target, world: World, options: RunOptions): HostLife {
  const session = createSession(world.transport, target.host, {
    timeoutMs: options.connectTimeoutS * 1000,
    signal: world.abandon,
    onConnected: ({ via, description: how, why }) =>
      world.emit({ type: 'host.connected', host: target.host.name, via, how, why }),
  });
  return { target, session, planned: null, deadline: 0, moved: false };
}

/**
 * Logs in, reads the facts, plans. Tells the end of a host that needs, or may have, nothing more. `stage`: a
 * script goes to its host at once, all but its last line.
 */
export async function planOne(
  life: HostLife,
  world: World,
  options: RunOptions,
  { stage = false }: { readonly stage?: boolean } = {},
): Promise<void> {
  const { target, session } = life;
  const host = target.host.name;
  const { emit } = world;
  life.deadline = world.now() + options.timeoutS * 1000;
  emit({ type: 'host.started', host, place: target.host.at });
  await telling(life, world, async () => {
    const keep = options.verb === 'apply' || options.verb === 'rollback';
    let facts = await probe(target, session, world, { keep });
    if (world.expected && unsettled(facts)) {
      life.moved = true;
      return finish(life, world, 'stale', unsettledProblem(host));
    }
    if (options.verb === 'apply' && unsettled(facts)) {
      const settled = await settle(life, world, options);
      if (settled === null) return;
      facts = settled;
    }
    const fetch = options.verb === 'plan' || options.verb === 'apply';
    const supplies = await supply(target, facts, world, fetch);
    emit({ type: 'host.facts', host, facts: factsView(facts, target.desired, supplies.keyrings) });
    const plan = await planFor(life, facts, supplies, world, options);
    if (options.verb !== 'rollback') emit({ type: 'host.planned', host, plan: planView(plan) });
    for (const warning of plan.warnings) emit({ type: 'host.warning', host, warning });
    const expected = world.expected?.get(host);
    const [problem] = plan.problems;
    if (problem) {
      life.moved = expected !== undefined;
      return finish(life, world, 'failed', problem);
    }
    world.planned?.(host, plan);
    const moved = expected && movedProblem(host, expected, plan);
    if (moved) {
      life.moved = true;
      return finish(life, world, 'stale', moved);
    }
    const acts =
      options.verb === 'apply' || options.verb === 'remove' || options.verb === 'rollback';
    if (options.verb !== 'rollback' && plan.changes.length === 0)
      return finish(life, world, 'unchanged');
    if (!acts) return finish(life, world, 'pending');
    life.planned = { facts, supplies, plan };
    if (stage && options.verb === 'apply') {
      const staged = prepare(life, plan, options.run, world, options);
      stageScript(session, staged.run.run, staged.script);
      life.planned = { facts, supplies, plan, staged };
    }
  });
}

const unsettled = ({ alloyup }: Facts): boolean =>
  alloyup.lockedBy !== null || alloyup.unfinished !== null;

/** To settle it would be a change that no plan has shown. */
const unsettledProblem = (host: string): Problem => ({
  code: 'apply.stale',
  message: `${host}: another run is at work there, or was cut off`,
  hint: 'let it end or be taken back: alloyup apply; then plan again',
});

async function planFor(
  { target, session }: HostLife,
  facts: Facts,
  supplies: Supplies,
  world: World,
  options: RunOptions,
): Promise<Plan> {
  if (options.verb !== 'remove') return planHost(target, facts, supplies, planOptions(options));
  const othersInstalled = await othersFromRepository(target, session, world);
  return planRemoval(target, facts, { purge: options.purge === true, othersInstalled });
}

/** Waits for another run's end and takes back one that was cut off; the facts after that, null when out. */
async function settle(life: HostLife, world: World, options: RunOptions): Promise<Facts | null> {
  const run = { ...scriptRun(life, world, options), run: `${options.run}-0` };
  const { account, end } = await act(life, world, run, settleScript(run));
  // asked anew: what a script tells goes through a log, and holds no secret to plan with
  if (account.result === 'ok') return probe(life.target, life.session, world, { keep: true });
  const { outcome, problem } = verdictOf(life.target, account, end, world.mask);
  finish(life, world, outcome, problem);
  return null;
}

/** How a host ended. */
interface Ending {
  readonly outcome: Outcome;
  readonly problem?: Problem;
}

/** As often is a host planned anew that others change all the time. */
const MOST_PLANS = 3;

/**
 * Brings a host from its plan to its end. One that has changed since it was planned, mostly because
 * another run was waited for, is planned again, unless somebody has read and approved that plan:
 * then only an empty new one is no news to them.
 */
export async function applyOne(life: HostLife, world: World, options: RunOptions): Promise<void> {
  const { planned } = life;
  if (!planned) return;
  life.deadline = world.now() + options.timeoutS * 1000;
  await telling(life, world, async () => {
    let ending = await carryOut(life, planned, options.run, world, options);
    for (let plans = 2; ending.outcome === 'stale' && plans <= MOST_PLANS; plans += 1) {
      if (options.verb !== 'apply' || world.expected || world.stop.aborted) break;
      const again = await planAnew(life, world, options);
      if ('outcome' in again) ending = again;
      else if (!options.unattended) break;
      else ending = await carryOut(life, again, `${options.run}-${plans}`, world, options);
    }
    finish(life, world, ending.outcome, ending.problem);
  });
}

/** What is to be done on a host that is no longer as it was planned; how it ended where that is nothing. */
async function planAnew(
  life: HostLife,
  world: World,
  options: RunOptions,
): Promise<Planned | Ending> {
  const { target, session } = life;
  const host = target.host.name;
  const facts = await probe(target, session, world, { keep: true });
  const supplies = await supply(target, facts, world, true);
  const plan = planHost(target, facts, supplies, planOptions(options));
  emitFacts(life, facts, supplies.keyrings, world);
  const [problem] = plan.problems;
  if (problem) return { outcome: 'failed', problem };
  if (plan.changes.length > 0 && !options.unattended) return { facts, supplies, plan };
  world.emit({ type: 'host.planned', host, plan: planView(plan) });
  if (plan.changes.length === 0) return { outcome: 'unchanged' };
  world.emit({
    type: 'host.warning',
    host,
    warning: {
      code: 'run.replanned',
      message: 'it changed after it was planned, so it was planned again',
      hint: `see who was at work there: ssh ${target.host.address} sudo tail /var/lib/alloyup/audit.log`,
    },
  });
  return { facts, supplies, plan };
}

function prepare(
  life: HostLife,
  plan: Plan,
  name: string,
  world: World,
  options: RunOptions,
): Prepared {
  const run = { ...scriptRun(life, world, options), run: name };
  return { run, script: applyScript({ ...run, plan, rollback: options.rollback }) };
}

/** Carries a plan out and proves it: planning again from the last facts must leave nothing. */
async function carryOut(
  life: HostLife,
  { plan, supplies, staged }: Planned,
  name: string,
  world: World,
  options: RunOptions,
): Promise<Ending> {
  const { target } = life;
  const { run, script } = staged ?? prepare(life, plan, name, world, options);
  const { account, end } = await act(life, world, run, script);
  const ending = verdictOf(target, account, end, world.mask);
  // the host went down, or the log was cut: its word stands, and its facts are asked for anew
  if (account.facts === null && ending.outcome !== 'changed') return ending;
  const after =
    account.facts === null
      ? await probe(target, life.session, world)
      : readFacts(target.host.name, `${run.nonce} facts ${account.facts}`);
  const keyrings = (await supply(target, after, world, false)).keyrings;
  emitFacts(life, after, keyrings, world);
  if (ending.outcome !== 'changed' || options.verb === 'remove') return ending;
  const planAgain = (facts: Facts): Plan =>
    planHost(target, facts, { ...supplies, keyrings }, { ...planOptions(options), adopt: true });
  let left = planAgain(after);
  // the script told only hashes of secret files: equal values may be written in another way
  if (left.changes.length > 0) left = planAgain(await probe(target, life.session, world));
  return left.changes.length === 0
    ? ending
    : { outcome: 'drift', problem: driftProblem(target.host.name, left) };
}

/** Takes finished runs of this host back. */
export async function rollBackOne(
  life: HostLife,
  world: World,
  options: RunOptions,
): Promise<void> {
  const { target } = life;
  life.deadline = world.now() + options.timeoutS * 1000;
  await telling(life, world, async () => {
    const run = scriptRun(life, world, options);
    const script = rollbackScript({ ...run, toRun: options.toRun ?? null });
    const { account, end } = await act(life, world, run, script);
    if (account.facts !== null) {
      const after = readFacts(target.host.name, `${run.nonce} facts ${account.facts}`);
      emitFacts(life, after, (await supply(target, after, world, false)).keyrings, world);
    }
    // here going back is the success
    if (account.result === 'rolled-back') return finish(life, world, 'changed');
    const { outcome, problem } = verdictOf(target, account, end, world.mask);
    finish(life, world, outcome, problem);
  });
}

const emitFacts = (
  { target }: HostLife,
  facts: Facts,
  keyrings: Supplies['keyrings'],
  world: World,
): void =>
  world.emit({
    type: 'host.facts',
    host: target.host.name,
    facts: factsView(facts, target.desired, keyrings),
  });

const scriptRun = ({ target }: HostLife, world: World, options: RunOptions): ScriptRun => {
  const nonce = `@@${world.nonce()}`;
  return {
    run: options.run,
    nonce,
    who: options.who,
    lockWaitS: options.lockTimeoutS,
    probe: probeOf(target, nonce, { sealed: true }),
    listen: target.desired.listen,
  };
};

/** Runs a script on the host and tells each of its records. */
async function act(
  { target, session, deadline }: HostLife,
  world: World,
  { run, nonce }: ScriptRun,
  script: Secret,
): Promise<{ readonly account: Account; readonly end: Awaited<ReturnType<typeof runScript>> }> {
  const host = target.host.name;
  let account = emptyAccount;
  let step: StepId | null = null;
  // an undo that was killed is begun anew by whoever ends it, and says all it does again
  const undone = new Set<StepId>();
  const end = await runScript({
    host: target.host,
    session,
    run,
    script,
    deadline,
    now: world.now,
    abandon: world.abandon,
    onReconnect: (attempt) => world.emit({ type: 'host.reconnecting', host, attempt }),
    onLine: (line) => {
      const record = readRecord(line, nonce);
      account = hear(account, record, line);
      if (record?.verb === 'begin') step = record.step;
      if (record?.verb === 'undone') {
        if (undone.has(record.step)) return;
        undone.add(record.step);
      }
      const told = happeningOf(host, record, line, step, world);
      if (told) world.emit(told);
    },
  });
  return { account, end };
}

function happeningOf(
  host: string,
  record: ReturnType<typeof readRecord>,
  line: string,
  step: StepId | null,
  world: World,
): Happening | undefined {
  if (!record) return { type: 'change.output', host, step, line: world.mask(line) };
  switch (record.verb) {
    case 'begin':
      return { type: 'change.started', host, step: record.step };
    case 'end':
      return { type: 'change.finished', host, step: record.step };
    case 'fail':
      return { type: 'change.failed', host, step: record.step, exit: record.exit };
    case 'undone':
      return { type: 'change.undone', host, step: record.step };
    case 'wait':
      return {
        type: 'host.waiting',
        host,
        for: world.mask(record.what),
        seconds: record.seconds,
        limitS: record.limitS,
      };
    case 'warning':
      return {
        type: 'host.warning',
        host,
        warning: { code: 'host', message: record.text, hint: 'see the log of the run' },
      };
    case 'earlier':
      return {
        type: 'host.warning',
        host,
        warning: {
          code: 'run.taken-back',
          message: `run ${record.text} is taken back`,
          hint: `see what it did: alloyup runs show ${record.text}`,
        },
      };
    default:
      return undefined;
  }
}

export function finish(life: HostLife, world: World, outcome: Outcome, problem?: Problem): void {
  const { close } = life.session;
  if (world.part) world.part(close);
  else close();
  life.planned = null;
  world.emit({
    type: 'host.finished',
    host: life.target.host.name,
    outcome,
    ...(problem ? { problem } : {}),
  });
}

const UNREACHABLE: readonly string[] = [
  'ssh.unreachable',
  'ssh.auth',
  'ssh.host-key',
  'ssh.timeout',
  'ssh.lost',
  'ssh.unsupported',
];

/** Expected trouble of one host becomes its outcome, and stops no other; a bug is told as one. */
async function telling(life: HostLife, world: World, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (error instanceof ToolError) {
      const { problem } = error;
      const outcome = UNREACHABLE.includes(problem.code) ? 'unreachable' : 'failed';
      return finish(life, world, outcome, problem);
    }
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    finish(life, world, 'failed', {
      code: 'bug',
      host: life.target.host.name,
      params: { reason: 'on-host' },
      detail: world.mask(text),
    });
  }
}
