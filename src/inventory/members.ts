import type { Position, Problem, Warning } from '../model/problem.ts';
import type { InventoryProblems } from '../model/problems/inventory-problems.ts';
import { expandName } from './range.ts';
import type { InventoryInput } from './schema.ts';
import type { Locate } from './yaml.ts';

/** A host as the inventory names it. */
export interface InventoryHost {
  readonly name: string;
  /** Where it is named first, or where it has settings of its own. */
  readonly at: Position;
  /** In the order of the inventory. */
  readonly groups: readonly string[];
  /** Its key under `hosts`, which may be a range; null: only groups name it. */
  readonly key: string | null;
}

/** What `hosts` and `groups` name, with ranges expanded. */
export interface Members {
  /** Every host, in the order of the inventory. */
  readonly hosts: ReadonlyMap<string, InventoryHost>;
  /** The hosts of each group, in the order in which the inventory puts them there. */
  readonly groups: ReadonlyMap<string, readonly string[]>;
}

/** An inventory without mistakes: every name resolved, nothing merged yet. */
export interface Inventory extends Members {
  /** As the user named it: a path, or `-i` for a list of hosts. */
  readonly file: string;
  /** Each file that it was read from: the one above, or several with their files of variables. */
  readonly files: readonly string[];
  readonly input: InventoryInput;
  readonly place: Locate;
  /** The lines around a position with secrets masked, for `Problem.detail`. */
  readonly frame: (at: Position) => string;
  readonly warnings: readonly Warning[];
  /** Of an Ansible inventory, whose order is another one: the hosts in the order of first mention. */
  readonly mentioned?: readonly string[];
}

const MAX_HOSTS = 100_000;

export function membersOf(
  input: InventoryInput,
  place: Locate,
): Members & { readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  type Host = { name: string; at: Position; groups: string[]; key: string | null };
  const hosts = new Map<string, Host>();
  const names = Object.keys(input.groups ?? {});
  const groups = new Map(names.map((name) => [name, new Set<string>()] as const));

  /** The valid names that a pattern stands for. */
  const expand = (pattern: string, at: Position): readonly string[] => {
    const refuse = (params: InventoryProblems['inventory.schema']): readonly string[] => {
      problems.push({ code: 'inventory.schema', params, at });
      return [];
    };
    const address = /^\[((?=[0-9A-Fa-f]*:[0-9A-Fa-f.]*:)[0-9A-Fa-f:.]*)\]$/.exec(pattern)?.[1];
    if (address && isHostName(address)) return refuse({ reason: 'bracketed-address', address });
    const names = expandName(pattern);
    if (!names.ok) return refuse(names.mistake);
    return names.value.flatMap((name) =>
      isHostName(name) ? [name] : refuse({ reason: 'host-name', name }),
    );
  };
  const hostOf = (name: string, at: Position) => {
    const host = hosts.get(name) ?? { name, at, groups: [], key: null };
    hosts.set(name, host);
    return host;
  };

  const readGroups = (): void => {
    for (const [group, settings] of Object.entries(input.groups ?? {}))
      settings?.hosts?.forEach((pattern, i) => {
        const at = place(['groups', group, 'hosts', i]);
        for (const name of expand(pattern, at)) {
          hostOf(name, at);
          groups.get(group)!.add(name);
        }
      });
  };
  const readHosts = (): void => {
    for (const [key, settings] of Object.entries(input.hosts ?? {})) {
      const at = place(['hosts', key], 'key');
      for (const name of expand(key, at)) {
        const host = hostOf(name, at);
        if (host.key !== null) {
          const { line, file } = host.at;
          const elsewhere = file === at.file ? {} : { file };
          const params = { reason: 'duplicate-host', host: name, line, ...elsewhere } as const;
          problems.push({ code: 'inventory.rule', params, at });
          continue;
        }
        host.key = key;
        host.at = at;
        for (const group of settings?.groups ?? []) groups.get(group)?.add(name);
      }
    }
  };
  // hosts are in the order of the file
  const sections = Object.keys(input);
  const readers = [readHosts, readGroups];
  if (sections.indexOf('hosts') >= sections.indexOf('groups')) readers.reverse();
  for (const read of readers) read();

  for (const [group, members] of groups)
    for (const name of members) hosts.get(name)?.groups.push(group);
  if (hosts.size > MAX_HOSTS) {
    const params = { reason: 'too-many-hosts', count: hosts.size, limit: MAX_HOSTS } as const;
    problems.push({ code: 'inventory.rule', params, at: place(['groups'], 'key') });
  }
  const lists = [...groups].map(([group, members]) => [group, [...members]] as const);
  return { hosts, groups: new Map(lists), problems };
}

/** A name without ranges, or an IPv6 address. */
const isHostName = (name: string): boolean =>
  /^[A-Za-z0-9_](?:[\w.-]*[A-Za-z0-9_])?$/.test(name) ||
  (/^[0-9A-Fa-f]*:[0-9A-Fa-f:.]*(%\w+)?$/.test(name) && name.split(':').length > 2);
