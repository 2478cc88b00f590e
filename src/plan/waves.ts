import type { Rollout, Share, Wave } from '../model/rollout.ts';

/** What a host's wave depends on. */
export interface Member {
  readonly name: string;
  readonly rollout: Rollout;
  /** Hosts of one group share their waves. */
  readonly rolloutGroup: string;
}

/** The waves of one group, one after the other. */
export interface Lane {
  readonly group: string;
  readonly rollout: Rollout;
  readonly waves: readonly Wave[];
  /** The run ends when more hosts than this have failed. */
  readonly mayFail: number;
}

/** How many hosts a share of `total` is: at least one, except for `0` hosts. */
export const sizeOf = (share: Share, total: number): number =>
  'hosts' in share ? share.hosts : Math.max(1, Math.ceil((share.percent * total) / 100));

/**
 * Who is changed when: lanes of one stage go at the same time, stages one after the other. Every host is in
 * exactly one wave, no wave is empty, and the order of the hosts is kept.
 *
 * @param earlier waves that were shown before, of a saved plan or of the run that is continued. Hosts stay in them;
 * hosts that are in none form waves behind them.
 */
export function stagesOf(
  members: readonly Member[],
  earlier: readonly Wave[] = [],
): readonly (readonly Lane[])[] {
  const lanes = [...groupedBy(members, ({ rolloutGroup }) => rolloutGroup)].map(([group, of]) =>
    laneOf(group, of, earlier),
  );
  const stages = groupedBy(lanes, ({ rollout }) => rollout.order);
  return [...stages].sort(([a], [b]) => a - b).map(([, stage]) => stage);
}

/** Whether a host may have to wait for another, or stay as it is because of it; so it is in waves. */
export const isStaged = (stages: readonly (readonly Lane[])[]): boolean =>
  stages.length > 1 || stages.flat().some(({ mayFail }) => Number.isFinite(mayFail));

/** As `Map.groupBy`, which Node 20 lacks. */
function groupedBy<T, K>(items: readonly T[], keyOf: (item: T) => K): ReadonlyMap<K, readonly T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}

function laneOf(group: string, members: readonly Member[], earlier: readonly Wave[]): Lane {
  const { rollout } = members[0]!;
  const names = members.map(({ name }) => name);
  const known = new Set(names);
  const kept = earlier
    .filter((wave) => wave.group === group)
    .map(({ hosts }) => hosts.filter((name) => known.has(name)))
    .filter((hosts) => hosts.length > 0);
  const placed = new Set(kept.flat());
  const rest = names.filter((name) => !placed.has(name));
  const parts = [...kept, ...cut(rest, rollout)];
  // a rollout in waves stops at the first failure unless it says otherwise; so does the last wave when it is continued
  const inWaves = parts.length > 1 || kept.length > 0;
  const limit = rollout.maxFail ?? (inWaves ? { hosts: 0 } : null);
  return {
    group,
    rollout,
    waves: parts.map((hosts) => ({ group, order: rollout.order, hosts })),
    mayFail: limit === null ? Number.POSITIVE_INFINITY : sizeOf(limit, members.length),
  };
}

/** Shares are of all `names`. */
function cut(
  names: readonly string[],
  { canary, serial }: Pick<Rollout, 'canary' | 'serial'>,
): readonly (readonly string[])[] {
  const waves: (readonly string[])[] =
    canary > 0 && names.length > 0 ? [names.slice(0, canary)] : [];
  let from = Math.min(canary, names.length);
  for (let i = 0; from < names.length; i += 1) {
    const size = sizeOf(serial[Math.min(i, serial.length - 1)]!, names.length);
    waves.push(names.slice(from, from + size));
    from += size;
  }
  return waves;
}
