import type { HostReport, PlanView } from '../model/event.ts';
import type { Notice, Problem, ProblemParams, Warning } from '../model/problem.ts';

export type Hosts = Iterable<readonly [string, HostReport]>;

export interface Group<T> {
  readonly item: T;
  readonly names: readonly string[];
}

/** Equal items with their hosts, in the order of the first. */
export function groupEqual<T>(items: Iterable<readonly [string, T]>): readonly Group<T>[] {
  const groups = new Map<string, { item: T; names: string[] }>();
  for (const [name, item] of items) {
    const key = JSON.stringify(item);
    const group = groups.get(key);
    if (!group) groups.set(key, { item, names: [name] });
    else if (group.names.at(-1) !== name) group.names.push(name);
  }
  return [...groups.values()];
}

/** Every problem that hosts ended with or that stands in the way of their plans. */
export function problemGroups(hosts: Hosts): readonly Group<Problem>[] {
  return noticeGroups(
    [...hosts].flatMap(([name, { problem, plan }]) =>
      [...(problem ? [problem] : []), ...(plan?.problems ?? [])].map((one) => [name, one] as const),
    ),
  );
}

/** Notices of equal code and params are one, whatever names the single host in them. */
function noticeGroups<T extends Notice>(
  notices: readonly (readonly [string, T])[],
): readonly Group<T>[] {
  const groups = new Map<string, { item: T; names: string[] }>();
  for (const [name, notice] of notices) {
    const item = { ...notice, host: name };
    const key = keyOf(item);
    const group = groups.get(key);
    if (!group) groups.set(key, { item, names: [name] });
    else if (group.names.at(-1) !== name) {
      group.names.push(name);
      group.item = ofAnyHost(group.item);
    }
  }
  return [...groups.values()];
}

/** The text of a saved run stands next to the params, and names the host. */
const keyOf = (notice: Notice): string => {
  const { code, params, at, detail } = ofAnyHost(notice);
  return JSON.stringify([code, params, at, detail]);
};

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
  'sudo.refused': { address: 'HOST' },
  'sudo.password': { address: 'HOST' },
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

/** All warnings of a run and of its hosts' plans. */
export function warningGroups(
  hosts: readonly (readonly [string, HostReport])[],
  ofRun: readonly Warning[],
): readonly Group<Warning>[] {
  const ofHosts = hosts.flatMap(([name, { plan, warnings }]) =>
    [
      ...warnings,
      ...(plan?.warnings ?? []),
      ...(plan?.changes.flatMap((change) => change.warnings) ?? []),
    ].map((warning) => [name, warning] as const),
  );
  return [...ofRun.map((item) => ({ item, names: [] })), ...noticeGroups(ofHosts)];
}

/** What a plan does, or would do if it were not refused for problems of these codes. */
export interface PlannedChanges {
  readonly changes: PlanView['changes'];
  readonly refusals: readonly string[];
}

/** Plans that change something, equal ones together, in the order of the first. */
export function planGroups(
  hosts: readonly (readonly [string, HostReport])[],
): readonly Group<PlannedChanges>[] {
  return groupEqual(
    hosts.flatMap(([name, { plan }]) => {
      if (!plan || plan.changes.length === 0) return [];
      // warnings and problems have blocks of their own: they must not keep equal plans apart
      const changes = plan.changes.map((change) => ({ ...change, warnings: [] }));
      const refusals = [...new Set(plan.problems.map(({ code }) => code))];
      return [[name, { changes, refusals }] as const];
    }),
  );
}

/** Hosts with the same changes. */
export interface PlanGroup extends Group<PlannedChanges> {
  /** The changes differ in the host's name; `item` has the first host's. */
  readonly alike: boolean;
}

/** Groups that differ only in the name of their host are one: 200 labels are one change. */
export function alikeGroups(equal: readonly Group<PlannedChanges>[]): readonly PlanGroup[] {
  const groups = new Map<string, { item: PlannedChanges; names: string[]; alike: boolean }>();
  for (const group of equal) {
    const key = group.names.length === 1 ? withoutName(group) : JSON.stringify(group.item);
    const known = groups.get(key);
    if (known) {
      known.names.push(...group.names);
      known.alike = true;
    } else groups.set(key, { item: group.item, names: [...group.names], alike: false });
  }
  return [...groups.values()];
}

/** Changes in which the host's name, where it stands as a word, could be any host's. */
const withoutName = ({ item, names }: Group<PlannedChanges>): string =>
  JSON.stringify(item)
    .split(names[0]!)
    .reduce((text, part) => {
      const word = !/[\w.-]$/.test(text) && !/^(?:[\w-]|\.\w)/.test(part);
      return `${text}${word ? '\u0000' : names[0]}${part}`;
    });
