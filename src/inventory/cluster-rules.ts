import { canWait, WAITS_SINCE } from '../model/cluster.ts';
import type { Position, Warning } from '../model/problem.ts';
import { clustersOf, isLoopback, listensAsSet, memberAddress } from './clusters.ts';
import type { Checked, Report, Rule } from './rule.ts';
import { type HostSettings, settingsOf } from './settings.ts';

/** What `alloy.cluster` computes. */
const COMPUTED: readonly string[] = [
  '--cluster.enabled',
  '--cluster.name',
  '--cluster.node-name',
  '--cluster.join-addresses',
  '--cluster.discover-peers',
  '--cluster.advertise-address',
  '--cluster.advertise-interfaces',
  '--cluster.wait-for-size',
];

/** Members share settings, so that each place is reported once. */
function once(report: Report): Report {
  const seen = new Set<string>();
  return (params, where, part) => {
    const key = JSON.stringify([params.reason, where]);
    if (!seen.has(key)) report(params, where, part);
    seen.add(key);
  };
}

const placeOf = ({ origins, at }: HostSettings, ...keys: readonly string[]): Position =>
  keys.map((key) => origins.get(key)).find((place) => place !== undefined) ?? at;

/** A member that others cannot reach, or that is told two things, is a cluster of its own. */
export const clustersAreWhole: Rule = (inventory, reportAll) => {
  const report = once(reportAll);
  for (const [cluster, members] of clustersOf(inventory)) {
    const owners = new Map<string, string>();
    for (const member of members) {
      const { name: host, alloy } = member;
      const { address: listen } = alloy.listen;
      if (listensAsSet(member) && isLoopback(listen))
        report({ reason: 'cluster-listen', host, listen }, placeOf(member, 'alloy.listen'));
      checkAddress(member, owners, report);
      for (const written of alloy.args) {
        const argument = written.split('=')[0]!;
        if (COMPUTED.includes(argument))
          report({ reason: 'cluster-argument', argument }, placeOf(member, 'alloy.args'));
      }
      checkSize(member, cluster, members.length, report);
    }
  }
};

function checkAddress(member: HostSettings, owners: Map<string, string>, report: Report): void {
  const { name: host, alloy } = member;
  const address = memberAddress(member);
  const at = placeOf(member, 'alloy.cluster.advertise', 'ssh.address');
  // where it listens on loopback itself, that is said
  const isListen = address === alloy.listen.address && listensAsSet(member);
  if (isLoopback(address)) {
    if (!isListen) report({ reason: 'cluster-address', host, address, fault: 'loopback' }, at);
    return;
  }
  const key = `${address.toLowerCase()} ${alloy.listen.port}`;
  const other = owners.get(key);
  if (other === undefined) owners.set(key, host);
  else report({ reason: 'cluster-same-address', hosts: [other, host], address }, at);
}

function checkSize(member: HostSettings, cluster: string, members: number, report: Report): void {
  const { alloy } = member;
  const size = alloy.cluster!.waitForSize;
  if (size === null) return;
  const at = placeOf(member, 'alloy.cluster.waitForSize');
  if (size > members) report({ reason: 'cluster-too-small', cluster, size, members }, at);
  const version = alloy.version.policy === 'exact' ? alloy.version.version : null;
  if (version !== null && !canWait(version))
    report({ reason: 'cluster-version', version, since: WAITS_SINCE }, at);
}

export const clustersHaveNames: Rule = (inventory, report) => {
  const seen = new Set<HostSettings['alloy']>();
  for (const host of inventory.hosts.keys()) {
    const settings = settingsOf(inventory, host);
    if (seen.has(settings.alloy)) continue;
    seen.add(settings.alloy);
    if (settings.alloy.cluster?.name === '')
      report({ reason: 'cluster-without-name', host }, placeOf(settings, 'alloy.cluster'));
  }
};

/** Clusters that nobody looks after: members are restarted together, and nothing tells whether they meet. */
export function unmanagedClusters(inventory: Checked): readonly Warning[] {
  const warnings = new Map<string, Warning>();
  const seen = new Set<HostSettings['alloy']>();
  for (const host of inventory.hosts.keys()) {
    const settings = settingsOf(inventory, host);
    const { alloy } = settings;
    if (seen.has(alloy)) continue;
    seen.add(alloy);
    const argument = alloy.args.find((one) => one.startsWith('--cluster.'))?.split('=')[0];
    if (argument === undefined || alloy.cluster) continue;
    const at = placeOf(settings, 'alloy.args');
    const params = { reason: 'arguments', argument } as const;
    warnings.set(JSON.stringify(at), { code: 'cluster.unmanaged', params, at });
  }
  return [...warnings.values()];
}
