/** A host of a cluster, as the others reach it. */
export interface ClusterMember {
  /** Its name in the inventory, which is also its node name. */
  readonly name: string;
  /** An IP address; a name where nothing was resolved (`validate`, `rollback`). */
  readonly address: string;
  readonly port: number;
}

/** The cluster that a host belongs to. */
export interface Cluster {
  readonly name: string;
  /** All hosts of the inventory with this name, in its order, this one among them. */
  readonly members: readonly ClusterMember[];
}

/** `host:port`, or `[address]:port` for IPv6. */
export const endpoint = ({ address, port }: Pick<ClusterMember, 'address' | 'port'>): string =>
  `${address.includes(':') ? `[${address}]` : address}:${port}`;

/** What Alloy says of its cluster. */
export interface ClusterFact {
  /** null: clustering is off. */
  readonly name: string | null;
  /** It has as many members as it waits for, so that components work. */
  readonly ready: boolean;
  readonly peers: readonly {
    readonly name: string;
    readonly address: string;
    readonly isSelf: boolean;
    /** Alloy's words: participant, terminating, viewer. */
    readonly state: string;
  }[];
}

/**
 * `whole`: it sees all members. `waiting`: so it does, but they are fewer than it waits for. `lone`: it sees nobody else.
 * `duplicate`: it runs under the name of another member. `off`: it runs without a cluster.
 */
export type ClusterState =
  | 'whole'
  | 'waiting'
  | 'lone'
  | 'split'
  | 'duplicate'
  | 'other-name'
  | 'other-cluster'
  | 'off';

/** How a member fares in its cluster. */
export interface ClusterView {
  /** As the inventory says. */
  readonly name: string;
  readonly state: ClusterState;
  /** The cluster that it is in; null: none. */
  readonly runsIn: string | null;
  /** The name that it runs under. */
  readonly node: string;
  /** How many members the inventory has. */
  readonly members: number;
  /** Names of the participants that it sees, itself among them. */
  readonly sees: readonly string[];
  /** Members of the inventory that it does not see. */
  readonly missing: readonly string[];
}

/** The first version that has `--cluster.wait-for-size` (upstream: internal/alloycli/cmd_run.go). */
export const WAITS_SINCE = '1.8.0';

/** Whether a version, such as `1.18.1-1`, has `--cluster.wait-for-size`. */
export function canWait(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 1 || (major === 1 && minor >= 8);
}
