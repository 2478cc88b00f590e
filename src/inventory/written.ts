import type { Position, Problem, Warning } from '../model/problem.ts';
import type { Layer } from './merge.ts';
import { expandName } from './range.ts';
import type { Written } from './schema.ts';
import type { Locate, Path } from './tree.ts';

/** What stands for the file of a list of hosts in messages. */
export const HOST_LIST = '-i';

/** `-i web-01,web-02,`: a comma makes it a list, and no file is meant. */
export const isHostList = (inventory: string): boolean => inventory.includes(',');

/** A host as the inventory names it. */
export interface WrittenHost {
  readonly name: string;
  /** Where it is named first, or where it has settings of its own. */
  readonly at: Position;
  /** In the order of the inventory. */
  readonly groups: readonly string[];
  /** Its key under `hosts`, which may be a range; null: only groups name it. */
  readonly key: string | null;
}

/** An inventory that holds together: every name resolved, nothing merged yet. */
export interface WrittenInventory {
  /** As it was given: a path, or `-i` for a list of hosts. */
  readonly file: string;
  readonly written: Written;
  /** Every host, in the order of the inventory. */
  readonly hosts: ReadonlyMap<string, WrittenHost>;
  /** Members of each group, in the order of the inventory. */
  readonly groups: ReadonlyMap<string, readonly string[]>;
  readonly place: Locate;
  /** The lines around a place, secrets hidden, for `Problem.detail`. */
  readonly frame: (at: Position) => string;
  readonly warnings: readonly Warning[];
}

/** What `hosts` and `groups` name, ranges spelled out; problems of the names beside it. */
export interface Members {
  readonly hosts: ReadonlyMap<string, WrittenHost>;
  readonly groups: ReadonlyMap<string, readonly string[]>;
  readonly problems: readonly Problem[];
}

/** Hosts of one inventory at most. */
const MOST_HOSTS = 100_000;

export function membersOf(written: Written, place: Locate): Members {
  const problems: Problem[] = [];
  const hosts = new Map<
    string,
    { name: string; at: Position; groups: string[]; key: string | null }
  >();
  const groups = new Map<string, Set<string>>();

  const expand = (pattern: string, path: Path, part: 'key' | 'value'): readonly string[] => {
    const bare = /^\[([0-9A-Fa-f:]*::?[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*)\]$/.exec(pattern)?.[1];
    if (bare && !nameProblem(bare)) {
      problems.push({
        code: 'inventory.schema',
        message: `"${pattern}" is not a name of a host`,
        hint: `write an IPv6 address without brackets: "${bare}"`,
        at: place(path, part),
      });
      return [];
    }
    const names = expandName(pattern);
    if (!names.ok) {
      for (const problem of names.problems) problems.push({ ...problem, at: place(path, part) });
      return [];
    }
    return names.value.filter((name) => {
      const wrong = nameProblem(name);
      if (wrong) problems.push({ code: 'inventory.schema', ...wrong, at: place(path, part) });
      return !wrong;
    });
  };
  const hostOf = (name: string, path: Path, part: 'key' | 'value') => {
    let host = hosts.get(name);
    if (!host) {
      host = { name, at: place(path, part), groups: [], key: null };
      hosts.set(name, host);
    }
    return host;
  };

  const readGroups = (): void => {
    for (const [group, settings] of Object.entries(written.groups ?? {})) {
      const members = groups.get(group) ?? new Set<string>();
      groups.set(group, members);
      settings?.hosts?.forEach((pattern, i) => {
        const path = ['groups', group, 'hosts', i];
        for (const name of expand(pattern, path, 'value')) {
          hostOf(name, path, 'value');
          members.add(name);
        }
      });
    }
  };
  const readHosts = (): void => {
    for (const key of Object.keys(written.hosts ?? {})) {
      const path = ['hosts', key];
      for (const name of expand(key, path, 'key')) {
        const host = hostOf(name, path, 'key');
        const at = place(path, 'key');
        if (host.key !== null) {
          problems.push({
            code: 'inventory.rule',
            message: `the host "${name}" stands twice under "hosts", first in line ${host.at.line}`,
            hint: 'take it out of one of the two, or move what a range shares to a group',
            at,
          });
          continue;
        }
        host.key = key;
        host.at = at;
        for (const group of written.hosts?.[key]?.groups ?? []) groups.get(group)?.add(name);
      }
    }
  };
  // hosts stand in the order of the file
  const sections = Object.keys(written);
  const hostsFirst = sections.indexOf('hosts') < sections.indexOf('groups');
  for (const group of Object.keys(written.groups ?? {})) groups.set(group, new Set());
  if (hostsFirst) readHosts();
  readGroups();
  if (!hostsFirst) readHosts();

  for (const [group, members] of groups) {
    for (const name of members) hosts.get(name)?.groups.push(group);
  }
  if (hosts.size > MOST_HOSTS) {
    problems.push({
      code: 'inventory.rule',
      message: `the inventory names ${hosts.size} hosts, more than ${MOST_HOSTS}`,
      hint: 'split it into several inventories',
      at: place(['groups'], 'key'),
    });
  }
  const order = new Map([...hosts.keys()].map((name, i) => [name, i]));
  const sorted = [...groups].map(
    ([group, members]) =>
      [group, [...members].sort((a, b) => order.get(a)! - order.get(b)!)] as const,
  );
  return { hosts, groups: new Map(sorted), problems };
}

/** What is wrong with a name once its ranges are spelled out. */
export function nameProblem(name: string): { message: string; hint: string } | undefined {
  if (/^[A-Za-z0-9_](?:[\w.-]*[A-Za-z0-9_])?$/.test(name)) return undefined;
  if (/^[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*(%\w+)?$/.test(name) && name.split(':').length > 2)
    return undefined;
  const message = `"${name}" is not a name of a host`;
  const port = /^([\w.-]+):(\d+)$/.exec(name);
  if (port)
    return { message, hint: `write "${port[1]}" and put the port under ssh.port: ${port[2]}` };
  if (name.includes('@')) {
    const [user, host] = name.split('@');
    return { message, hint: `write "${host}" and put the user under ssh.user: ${user}` };
  }
  if (name.includes('*')) return { message, hint: 'write hosts out, or as a range: web-[01:20]' };
  return { message, hint: 'use letters, digits, ".", "-" and "_"' };
}

/** What the inventory says of a host, least first. */
export function layersOf(
  inventory: Pick<WrittenInventory, 'written'>,
  host: WrittenHost,
): readonly Layer[] {
  const { defaults, hosts } = inventory.written;
  return [
    ...(defaults ? [{ value: defaults, path: ['defaults'] }] : []),
    ...groupLayers(inventory, host.groups),
    ...(host.key !== null && hosts?.[host.key]
      ? [{ value: hosts[host.key]!, path: ['hosts', host.key] }]
      : []),
  ];
}

export const groupLayers = (
  { written }: Pick<WrittenInventory, 'written'>,
  groups: readonly string[],
): readonly Layer[] =>
  groups.flatMap((group) => {
    const value = written.groups?.[group];
    return value ? [{ value, path: ['groups', group] }] : [];
  });
