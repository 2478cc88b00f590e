import type { Clusters } from '../engine/clusters.ts';
import type { Approved } from '../engine/host-run.ts';
import type { World } from '../engine/world.ts';
import type { Target } from '../model/desired.ts';
import type { Outcome } from '../model/event.ts';
import type { Facts } from '../model/facts.ts';
import type { HostRun } from '../model/ports.ts';
import type { Problem } from '../model/problem.ts';
import type { Dispatch, Listener } from './dispatch.ts';
import type { PartEnd, Phase, ToldText } from './protocol.ts';

/** A host's part in a run, done by workers. */
export function createRemoteHostRun(
  target: Target,
  world: Pick<World, 'emit' | 'stop' | 'expected' | 'planned'>,
  clusters: Clusters,
  dispatch: Dispatch,
  /** Receives the text that the host's configuration replaces, as workers tell it. */
  configured: (target: Target, before: ToldText | null) => void,
): HostRun {
  const { name } = target.host;
  const { emit, expected } = world;
  const cluster = target.cluster?.name ?? null;
  let waiting = false;
  let moved = false;
  let outcome: Outcome | null = null;
  let problem: Problem | undefined;
  let changed = false;
  let approved: Approved | null = null;
  let lastRun = '';
  let watching: Promise<void> = Promise.resolve();
  let proven = (): void => undefined;
  const isProven = new Promise<void>((resolve) => {
    proven = resolve;
  });
  const listener: Listener = {
    onHappening: (happening, at) => emit(happening, at),
    onConfigured: (before) => configured(target, before),
    onProven: () => proven(),
  };

  const finish = (ended: Outcome, found?: Problem): void => {
    waiting = false;
    outcome = ended;
    problem = found;
    emit({
      type: 'host.finished',
      host: name,
      outcome: ended,
      ...(found ? { problem: found } : {}),
    });
  };

  const take = (end: PartEnd): void => {
    ({ waiting, moved, outcome, changed, problem, approved } = end);
    lastRun = end.lastRun || lastRun;
    if (end.saved) world.planned?.(name, end.saved);
    if (end.seen) clusters.saw(target, { cluster: { name: end.seen.cluster } } as Facts);
  };

  /** Has a part done. `lost`: how the host ends where nobody knows how that went. */
  const part = async (
    phase: Phase,
    order: Parameters<Dispatch['part']>[2],
    lost: Outcome,
    unless?: AbortSignal,
  ): Promise<'ended' | 'withdrawn'> => {
    const end = await dispatch.part(name, phase, order, listener, unless);
    if (!('gone' in end)) {
      take(end);
      return 'ended';
    }
    if (end.gone === 'withdrawn') return 'withdrawn';
    finish(lost, { ...end.gone, host: name } as Problem);
    return 'ended';
  };

  return {
    name,
    cluster,
    get waiting() {
      return waiting;
    },
    get moved() {
      return moved;
    },
    get outcome() {
      return outcome;
    },
    get changed() {
      return changed;
    },
    get problem() {
      return problem;
    },
    get begun() {
      return dispatch.begun(name, 'change');
    },
    async plan() {
      const order = expected ? { expected: expected.get(name) ?? null } : {};
      if ((await part('plan', order, 'failed', world.stop)) === 'withdrawn') finish('skipped');
    },
    async carryOut(unless) {
      const known = cluster === null ? [] : clusters.known(cluster);
      const order = {
        ...(approved ? { approved } : {}),
        known,
        ...(expected ? { expected: expected.get(name) ?? null } : {}),
      };
      if ((await part('change', order, 'unknown', unless)) === 'withdrawn') return;
      watching = dispatch.over(name, 'change');
    },
    skip: (because) => finish('skipped', because),
    close: () => undefined,
    isProven,
    get isOver() {
      return watching;
    },
    async rollBack(because) {
      dispatch.unwatch(name);
      await watching;
      const order = { lastRun, because, ...(problem ? { problem } : {}) };
      await part('undo', order, 'unknown');
    },
  };
}
