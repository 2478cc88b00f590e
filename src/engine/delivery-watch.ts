import { setMaxListeners } from 'node:events';
import { createLineReader, readRecord } from '../host/records.ts';
import { PERL, WORD_S, type Word, watchInput } from '../host/run.ts';
import { answerOf, counts, type Delivery } from '../model/delivery.ts';
import type { Target } from '../model/desired.ts';
import type { DeliveryReading } from '../model/facts.ts';
import type { Plan } from '../model/plan.ts';
import { type Problem, ToolError, type Warning } from '../model/problem.ts';
import type { Undelivered } from '../model/problems/host-problems.ts';
import { watched, watchRules } from '../plan/delivery-watch.ts';
import { startClock } from './host-clock.ts';
import type { Session } from './session.ts';
import { allowanceOf } from './streams.ts';
import { startAsRoot } from './sudo.ts';
import type { World } from './world.ts';

/** Watches how the data of a changed host fares, reading by reading, until that is known or the time is over. */
export interface DeliveryWatch {
  add(reading: DeliveryReading): void;
  /** Aborts when nothing more is to be learned. */
  readonly over: AbortSignal;
  /** The host is changed and proven, and only its data is waited for. */
  readonly begun: Promise<void>;
  readonly word: Word;
  /** Why the host is rolled back. */
  problem(): Problem;
  /** Says how its data fares. */
  report(): void;
  /** Has to be called at the end. */
  stop(): void;
}

/** How long a watch lasts; 0: there is none. */
const watchSeconds = (
  { proof: { delivery } }: Pick<Plan, 'proof'>,
  mode: 'report' | 'require',
): number => (delivery.mode === mode ? delivery.seconds : 0);

/** How much longer a host takes that waits for a word. */
export const waitSeconds = (plan: Pick<Plan, 'proof'>): number => {
  const seconds = watchSeconds(plan, 'require');
  return seconds === 0 ? 0 : seconds + WORD_S;
};

/** Whether the data is watched once the host is done. */
export const isWatched = (plan: Plan): boolean => watchSeconds(plan, 'report') > 0;

/** Readings take a moment, and the last one may come late. */
const LATE_S = 10;

export function openDeliveryWatch(
  { host: { name }, desired }: Target,
  plan: Plan,
  { emit, mask, now, sleep }: Pick<World, 'emit' | 'mask' | 'now' | 'sleep'>,
): DeliveryWatch {
  const rules = watchRules(plan, desired.deadlines);
  const { mode, seconds } = plan.proof.delivery;
  const readings: DeliveryReading[] = [];
  let deliveries: readonly Delivery[] = [];
  let startedAt = 0;
  const over = new AbortController();
  const end = (): void => over.abort();
  let begin = (): void => undefined;
  const begun = new Promise<void>((resolve) => {
    begin = () => resolve();
  });
  const isUnseen = (): boolean => readings.length < 2;
  return {
    over: over.signal,
    begun,
    add(reading) {
      if (over.signal.aborted) return;
      if (readings.length === 0) {
        startedAt = now();
        void sleep((seconds + LATE_S) * 1000, over.signal).then(end);
        begin();
      }
      readings.push(reading);
      const found = watched(readings, rules);
      deliveries = found.deliveries;
      if (found.over) return end();
      emit({
        type: 'host.waiting',
        host: name,
        for: 'for data to arrive',
        seconds: Math.round((now() - startedAt) / 1000),
        limitS: seconds,
      });
    },
    get word() {
      return isUnseen() || deliveries.some(counts) ? 'refused' : 'ok';
    },
    problem() {
      if (isUnseen())
        return { code: 'alloy.delivery', host: name, params: { reason: 'unseen', seconds } };
      const params = { reason: 'not-delivered', seconds, destinations: undelivered(deliveries) };
      return {
        code: 'alloy.delivery',
        host: name,
        params,
        ...detailOf(deliveries, mask),
      } as Problem;
    },
    report() {
      if (!isUnseen()) emit({ type: 'host.delivery', host: name, deliveries });
      const warning = warningOf();
      if (warning) emit({ type: 'host.warning', host: name, warning });
    },
    stop: end,
  };

  function warningOf(): Warning | undefined {
    const about = { code: 'alloy.delivery', host: name } as const;
    if (isUnseen()) return { ...about, params: { reason: 'unseen' } };
    const destinations = undelivered(deliveries);
    if (destinations.length > 0)
      return {
        ...about,
        params: { reason: 'not-delivered', destinations },
        ...detailOf(deliveries, mask),
      };
    const idle = deliveries.filter(({ state }) => state === 'idle').map(placeOf);
    if (mode !== 'require' || idle.length === 0) return undefined;
    const params = { reason: 'nothing-to-send', destinations: idle } as const;
    return { ...about, severity: 'note', params };
  }
}

const placeOf = ({ component, destination }: Delivery): string => destination ?? component;

const undelivered = (deliveries: readonly Delivery[]): readonly Undelivered[] =>
  deliveries.filter(counts).map((one) => ({
    destination: placeOf(one),
    state: one.state as Undelivered['state'],
    status: one.status,
    answer: answerOf(one),
  }));

/** What the exporters have logged. */
function detailOf(
  deliveries: readonly Delivery[],
  mask: World['mask'],
): { readonly detail?: string } {
  const said = deliveries.filter(counts).flatMap(({ reason }) => (reason === null ? [] : [reason]));
  return said.length === 0 ? {} : { detail: mask([...new Set(said)].join('\n')) };
}

/** A reading of a large gateway has some hundred kilobytes. */
const READINGS_MB = 64;

/**
 * Watches the data of a host whose run is over. Whatever goes wrong here changes nothing about that; where `stop`
 * aborts, or at a Ctrl-C, what is known by then is reported.
 */
export async function watchDelivery(
  target: Target,
  plan: Plan,
  session: Session,
  world: World,
  stop: AbortSignal,
): Promise<void> {
  const watch = openDeliveryWatch(target, plan, world);
  const seconds = watchSeconds(plan, 'report');
  const clock = startClock(world, seconds + WORD_S);
  const nonce = `@@${world.nonce()}`;
  const lines = createLineReader((line) => {
    const record = readRecord(line, nonce);
    if (record?.type === 'reading') watch.add(record.reading);
  });
  // one Ctrl-C ends the watches of all hosts
  setMaxListeners(0, world.stop);
  const ends = [world.stop, stop];
  for (const end of ends) {
    end.addEventListener('abort', watch.stop, { once: true });
    if (end.aborted) watch.stop();
  }
  try {
    const options = {
      onOut: lines.push,
      onErr() {},
      timeoutMs: clock.left(),
      signal: clock.signal,
    };
    const allowance = allowanceOf(READINGS_MB);
    const channel = await startAsRoot(
      session,
      target.host,
      PERL,
      watchInput({ nonce, listen: target.desired.listen, seconds }),
      options,
      allowance,
    );
    const left = new Promise<void>((resolve) => {
      watch.over.addEventListener('abort', () => resolve(), { once: true });
      if (watch.over.aborted) resolve();
    });
    await Promise.race([channel.exit, left]);
    channel.exit.catch(() => undefined);
    channel.close();
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
  } finally {
    for (const end of ends) end.removeEventListener('abort', watch.stop);
    watch.stop();
    clock.stop();
  }
  watch.report();
}
