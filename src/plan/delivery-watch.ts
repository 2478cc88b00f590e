import type { Delivery } from '../model/delivery.ts';
import type { DeliveryDeadlines } from '../model/desired.ts';
import type { DeliveryReading } from '../model/facts.ts';
import type { Plan } from '../model/plan.ts';
import { deliveriesOf } from './delivery.ts';

/** What decides how long data is watched, and what counts. */
export interface WatchRules {
  readonly deadlines: DeliveryDeadlines;
  /** Ids that the configuration makes. */
  readonly components: readonly string[];
  readonly tolerate: readonly string[];
  /** The process was started by this run: all that its metrics have counted is of the new configuration. */
  readonly restarted: boolean;
  /** Whoever does not get through has until the deadline. */
  readonly patient: boolean;
}

/** Seconds within which data fares one way or another; a burst in a queue is over by then. */
const RECENT_S = 5;
/** Without a connection for so long, nobody waits for it to come back, unless patience is asked for. */
const TRIED_S = 15;

export const watchRules = ({ proof }: Plan, deadlines: DeliveryDeadlines): WatchRules => ({
  deadlines,
  components: proof.components.ids,
  tolerate: proof.tolerate,
  restarted: proof.service === 'restart',
  patient: proof.delivery.mode === 'require',
});

/**
 * How the data of a host fares by all readings since its change was proven, and whether more would tell more: each
 * destination delivers or is refused, in two readings one after the other, or its time is over.
 */
export function watched(
  readings: readonly DeliveryReading[],
  rules: WatchRules,
): { readonly deliveries: readonly Delivery[]; readonly over: boolean } {
  const first = readings[0];
  const last = readings.at(-1);
  if (!first || !last || first === last) return { deliveries: [], over: false };
  const deliveries = judged(readings, rules);
  const elapsedS = secondsBetween(first, last);
  const before = statesOf(judged(readings.slice(0, -1), rules));
  const tried = readings.filter((one) => secondsBetween(one, last) >= TRIED_S);
  const tryingThen = statesOf(judged(tried, rules));
  const isSettled = (delivery: Delivery): boolean => {
    const key = keyOf(delivery);
    switch (delivery.state) {
      case 'delivering':
      case 'refused':
        return before.get(key) === delivery.state;
      case 'retrying':
        return !rules.patient && tryingThen.get(key) === 'retrying';
      case 'idle':
        return elapsedS >= (deadlineOf(delivery, rules.deadlines) ?? 0);
      case 'backlogged':
        return false;
    }
  };
  const longest = Math.max(0, ...Object.values(rules.deadlines));
  const over =
    elapsedS >= longest ||
    (deliveries.length > 0 ? deliveries.every(isSettled) : elapsedS >= TRIED_S);
  return { deliveries, over };
}

function judged(readings: readonly DeliveryReading[], rules: WatchRules): readonly Delivery[] {
  const first = readings[0];
  const last = readings.at(-1);
  if (!first || !last || first === last) return [];
  const about = {
    takenAt: last.at,
    since: first.at,
    components: rules.components.map((id) => ({ id })),
    tolerate: rules.tolerate,
  };
  // the first reading has what was logged before, the others what was logged since
  const log = [...first.log, ...last.log];
  const between = (before: DeliveryReading['samples'], seconds: number): readonly Delivery[] =>
    deliveriesOf({ before, after: last.samples, seconds: Math.max(1, seconds), log }, about);
  const recent = readings.findLast((one) => secondsBetween(one, last) >= RECENT_S) ?? first;
  const whole = new Map(
    (rules.restarted
      ? between([], last.at / 1000 - startOf(last))
      : between(first.samples, secondsBetween(first, last))
    ).map((one) => [keyOf(one), one]),
  );
  return between(recent.samples, secondsBetween(recent, last)).map((one) =>
    one.state === 'idle' ? (whole.get(keyOf(one)) ?? one) : one,
  );
}

const keyOf = ({ component, destination }: Delivery): string =>
  JSON.stringify([component, destination]);

const statesOf = (deliveries: readonly Delivery[]): ReadonlyMap<string, Delivery['state']> =>
  new Map(deliveries.map((one) => [keyOf(one), one.state]));

const secondsBetween = (from: DeliveryReading, to: DeliveryReading): number =>
  (to.at - from.at) / 1000;

/** Seconds since the epoch. */
const startOf = ({ samples, at }: DeliveryReading): number =>
  samples.find(({ name }) => name === 'process_start_time_seconds')?.value ?? at / 1000;

/** A component of a module has the module's path before its id. */
const deadlineOf = ({ component }: Delivery, deadlines: DeliveryDeadlines): number | undefined => {
  const [family] = component.slice(component.lastIndexOf('/') + 1).split('.');
  return new Map(Object.entries(deadlines)).get(family!);
};
