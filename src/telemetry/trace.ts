import type { HostReport, Outcome, RunEvent, Verb } from '../model/event.ts';
import type { StepId } from '../model/plan.ts';

export type Attributes = Readonly<Record<string, string | number>>;

/** Names a span among those of its run. */
export type SpanKey = string;

/** What becomes of spans, in an order in which a parent begins before its children. Times: milliseconds since the epoch. */
export type SpanChange =
  | {
      readonly type: 'begin';
      readonly key: SpanKey;
      /** null: the whole run's. */
      readonly parent: SpanKey | null;
      /** One of few: which host it is about is an attribute. */
      readonly name: string;
      readonly at: number;
      readonly attributes: Attributes;
    }
  /** Something at one moment of a span. */
  | {
      readonly type: 'event';
      readonly key: SpanKey;
      readonly name: string;
      readonly at: number;
      readonly attributes: Attributes;
    }
  | {
      readonly type: 'end';
      readonly key: SpanKey;
      readonly at: number;
      readonly attributes: Attributes;
      /** The code of what went wrong; null: nothing did. */
      readonly error: string | null;
    };

/** How a host ends if nothing went wrong. */
const FINE: readonly Outcome[] = ['unchanged', 'changed', 'pending', 'skipped'];
const isFine = (outcome: Outcome): boolean => FINE.includes(outcome);

const RUN: SpanKey = 'run';
const ROLLBACK: SpanKey = 'rollback';

interface OpenHost {
  readonly key: SpanKey;
  /** It is looked at and planned; false: it is changed. */
  readonly looking: boolean;
  /** The wave that it is changed in, or what stands for one. */
  readonly within: SpanKey | null;
  /** When its plan was there. */
  plannedAt: number | null;
  attributes: Attributes;
  readonly steps: Map<StepId, SpanKey>;
}

/**
 * The spans of a run, from its events: one for the run, one for each wave, two for a host that is changed (looked at, then
 * changed within its wave; the time in between, in which it waits, belongs to neither) and one for any other, one for
 * each step of a change. Names, counts, versions and codes only: no text that a host or a file has written.
 *
 * @param about more attributes of the run
 */
export function openTrace(about: Attributes = {}) {
  const hosts = new Map<string, OpenHost>();
  /** Where each host is changed, by `run.waves`. */
  const waveOf = new Map<string, { readonly key: SpanKey; readonly attributes: Attributes }>();
  /** When something last ended in each, open ones only. */
  const waves = new Map<SpanKey, number>();
  const outcomes = new Map<string, Outcome>();
  let verb: Verb = 'plan';
  let made = 0;
  let isRollingBack = false;
  let isOpen = false;
  let last = 0;

  const keyOf = (kind: string): SpanKey => {
    made += 1;
    return `${kind}#${made}`;
  };

  function* beginWave(key: SpanKey, name: string, at: number, attributes: Attributes) {
    if (waves.has(key)) return;
    waves.set(key, at);
    yield begin({ key, parent: RUN, name, at, attributes });
  }

  /** Ends what the host is at. */
  function* endHost(name: string, at: number, more: Attributes, error: string | null) {
    const open = hosts.get(name);
    if (!open) return;
    hosts.delete(name);
    for (const [step, key] of open.steps)
      yield end(key, at, { 'alloyup.step.state': 'not finished' }, `not finished: ${step}`);
    if (open.within !== null) waves.set(open.within, at);
    yield end(open.key, at, { ...open.attributes, ...more }, error);
  }

  function* beginChange(name: string, at: number) {
    const before = hosts.get(name);
    // it waited since then
    yield* endHost(name, before?.plannedAt ?? at, {}, null);
    const { key: within, attributes } = isRollingBack
      ? { key: ROLLBACK, attributes: {} }
      : (waveOf.get(name) ?? { key: 'wave', attributes: waveAttributes('', 1, 1) });
    if (!isRollingBack) yield* beginWave(within, 'wave', at, attributes);
    const wave =
      'alloyup.wave' in attributes ? { 'alloyup.wave': attributes['alloyup.wave']! } : {};
    const key = keyOf('change');
    const known = before ? before.attributes : { 'alloyup.host': name };
    hosts.set(name, {
      ...{ key, looking: false, within, plannedAt: null, steps: new Map() },
      attributes: { ...known, ...wave },
    });
    yield begin({
      ...{ key, parent: within, at },
      name: `${isRollingBack ? 'rollback' : verb} host`,
      attributes: { 'alloyup.host': name, ...wave },
    });
  }

  /** The host is being changed from here on, if it was not. */
  function* changing(name: string, at: number) {
    const open = hosts.get(name);
    if (!open || open.looking) yield* beginChange(name, at);
  }

  function* onHost(event: Extract<RunEvent, { readonly host: string }>): Generator<SpanChange> {
    const { host: name, at } = event;
    const open = hosts.get(name);
    const know = (more: Attributes): void => {
      if (open) open.attributes = { ...open.attributes, ...more };
    };
    switch (event.type) {
      case 'host.started': {
        yield* endHost(name, at, {}, null);
        const key = keyOf('look');
        const attributes = { 'alloyup.host': name };
        hosts.set(name, {
          ...{ key, looking: true, within: null, plannedAt: null, attributes, steps: new Map() },
        });
        const looking = verb === 'status' ? 'status host' : 'plan host';
        return yield begin({ key, parent: RUN, name: looking, at, attributes });
      }
      case 'host.connected':
        return know({ 'alloyup.connection': event.via });
      case 'host.facts':
        return know(versionsOf(event.facts));
      case 'host.planned':
        if (open) open.plannedAt = at;
        return know({ 'alloyup.changes': event.plan.changes.length });
      case 'host.reconnecting':
        if (!open) return;
        return yield moment(open.key, 'reconnecting', at, { 'alloyup.attempt': event.attempt });
      case 'host.resumed':
        return yield* beginChange(name, at);
      case 'change.started': {
        yield* changing(name, at);
        const { key: parent, steps } = hosts.get(name)!;
        const key = keyOf('step');
        steps.set(event.step, key);
        const attributes = { 'alloyup.host': name, 'alloyup.step': event.step };
        return yield begin({ key, parent, name: `step ${event.step}`, at, attributes });
      }
      case 'change.finished':
      case 'change.failed': {
        const key = open?.steps.get(event.step);
        if (!open || key === undefined) return;
        open.steps.delete(event.step);
        const failed = event.type === 'change.failed';
        const state = { 'alloyup.step.state': failed ? 'failed' : 'done' };
        const exit = failed ? { 'alloyup.exit_code': event.exit } : {};
        return yield end(key, at, { ...state, ...exit }, failed ? 'failed' : null);
      }
      case 'change.undone':
        yield* changing(name, at);
        return yield moment(hosts.get(name)!.key, 'undone', at, { 'alloyup.step': event.step });
      case 'host.finished': {
        const { outcome, problem } = event;
        outcomes.set(name, outcome);
        const code = problem?.code ?? outcome;
        const error = isFine(outcome) ? null : code;
        const why = problem ? { 'error.type': code, 'alloyup.reason': reasonOf(problem) } : {};
        // whoever waited for a turn that did not come has done nothing since
        const endedAt = outcome === 'skipped' ? (open?.plannedAt ?? at) : at;
        return yield* endHost(name, endedAt, { 'alloyup.outcome': outcome, ...why }, error);
      }
    }
  }

  function* onRun(event: RunEvent): Generator<SpanChange> {
    const { at } = event;
    switch (event.type) {
      case 'run.started':
        ({ verb } = event);
        isOpen = true;
        return yield begin({
          ...{ key: RUN, parent: null, name: `alloyup ${verb}`, at },
          attributes: {
            'alloyup.run': event.run,
            'alloyup.verb': verb,
            'alloyup.hosts': event.hosts.length,
            ...about,
          },
        });
      case 'run.waves': {
        const numbers = new Map<string, number>();
        const totals = new Map<string, number>();
        for (const { group } of event.waves) totals.set(group, (totals.get(group) ?? 0) + 1);
        for (const { group, hosts: names } of event.waves) {
          const number = (numbers.get(group) ?? 0) + 1;
          numbers.set(group, number);
          const attributes = waveAttributes(group, number, totals.get(group)!);
          for (const name of names) waveOf.set(name, { key: waveKey(group, number), attributes });
        }
        return;
      }
      case 'wave.started': {
        const { group, wave, of, hosts: count } = event;
        const attributes = { ...waveAttributes(group, wave, of), 'alloyup.hosts': count };
        return yield* beginWave(waveKey(group, wave), 'wave', at, attributes);
      }
      case 'run.rolling-back':
        isRollingBack = true;
        return yield* beginWave(ROLLBACK, 'rollback', at, { 'alloyup.hosts': event.hosts });
      case 'run.interrupted':
        return yield moment(RUN, 'interrupted', at, {});
      case 'run.finished': {
        const code = event.exitCode;
        const attributes = { 'alloyup.exit_code': code, ...countsOf(outcomes.values()) };
        // 2: there are changes, which was the question
        return yield* close(attributes, code === 0 || code === 2 ? null : `exit code ${code}`);
      }
    }
  }

  function* close(attributes: Attributes, error: string | null): Generator<SpanChange> {
    if (!isOpen) return;
    isOpen = false;
    for (const name of [...hosts.keys()]) yield* endHost(name, last, {}, 'not finished');
    for (const [key, at] of waves) yield end(key, at, {}, null);
    yield end(RUN, last, attributes, error);
  }

  return {
    /** What the event begins and ends. */
    add(event: RunEvent): readonly SpanChange[] {
      last = event.at;
      return [...('host' in event ? onHost(event) : onRun(event))];
    },
    /** Ends what is open: of a run that did not come to its end. */
    end: (): readonly SpanChange[] => [...close({}, 'not finished')],
  };
}

const begin = (span: Omit<Extract<SpanChange, { type: 'begin' }>, 'type'>): SpanChange => ({
  type: 'begin',
  ...span,
});

const moment = (key: SpanKey, name: string, at: number, attributes: Attributes): SpanChange => ({
  type: 'event',
  ...{ key, name, at, attributes },
});

const end = (
  key: SpanKey,
  at: number,
  attributes: Attributes,
  error: string | null,
): SpanChange => ({ type: 'end', key, at, attributes, error });

const waveKey = (group: string, wave: number): SpanKey => `wave ${wave} of ${group}`;

const waveAttributes = (group: string, wave: number, of: number): Attributes => ({
  'alloyup.wave': wave,
  'alloyup.waves': of,
  ...(group === '' ? {} : { 'alloyup.group': group }),
});

type Facts = NonNullable<HostReport['facts']>;

const versionsOf = ({ version, arch }: Facts): Attributes => ({
  'host.arch': arch,
  ...(version === null ? {} : { 'alloyup.alloy.version': version }),
});

const reasonOf = ({ params }: { readonly params: { readonly reason: string } }): string =>
  params.reason;

function countsOf(outcomes: Iterable<Outcome>): Attributes {
  const counts: Record<string, number> = {};
  for (const outcome of outcomes) {
    const key = `alloyup.hosts.${outcome}`;
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}
