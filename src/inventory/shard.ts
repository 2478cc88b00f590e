import { createHash } from 'node:crypto';
import type { HostSettings } from './settings.ts';

/** One of `of` parts of a fleet; `index` counts from 1. */
export interface Shard {
  readonly index: number;
  readonly of: number;
}

/** "2/4". */
export const shardText = ({ index, of }: Shard): string => `${index}/${of}`;

/** What goes to one shard together: the members of a cluster are changed one after another, by one run. */
type Unit = { readonly name: string } & {
  readonly alloy: {
    readonly cluster: Pick<NonNullable<HostSettings['alloy']['cluster']>, 'name'> | null;
  };
};

/**
 * Those of the hosts that are in a shard, in their order. Which one a host is in follows from its name (or its
 * cluster's) and the number of shards alone: no other host moves when one is added, removed or left out.
 */
export const inShard = <T extends Unit>(hosts: readonly T[], { index, of }: Shard): readonly T[] =>
  hosts.filter((host) => placeOf(host, of) === index);

function placeOf({ name, alloy }: Unit, of: number): number {
  const unit = alloy.cluster ? ['cluster', alloy.cluster.name] : ['host', name];
  const digest = createHash('sha256').update(unit.join('\0')).digest();
  return (digest.readUIntBE(0, 6) % of) + 1;
}
