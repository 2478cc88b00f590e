// A simulated run, to look at the live view and to measure what it costs.
import type { Happening, PlanView } from '../src/model/event.ts';
import type { StepId } from '../src/model/plan.ts';

/** An event, and its time since the start of the run. */
export interface Timed {
  readonly afterMs: number;
  readonly happening: Happening;
}

/** Random numbers, the same for the same seed. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const CHANGES: PlanView['changes'] = (
  [
    ['package', 'alloy 1.17.0-1 -> 1.18.1-1', 'restart'],
    ['config', 'change /etc/alloy/config.alloy', 'reload'],
    ['service', 'restart alloy', 'restart'],
  ] as const
).map(([step, title, needs]) => ({
  step,
  title,
  before: null,
  after: null,
  diffs: [],
  warnings: [],
  needs,
}));

export interface Simulation {
  readonly hosts: number;
  /** Hosts in progress at once. */
  readonly forks: number;
  /** Speed; 1 is that of a real fleet. */
  readonly speed: number;
}

/** An apply that plans its hosts, then changes them; a few are unreachable, a few do not come up. */
export function simulatedRun({ hosts, forks, speed }: Simulation): readonly Timed[] {
  const random = randomFrom(hosts);
  const digits = Math.max(2, String(hosts).length);
  const names = Array.from(
    { length: hosts },
    (_, i) => `web-${String(i + 1).padStart(digits, '0')}`,
  );
  const told: Timed[] = [];
  const say = (at: number, happening: Happening): void => {
    told.push({ afterMs: at / speed, happening });
  };
  const some = (least: number, most: number): number => least + random() * (most - least);

  say(0, {
    type: 'run.started',
    schema: 1,
    run: '20261123T101500Z-3f9a',
    verb: 'apply',
    hosts: names,
    version: '0.1.0',
  });
  const ready: string[] = [];
  const looked = inTurns(names, forks, 0, (host, from) => {
    const end = from + some(300, 1500);
    say(from, { type: 'host.started', host });
    if (hosts > 1 && random() < 0.02) {
      say(from + 15_000, {
        type: 'host.finished',
        host,
        outcome: 'unreachable',
        problem: {
          code: 'ssh.timeout',
          params: {
            reason: 'login',
            endpoint: host,
            port: 22,
            seconds: 15,
            stage: 'tcp',
            limit: '--connect-timeout',
          },
          host,
          transient: true,
        },
      });
      return from + 15_000;
    }
    const same = hosts > 1 && random() < 0.1;
    const changes = same ? [] : CHANGES;
    say(end, { type: 'host.planned', host, plan: { changes, warnings: [], problems: [] } });
    if (same) say(end, { type: 'host.finished', host, outcome: 'unchanged' });
    else ready.push(host);
    return end;
  });

  const last = inTurns(ready, forks, looked, (host, from) => {
    let at = from + some(100, 300);
    const step = (id: StepId, ms: number): void => {
      say(at, { type: 'change.started', host, step: id });
      at += ms;
      say(at, { type: 'change.finished', host, step: id });
    };
    step('package', some(4000, 12_000));
    step('config', some(100, 400));
    say(at, { type: 'change.started', host, step: 'service' });
    const flush = some(0, 30_000) * random();
    for (let waited = 0; waited < flush; waited += 5000)
      say(at + waited, waits(host, 'for Alloy to flush', waited, 60));
    at += flush;
    const bad = hosts > 1 && random() < 0.02;
    for (let waited = 0; waited < (bad ? 20_000 : 2000); waited += 5000)
      say(at + waited, waits(host, 'for Alloy to be ready', waited, 60));
    at += bad ? 20_000 : some(1000, 3000);
    if (!bad) {
      say(at, { type: 'change.finished', host, step: 'service' });
      say(at + 200, { type: 'host.finished', host, outcome: 'changed' });
      return at + 200;
    }
    say(at, { type: 'change.failed', host, step: 'service', exit: 1 });
    for (const undone of ['service', 'config', 'package'] as const) {
      at += 1500;
      say(at, { type: 'change.undone', host, step: undone });
    }
    say(at, {
      type: 'host.finished',
      host,
      outcome: 'rolled-back',
      problem: {
        code: 'alloy.unready',
        params: { reason: 'status', seconds: '60', status: '503' },
        host,
      },
    });
    return at;
  });
  say(last, { type: 'run.finished', exitCode: hosts > 1 ? 1 : 0 });
  return told
    .map((one, i) => [one, i] as const)
    .sort(([a, i], [b, j]) => a.afterMs - b.afterMs || i - j)
    .map(([one]) => one);
}

const waits = (host: string, what: string, waitedMs: number, limitS: number): Happening => ({
  type: 'host.waiting',
  host,
  for: what,
  seconds: Math.round(waitedMs / 1000),
  limitS,
});

/** Starts each name when one of `limit` slots is free; returns the time when the last one ends. */
function inTurns(
  names: readonly string[],
  limit: number,
  from: number,
  turn: (name: string, from: number) => number,
): number {
  const free = Array.from({ length: Math.min(limit, names.length) }, () => from);
  for (const name of names) {
    const next = free.indexOf(Math.min(...free));
    free[next] = turn(name, free[next]!);
  }
  return Math.max(from, ...free);
}
