import { createHash } from 'node:crypto';
import { networkInterfaces } from 'node:os';

/**
 * Every name that a lab uses on the machine follows from the lab's name, so that taking it down needs no record of
 * what was created. Names of network interfaces have at most 15 characters.
 */
const NAME = /^[a-z][a-z0-9]{0,7}$/;

export const DEFAULT_LAB = 'au';

/** @throws Error when `name` cannot be part of an interface name. */
export function checkLabName(name: string): string {
  if (!NAME.test(name))
    throw new Error(
      `"${name}" cannot name a lab: use a lower-case letter, then up to 7 letters or digits`,
    );
  return name;
}

/** Also the name of the host's network namespace, and of its interface at the bridge. */
export const machineName = (lab: string, number: number): string => `${lab}-${number}`;
export const bridgeName = (lab: string): string => `${lab}-br`;
export const groupName = (lab: string): string => `alloyup-${lab}`;

/** The number of hosts that fit into a lab's network. */
export const MOST_HOSTS = 240;

/** `network` holds the first three numbers: "198.18.7". */
export const bridgeAddress = (network: string): string => `${network}.1`;
export const hostAddress = (network: string, number: number): string => `${network}.${10 + number}`;

/**
 * The /24 networks of 198.18.0.0/15, which is reserved for benchmarks (RFC 2544), starting at one derived from
 * the name: labs that start at the same time rarely ask for the same network.
 */
export function networksFor(name: string): string[] {
  const first = createHash('sha256').update(name).digest().readUInt16BE(0) % 512;
  return Array.from({ length: 512 }, (_, step) => {
    const index = (first + step) % 512;
    return `198.${18 + (index >> 8)}.${index & 255}`;
  });
}

/** Whether the machine already has an address in this network. */
export const inUse = (network: string, interfaces = networkInterfaces()): boolean =>
  Object.values(interfaces)
    .flat()
    .some((entry) => entry?.address.startsWith(`${network}.`));

/** /etc/hosts. Without the host's own name, sudo waits 20 seconds for a DNS server that does not exist. */
export function hostsFile(options: {
  readonly self: string | null;
  readonly network: string;
  readonly others: readonly { readonly name: string; readonly address: string }[];
}): string {
  return [
    '127.0.0.1 localhost',
    ...(options.self === null ? [] : [`127.0.1.1 ${options.self}`]),
    `${bridgeAddress(options.network)} ${REPOSITORY_NAME}`,
    ...options.others
      .filter(({ name }) => name !== options.self)
      .map(({ name, address }) => `${address} ${name}`),
    '',
  ].join('\n');
}

/** The name of the lab's repository for hosts and controller. */
export const REPOSITORY_NAME = 'apt.grafana.com';

/** 32 hex digits, the same for a host across resets. */
export const machineId = (lab: string, number: number): string =>
  createHash('sha256').update(`${lab} ${number}`).digest('hex').slice(0, 32);
