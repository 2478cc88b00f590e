import {
  type AnsibleInventory,
  effectiveVars,
} from '../../../src/inventory/ansible/ansible-inventory.ts';

export interface Listing {
  readonly hostvars: Record<string, unknown>;
  readonly groups: Record<string, { hosts: readonly string[]; children: readonly string[] }>;
}

export const sorted = (names: Iterable<string>): readonly string[] => [...names].sort();

/** In the form of `ansible-inventory --list`, order and empty groups aside. */
export function listing(inventory: AnsibleInventory): Listing {
  const groups: Listing['groups'] = {};
  // --list does not name the hosts of all
  for (const { name, hosts, children } of inventory.groups.values())
    groups[name] = { hosts: name === 'all' ? [] : sorted(hosts), children: sorted(children) };
  const hostvars: Record<string, unknown> = {};
  for (const [host, vars] of effectiveVars(inventory))
    hostvars[host] = Object.fromEntries([...vars].map(([key, { value }]) => [key, value]));
  return normal({ hostvars, groups });
}

/** What a file of Ansible's answers says. */
export function expectedListing(json: string): Listing {
  const { _meta, ...all } = JSON.parse(json);
  const groups: Listing['groups'] = {};
  for (const [name, group] of Object.entries<{ hosts?: string[]; children?: string[] }>(all))
    groups[name] = { hosts: sorted(group.hosts ?? []), children: sorted(group.children ?? []) };
  // a tag of YAML, as --list spells it
  const hostvars = JSON.parse(
    JSON.stringify(_meta.hostvars).replace(/\{"__ansible_unsafe":("[^"]*")\}/g, '$1'),
  );
  return normal({ hostvars, groups });
}

/** What says nothing is the same as what is not there. */
function normal({ hostvars, groups }: Listing): Listing {
  const empty = new Set(
    Object.keys(groups).filter(
      (name) => groups[name]!.hosts.length + groups[name]!.children.length === 0,
    ),
  );
  return {
    hostvars: Object.fromEntries(
      Object.entries(hostvars).filter(([, vars]) => Object.keys(vars as object).length > 0),
    ),
    groups: Object.fromEntries(
      Object.entries(groups)
        .filter(([name]) => !empty.has(name))
        .map(([name, { hosts, children }]) => [
          name,
          { hosts, children: children.filter((child) => child in groups && !empty.has(child)) },
        ]),
    ),
  };
}
