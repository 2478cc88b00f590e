import { setMaxListeners } from 'node:events';
import pLimit from 'p-limit';
import type { Target } from '../model/desired.ts';
import type { Problem } from '../model/problem.ts';
import { createClusters } from './clusters.ts';
import { createHostRun } from './host-run.ts';
import type { RunOptions, World } from './world.ts';

/** A host that refuses is asked again after this, then after twice as long each time. */
const REFUSED_S = 60;
const MOST_REFUSED_S = 300;

/** Somebody's account may be locked after a few of these. */
const NOT_AGAIN: readonly string[] = ['sudo.password'];

/** Passes without anybody doing anything. */
const LOST: readonly string[] = ['ssh.unreachable', 'ssh.lost'];

const isRefusal = ({ code, transient }: Problem): boolean =>
  /^(ssh|sudo)\./.test(code) && !transient && !LOST.includes(code);

/**
 * Looks at every host again and again until `world.stop` aborts; `intervalS`: seconds from one look at a host to the
 * next. Each look says what a status says of a host, from `host.started` to `host.finished`. With no more hosts than
 * `forks`, each keeps its login.
 */
export async function watchFleet(
  targets: readonly Target[],
  world: World,
  options: RunOptions & { readonly intervalS: number },
): Promise<void> {
  const { stop } = world;
  setMaxListeners(0, stop);
  const limit = pLimit(options.forks);
  const keepLogin = targets.length <= options.forks;

  const clusters = createClusters();
  const watch = async (target: Target): Promise<void> => {
    const host = createHostRun(target, world, { ...options, verb: 'status', keepLogin }, clusters);
    let refusals = 0;
    while (!stop.aborted) {
      await limit(async () => {
        if (!stop.aborted) await host.plan();
      });
      const { problem } = host;
      if (problem && NOT_AGAIN.includes(problem.code)) break;
      refusals = problem && isRefusal(problem) ? refusals + 1 : 0;
      const pause = refusals === 0 ? 0 : Math.min(MOST_REFUSED_S, REFUSED_S * 2 ** (refusals - 1));
      await world.sleep(Math.max(options.intervalS, pause) * 1000, stop);
    }
    host.close();
  };
  await Promise.all(targets.map(watch));
}
