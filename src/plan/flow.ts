import type { DeliveryFact, Sample } from '../model/facts.ts';
import type { Flow, FlowSignal, FlowWay } from '../model/flow.ts';
import { type Labels, placeOf } from './delivery.ts';

/** A counter of Alloy's, and what it counts. */
interface Meter {
  readonly signal: FlowSignal | ((labels: Labels) => FlowSignal | null);
  readonly way: FlowWay;
  readonly destination?: (labels: Labels) => string | null;
  /** Those series that count; absent: all. */
  readonly only?: (labels: Labels) => boolean;
  /** What is taken away again: attempts that failed. */
  readonly minus?: true;
}

const url = ({ url: at }: Labels): string | null => at ?? null;
const loki = ({ host }: Labels): string | null => host ?? null;
const endpoint = ({ endpoint: at }: Labels): string | null => at ?? null;
const server = ({ server_address: address, server_port: port }: Labels): string | null =>
  address === undefined ? null : `${address}:${port}`;

const OTEL = { log_records: 'logs', spans: 'traces', metric_points: 'metrics' } as const;
const byOtel = (
  start: string,
  meter: Omit<Meter, 'signal'>,
): readonly (readonly [string, Meter])[] =>
  Object.entries(OTEL).map(([unit, signal]) => [`${start}_${unit}_total`, { ...meter, signal }]);

const otelSignal = ({ otel_signal: signal }: Labels): FlowSignal | null =>
  signal === 'logs' || signal === 'traces' || signal === 'metrics' ? signal : null;

/** What is left out by `write_relabel_config`; the other reasons are losses. */
const isFiltered = ({ reason }: Labels): boolean => reason === 'dropped_series';

const REMOTE = 'prometheus_remote_storage_samples';

/**
 * Series by their name. From the code of Alloy 1.18 (each `metrics.go`, and the fanout that all sources of metrics
 * share) and recordings. There is none for what leaves `loki.process`, of several sources of logs, of connectors.
 */
const METERS: ReadonlyMap<string, Meter> = new Map<string, Meter>([
  ['prometheus_forwarded_samples_total', { signal: 'metrics', way: 'out' }],
  ['prometheus_remote_write_wal_samples_appended_total', { signal: 'metrics', way: 'in' }],
  // counts attempts, with those that failed or are tried again
  [`${REMOTE}_total`, { signal: 'metrics', way: 'sent', destination: url }],
  [`${REMOTE}_retried_total`, { signal: 'metrics', way: 'sent', destination: url, minus: true }],
  [`${REMOTE}_failed_total`, { signal: 'metrics', way: 'lost', destination: url }],
  [
    `${REMOTE}_dropped_total`,
    { signal: 'metrics', way: 'lost', destination: url, only: (labels) => !isFiltered(labels) },
  ],
  ...[
    'file_read_lines_total',
    'journal_target_lines_total',
    'api_entries_written',
    'syslog_entries_total',
    'docker_target_entries_total',
    'gelf_target_entries_total',
    'heroku_drain_entries_total',
    'cloudflare_target_entries_total',
    'gcplog_pull_entries_total',
    'gcplog_push_entries_total',
    'awsfirehose_entries_written',
  ].map((name): readonly [string, Meter] => [
    `loki_source_${name}`,
    { signal: 'logs', way: 'out' },
  ]),
  ['loki_relabel_entries_processed', { signal: 'logs', way: 'in' }],
  ['loki_relabel_entries_written', { signal: 'logs', way: 'out' }],
  ['loki_process_dropped_lines_total', { signal: 'logs', way: 'filtered' }],
  ['loki_write_sent_entries_total', { signal: 'logs', way: 'sent', destination: loki }],
  ['loki_write_dropped_entries_total', { signal: 'logs', way: 'lost', destination: loki }],
  ...byOtel('otelcol_receiver_accepted', { way: 'out' }),
  ...byOtel('otelcol_receiver_refused', { way: 'refused' }),
  ...byOtel('otelcol_receiver_failed', { way: 'refused' }),
  ['otelcol_processor_incoming_items_total', { signal: otelSignal, way: 'in' }],
  ['otelcol_processor_outgoing_items_total', { signal: otelSignal, way: 'out' }],
  ...byOtel('otelcol_exporter_sent', { way: 'sent', destination: server }),
  ...byOtel('otelcol_exporter_send_failed', { way: 'lost', destination: server }),
  ...byOtel('otelcol_exporter_enqueue_failed', { way: 'lost' }),
  ['pyroscope_relabel_profiles_processed', { signal: 'profiles', way: 'in' }],
  ['pyroscope_relabel_profiles_written', { signal: 'profiles', way: 'out' }],
  [
    'pyroscope_write_sent_profiles_total',
    { signal: 'profiles', way: 'sent', destination: endpoint },
  ],
  [
    'pyroscope_write_dropped_profiles_total',
    { signal: 'profiles', way: 'lost', destination: endpoint },
  ],
]);

/** Names of the series that flows are made of. */
export const FLOW_SERIES: readonly string[] = [...METERS.keys()];

const HIGHEST_SENT = 'prometheus_remote_storage_queue_highest_sent_timestamp_seconds';
const STARTED = 'process_start_time_seconds';

/**
 * What flows through each component, from two readings. Empty when the process was started between them: it is not
 * known for how long the new one has counted.
 */
export function flowsOf({ before, after, seconds }: DeliveryFact): readonly Flow[] {
  if (seconds <= 0 || started(before) !== started(after)) return [];
  const old = new Map(before.map((sample) => [seriesOf(sample), sample.value]));
  const counts = new Map<string, { readonly flow: Omit<Flow, 'perSecond'>; count: number }>();
  const stuck = new Set<string>();
  for (const sample of after) {
    const then = old.get(seriesOf(sample)) ?? 0;
    if (sample.name === HIGHEST_SENT && sample.value <= then)
      stuck.add(placeKey(placeOf(sample.labels, url)));
    const meter = METERS.get(sample.name);
    if (!meter || meter.only?.(sample.labels) === false) continue;
    const { signal: says, way, destination = () => null, minus } = meter;
    const signal = typeof says === 'string' ? says : says(sample.labels);
    if (signal === null) continue;
    const place = placeOf(sample.labels, destination);
    // a counter that began again counts from zero
    const grown = sample.value >= then ? sample.value - then : sample.value;
    const add = (flow: Omit<Flow, 'perSecond'>, by: number): void => {
      const key = keyOf(flow);
      const known = counts.get(key);
      if (known) known.count += by;
      else counts.set(key, { flow, count: by });
    };
    add({ ...place, signal, way }, minus ? -grown : grown);
    if (sample.name === `${REMOTE}_failed_total`) add({ ...place, signal, way: 'sent' }, -grown);
  }
  return [...counts.values()].map(({ flow, count }) => {
    // an attempt counts when it begins, and nothing has come through since the first reading
    const none = flow.way === 'sent' && flow.signal === 'metrics' && stuck.has(placeKey(flow));
    return { ...flow, perSecond: none ? 0 : Math.max(0, count) / seconds };
  });
}

/** What flows through hosts that run the same, together. */
export function sumOfFlows(hosts: readonly (readonly Flow[])[]): readonly Flow[] {
  const sums = new Map<string, Flow>();
  for (const flow of hosts.flat()) {
    const perSecond = flow.perSecond + (sums.get(keyOf(flow))?.perSecond ?? 0);
    sums.set(keyOf(flow), { ...flow, perSecond });
  }
  return [...sums.values()];
}

const keyOf = ({ component, signal, way, destination }: Omit<Flow, 'perSecond'>): string =>
  JSON.stringify([component, signal, way, destination]);

const placeKey = ({ component, destination }: Pick<Flow, 'component' | 'destination'>): string =>
  JSON.stringify([component, destination]);

const seriesOf = ({ name, labels }: Sample): string =>
  JSON.stringify([name, Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1))]);

const started = (samples: readonly Sample[]): number | undefined =>
  samples.find(({ name }) => name === STARTED)?.value;
