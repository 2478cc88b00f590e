import type { Inventory } from './members.ts';
import { type HostSettings, settingsOf } from './settings.ts';

type Source = Pick<Inventory, 'input' | 'hosts' | 'groups' | 'place'>;

/** The hosts of each cluster of the whole inventory, in its order. Empty, and at once, where there is none. */
export function clustersOf(inventory: Source): ReadonlyMap<string, readonly HostSettings[]> {
  const { defaults, groups, hosts } = inventory.input;
  const sections = [defaults, ...Object.values(groups ?? {}), ...Object.values(hosts ?? {})];
  const clusters = new Map<string, HostSettings[]>();
  if (!sections.some((section) => section?.alloy?.cluster)) return clusters;
  for (const host of inventory.hosts.keys()) {
    const settings = settingsOf(inventory, host);
    const name = settings.alloy.cluster?.name ?? '';
    if (name === '') continue;
    const members = clusters.get(name);
    if (members) members.push(settings);
    else clusters.set(name, [settings]);
  }
  return clusters;
}

/** Whether the inventory says where Alloy listens. */
export const listensAsSet = ({ origins }: HostSettings): boolean => origins.has('alloy.listen');

/** Where the other members reach a host: as set, else where it listens, else where alloyup reaches it. */
export function memberAddress(settings: HostSettings): string {
  const { ssh, alloy } = settings;
  if (alloy.cluster?.advertise) return alloy.cluster.advertise;
  const { address } = alloy.listen;
  return listensAsSet(settings) && !isEveryInterface(address) ? address : ssh.address;
}

/** Only the host itself reaches it. */
export const isLoopback = (address: string): boolean =>
  /^(::ffff:)?127\.|^(0*:)*:?0*1$|^localhost\.?$/i.test(address);

export const isEveryInterface = (address: string): boolean =>
  /^(::ffff:)?0+(\.0+){3}$|^[0:]+(%\w+)?$/i.test(address);
