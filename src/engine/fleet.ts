import pLimit from 'p-limit';
import type { Target } from '../model/desired.ts';
import { stagesOf } from '../plan/waves.ts';
import { clusterWarnings, createClusters } from './clusters.ts';
import { createHostRun } from './host-run.ts';
import { rollOut } from './rollout.ts';
import type { RunOptions, World } from './world.ts';

/**
 * One run over a fleet: every host is planned, the user confirms once, then each host is changed over
 * the login that it was planned on, wave by wave. A problem on one host stops others only where the rollout says so,
 * and is never thrown. Everything is reported to `world.emit`, except `run.started` and `run.finished`.
 */
export async function runFleet(
  targets: readonly Target[],
  world: World,
  options: RunOptions,
): Promise<void> {
  const clusters = createClusters();
  const hosts = targets.map((target) => createHostRun(target, world, options, clusters));
  const limit = pLimit(options.forks);
  await limit.map(hosts, (host) => (world.stop.aborted ? host.skip() : host.plan()));

  const { verb } = options;
  const inWaves = verb === 'apply' || verb === 'plan';
  const changing = targets.filter((_, i) => hosts[i]!.waiting || hosts[i]!.outcome === 'pending');
  const stages = inWaves
    ? stagesOf(
        changing.map(({ host, ...target }) => ({ name: host.name, ...target })),
        options.waves,
      )
    : [];
  const waves = stages.flat().flatMap((lane) => lane.waves);
  // a last wave that is continued stays one, whoever continues it again
  if (waves.length > 1 || (waves.length > 0 && options.waves?.length))
    world.emit({ type: 'run.waves', waves });

  for (const warning of inWaves ? clusterWarnings(changing, clusters) : [])
    world.emit({ type: 'run.warning', warning });

  const waiting = hosts.filter((host) => host.waiting);
  if (waiting.length === 0) return;
  const proceed = async (): Promise<boolean> => {
    // the plan was approved as a whole: a part of it is another plan
    if (hosts.some((host) => host.moved)) return false;
    if (world.stop.aborted) return false;
    world.emit({ type: 'run.planned', changing: waiting.length });
    if (!world.confirm) return true;
    return world.confirm({
      hosts: hosts.length,
      changing: waiting.length,
      waves: Math.max(1, waves.length),
      over: hosts.length - waiting.length,
    });
  };
  const go = await proceed();
  if (go && inWaves) {
    const byName = new Map(targets.map(({ host }, i) => [host.name, hosts[i]!]));
    await rollOut(stages, (name) => byName.get(name)!, { limit, clusters }, world);
    await Promise.all(hosts.map((host) => host.isOver));
  } else
    await Promise.all(
      waiting.map((host) =>
        clusters.inTurn(verb === 'rollback' ? host.cluster : null, () =>
          limit(async () => (go && !world.stop.aborted ? host.carryOut() : host.skip())),
        ),
      ),
    );
}
