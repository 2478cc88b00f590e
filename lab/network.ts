import { existsSync, readdirSync } from 'node:fs';
import { bridgeAddress, bridgeName, hostAddress, machineName } from './names.ts';
import { attempt, run } from './run.ts';

/** Each lab has a bridge. Each host has a network namespace, connected to it before the host boots. */

export async function makeBridge(lab: string, network: string): Promise<void> {
  const bridge = bridgeName(lab);
  await run('ip', ['-batch', '-'], {
    stdin: 'pipe',
    input: [
      `link add ${bridge} type bridge`,
      `addr add ${bridgeAddress(network)}/24 dev ${bridge}`,
      `link set ${bridge} up`,
    ].join('\n'),
  });
}

export async function makeCable(lab: string, network: string, number: number): Promise<void> {
  const name = machineName(lab, number);
  await run('ip', ['netns', 'add', name]);
  await run('ip', ['-batch', '-'], {
    stdin: 'pipe',
    input: [
      `link add ${name} type veth peer name eth0 netns ${name}`,
      `link set ${name} master ${bridgeName(lab)} up`,
    ].join('\n'),
  });
  await run('ip', ['-n', name, '-batch', '-'], {
    stdin: 'pipe',
    input: [
      `addr add ${hostAddress(network, number)}/24 dev eth0`,
      'link set eth0 up',
      'link set lo up',
      `route add default via ${bridgeAddress(network)}`,
    ].join('\n'),
  });
}

/** Disconnects or connects a host. */
export const setCable = (lab: string, number: number, to: 'up' | 'down'): Promise<string> =>
  run('ip', ['link', 'set', machineName(lab, number), to]);

const namesIn = (folder: string): string[] => (existsSync(folder) ? readdirSync(folder) : []);

/** The network interfaces and namespaces of a lab, found by name. */
export const networkLeftovers = (lab: string): { namespaces: string[]; links: string[] } => {
  const ours = new RegExp(`^${lab}-(\\d+|br)$`);
  return {
    namespaces: namesIn('/run/netns').filter((name) => ours.test(name)),
    links: namesIn('/sys/class/net').filter((name) => ours.test(name)),
  };
};

export async function removeNetwork(lab: string): Promise<void> {
  const { namespaces, links } = networkLeftovers(lab);
  for (const name of links) await attempt('ip', ['link', 'del', name]);
  for (const name of namespaces) await attempt('ip', ['netns', 'del', name]);
}
