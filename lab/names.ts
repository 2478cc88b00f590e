import { createHash } from 'node:crypto';
import { networkInterfaces } from 'node:os';

/**
 * Every name that a lab leaves on the machine follows from the lab's own name, so that whoever takes
 * it down needs no memory of what was made. Kernel interfaces have 15 letters at most.
 */
const NAME = /^[a-z][a-z0-9]{0,7}$/;

export const DEFAULT_LAB = 'au';

/** @throws Error when `name` cannot begin an interface name. */
export function checkLabName(name: string): string {
  if (!NAME.test(name))
    throw new Error(
      `"${name}" cannot name a lab: use a lower-case letter, then up to 7 letters or digits`,
    );
  return name;
}

/** Also the name of the host's network namespace and of its end of the cable at the bridge. */
export const machineName = (lab: string, number: number): string => `${lab}-${number}`;
export const bridgeName = (lab: string): string => `${lab}-br`;
export const groupName = (lab: string): string => `alloyup-${lab}`;

/** How many hosts fit into one lab's network. */
export const MOST_HOSTS = 240;

/** `network` holds the first three numbers: "198.18.7". */
export const bridgeAddress = (network: string): string => `${network}.1`;
export const hostAddress = (network: string, number: number): string => `${network}.${10 + number}`;

/**
 * The /24 networks of 198.18.0.0/15, which is kept for benchmarks (RFC 2544), starting at a place
 * that follows from the name: labs that start at the same time seldom ask for the same one.
 */
export function networksFor(name: string): string[] {
  const first = createHash('sha256').update(name).digest().readUInt16BE(0) % 512;
  return Array.from({ length: 512 }, (_, step) => {
    const index = (first + step) % 512;
    return `198.${18 + (index >> 8)}.${index & 255}`;
  });
}

/** Is an address of this network on the machine already? */
export const inUse = (network: string, interfaces = networkInterfaces()): boolean =>
  Object.values(interfaces)
    .flat()
    .some((entry) => entry?.address.startsWith(`${network}.`));

/** /etc/hosts: without the host's own name there, sudo asks a DNS that is not there for 20 seconds. */
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

/** The name under which hosts and controller meet the lab's repository. */
export const REPOSITORY_NAME = 'apt.grafana.com';

/** 32 hex digits that stay the same for a host over resets. */
export const machineId = (lab: string, number: number): string =>
  createHash('sha256').update(`${lab} ${number}`).digest('hex').slice(0, 32);
