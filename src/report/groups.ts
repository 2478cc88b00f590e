import type { HostReport, PlanView } from '../model/event.ts';
import type { GraphChanges } from '../model/graph-changes.ts';
import type { FileDiff } from '../model/plan.ts';
import type { Notice, Problem, ProblemParams, Warning } from '../model/problem.ts';
import { sha256 } from '../model/secret.ts';

export type Hosts<H = HostReport> = Iterable<readonly [string, H]>;

export interface Group<T> {
  readonly item: T;
  readonly names: readonly string[];
}

/** Of no host. */
export const alone = <T>(item: T): Group<T> => ({ item, names: [] });

const NOTHING: readonly never[] = [];

/** Groups of equal keys as one, in the order of the first, whose item it has. */
function merged<T>(
  groups: Iterable<Group<T>>,
  keyOf: (group: Group<T>) => string,
): readonly Group<T>[] {
  const byKey = new Map<string, { readonly item: T; readonly names: string[] }>();
  for (const group of groups) {
    const key = keyOf(group);
    const known = byKey.get(key) ?? { item: group.item, names: [] };
    byKey.set(key, known);
    for (const name of group.names) if (known.names.at(-1) !== name) known.names.push(name);
  }
  return [...byKey.values()];
}

/** What is said of hosts, each with its host alone. */
function single<T, H>(hosts: Hosts<H>, said: (host: H) => readonly T[]): readonly Group<T>[] {
  const groups: Group<T>[] = [];
  for (const [name, host] of hosts)
    for (const item of said(host)) groups.push({ item, names: [name] });
  return groups;
}

/** What is said of hosts, equal items together. */
export const groupEqual = <T, H>(
  hosts: Hosts<H>,
  said: (host: H) => readonly T[],
): readonly Group<T>[] => merged(single(hosts, said), ({ item }) => JSON.stringify(item));

/** Codes whose detail differs from host to host, and the first example is enough: broken answers, logged errors. */
const EXAMPLE_IS_ENOUGH: ReadonlySet<string> = new Set(['host.probe', 'alloy.delivery']);

/** Notices of equal code and params are one, whatever names the single host in them. */
const noticeGroups = <T extends Notice>(
  hosts: Hosts,
  noticesOf: (host: HostReport) => readonly T[],
): readonly Group<T>[] =>
  merged(
    single(hosts, noticesOf).map(({ item, names }) => ({
      item: { ...item, host: names[0]! },
      names,
    })),
    ({ item }) => keyOfNotice(item),
  ).map(({ item, names }) => ({ item: names.length > 1 ? ofAnyHost(item) : item, names }));

/** Equal for the same notice of any host: the text of a saved run stands next to the params, and names it. */
function keyOfNotice(notice: Notice): string {
  const { code, params, at, detail } = ofAnyHost(notice);
  return JSON.stringify([code, params, at, EXAMPLE_IS_ENOUGH.has(code) ? null : detail]);
}

type NamesOf<P> = P extends unknown ? Exclude<keyof P, 'reason'> : never;

/** Params that differ from host to host though the problem is the same, and what stands for them. */
const SHARED: {
  readonly [C in keyof ProblemParams]?: { readonly [N in NamesOf<ProblemParams[C]>]?: string };
} = {
  'ssh.unreachable': { address: 'HOST', endpoint: 'HOST' },
  'ssh.auth': { endpoint: 'HOST' },
  'ssh.host-key': { name: 'HOST', address: 'HOST', fingerprint: 'SHA256:...' },
  'ssh.timeout': { endpoint: 'HOST' },
  'ssh.lost': { endpoint: 'HOST' },
  'ssh.unsupported': { name: 'HOST', address: 'HOST', endpoint: 'HOST' },
  'ssh.shell': { address: 'HOST' },
  'sudo.refused': { address: 'HOST' },
  'sudo.password': { address: 'HOST' },
  'alloy.delivery': { seconds: '…' },
  'apply.locked': { seconds: '…', pid: 'PID' },
};

const WORDS = new Map<string, Readonly<Record<string, string>>>(Object.entries(SHARED));

/** A notice of any of the hosts that share it. */
function ofAnyHost<T extends Notice>(notice: T): T {
  const { host: _, ...rest } = notice;
  const words = WORDS.get(notice.code) ?? {};
  const params = Object.entries(notice.params as object).map(([name, value]) => [
    name,
    words[name] ?? value,
  ]);
  return { ...rest, params: Object.fromEntries(params) } as unknown as T;
}

/** Problems that several hosts may share, equal ones together. */
export const groupProblems = (problems: readonly Problem[]): readonly Group<Problem>[] =>
  merged(
    problems.map((item) => ({ item, names: item.host === undefined ? [] : [item.host] })),
    ({ item }) => keyOfNotice(item),
  ).map(({ item, names }) => ({ item: names.length > 1 ? ofAnyHost(item) : item, names }));

/** Every problem that hosts ended with or that stands in the way of their plans. */
export const problemGroups = (hosts: Hosts): readonly Group<Problem>[] =>
  noticeGroups(hosts, ({ problem, plan }) => {
    const inTheWay = plan?.problems ?? NOTHING;
    return problem ? [problem, ...inTheWay] : inTheWay;
  });

/** All warnings of a run and of its hosts' plans. */
export const warningGroups = (
  hosts: Hosts,
  ofRun: readonly Warning[],
): readonly Group<Warning>[] => [
  ...findingGroups(ofRun),
  ...noticeGroups(hosts, ({ plan, warnings }) => {
    if (!plan) return warnings;
    const isQuiet = warnings.length + plan.warnings.length === 0 && !plan.changes.some(warns);
    if (isQuiet) return NOTHING;
    return [...warnings, ...plan.warnings, ...plan.changes.flatMap((change) => change.warnings)];
  }),
];

type PlannedChange = PlanView['changes'][number];

const warns = ({ warnings }: PlannedChange): boolean => warnings.length > 0;

/** What a plan does, or would do if it were not refused for problems of these codes. */
export interface PlannedChanges {
  readonly changes: PlanView['changes'];
  readonly refusals: readonly string[];
  readonly requiresDeliveryS?: number;
  readonly graph?: GraphChanges;
}

export interface AlikeGroup<T> extends Group<T> {
  /** They differ in the host's name; `item` has the first host's. */
  readonly alike: boolean;
}

/** Hosts with the same changes. */
export type PlanGroup = AlikeGroup<PlannedChanges>;

/**
 * Plans that change something, in the order of the first. Equal ones are together, and so are those
 * that differ only in the name of their host: 200 labels are one change.
 */
export const planGroups = (hosts: Hosts): readonly PlanGroup[] =>
  groupAlike(
    hosts,
    ({ plan }) => (plan && plan.changes.length > 0 ? [plan] : NOTHING),
    planKey,
  ).map((group) => {
    const { changes, requiresDeliveryS, graph } = group.item;
    const item = {
      changes: changes.map(withoutWarnings),
      refusals: refusalsOf(group.item),
      ...(requiresDeliveryS === undefined ? {} : { requiresDeliveryS }),
      ...(graph === undefined ? {} : { graph }),
    };
    return { ...group, item };
  });

/** The changes of all plans, grouped in the same way: one that hosts share is there once, whatever else they have planned. */
export const changeGroups = (hosts: Hosts): readonly AlikeGroup<PlannedChange>[] =>
  groupAlike(hosts, ({ plan }) => plan?.changes ?? NOTHING, changeKey).map((group) => ({
    ...group,
    item: withoutWarnings(group.item),
  }));

/** Warnings and problems have blocks of their own: they must not keep equal changes apart. */
const withoutWarnings = (change: PlannedChange): PlannedChange => ({ ...change, warnings: [] });

const refusalsOf = ({ problems }: PlanView): readonly string[] => [
  ...new Set(problems.map(({ code }) => code)),
];

/** Equal for equal items. @param name of a host, in place of which any host's could stand; null: as it is */
type KeyOf<T> = (item: T, name: string | null) => string;

function groupAlike<T>(hosts: Hosts, said: (host: HostReport) => readonly T[], keyOf: KeyOf<T>) {
  const equal = merged(single(hosts, said), ({ item }) => keyOf(item, null));
  const sizes = new Map(equal.map(({ item, names }) => [item, names.length]));
  return merged(equal, ({ item, names }) => keyOf(item, names.length === 1 ? names[0]! : null)).map(
    (group) => ({ ...group, alike: group.names.length > sizes.get(group.item)! }),
  );
}

/** Of parts of plans, which hosts share. */
const digests = new WeakMap<object, string>();

/** A part that is read once. Not its text: V8 tells long ones apart by their length alone, and would compare all of them. */
function partKey<T extends object>(make: KeyOf<T>): KeyOf<T> {
  return (part, name) => {
    if (name !== null) return sha256(make(part, name));
    const digest = digests.get(part) ?? sha256(make(part, null));
    digests.set(part, digest);
    return digest;
  };
}

const planKey: KeyOf<PlanView> = (plan, name) => {
  const { changes, requiresDeliveryS, graph } = plan;
  const rest = { refusals: refusalsOf(plan), requiresDeliveryS, graph };
  return `${changesKeyOf(changes, name)}${jsonOf(rest, name)}`;
};

const changesKey = partKey<PlanView['changes']>((changes, name) =>
  changes.map((change) => changeKey(change, name)).join(),
);

/** Keys without the name, of changes that were read when no other host had them. */
const nameless = new WeakMap<PlanView['changes'], { readonly of: string; readonly key: string }>();

const changesKeyOf: KeyOf<PlanView['changes']> = (changes, name) => {
  const known = nameless.get(changes);
  return known?.of === name ? known.key : changesKey(changes, name);
};

/** Reads a plan when it is there: `planGroups` would have to read those of thousands of hosts at once. */
export function readPlan(host: string, { changes }: PlanView): void {
  if (changes.length === 0 || digests.has(changes)) return;
  changesKey(changes, null);
  nameless.set(changes, { of: host, key: changesKey(changes, host) });
}

const changeKey = partKey<PlannedChange>(({ diffs, warnings: _, ...rest }, name) =>
  [...diffs.map((diff) => diffKey(diff, name)), jsonOf(rest, name)].join(),
);

const diffKey: KeyOf<FileDiff> = (diff, name) => {
  const isNamed = name !== null && `${diff.path}\n${diff.text}`.includes(name);
  return textKey(diff, isNamed ? name : null);
};

const jsonOf: KeyOf<object> = (said, name) =>
  name === null ? JSON.stringify(said) : withoutName(JSON.stringify(said), name);

const textKey = partKey<object>(jsonOf);

/** A text in which the host's name, where it stands as a word, could be any host's. */
const withoutName = (json: string, name: string): string =>
  json.split(name).reduce((text, part) => {
    const word = !/[\w.-]/.test(text.at(-1) ?? '') && !/^(?:[\w-]|\.\w)/.test(part);
    return `${text}${word ? '\u0000' : name}${part}`;
  });

/** What was found in a text that was rendered for a host, which also names its file. */
export const isRendered = ({ host, at }: Notice): boolean =>
  host !== undefined && at?.file.endsWith(`rendered for ${host})`) === true;

/**
 * What was found before any host was contacted. The same in texts that were rendered for several hosts is one: all
 * that may differ is their names, and the lines around the place.
 */
export const findingGroups = <T extends Notice>(notices: readonly T[]): readonly Group<T>[] =>
  merged(
    notices.map((item) => (isRendered(item) ? { item, names: [item.host!] } : alone(item))),
    ({ item, names: [name] }) => {
      if (name === undefined) return JSON.stringify(item);
      const { host: _, detail: __, ...same } = item;
      return withoutName(JSON.stringify(same), name);
    },
  );
