import type { Target } from '../model/desired.ts';
import { applyOne, beginHost, finish, type HostLife, planOne, rollBackOne } from './host-life.ts';
import { eachOf } from './pool.ts';
import type { RunOptions, World } from './world.ts';

/**
 * One run over a fleet: every host is probed and planned, the whole is asked about once, then each
 * is brought to its end, over the connection it was planned on. One host's trouble never stops another.
 * Never throws for a host's trouble; tells all by `world.emit`, `run.started` and `run.finished` excepted.
 */
export async function runFleet(
  targets: readonly Target[],
  world: World,
  options: RunOptions,
): Promise<void> {
  const lives = targets.map((target) => beginHost(target, world, options));
  // nobody will be asked, and there is time until the last host is planned; in a larger fleet most would wait
  // for their turn after that, with a script each in our memory
  const stage = options.unattended && !world.expected && lives.length <= options.forks;
  await eachOf(lives, options.forks, async (life) => {
    if (world.stop.aborted) return skip(life, world);
    await planOne(life, world, options, { stage });
  });

  const waiting = lives.filter(({ planned }) => planned !== null);
  if (waiting.length === 0) return;
  // what was approved was the whole: a part of it is another plan
  if (lives.some(({ moved }) => moved)) {
    for (const life of waiting) skip(life, world);
    return;
  }
  if (!world.stop.aborted) world.emit({ type: 'run.planned', changing: waiting.length });
  if (world.confirm && !world.stop.aborted) {
    const yes = await world.confirm({
      hosts: lives.length,
      changing: waiting.length,
      over: lives.length - waiting.length,
    });
    if (!yes) {
      for (const life of waiting) skip(life, world);
      return;
    }
  }
  await eachOf(waiting, options.forks, async (life) => {
    if (world.stop.aborted) return skip(life, world);
    world.emit({ type: 'host.resumed', host: life.target.host.name });
    if (options.verb === 'rollback') await rollBackOne(life, world, options);
    else await applyOne(life, world, options);
  });
}

/** Nothing was begun there. */
const skip = (life: HostLife, world: World): void => finish(life, world, 'skipped');
