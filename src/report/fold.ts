import type { ChangeReport, HostReport, Outcome, RunEvent, RunReport } from '../model/event.ts';
import type { StepId } from '../model/plan.ts';
import type { Warning } from '../model/problem.ts';
import type { Cleaned } from './redact.ts';

/** The sum of all events so far. The values it returns never change afterwards. */
export interface Ledger {
  add(event: Cleaned<RunEvent>): void;
  /** As of the last event; undefined for a name that the run did not start with. */
  host(name: string): HostReport | undefined;
  /** Every host's, in the order of the inventory. */
  hosts(): Iterable<readonly [string, HostReport]>;
  readonly run: Run;
  /** As `--output json` prints it. Visits all hosts: for the end of a run, not for every event. */
  report(): Cleaned<RunReport>;
}

export interface Run extends Omit<RunReport, 'schema' | 'summary' | 'hosts'> {
  readonly interrupted: boolean;
  /** When the plan was put up for approval, in milliseconds since the epoch; null: it was not, or it was approved. */
  readonly askedAt: number | null;
  /** How long approval took. */
  readonly askedMs: number;
}

const NOT_STARTED: Run = {
  run: '',
  verb: 'plan',
  startedAt: 0,
  finishedAt: null,
  exitCode: null,
  interrupted: false,
  askedAt: null,
  askedMs: 0,
  warnings: [],
  waves: [],
};

/** Of which nothing is known yet. */
export const NEW_HOST: HostReport = {
  outcome: null,
  startedAt: null,
  durationMs: 0,
  changes: [],
  plan: null,
  warnings: [],
  facts: null,
};

/**
 * An empty ledger. One event costs the same with 10 hosts and with 10,000: only the map is
 * changed in place, the reports in it are replaced.
 */
export function openLedger(): Ledger {
  const hosts = new Map<string, HostReport>();
  /** When each host last had an event, and how long it waited for its plan to be carried out. */
  const heard = new Map<string, number>();
  const waited = new Map<string, number>();
  let run = NOT_STARTED;
  /** Of the run: thousands at its beginning, and copied only when somebody asks for them. */
  const warnings: Warning[] = [];
  const current = (): Run => {
    if (run.warnings.length < warnings.length) run = { ...run, warnings: [...warnings] };
    return run;
  };
  return {
    add(event) {
      if (event.type === 'run.warning') warnings.push(event.warning);
      else run = foldRun(run, event);
      if (event.type === 'run.started') {
        for (const name of event.hosts) hosts.set(name, NEW_HOST);
      } else if ('host' in event) {
        const { host, at } = event;
        if (event.type === 'host.resumed') waited.set(host, at - (heard.get(host) ?? at));
        heard.set(host, at);
        hosts.set(host, foldHost(hosts.get(host) ?? NEW_HOST, event, waited.get(host) ?? 0));
      }
    },
    host: (name) => hosts.get(name),
    hosts: () => hosts,
    get run() {
      return current();
    },
    report() {
      const { interrupted: _, askedAt: _from, askedMs: _for, ...head } = current();
      const names = Object.fromEntries(hosts);
      return { schema: 1, ...head, summary: summaryOf(hosts), hosts: names } as Cleaned<RunReport>;
    },
  };
}

/** The report of all events, e.g. of a saved run. */
export function reportOf(events: Iterable<Cleaned<RunEvent>>): Cleaned<RunReport> {
  const ledger = openLedger();
  for (const event of events) ledger.add(event);
  return ledger.report();
}

function foldRun(run: Run, event: RunEvent): Run {
  switch (event.type) {
    case 'run.started':
      return { ...run, run: event.run, verb: event.verb, startedAt: event.at };
    case 'run.waves':
      return { ...run, waves: event.waves };
    case 'run.interrupted':
      return { ...run, interrupted: true };
    case 'run.planned':
      return { ...run, askedAt: event.at };
    case 'host.resumed':
      return run.askedAt === null
        ? run
        : { ...run, askedAt: null, askedMs: event.at - run.askedAt };
    case 'run.finished':
      return { ...run, finishedAt: event.at, exitCode: event.exitCode };
    default:
      return run;
  }
}

export type HostEvent = Extract<RunEvent, { readonly host: string }>;

/** The report of a host after `event`. @param waitedMs how long its plan has waited to be carried out */
export function foldHost(host: HostReport, event: HostEvent, waitedMs = 0): HostReport {
  switch (event.type) {
    case 'host.started':
      // a host that is watched is looked at again, as if for the first time
      return { ...NEW_HOST, startedAt: event.at, ...(event.place ? { place: event.place } : {}) };
    case 'host.facts':
      return { ...host, facts: event.facts };
    case 'host.delivery':
      return host.facts ? { ...host, facts: { ...host.facts, delivery: event.deliveries } } : host;
    case 'host.planned':
      return {
        ...host,
        plan: event.plan,
        changes: event.plan.changes.map(({ step, title }) => ({ step, title, state: 'pending' })),
      };
    case 'host.warning':
      return { ...host, warnings: [...host.warnings, event.warning] };
    case 'change.started':
    case 'change.finished':
    case 'change.failed':
    case 'change.undone':
      return { ...host, changes: withState(host.changes, event.step, STATES[event.type]) };
    case 'host.finished':
      return {
        ...host,
        outcome: event.outcome,
        durationMs: host.startedAt === null ? 0 : event.at - host.startedAt - waitedMs,
        ...(event.problem ? { problem: event.problem } : {}),
      };
    default:
      return host;
  }
}

const STATES = {
  'change.started': 'running',
  'change.finished': 'done',
  'change.failed': 'failed',
  'change.undone': 'undone',
} as const;

/** A step that is in no plan (a rollback has none) is reported by its id. */
function withState(
  changes: readonly ChangeReport[],
  step: StepId,
  state: ChangeReport['state'],
): readonly ChangeReport[] {
  if (!changes.some((change) => change.step === step))
    return [...changes, { step, title: step, state }];
  return changes.map((change) => (change.step === step ? { ...change, state } : change));
}

function summaryOf(hosts: ReadonlyMap<string, HostReport>): RunReport['summary'] {
  const counts: Partial<Record<Outcome, number>> = {};
  for (const { outcome } of hosts.values()) {
    if (outcome) counts[outcome] = (counts[outcome] ?? 0) + 1;
  }
  return { hosts: hosts.size, ...counts };
}
