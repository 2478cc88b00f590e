import type { Delivery, DeliveryState } from '../model/delivery.ts';
import type { DeliveryFact, Facts, Sample } from '../model/facts.ts';

/** A log line counts as current for so long: remote_write repeats a message once a minute. */
const RECENT_MS = 90_000;
/** With the default scrape interval of a minute, what was sent is at most this old. */
const FRESH_S = 150;
/** What is farther behind is a backlog. */
const LAG_S = 120;

type Finding = Pick<Delivery, 'state'> & {
  readonly [K in Exclude<keyof Delivery, keyof Place | 'state'>]?: Delivery[K] | undefined;
};

/**
 * How data fares at each destination, judged by what moved between the two readings, and where nothing did, by what
 * was logged last. A component's health says nothing about it. Facts: the metrics of a real Alloy were recorded for
 * each of these cases.
 *
 * @param about `tolerate`: components that may fail; `since`: only what has happened since then counts, in milliseconds
 * since the epoch
 */
export function deliveriesOf(
  delivery: DeliveryFact,
  about: Pick<Facts, 'takenAt'> & {
    readonly components: readonly { readonly id: string }[] | null;
    readonly tolerate?: readonly string[];
    readonly since?: number;
  },
): readonly Delivery[] {
  const { components, tolerate = [] } = about;
  const found = EXPORTERS.flatMap(({ family, keysOf, judge }) => {
    const keys = new Map<string, Place>();
    for (const { name, labels } of delivery.after) {
      if (!name.startsWith(family)) continue;
      const place = placeOf(labels, keysOf);
      keys.set(JSON.stringify(place), place);
    }
    const places = [...keys.values()];
    // a queue belongs to all destinations of its exporter
    const named = new Set(places.flatMap((one) => (one.destination === null ? [] : one.component)));
    return places
      .filter(({ component, destination }) => destination !== null || !named.has(component))
      .map((place) => {
        const finding = judge(readingOf(delivery, place, keysOf, about));
        return { ...place, ...NOTHING, ...finding } as Delivery;
      });
  });
  // before its first call, an OTLP exporter has no series at all
  const known = new Set(found.map(({ component }) => component));
  const silent = (components ?? []).flatMap(({ id }): readonly Delivery[] =>
    /^(otelcol\.exporter\.otlp(http|grpc)?|loki\.write|prometheus\.remote_write)\./.test(id) &&
    !known.has(id)
      ? [{ component: id, destination: null, ...NOTHING, state: 'idle' }]
      : [],
  );
  return [...found, ...silent].map((one) => ({
    ...one,
    tolerated: tolerate.includes(one.component),
  }));
}

const NOTHING = {
  status: null,
  reason: null,
  since: null,
  perMinute: null,
  lostPerMinute: 0,
  lagS: 0,
  tolerated: false,
} as const;

interface Place {
  readonly component: string;
  readonly destination: string | null;
}

export type Labels = Sample['labels'];
type DestinationOf = (labels: Labels) => string | null;

/** Which component a series is about, and of which of its destinations. */
export function placeOf(labels: Labels, destinationOf: DestinationOf): Place {
  const path = (labels.component_path ?? '/').replace(/^\/|\/$/g, '');
  const id = labels.component_id ?? '';
  return {
    component: path === '' ? id : `${path}/${id}`,
    destination: destinationOf(labels),
  };
}

/** What one exporter's series say of one destination. */
interface Reading {
  /** The sum of a family's series that have these labels. */
  now(name: string, labels?: Sample['labels']): number;
  /** How much it has grown since the first reading; a counter that began again counts from zero. */
  grown(name: string, labels?: Sample['labels']): number;
  /** The value of a label of the series of this family that grew most. */
  grownMost(name: string, label: string): string | null;
  readonly minutes: number;
  /** Readings are taken one after the other since a change. */
  readonly isWatch: boolean;
  /** What was sent since then counts as delivered now, in seconds since the epoch. */
  readonly freshFrom: number;
  /** What was logged last, newest first. */
  readonly failures: readonly Failure[];
}

interface Failure {
  readonly kind: 'dropped' | 'retried';
  readonly at: number;
  readonly recent: boolean;
  readonly status: string | null;
  readonly reason: string | null;
}

function readingOf(
  { before, after, seconds, log }: DeliveryFact,
  place: Place,
  destinationOf: DestinationOf,
  { takenAt, since }: { readonly takenAt: number; readonly since?: number },
): Reading {
  const started = (samples: readonly Sample[]) =>
    samples.find(({ name }) => name === 'process_start_time_seconds')?.value;
  const restarted = started(before) !== started(after);
  const mine = (samples: readonly Sample[]): readonly Sample[] =>
    samples.filter(({ labels }) => {
      const { component, destination } = placeOf(labels, destinationOf);
      return (
        component === place.component && (destination === place.destination || destination === null)
      );
    });
  const [old, new_] = [restarted ? [] : mine(before), mine(after)];
  const sum = (samples: readonly Sample[], name: string, labels: Sample['labels'] = {}): number =>
    samples
      .filter(
        (sample) =>
          sample.name === name &&
          Object.entries(labels).every(([key, value]) => sample.labels[key] === value),
      )
      .reduce((total, { value }) => total + value, 0);
  const grown = (name: string, labels?: Sample['labels']): number => {
    const [from, to] = [sum(old, name, labels), sum(new_, name, labels)];
    return to >= from ? to - from : to;
  };
  return {
    now: (name, labels) => sum(new_, name, labels),
    grown,
    grownMost(name, label) {
      const values = new Set(
        new_.flatMap((sample) => (sample.name === name ? [sample.labels[label] ?? ''] : [])),
      );
      const [most] = [...values]
        .map((value) => [value, grown(name, { [label]: value })] as const)
        .filter(([value, by]) => by > 0 && value !== '' && !value.startsWith('2'))
        .sort((a, b) => b[1] - a[1]);
      return most?.[0] ?? null;
    },
    minutes: seconds / 60,
    isWatch: since !== undefined,
    freshFrom: since === undefined ? takenAt / 1000 - FRESH_S : Number.POSITIVE_INFINITY,
    failures: log
      .flatMap(({ at, line }) =>
        failureOf(at, line, place, Math.max(takenAt - RECENT_MS, since ?? 0)),
      )
      .sort((a, b) => b.at - a.at),
  };
}

/** A value of a logfmt line. */
const fieldOf = (line: string, key: string): string | null => {
  const [, quoted, bare] =
    new RegExp(`(?:^| )${key}=(?:"((?:[^"\\\\]|\\\\.)*)"|(\\S*))`).exec(line) ?? [];
  return quoted?.replace(/\\(.)/g, '$1') ?? bare ?? null;
};

function failureOf(at: number, line: string, place: Place, recentFrom: number): readonly Failure[] {
  const id = place.component.slice(place.component.lastIndexOf('/') + 1);
  if (fieldOf(line, 'component_id') !== id) return [];
  const to = fieldOf(line, 'url') ?? fieldOf(line, 'host');
  if (to !== null && place.destination !== null && to !== place.destination) return [];
  const reason = fieldOf(line, 'err') ?? fieldOf(line, 'error');
  const [, http] = /HTTP [Ss]tatus (?:Code )?(\d{3})/.exec(reason ?? '') ?? [];
  const [, grpc] = /code = (\w+)/.exec(reason ?? '') ?? [];
  return [
    {
      kind: /retry(ing)?\b(?!.*no retries left)/.test(fieldOf(line, 'msg') ?? '')
        ? 'retried'
        : 'dropped',
      at,
      recent: at >= recentFrom,
      status: http ?? grpc ?? null,
      reason,
    },
  ];
}

/** A finding with what the log says of it: the newest line of its kind, and since when there are such lines. */
function logged(
  { failures }: Reading,
  state: DeliveryState,
  kind: Failure['kind'],
  more: Partial<Finding> = {},
): Finding {
  const lines = failures.filter((failure) => failure.kind === kind);
  const [newest] = lines;
  return {
    state,
    status: newest?.status ?? null,
    reason: newest?.reason ?? null,
    since: lines.at(-1)?.at ?? null,
    ...more,
  };
}

/** A rate, if anything was counted. */
const rate = (count: number, { minutes }: Reading): number | null =>
  count > 0 ? Math.round(count / minutes) : null;

/** Where nothing has moved: what was logged within the last minute. */
function byLog(reading: Reading): Finding | undefined {
  const newest = reading.failures.find(({ recent }) => recent);
  if (!newest) return undefined;
  return logged(reading, newest.kind === 'dropped' ? 'refused' : 'retrying', newest.kind);
}

function remoteWrite(reading: Reading): Finding {
  const of = (name: string): string => `prometheus_remote_storage_${name}`;
  const failed = reading.grown(of('samples_failed_total'));
  if (failed > 0)
    return logged(reading, 'refused', 'dropped', { lostPerMinute: rate(failed, reading) ?? 0 });
  const sent = reading.now(of('queue_highest_sent_timestamp_seconds'));
  const isMoving = reading.grown(of('queue_highest_sent_timestamp_seconds')) > 0;
  const lagS = Math.max(0, Math.round(reading.now(of('queue_highest_timestamp_seconds')) - sent));
  const pending = reading.now(of('samples_pending'));
  const retried = reading.now(of('samples_retried_total'));
  // nobody answers: a request is given up, and counted as a retry, after 30 s
  const waits = reading.isWatch && pending - reading.grown(of('samples_pending')) > 0;
  if (pending > 0 && !isMoving && (retried > 0 || waits))
    return logged(reading, 'retrying', 'retried');
  if (isMoving && lagS > LAG_S && sent > 0) return { state: 'backlogged', lagS };
  const isFresh = sent > reading.freshFrom;
  const finding = isMoving ? undefined : byLog(reading);
  if (finding) return finding;
  if (!isMoving && !isFresh) return { state: 'idle' };
  return { state: 'delivering', perMinute: rate(reading.grown(of('samples_total')), reading) };
}

function lokiWrite(reading: Reading): Finding {
  const of = (name: string): string => `loki_write_${name}`;
  const dropped = reading.grown(of('dropped_entries_total'));
  const answers = of('request_duration_seconds_count');
  const status = reading.grownMost(answers, 'status_code');
  if (dropped > 0) {
    const why = reading.grownMost(of('dropped_entries_total'), 'reason');
    const finding = logged(reading, 'refused', 'dropped', {
      lostPerMinute: rate(dropped, reading) ?? 0,
    });
    return {
      ...finding,
      status: status === '-1' ? null : (status ?? finding.status),
      reason: finding.reason ?? why,
    };
  }
  const sent = reading.grown(of('sent_entries_total'));
  if (sent > 0) return { state: 'delivering', perMinute: rate(sent, reading) };
  const retries = reading.now(of('batch_retries_total'));
  // the pause between two tries grows to five minutes, and nothing is logged
  const gaveUp = reading.now(of('sent_entries_total')) === 0 && retries > 0;
  if (reading.grown(of('batch_retries_total')) > 0 || gaveUp)
    return logged(reading, 'retrying', 'retried', {
      status: status === '-1' ? null : status,
    });
  return byLog(reading) ?? { state: 'idle' };
}

const SIGNALS = ['log_records', 'spans', 'metric_points'] as const;

function otlp(reading: Reading): Finding {
  const of = (name: string): number =>
    SIGNALS.reduce(
      (sum, signal) => sum + reading.grown(`otelcol_exporter_${name}_${signal}_total`),
      0,
    );
  const failed = of('send_failed');
  const lost = failed + of('enqueue_failed');
  if (failed > 0) {
    const types = SIGNALS.map((signal) =>
      reading.grownMost(`otelcol_exporter_send_failed_${signal}_total`, 'error_type'),
    );
    const finding = logged(reading, 'refused', 'dropped', {
      lostPerMinute: rate(lost, reading) ?? 0,
    });
    const type = types.find((one) => one !== null && one !== '_OTHER');
    return { ...finding, status: finding.status ?? type ?? null };
  }
  const size = reading.now('otelcol_exporter_queue_size');
  const capacity = reading.now('otelcol_exporter_queue_capacity');
  if (lost > 0 || (capacity > 0 && size >= 0.9 * capacity))
    return logged(reading, 'backlogged', 'retried', { lostPerMinute: rate(lost, reading) ?? 0 });
  const sent = of('sent');
  if (sent > 0) return { state: 'delivering', perMinute: rate(sent, reading) };
  const waited = size - reading.grown('otelcol_exporter_queue_size');
  // a burst is in the queue once, not twice
  if (size > 0 && waited > 0) return logged(reading, 'retrying', 'retried');
  return byLog(reading) ?? { state: 'idle' };
}

const EXPORTERS: readonly {
  readonly family: string;
  readonly keysOf: DestinationOf;
  readonly judge: (reading: Reading) => Finding;
}[] = [
  {
    family: 'prometheus_remote_storage_',
    keysOf: ({ url }) => url ?? null,
    judge: remoteWrite,
  },
  { family: 'loki_write_', keysOf: ({ host }) => host ?? null, judge: lokiWrite },
  {
    family: 'otelcol_exporter_',
    keysOf: ({ server_address: address, server_port: port }) =>
      address === undefined ? null : `${address}:${port}`,
    judge: otlp,
  },
];
