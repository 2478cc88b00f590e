import type { Outcome, RunEvent, Verb } from '../model/event.ts';
import type { StepId } from '../model/plan.ts';

type StepState = 'done' | 'failed' | 'undone';

/** The figures of a run. Durations: seconds. */
export interface Totals {
  readonly verb: Verb;
  readonly durationS: number;
  readonly exitCode: number | null;
  /** By how they ended; a host that did not is `unfinished`. */
  readonly hosts: ReadonlyMap<Outcome | 'unfinished', number>;
  /** By step and by what became of it in the end. */
  readonly changes: readonly {
    readonly step: StepId;
    readonly state: StepState;
    readonly count: number;
  }[];
  /** Each step that was begun and ended, on any host. */
  readonly steps: readonly { readonly step: StepId; readonly seconds: number }[];
}

const STATES = {
  'change.finished': 'done',
  'change.failed': 'failed',
  'change.undone': 'undone',
} as const;

type StepEvent = Pick<Extract<RunEvent, { type: 'change.started' }>, 'host' | 'step' | 'at'>;

const keyOf = ({ host, step }: StepEvent): string => `${step} ${host}`;

/** Adds up the events of a run. */
export function openTotals() {
  const hosts = new Map<string, Outcome | 'unfinished'>();
  /** By host and step: since when, and what became of it. */
  const begun = new Map<string, number>();
  const states = new Map<string, { readonly step: StepId; readonly state: StepState }>();
  const steps: { readonly step: StepId; readonly seconds: number }[] = [];
  let verb: Verb = 'plan';
  let exitCode: number | null = null;
  let first = 0;
  let last = 0;

  const onEnd = (event: StepEvent, state: StepState): void => {
    const { step, at } = event;
    const key = keyOf(event);
    const from = begun.get(key);
    begun.delete(key);
    if (from !== undefined) steps.push({ step, seconds: (at - from) / 1000 });
    states.set(key, { step, state });
  };

  return {
    add(event: RunEvent): void {
      last = event.at;
      switch (event.type) {
        case 'run.started':
          ({ verb, at: first } = event);
          for (const name of event.hosts) hosts.set(name, 'unfinished');
          return;
        case 'host.finished':
          hosts.set(event.host, event.outcome);
          return;
        case 'change.started':
          begun.set(keyOf(event), event.at);
          return;
        case 'change.finished':
        case 'change.failed':
        case 'change.undone':
          onEnd(event, STATES[event.type]);
          return;
        case 'run.finished':
          ({ exitCode } = event);
      }
    },
    totals: (): Totals => ({
      verb,
      exitCode,
      durationS: (last - first) / 1000,
      hosts: counted(hosts.values(), (one) => one),
      changes: [...counted(states.values(), ({ step, state }) => `${step} ${state}`)].map(
        ([key, count]) => {
          const [step, state] = key.split(' ') as [StepId, StepState];
          return { step, state, count };
        },
      ),
      steps,
    }),
  };
}

function counted<T, K>(items: Iterable<T>, keyOf: (item: T) => K): ReadonlyMap<K, number> {
  const counts = new Map<K, number>();
  for (const item of items) counts.set(keyOf(item), (counts.get(keyOf(item)) ?? 0) + 1);
  return counts;
}
