import type { Position, Problem } from '../../model/problem.ts';
import type { InventoryProblems, SkippedKey } from '../../model/problems/inventory-problems.ts';
import { expandName } from '../range.ts';
import { pythonText } from './python-literal.ts';

/** An Ansible variable, and where it is set. */
export interface AnsibleVariable {
  readonly value: unknown;
  readonly at: Position;
}

export type AnsibleVariables = ReadonlyMap<string, AnsibleVariable>;

interface AnsibleHost {
  readonly name: string;
  /** Where it is named first. */
  readonly at: Position;
  readonly vars: Map<string, AnsibleVariable>;
}

interface AnsibleGroup extends AnsibleHost {
  /** Hosts that it names itself. */
  readonly hosts: Set<string>;
  children: Set<string>;
  /** `ansible_group_priority`: among groups of equal depth, the higher one wins. */
  priority: number;
}

/** The variables in `group_vars` and `host_vars` beside an inventory, by the name of the group or host. */
export interface VariablesBeside {
  readonly groups: ReadonlyMap<string, AnsibleVariables>;
  readonly hosts: ReadonlyMap<string, AnsibleVariables>;
}

/** An Ansible inventory as written: nothing is inherited or interpreted yet. */
export interface AnsibleInventory {
  readonly hosts: ReadonlyMap<string, AnsibleHost>;
  /** Including `all` and `ungrouped`. */
  readonly groups: ReadonlyMap<string, AnsibleGroup>;
  readonly skipped: readonly (SkippedKey & { readonly at: Position })[];
  readonly beside?: VariablesBeside;
}

/** A value encrypted with Ansible Vault, which cannot be read here. */
export class Vaulted {}

/** Collects what a file contains. */
export class AnsibleBuilder {
  readonly problems: Problem[] = [];
  readonly #hosts = new Map<string, AnsibleHost>();
  readonly #groups = new Map<string, AnsibleGroup>();
  readonly #skipped: (SkippedKey & { readonly at: Position })[] = [];

  constructor(file: string) {
    const top = { file, line: 1, column: 1 };
    this.group('all', top);
    this.group('ungrouped', top);
  }

  report(params: InventoryProblems['inventory.syntax'], at: Position): void {
    this.problems.push({ code: 'inventory.syntax', params, at });
  }

  skip(key: SkippedKey, at: Position): void {
    this.#skipped.push({ ...key, at });
  }

  /** Creates the group unless it exists. */
  group(name: string, at: Position): AnsibleGroup {
    const group = this.#groups.get(name) ?? {
      name,
      at,
      vars: new Map<string, AnsibleVariable>(),
      hosts: new Set<string>(),
      children: new Set<string>(),
      priority: 1,
    };
    this.#groups.set(name, group);
    return group;
  }

  /** Adds hosts to a group by a pattern such as `web-[01:20].example.com:2222`. Returns their names. */
  addHosts(group: string, pattern: string, at: Position): readonly string[] {
    const { name, port } = splitPort(pattern);
    const names = expandName(name);
    if (!names.ok) {
      this.report(names.mistake, at);
      return [];
    }
    for (const one of names.value) this.addHost(group, one, port, at);
    return names.value;
  }

  /** Only the first mention of a host sets its port. */
  addHost(group: string, name: string, port: number | null, at: Position): void {
    const known = this.#hosts.get(name);
    if (name === 'all' || name === 'ungrouped') this.report({ reason: 'reserved-host', name }, at);
    const [, user, login] = /^([^@]+)@(.+)$/.exec(name) ?? [];
    if (user && login) this.report({ reason: 'host-with-user', user, host: login }, at);
    if (known && port !== null && known.vars.get('ansible_port')?.value !== port)
      this.skip({ reason: 'later-port', host: name, port }, at);
    if (!known) {
      const vars = new Map(port === null ? [] : [['ansible_port', { value: port, at }]]);
      this.#hosts.set(name, { name, at, vars });
    }
    this.group(group, at).hosts.add(name);
  }

  hasHost(name: string): boolean {
    return this.#hosts.has(name);
  }

  hasGroup(name: string): boolean {
    return this.#groups.has(name);
  }

  /** Where a group has the name as well, Ansible gives the variable to the group. */
  setHost(name: string, key: string, value: unknown, at: Position): void {
    if (this.#groups.has(name)) this.setGroup(name, key, value, at);
    else this.#hosts.get(name)?.vars.set(key, { value, at });
  }

  setGroup(name: string, key: string, value: unknown, at: Position): void {
    const group = this.group(name, at);
    if (key !== 'ansible_group_priority') group.vars.set(key, { value, at });
    else if (/^\s*[-+]?\d+\s*$/.test(pythonText(value) ?? '')) group.priority = Number(value);
    else this.report({ reason: 'group-priority' }, at);
  }

  /** The inventory, with hosts and groups without a parent where Ansible puts them. */
  finish(): AnsibleInventory {
    const [groups, hosts] = [this.#groups, this.#hosts];
    const all = groups.get('all')!;
    const ungrouped = groups.get('ungrouped')!;
    const below = new Set([...groups.values()].flatMap(({ children }) => [...children]));
    all.children = new Set(['ungrouped', ...all.children]);
    for (const name of groups.keys())
      if (name !== 'all' && !below.has(name)) all.children.add(name);
    const grouped = new Set(
      [...groups.values()].flatMap((group) =>
        group === all || group === ungrouped ? [] : [...group.hosts],
      ),
    );
    for (const name of hosts.keys())
      if (grouped.has(name)) ungrouped.hosts.delete(name);
      else ungrouped.hosts.add(name);
    for (const { name, children, at } of groups.values()) {
      if ([...children].some((child) => descendants(child, groups).has(name)))
        this.report({ reason: 'group-cycle', group: name }, at);
      if (name !== 'all' && children.has('ungrouped'))
        this.report({ reason: 'ungrouped-child', group: name }, at);
    }
    return { hosts, groups, skipped: this.#skipped };
  }
}

/** A colon that does not stand in brackets, which follow the name's first character. */
function hasBareColon(name: string): boolean {
  const [colon, bracket] = [name.indexOf(':'), name.indexOf('[', 1)];
  if (colon < 0) return false;
  return bracket < 0 || bracket > colon || name.lastIndexOf(']') < name.lastIndexOf(':');
}

/** As in a name with a port: both ends are given. */
const RANGE = /\[(?:[a-z]:[a-z]|\d+:\d+)(?::\d+)?\]/gi;

/**
 * "web-01:2222", "[2001:db8::1]:22"; an IPv6 address without brackets has no port. What is no name
 * of a host has none either, and is a name that nothing accepts.
 */
function splitPort(pattern: string): { name: string; port: number | null } {
  const end = pattern.lastIndexOf(':');
  const given = /^\d+$/.test(pattern.slice(end + 1)) && end > 0 ? pattern.slice(0, end) : '';
  const name = /^\[(.+)\]$/.exec(given)?.[1] ?? (hasBareColon(given) ? '' : given);
  const port = name === '' ? undefined : pattern.slice(end + 1);
  const plain = name.replace(RANGE, '0');
  const isName = /^\w([\w-]*\w)?(\.\w([\w-]*\w)?)*$/.test(plain) && !/_(\.|$)/.test(plain);
  return port !== undefined && (isName || /^[0-9a-f.]*:[0-9a-f:.]*$/i.test(plain))
    ? { name, port: Number(port) }
    : { name: pattern, port: null };
}

/** A group and all groups below it, level by level. */
function descendants(name: string, groups: AnsibleInventory['groups']): ReadonlySet<string> {
  const found = new Set([name]);
  // a set yields what is added to it on the way
  for (const one of found) for (const child of groups.get(one)?.children ?? []) found.add(child);
  return found;
}

/** The hosts of a group and of all groups below it, in Ansible's order. */
export const allHosts = (name: string, { groups }: AnsibleInventory): ReadonlySet<string> =>
  new Set([...descendants(name, groups)].flatMap((group) => [...(groups.get(group)?.hosts ?? [])]));

/**
 * The variables of each host: those of its groups, from `all` down, then its own. Among groups of
 * equal depth the higher priority wins, then the later name in alphabetical order. What `group_vars`
 * sets, `group_vars/all` included, overrides whatever the inventory itself sets for groups.
 */
export function effectiveVars(inventory: AnsibleInventory): ReadonlyMap<string, AnsibleVariables> {
  const { groups, hosts, beside } = inventory;
  const result = new Map(
    [...hosts.keys()].map((name) => [name, new Map<string, AnsibleVariable>()]),
  );
  const set = (names: Iterable<string>, vars: AnsibleVariables = new Map()): void => {
    for (const name of vars.size === 0 ? [] : names)
      for (const [key, variable] of vars) result.get(name)!.set(key, variable);
  };
  const order = byDepth(groups);
  for (const { name, vars } of order) set(allHosts(name, inventory), vars);
  for (const { name } of order) set(allHosts(name, inventory), beside?.groups.get(name));
  for (const { name, vars } of hosts.values()) {
    set([name], vars);
    set([name], beside?.hosts.get(name));
  }
  return result;
}

/** Groups from the one with the weakest variables, `all`, to the one with the strongest. */
function byDepth(groups: AnsibleInventory['groups']): readonly AnsibleGroup[] {
  const depth = new Map<string, number>();
  const sink = (name: string, level: number): void => {
    if ((depth.get(name) ?? -1) >= level || level > groups.size) return;
    depth.set(name, level);
    for (const child of groups.get(name)?.children ?? []) sink(child, level + 1);
  };
  sink('all', 0);
  return [...groups.values()].sort(
    (a, b) =>
      (depth.get(a.name) ?? 1) - (depth.get(b.name) ?? 1) ||
      a.priority - b.priority ||
      (a.name < b.name ? -1 : 1),
  );
}
