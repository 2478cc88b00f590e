import pLimit from 'p-limit';
import { examineHost } from '../../engine/examine.ts';
import type { World } from '../../engine/world.ts';
import type { Target } from '../../model/desired.ts';
import type { Finding, HostFinding } from '../../model/finding.ts';
import { ToolError } from '../../model/problem.ts';
import { hostFindings } from '../../plan/findings.ts';
import { createMask } from '../../report/redact.ts';
import { textOf } from '../../report/text-of.ts';
import type { Invocation } from '../args/invocation.ts';
import { createWorld } from '../create-world.ts';
import type { ChosenHosts } from '../hosts/chosen-hosts.ts';
import { readTargets, type Targets } from '../hosts/make-targets.ts';
import { failing } from './inventory-findings.ts';

/** Logs in to every host and looks for what would make a run fail. */
export async function hostsFindings(
  chosen: ChosenHosts,
  invocation: Invocation,
): Promise<readonly Finding[]> {
  const { options, terminal } = invocation;
  let read: Targets;
  try {
    read = await readTargets(chosen, invocation, 'status');
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    return error.problems.map((one) => failing('inventory', one));
  }
  const world = createWorld(terminal, { mask: createMask(read.secrets) });
  try {
    const limit = pLimit(options.forks);
    const found = await Promise.all(
      read.targets.map((target) => limit(() => findingsOf(target, world, options.connectTimeout))),
    );
    return found.flat();
  } finally {
    await world.transport.close();
  }
}

function withText(found: HostFinding): Finding {
  if (!('notice' in found)) return found;
  const { notice, ...rest } = found;
  return { ...rest, ...textOf(notice) };
}

async function findingsOf(
  target: Target,
  world: World,
  connectTimeoutS: number,
): Promise<readonly Finding[]> {
  const host = target.host.name;
  const seen = await examineHost(target, world, { connectTimeoutS });
  if (!seen.ok) {
    const found = failing('host', seen.problem, host);
    return [{ ...found, message: world.mask(found.message) }];
  }
  const { facts, supplies, aheadMs, extras, repository } = seen;
  const found = [
    ...(repository ? [failing('host', repository, host)] : []),
    ...hostFindings({ target, facts, supplies, aheadMs, ...extras }).map(withText),
  ];
  const ok = { state: 'ok', message: 'no problems found', hint: null } as const;
  return found.length > 0 ? found : [{ part: 'host', check: 'host', host, ...ok }];
}
