import { stringify } from 'yaml';
import type { HostState } from './state.ts';

/** A piece of an inventory, as it is written. */
export type Written = { readonly [key: string]: unknown };

export interface InventoryOptions {
  /** Names of the hosts to list; all when left out. */
  readonly hosts?: readonly string[];
  /** How the host keys come to be known: pinned in the inventory, or left to known_hosts. */
  readonly trust?: 'pin' | 'known-hosts';
  /** Laid over the lab's own `defaults`. */
  readonly defaults?: Written;
  readonly groups?: Written;
  /** Laid over a host's own entry, by name. */
  readonly perHost?: Readonly<Record<string, Written>>;
}

const isMap = (value: unknown): value is Written =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Maps merge, everything else is replaced. */
export function merge(below: Written, above: Written): Written {
  const merged: Record<string, unknown> = { ...below };
  for (const [key, value] of Object.entries(above)) {
    const old = merged[key];
    merged[key] = isMap(old) && isMap(value) ? merge(old, value) : value;
  }
  return merged;
}

/** Text of an inventory for the hosts of a lab; what it says about reaching them is complete. */
export function inventoryText(
  lab: {
    readonly hosts: readonly HostState[];
    readonly fingerprint: string;
    readonly identity: string;
  },
  options: InventoryOptions = {},
): string {
  const wanted = lab.hosts.filter(({ name }) => options.hosts?.includes(name) ?? true);
  const missing = options.hosts?.find((name) => !wanted.some((host) => host.name === name));
  if (missing) throw new Error(`the lab has no host ${missing}`);
  const pinned = options.trust !== 'known-hosts';
  return stringify({
    defaults: merge(
      {
        ssh: { user: 'ops', identity: lab.identity },
        repository: { fingerprints: [lab.fingerprint] },
      },
      options.defaults ?? {},
    ),
    ...(options.groups ? { groups: options.groups } : {}),
    hosts: Object.fromEntries(
      wanted.map(({ name, address, hostKey }) => [
        name,
        merge({ ssh: { address, ...(pinned ? { hostKey } : {}) } }, options.perHost?.[name] ?? {}),
      ]),
    ),
  });
}
