import { stringify } from 'yaml';
import type { HostState } from './state.ts';

/** A part of an inventory, as written. */
export type Written = { readonly [key: string]: unknown };

export interface InventoryOptions {
  /** Names of the hosts to list; default: all. */
  readonly hosts?: readonly string[];
  /** Whether host keys are pinned in the inventory or looked up in known_hosts. */
  readonly trust?: 'pin' | 'known-hosts';
  /** Merged into the lab's `defaults`. */
  readonly defaults?: Written;
  readonly groups?: Written;
  /** Merged into the entries of hosts, by name. */
  readonly perHost?: Readonly<Record<string, Written>>;
}

const isMap = (value: unknown): value is Written =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Maps are merged, everything else is replaced. */
export function merge(below: Written, above: Written): Written {
  const merged: Record<string, unknown> = { ...below };
  for (const [key, value] of Object.entries(above)) {
    const old = merged[key];
    merged[key] = isMap(old) && isMap(value) ? merge(old, value) : value;
  }
  return merged;
}

/** The text of an inventory for the hosts of a lab, with everything needed to reach them. */
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
        // nothing in a lab receives what its hosts send, unless a test says so
        rollout: { delivery: 'off' },
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
