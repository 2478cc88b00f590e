import pLimit from 'p-limit';
import { examineHost } from '../../engine/examine.ts';
import type { World } from '../../engine/world.ts';
import type { Target } from '../../model/desired.ts';
import type { Finding } from '../../model/finding.ts';
import { hostFindings } from '../../plan/findings.ts';
import { createMask } from '../../report/redact.ts';
import type { Invocation } from '../args/option-table.ts';
import { createWorld } from '../create-world.ts';
import type { ChosenHosts } from '../hosts/chosen-hosts.ts';
import { readTargets } from '../hosts/make-targets.ts';
import { resultOf } from '../usage.ts';
import { noticed } from './inventory-findings.ts';

/** Logs in to every host and looks for what would make a run fail. */
export async function hostsFindings(
  chosen: ChosenHosts,
  invocation: Invocation,
): Promise<readonly Finding[]> {
  const { options, terminal } = invocation;
  const read = await resultOf(() => readTargets(chosen, invocation, 'status'));
  if (!read.ok) return read.problems.map((one) => noticed(one, 'trip'));
  const { targets, secrets } = read.value;
  const world = createWorld(terminal, { mask: createMask(secrets) });
  try {
    const limit = pLimit(options.forks);
    const found = await limit.map(targets, (one) => findingsOf(one, world, options.connectTimeout));
    return found.flat();
  } finally {
    await world.transport.close();
  }
}

async function findingsOf(
  target: Target,
  world: World,
  connectTimeoutS: number,
): Promise<readonly Finding[]> {
  const host = target.host.name;
  const seen = await examineHost(target, world, { connectTimeoutS });
  if (!seen.ok) {
    const found = noticed({ ...seen.problem, host }, 'trip', 'host');
    return [{ ...found, message: world.mask(found.message) }];
  }
  const { facts, supplies, aheadMs, extras, repository } = seen;
  const found = [
    ...(repository ? [noticed({ ...repository, host }, 'trip', 'host')] : []),
    ...hostFindings({ target, facts, supplies, aheadMs, ...extras }).map(
      ({ notice, state, check }) => noticed(notice, state, 'host', check),
    ),
  ];
  const ok = { state: 'ok', message: 'no problems found', hint: null } as const;
  return found.length > 0 ? found : [{ part: 'host', check: 'host', host, ...ok }];
}
