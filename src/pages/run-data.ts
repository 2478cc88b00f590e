import type { FactsView, HostReport, Outcome, Verb } from '../model/event.ts';
import type { Notice } from '../model/problem.ts';
import { clusterNote } from '../report/cluster-text.ts';
import { deliveryNote } from '../report/delivery-text.ts';
import type { Run } from '../report/fold.ts';
import { type AlikeGroup, changeGroups, problemGroups, warningGroups } from '../report/groups.ts';
import { present } from '../report/plain.ts';
import { isNote, placeText } from '../report/problem-text.ts';
import { textOf } from '../report/text-of.ts';
import { columnsOf, type NamedHost } from './columns.ts';
import type { Finding, HostPlan, ReportData, State } from './data.ts';
import { openLineCoder } from './lines.ts';
import { type Configurations, drawnOf } from './parts/configurations.ts';
import { openTexts, type Texts } from './texts.ts';
import type { Timeline } from './timeline.ts';
import type { Tone } from './tone.ts';

/** What a status calls an outcome. */
const STATE_WORDS: Readonly<Partial<Record<Outcome, string>>> = {
  unchanged: 'up to date',
  pending: 'needs changes',
};

export const wordOf = (outcome: Outcome | null, verb: Verb): string =>
  outcome === null
    ? 'not finished'
    : ((verb === 'status' ? STATE_WORDS[outcome] : undefined) ?? outcome);

export function toneOf(outcome: Outcome | null): Tone {
  switch (outcome) {
    case 'unchanged':
    case 'changed':
      return 'good';
    case 'pending':
      return 'warn';
    case 'skipped':
    case null:
      return 'idle';
    default:
      return 'bad';
  }
}

export interface FoundGroup {
  readonly kind: Finding['kind'];
  readonly item: Notice;
  readonly names: readonly string[];
}

/** Problems first, then warnings and notes; equal ones once. */
function findingsOf(hosts: readonly NamedHost[], { warnings }: Run): readonly FoundGroup[] {
  const found = warningGroups(hosts, warnings);
  const of = (kind: FoundGroup['kind'], groups: readonly Pick<FoundGroup, 'item' | 'names'>[]) =>
    groups.map(({ item, names }) => ({ kind, item, names }));
  return [
    ...of('problem', problemGroups(hosts)),
    ...of(
      'warning',
      found.filter(({ item }) => !isNote(item)),
    ),
    ...of(
      'note',
      found.filter(({ item }) => isNote(item)),
    ),
  ];
}

export type Change = AlikeGroup<NonNullable<HostReport['plan']>['changes'][number]>;

/** A run as its page shows it, and as the script of the page reads it. */
export interface RunContents {
  readonly data: ReportData;
  readonly findings: readonly FoundGroup[];
  readonly changes: readonly Change[];
  /** Those of `data`: what is put into it is in there. */
  readonly texts: Texts;
}

/** @param now milliseconds since the epoch, for ages */
export function runContents(
  run: Run,
  hosts: readonly NamedHost[],
  timeline: Timeline,
  now: number,
  configurations: Configurations | null,
): RunContents {
  const texts = openTexts();
  const names = hosts.map(([name]) => name);
  const index = new Map(names.map((name, i) => [name, i]));
  const findings = findingsOf(hosts, run);
  const changes = changeGroups(hosts);
  const found: number[][] = names.map(() => []);
  findings.forEach((group, id) => {
    for (const name of group.names) found[index.get(name)!]?.push(id);
  });
  const waves = names.map(() => -1);
  run.waves.forEach((wave, id) => {
    for (const name of wave.hosts) {
      const at = index.get(name);
      if (at !== undefined) waves[at] = id;
    }
  });
  const states = statesOf(hosts, run.verb);
  const lines = openLineCoder(texts.id);
  const data: ReportData = {
    names: names.map((name) => texts.all[texts.id(name)]!),
    outcomes: hosts.map(([, { outcome }]) => states.findIndex((one) => one.outcome === outcome)),
    states,
    columns: columnsOf({ run, hosts, waves, timeline, texts, now }),
    found,
    findings: findings.map(({ kind, item }) => findingData(kind, item, texts)),
    ...plansOf(hosts, changes),
    changes: changes.map(({ item: { step, title, diffs }, names: [first], alike }) => ({
      step,
      title: texts.id(title),
      shownFor: alike ? texts.id(first) : -1,
      diffs: diffs.map(({ path, kind, text }) => {
        const name = texts.id(path);
        return { path: name, kind, lines: text?.trim() ? lines.code(name, text) : null };
      }),
    })),
    waves,
    said: hosts.map(([, { facts }]) => saidOf(facts).map(texts.id)),
    time: timeline.data(names),
    texts: texts.all,
    ...(configurations && { configurations: drawnOf(names, configurations) }),
  };
  return { data, findings, changes, texts };
}

function statesOf(hosts: readonly NamedHost[], verb: Verb): readonly State[] {
  const outcomes = new Set(hosts.map(([, { outcome }]) => outcome));
  return [...outcomes].map((outcome) => ({
    outcome,
    word: wordOf(outcome, verb),
    tone: toneOf(outcome),
  }));
}

function findingData(kind: Finding['kind'], notice: Notice, texts: Texts): Finding {
  const { message, hint } = textOf(notice);
  const { code, at, detail } = notice;
  return {
    kind,
    code: texts.id(code),
    message: texts.id(message),
    hint: texts.id(hint || null),
    place: texts.id(at && placeText(at)),
    detail: texts.id(detail?.trim() ? detail : null),
  };
}

/** Equal plans once: thousands of hosts have the same. */
function plansOf(
  hosts: readonly NamedHost[],
  changes: readonly Change[],
): Pick<ReportData, 'planned' | 'plans'> {
  const groups = new Map<string, Map<string, number>>();
  changes.forEach(({ item: { step }, names }, id) => {
    for (const name of names) {
      const of = groups.get(name) ?? new Map<string, number>();
      groups.set(name, of.set(step, id));
    }
  });
  const plans: HostPlan[] = [];
  const ids = new Map<string, number>();
  const planned = hosts.map(([name, host]) => {
    const of = groups.get(name);
    const own = host.changes.filter(({ step }) => of?.has(step));
    if (own.length === 0) return -1;
    const plan = {
      changes: own.map(({ step }) => of!.get(step)!),
      states: own.map(({ state }) => state),
    };
    const key = JSON.stringify(plan);
    const known = ids.get(key);
    if (known !== undefined) return known;
    ids.set(key, plans.length);
    plans.push(plan);
    return plans.length - 1;
  });
  return { planned, plans };
}

/** How its data and its cluster fare. */
const saidOf = (facts: FactsView | null): readonly string[] =>
  facts === null
    ? []
    : [
        ...(facts.delivery ?? []).map(
          (one) =>
            deliveryNote(one) ??
            `${one.destination ?? one.component}: ${one.state === 'idle' ? 'nothing to send yet' : `data arrives${one.perMinute === null ? '' : `, ${one.perMinute.toLocaleString('en')} a minute`}`}`,
        ),
        ...present(facts.cluster && clusterNote(facts.cluster)),
      ];
