import {
  clustersOf,
  isEveryInterface,
  listensAsSet,
  memberAddress,
} from '../inventory/clusters.ts';
import type { HostSettings } from '../inventory/settings.ts';
import { type Cluster, endpoint } from '../model/cluster.ts';
import type { Warning } from '../model/problem.ts';

type Inventory = Parameters<typeof clustersOf>[0];

/** The cluster of a host, and its settings with what membership makes of them. */
export interface Clustered {
  readonly settings: HostSettings;
  readonly cluster: Cluster | null;
}

/**
 * Computes where members listen, and the arguments that make them find each other: always of all members,
 * whichever hosts were chosen.
 *
 * @param addresses IP addresses of the names among the members' addresses; what is missing stays as it is
 */
export function clusterMaker(
  inventory: Inventory,
  addresses: ReadonlyMap<string, string>,
): (settings: HostSettings) => Clustered {
  const clusters = new Map(
    [...clustersOf(inventory)].map(([name, hosts]) => {
      const members = hosts.map((host) => {
        const address = memberAddress(host);
        const { port } = host.alloy.listen;
        return { name: host.name, address: addresses.get(address) ?? address, port };
      });
      return [name, { name, members }] as const;
    }),
  );
  return (settings) => {
    const cluster = clusters.get(settings.alloy.cluster?.name ?? '');
    const self = cluster?.members.find(({ name }) => name === settings.name);
    if (!cluster || !self) return { settings, cluster: null };
    const { alloy } = settings;
    const others = cluster.members.filter((member) => member !== self);
    const { waitForSize } = alloy.cluster!;
    const args = [
      '--cluster.enabled=true',
      `--cluster.name=${cluster.name}`,
      `--cluster.node-name=${self.name}`,
      `--cluster.advertise-address=${endpoint(self)}`,
      ...(others.length > 0 ? [`--cluster.join-addresses=${others.map(endpoint).join(',')}`] : []),
      ...(waitForSize === null ? [] : [`--cluster.wait-for-size=${waitForSize}`]),
    ];
    const listen = listensAsSet(settings) ? alloy.listen : { ...self };
    return {
      cluster,
      settings: {
        ...settings,
        alloy: {
          ...alloy,
          listen: { address: listen.address, port: listen.port },
          args: [...args, ...alloy.args],
        },
      },
    };
  };
}

/** The names among the addresses of all members of the clusters that these hosts are in, each with the hosts that use it. */
export function namesToResolve(
  inventory: Inventory,
  chosen: readonly HostSettings[],
): ReadonlyMap<string, HostSettings> {
  const clusters = clustersOf(inventory);
  const names = new Set(chosen.map(({ alloy }) => alloy.cluster?.name ?? ''));
  return new Map(
    [...names]
      .flatMap((name) => clusters.get(name) ?? [])
      .map((member) => [memberAddress(member), member] as const)
      .filter(([address]) => !IP.test(address)),
  );
}

const IP = /^[\d.]+$|:/;

/** Peers speak HTTP on Alloy's own port, and so does whoever else reaches it. */
export function openCluster({ settings, cluster }: Clustered): readonly Warning[] {
  const { alloy, origins, at } = settings;
  const { address } = alloy.listen;
  const hasTls = alloy.args.some((one) => /^--cluster\.enable-tls(=true)?$/.test(one));
  if (cluster === null || hasTls || (!isEveryInterface(address) && isPrivate(address))) return [];
  const params = { reason: 'no-tls', listen: endpoint(alloy.listen) } as const;
  return [
    {
      code: 'cluster.open',
      params,
      at: origins.get('alloy.listen') ?? origins.get('alloy.cluster') ?? at,
    },
  ];
}

/** RFC 1918, 6598 and 4193, link-local, and names, of which nobody knows. */
const isPrivate = (address: string): boolean =>
  !IP.test(address) ||
  /^(10|192\.168|172\.(1[6-9]|2\d|3[01])|169\.254|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7]))\./.test(
    address,
  ) ||
  /^(f[cd]|fe[89ab])/i.test(address);
