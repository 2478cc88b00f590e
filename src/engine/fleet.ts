import pLimit from 'p-limit';
import type { Target } from '../model/desired.ts';
import type { HostRun } from '../model/ports.ts';
import type { Warning } from '../model/problem.ts';
import { isStaged, type Lane, stagesOf } from '../plan/waves.ts';
import { type Clusters, clusterWarnings, createClusters } from './clusters.ts';
import { createHostRun, type Kept, type OwnHostRun } from './host-run.ts';
import { LateHostRun } from './late-host-run.ts';
import { planInRounds } from './planning.ts';
import { rollOut } from './rollout.ts';
import type { RunOptions, World } from './world.ts';

/**
 * One run over a fleet: every host is planned, the user confirms once, then each host is changed over
 * the login that it was planned on, wave by wave. A problem on one host stops others only where the rollout says so,
 * and is never thrown. Everything is reported to `world.emit`, except `run.started` and `run.finished`.
 *
 * Where nobody reads the plans and no host depends on another, those that are planned are changed without those
 * that are silent, which are changed as soon as they are planned.
 *
 * @param hostRun who does a host's part; absent: this process
 */
export async function runFleet(
  targets: readonly Target[],
  world: World,
  options: RunOptions,
  hostRun?: (target: Target, clusters: Clusters) => HostRun,
): Promise<void> {
  const clusters = createClusters();
  const own = (target: Target, kept: Kept | null): OwnHostRun =>
    createHostRun(target, world, options, clusters, null, kept);
  const mayRollBack = targets.some(({ rollout }) => rollout.onFail === 'rollback');
  const hosts = targets.map((target) =>
    hostRun ? hostRun(target, clusters) : new LateHostRun(target, own, mayRollBack),
  );
  const byName = new Map(
    targets.map((target, i) => [target.host.name, { target, run: hosts[i]! }]),
  );
  const targetsOf = (names: readonly HostRun[]): readonly Target[] =>
    names.map(({ name }) => byName.get(name)!.target);
  const { verb, unattended, forks } = options;
  const inWaves = verb === 'apply' || verb === 'plan';
  const stagesFor = (which: readonly Target[]): readonly (readonly Lane[])[] =>
    inWaves
      ? stagesOf(
          which.map(({ host, ...target }) => ({ name: host.name, ...target })),
          options.waves,
        )
      : [];

  const forAll =
    !unattended ||
    world.expected !== undefined ||
    // who is seen in a cluster decides whether the others find all of it
    targets.some(({ cluster }) => cluster !== null) ||
    isStaged(stagesFor(targets));
  const rounds = planInRounds(hosts, world, { forks, forAll });
  const waiting = (await rounds.next()).value ?? [];

  const changing = targetsOf(hosts.filter((host) => host.waiting || host.outcome === 'pending'));
  const stages = stagesFor(changing);
  const waves = stages.flat().flatMap((lane) => lane.waves);
  // a last wave that is continued stays one, whoever continues it again
  if (waves.length > 1 || (waves.length > 0 && options.waves?.length))
    world.emit({ type: 'run.waves', waves });

  for (const warning of inWaves ? clusterWarnings(changing, clusters) : [])
    world.emit({ type: 'run.warning', warning });

  if (waiting.length === 0) return;
  const proceed = async (): Promise<boolean> => {
    // the plan was approved as a whole: a part of it is another plan
    if (hosts.some((host) => host.moved)) return false;
    if (world.stop.aborted) return false;
    const silent = hosts.filter((host) => !host.waiting && host.outcome === null);
    if (silent.length > 0) world.emit({ type: 'run.warning', warning: silentWarning(silent) });
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
  // not the one of planning: who is silent there holds up no change
  const limit = pLimit(forks);
  if (go && inWaves) {
    async function* everyRound() {
      yield stages;
      for await (const late of rounds) yield stagesFor(targetsOf(late));
    }
    await rollOut(everyRound(), (name) => byName.get(name)!.run, { limit, clusters }, world);
    await Promise.all(hosts.map((host) => host.isOver));
    return;
  }
  const endInTurn = async (host: HostRun): Promise<void> => {
    if (go && (!world.stop.aborted || host.begun)) await host.carryOut(world.stop);
    if (host.waiting) host.skip();
  };
  const end = (host: HostRun): Promise<void> =>
    clusters.inTurn(verb === 'rollback' ? host.cluster : null, () => limit(() => endInTurn(host)));
  const ends = waiting.map(end);
  for await (const late of rounds) ends.push(...late.map(end));
  await Promise.all(ends);
}

const silentWarning = (silent: readonly HostRun[]): Warning => ({
  code: 'run.silent',
  severity: 'note',
  params: { reason: 'not-planned', hosts: silent.map(({ name }) => name) },
});
