import { upstreamVersion } from '../model/debian-version.ts';
import type { Target } from '../model/desired.ts';
import type { FactsView, PlanView } from '../model/event.ts';
import type { Facts } from '../model/facts.ts';
import type { KeyringFacts, Plan } from '../model/plan.ts';
import { expiryOf, servingKeyring } from '../steps/repository.ts';
import { receiptHolds } from '../steps/service.ts';
import { clusterViewOf } from './cluster.ts';
import { deliveriesOf } from './delivery.ts';

/** What is shown and logged of a plan: no action's content. */
export const planView = (
  { changes, warnings, problems, proof: { delivery } }: Plan,
  cluster: Target['cluster'],
): PlanView => ({
  changes: shownChanges(changes),
  warnings,
  problems,
  ...(delivery.mode === 'require' && delivery.seconds > 0
    ? { requiresDeliveryS: delivery.seconds }
    : {}),
  ...(cluster ? { cluster: cluster.name } : {}),
});

/** Hosts that share their changes share what is shown of them. */
const shown = new WeakMap<Plan['changes'], PlanView['changes']>();

function shownChanges(changes: Plan['changes']): PlanView['changes'] {
  const known = shown.get(changes) ?? changes.map(({ actions, ...rest }) => rest);
  shown.set(changes, known);
  return known;
}

/** What a report tells of a host. */
export function factsView(
  facts: Facts,
  { host, desired, cluster }: Pick<Target, 'host' | 'desired' | 'cluster'>,
  keyrings: ReadonlyMap<string, KeyringFacts>,
): FactsView {
  const { os, package: pkg, unit, process, http, receipt } = facts;
  const { repository } = desired;
  const byHealth: Record<string, string[]> = {};
  for (const { id, health } of facts.components ?? []) {
    byHealth[health] ??= [];
    byHealth[health].push(id);
  }
  return {
    os: os.name,
    arch: os.arch,
    version: pkg.status === 'installed' ? pkg.version : null,
    running:
      process?.version ?? (process && !process.exeDeleted ? shortVersion(pkg.version) : null),
    held: pkg.held,
    enabled: unit.enabled,
    active: unit.active,
    restarts: unit.restarts,
    rssBytes: process?.rssBytes ?? null,
    ready: http.ready,
    healthy: http.healthy,
    components: facts.components ? byHealth : null,
    keyExpiresAt: expiryOf(servingKeyring(repository, facts, keyrings), repository.fingerprints),
    proven: receipt && { run: receipt.run, at: receipt.at, holds: receiptHolds(facts) },
    lastRun: facts.alloyup.runs[0] ?? null,
    delivery:
      facts.delivery && deliveriesOf(facts.delivery, { ...facts, tolerate: desired.tolerate }),
    cluster: facts.cluster && cluster && clusterViewOf(cluster, host.name, facts.cluster),
  };
}

const shortVersion = (version: string | null): string | null =>
  version === null ? null : upstreamVersion(version);
