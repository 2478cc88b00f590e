import type { Position, Problem } from '../model/problem.ts';
import { expandName } from './range.ts';

/** A variable of Ansible's, and where it was written. */
export interface AnsibleVariable {
  readonly value: unknown;
  readonly at: Position;
}

interface AnsibleHost {
  readonly name: string;
  /** Where it is named first. */
  readonly at: Position;
  readonly vars: Map<string, AnsibleVariable>;
}

interface AnsibleGroup {
  readonly name: string;
  readonly at: Position;
  /** Hosts that it names itself. */
  readonly hosts: Set<string>;
  readonly children: Set<string>;
  readonly vars: Map<string, AnsibleVariable>;
  /** `ansible_group_priority`: among groups of one depth, the higher one wins. */
  priority: number;
}

export type AnsibleVariables = ReadonlyMap<string, AnsibleVariable>;

/** What `group_vars` and `host_vars` beside an inventory say, by the group's or the host's name. */
export interface VariablesBeside {
  readonly groups: ReadonlyMap<string, AnsibleVariables>;
  readonly hosts: ReadonlyMap<string, AnsibleVariables>;
}

/** An Ansible inventory as it is written: nothing inherited yet, nothing judged. */
export interface AnsibleInventory {
  readonly hosts: ReadonlyMap<string, AnsibleHost>;
  /** `all` and `ungrouped` among them. */
  readonly groups: ReadonlyMap<string, AnsibleGroup>;
  /** Keys that Ansible skips itself. */
  readonly skipped: readonly { readonly what: string; readonly at: Position }[];
  readonly beside?: VariablesBeside;
}

/** A value under `!vault`: what it says is for nobody here. */
export class Vaulted {}

/** Gathers what a file says. */
export interface AnsibleBuilder {
  /** Makes the group where it is not there yet. */
  group(name: string, at: Position): AnsibleGroup;
  /** Names hosts in a group: `web-[01:20].example.com:2222`. Gives their names. */
  addHosts(group: string, pattern: string, at: Position): readonly string[];
  hasHost(name: string): boolean;
  setHost(name: string, key: string, value: unknown, at: Position): void;
  setGroup(group: string, key: string, value: unknown, at: Position): void;
  skip(what: string, at: Position): void;
  complain(message: string, hint: string, at: Position): void;
  readonly problems: readonly Problem[];
  /** What was gathered, hosts and groups without a parent put where Ansible puts them. */
  finish(): AnsibleInventory;
}

export function ansibleBuilder(top: Position): AnsibleBuilder {
  const hosts = new Map<string, AnsibleHost>();
  const groups = new Map<string, AnsibleGroup>();
  const skipped: { what: string; at: Position }[] = [];
  const problems: Problem[] = [];
  const complain = (message: string, hint: string, at: Position): void => {
    problems.push({ code: 'inventory.syntax', message, hint, at });
  };

  const group = (name: string, at: Position): AnsibleGroup => {
    const known = groups.get(name);
    if (known) return known;
    const made = { name, at, hosts: new Set<string>(), children: new Set<string>() };
    const whole = { ...made, vars: new Map<string, AnsibleVariable>(), priority: 1 };
    groups.set(name, whole);
    return whole;
  };
  const hostOf = (name: string, at: Position): AnsibleHost => {
    const known = hosts.get(name);
    if (known) return known;
    const made = { name, at, vars: new Map<string, AnsibleVariable>() };
    hosts.set(name, made);
    return made;
  };
  group('all', top);
  group('ungrouped', top);

  return {
    group,
    addHosts(into, pattern, at) {
      const { name, port } = splitPort(pattern);
      const names = expandName(name);
      if (!names.ok) {
        for (const problem of names.problems)
          problems.push({ ...problem, code: 'inventory.syntax', at } as Problem);
        return [];
      }
      for (const one of names.value) {
        const host = hostOf(one, at);
        if (port !== null) host.vars.set('ansible_port', { value: port, at });
        group(into, at).hosts.add(one);
      }
      return names.value;
    },
    hasHost: (name) => hosts.has(name),
    setHost: (name, key, value, at) => {
      hostOf(name, at).vars.set(key, { value, at });
    },
    setGroup(name, key, value, at) {
      const target = group(name, at);
      if (key === 'ansible_group_priority') {
        const priority = Number(value);
        if (Number.isInteger(priority)) target.priority = priority;
        else complain('ansible_group_priority is a whole number', 'write e.g. 10', at);
      } else target.vars.set(key, { value, at });
    },
    skip: (what, at) => {
      skipped.push({ what, at });
    },
    complain,
    problems,
    finish() {
      settle(hosts, groups, complain);
      return { hosts, groups, skipped };
    },
  };
}

/** "web-01:2222", "[2001:db8::1]:22"; a bare IPv6 address has no port. */
function splitPort(pattern: string): { name: string; port: number | null } {
  const bracketed = /^\[([0-9A-Fa-f.]*:[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*)\](?::(\d+))?$/.exec(pattern);
  if (bracketed)
    return { name: bracketed[1]!, port: bracketed[2] === undefined ? null : Number(bracketed[2]) };
  const named = /^((?:[^:[\]]|\[[^\]]*\])+):(\d+)$/.exec(pattern);
  return named ? { name: named[1]!, port: Number(named[2]) } : { name: pattern, port: null };
}

/** What Ansible does once all is read: every host is in a group, every group below `all`. */
function settle(
  hosts: ReadonlyMap<string, AnsibleHost>,
  groups: ReadonlyMap<string, AnsibleGroup>,
  complain: (message: string, hint: string, at: Position) => void,
): void {
  const all = groups.get('all')!;
  const ungrouped = groups.get('ungrouped')!;
  const listed = new Set<string>();
  const below = new Set<string>();
  for (const one of groups.values()) {
    for (const child of one.children) if (one !== all) below.add(child);
    if (one !== all && one !== ungrouped) for (const host of one.hosts) listed.add(host);
  }
  for (const name of hosts.keys()) {
    if (listed.has(name)) ungrouped.hosts.delete(name);
    else ungrouped.hosts.add(name);
  }
  all.hosts.clear();
  for (const name of groups.keys()) if (name !== 'all' && !below.has(name)) all.children.add(name);
  for (const one of groups.values()) {
    if (isBelow(one.name, one, groups, new Set()))
      complain(
        `the group "${one.name}" is a child of its own`,
        'take it out of the children of one of its children',
        one.at,
      );
  }
}

function isBelow(
  name: string,
  { children }: AnsibleGroup,
  groups: ReadonlyMap<string, AnsibleGroup>,
  seen: Set<string>,
): boolean {
  for (const child of children) {
    if (child === name) return true;
    if (seen.has(child)) continue;
    seen.add(child);
    const group = groups.get(child);
    if (group && isBelow(name, group, groups, seen)) return true;
  }
  return false;
}

/** Hosts of a group and of all groups below it. */
export function allHosts(name: string, { groups }: AnsibleInventory): ReadonlySet<string> {
  const found = new Set<string>();
  const seen = new Set<string>();
  const walk = (one: string): void => {
    const group = groups.get(one);
    if (!group || seen.has(one)) return;
    seen.add(one);
    for (const host of group.hosts) found.add(host);
    for (const child of group.children) walk(child);
  };
  walk(name);
  return found;
}

/**
 * The variables that hold for each host: those of its groups, from `all` down, then its own. Among
 * groups of one depth the higher priority wins, then the later name in the alphabet. Of groups, all
 * that the inventory itself says comes before all that `group_vars` says, `group_vars/all` included.
 */
export function effectiveVars(inventory: AnsibleInventory): ReadonlyMap<string, AnsibleVariables> {
  const { groups, hosts, beside } = inventory;
  const order = fromTheTop(groups);
  const result = new Map(
    [...hosts.keys()].map((name) => [name, new Map<string, AnsibleVariable>()]),
  );
  const lay = (group: string, vars: AnsibleVariables | undefined): void => {
    if (!vars || vars.size === 0) return;
    for (const name of allHosts(group, inventory)) add(result.get(name)!, vars);
  };
  for (const { name, vars } of order) lay(name, vars);
  for (const { name } of order) lay(name, beside?.groups.get(name));
  for (const { name, vars } of hosts.values()) {
    add(result.get(name)!, vars);
    add(result.get(name)!, beside?.hosts.get(name) ?? new Map());
  }
  return result;
}

function add(to: Map<string, AnsibleVariable>, vars: AnsibleVariables): void {
  for (const [key, variable] of vars) to.set(key, variable);
}

/** Groups in the order in which their variables are laid over each other; `all` is the first. */
function fromTheTop(groups: ReadonlyMap<string, AnsibleGroup>): readonly AnsibleGroup[] {
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
