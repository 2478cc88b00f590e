import { expect, test } from 'vitest';
import {
  bridgeName,
  checkLabName,
  hostAddress,
  hostsFile,
  inUse,
  MOST_HOSTS,
  machineId,
  machineName,
  networksFor,
} from '../../lab/names.ts';

/** IFNAMSIZ of the kernel, less the closing zero. */
const LONGEST_INTERFACE = 15;

test('the longest names fit into an interface name', () => {
  const longest = checkLabName('abcdefgh');
  expect(machineName(longest, MOST_HOSTS).length).toBeLessThanOrEqual(LONGEST_INTERFACE);
  expect(bridgeName(longest).length).toBeLessThanOrEqual(LONGEST_INTERFACE);
});

test.each(['', 'A', '1a', 'a-b', 'abcdefghi', 'a/b', '..'])('"%s" names no lab', (name) => {
  expect(() => checkLabName(name)).toThrow(/cannot name a lab/);
});

test('every network of the benchmark range is tried once, from another start for another name', () => {
  const networks = networksFor('au');
  expect(new Set(networks).size).toBe(512);
  for (const network of networks) expect(network).toMatch(/^198\.1[89]\.\d{1,3}$/);
  expect(networksFor('other')[0]).not.toBe(networks[0]);
});

test('the last host has an address of its own', () => {
  expect(hostAddress('198.18.7', 1)).toBe('198.18.7.11');
  expect(hostAddress('198.18.7', MOST_HOSTS)).toBe('198.18.7.250');
});

test('a network is in use when the machine has an address there, not one that begins alike', () => {
  const entry = { address: '198.18.71.1' };
  const interfaces = { br: [entry] } as unknown as Parameters<typeof inUse>[1];
  expect(inUse('198.18.71', interfaces)).toBe(true);
  expect(inUse('198.18.7', interfaces)).toBe(false);
});

test('a host knows itself and the others; the controller knows all', () => {
  const others = [
    { name: 'h1', address: '198.18.7.11' },
    { name: 'h2', address: '198.18.7.12' },
  ];
  expect(hostsFile({ self: 'h1', network: '198.18.7', others })).toBe(
    '127.0.0.1 localhost\n127.0.1.1 h1\n198.18.7.1 apt.grafana.com\n198.18.7.12 h2\n',
  );
  expect(hostsFile({ self: null, network: '198.18.7', others })).toBe(
    '127.0.0.1 localhost\n198.18.7.1 apt.grafana.com\n198.18.7.11 h1\n198.18.7.12 h2\n',
  );
});

test('a host keeps its machine id, and no two share one', () => {
  expect(machineId('au', 1)).toMatch(/^[0-9a-f]{32}$/);
  expect(machineId('au', 1)).toBe(machineId('au', 1));
  expect(machineId('au', 1)).not.toBe(machineId('au', 2));
});
