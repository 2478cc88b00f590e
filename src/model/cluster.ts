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
