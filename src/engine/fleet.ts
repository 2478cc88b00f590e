import pLimit from 'p-limit';
import type { Target } from '../model/desired.ts';
import { createHostRun } from './host-run.ts';
import type { RunOptions, World } from './world.ts';

/**
 * One run over a fleet: every host is planned, the user confirms once, then each host is changed over
 * the login that it was planned on. A problem on one host never stops another, and is never thrown.
 * Everything is reported to `world.emit`, except `run.started` and `run.finished`.
 */
export async function runFleet(
  targets: readonly Target[],
  world: World,
  options: RunOptions,
): Promise<void> {
  const hosts = targets.map((target) => createHostRun(target, world, options));
  const limit = pLimit(options.forks);
  await limit.map(hosts, (host) => (world.stop.aborted ? host.skip() : host.plan()));

  const waiting = hosts.filter((host) => host.waiting);
  if (waiting.length === 0) return;
  const proceed = async (): Promise<boolean> => {
    // the plan was approved as a whole: a part of it is another plan
    if (hosts.some((host) => host.moved)) return false;
    if (world.stop.aborted) return false;
    world.emit({ type: 'run.planned', changing: waiting.length });
    if (!world.confirm) return true;
    const over = hosts.length - waiting.length;
    return world.confirm({ hosts: hosts.length, changing: waiting.length, over });
  };
  const go = await proceed();
  await limit.map(waiting, (host) => (go && !world.stop.aborted ? host.carryOut() : host.skip()));
}
