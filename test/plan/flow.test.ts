import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readFlow } from '../../src/host/samples.ts';
import type { Sample } from '../../src/model/facts.ts';
import type { Flow } from '../../src/model/flow.ts';
import { FLOW_SERIES, flowsOf, sumOfFlows } from '../../src/plan/flow.ts';
import { describeUnless, MISSING, recording } from '../missing.ts';

const START: Sample = { name: 'process_start_time_seconds', labels: {}, value: 1000 };

type Row = readonly [
  name: string,
  labels: Sample['labels'],
  before: number | null,
  after: number | null,
];

const samples = (rows: readonly Row[], at: 2 | 3): readonly Sample[] =>
  rows.flatMap((row) => {
    const value = row[at];
    return value === null ? [] : [{ name: row[0], labels: row[1], value }];
  });

const flows = (rows: readonly Row[], seconds = 10): readonly Flow[] =>
  flowsOf({
    before: [START, ...samples(rows, 2)],
    after: [START, ...samples(rows, 3)],
    seconds,
    log: [],
  });

/** "out metrics 12", with the destination where there is one. */
const said = (rows: readonly Row[], seconds?: number): readonly string[] =>
  flows(rows, seconds).map(
    ({ way, signal, destination, perSecond }) =>
      `${way} ${signal} ${perSecond}${destination === null ? '' : ` ${destination}`}`,
  );

const of = (id: string, more: Sample['labels'] = {}) => ({
  component_id: id,
  component_path: '/',
  ...more,
});
const WRITE = of('prometheus.remote_write.a', { url: 'https://m/push', remote_name: 'x' });
const LOKI = of('loki.write.a', { host: 'l:3100', tenant: '' });
const OTLP = of('otelcol.exporter.otlphttp.a', { server_address: 'o', server_port: '4318' });
const remote = (name: string): string => `prometheus_remote_storage_${name}`;
const MOVES: Row = [remote('queue_highest_sent_timestamp_seconds'), WRITE, 50, 60];

test.each<[string, readonly Row[], readonly string[]]>([
  [
    'a scrape',
    [['prometheus_forwarded_samples_total', of('prometheus.scrape.a'), 100, 350]],
    ['out metrics 25'],
  ],
  [
    'remote_write that gets through',
    [
      [
        'prometheus_remote_write_wal_samples_appended_total',
        of('prometheus.remote_write.a'),
        0,
        50,
      ],
      [remote('samples_total'), WRITE, 0, 50],
      [remote('samples_failed_total'), WRITE, 0, 0],
      [remote('samples_retried_total'), WRITE, 0, 0],
      MOVES,
    ],
    ['in metrics 5', 'sent metrics 5 https://m/push', 'lost metrics 0 https://m/push'],
  ],
  [
    'remote_write whose samples are refused: attempts are counted with them',
    [
      [remote('samples_total'), WRITE, 0, 50],
      [remote('samples_failed_total'), WRITE, 0, 40],
      [remote('samples_retried_total'), WRITE, 0, 0],
      MOVES,
    ],
    ['sent metrics 1 https://m/push', 'lost metrics 4 https://m/push'],
  ],
  [
    'remote_write that tries again and again',
    [
      [remote('samples_total'), WRITE, 100, 200],
      [remote('samples_failed_total'), WRITE, 0, 0],
      // the last attempt has not failed yet
      [remote('samples_retried_total'), WRITE, 90, 180],
      [MOVES[0], WRITE, 50, 50],
    ],
    ['sent metrics 0 https://m/push', 'lost metrics 0 https://m/push'],
  ],
  [
    'samples that are too old are lost, those that a rule drops are not',
    [
      [remote('samples_dropped_total'), { ...WRITE, reason: 'too_old' }, 0, 10],
      [remote('samples_dropped_total'), { ...WRITE, reason: 'dropped_series' }, 0, 90],
    ],
    ['lost metrics 1 https://m/push'],
  ],
  [
    'files: one that is gone counts no more, one that is new counts from zero, one that began again too',
    [
      ['loki_source_file_read_lines_total', of('loki.source.file.a', { path: '/a' }), 5000, null],
      ['loki_source_file_read_lines_total', of('loki.source.file.a', { path: '/b' }), null, 20],
      ['loki_source_file_read_lines_total', of('loki.source.file.a', { path: '/c' }), 900, 30],
      ['loki_source_file_read_lines_total', of('loki.source.file.a', { path: '/d' }), 100, 150],
    ],
    ['out logs 10'],
  ],
  ['the journal', [['loki_source_journal_target_lines_total', of('j'), 0, 70]], ['out logs 7']],
  [
    'a gateway of logs, relabelled',
    [
      ['loki_source_api_entries_written', of('loki.source.api.a'), 0, 30],
      ['loki_relabel_entries_processed', of('loki.relabel.a'), 0, 30],
      ['loki_relabel_entries_written', of('loki.relabel.a'), 0, 20],
    ],
    ['out logs 3', 'in logs 3', 'out logs 2'],
  ],
  [
    'lines that a stage drops, by each reason',
    [
      ['loki_process_dropped_lines_total', of('loki.process.a', { reason: 'debug' }), 0, 10],
      ['loki_process_dropped_lines_total', of('loki.process.a', { reason: 'match' }), 0, 20],
    ],
    ['filtered logs 3'],
  ],
  [
    'loki.write, with the reasons for which lines are lost',
    [
      ['loki_write_sent_entries_total', LOKI, 10, 30],
      ['loki_write_dropped_entries_total', { ...LOKI, reason: 'ingester_error' }, 0, 10],
      ['loki_write_dropped_entries_total', { ...LOKI, reason: 'rate_limited' }, 0, 20],
    ],
    ['sent logs 2 l:3100', 'lost logs 3 l:3100'],
  ],
  [
    'an OTLP receiver, over both of its transports',
    [
      ['otelcol_receiver_accepted_spans_total', of('r', { transport: 'http' }), 0, 10],
      ['otelcol_receiver_accepted_spans_total', of('r', { transport: 'grpc' }), 0, 30],
      ['otelcol_receiver_accepted_log_records_total', of('r', { transport: 'http' }), 0, 5],
      ['otelcol_receiver_refused_log_records_total', of('r', { transport: 'http' }), 0, 100],
    ],
    ['out traces 4', 'out logs 0.5', 'refused logs 10'],
  ],
  [
    'a processor',
    [
      ['otelcol_processor_incoming_items_total', of('p', { otel_signal: 'traces' }), 0, 40],
      ['otelcol_processor_outgoing_items_total', of('p', { otel_signal: 'traces' }), 0, 10],
      ['otelcol_processor_incoming_items_total', of('p', { otel_signal: 'profiles' }), 0, 10],
    ],
    ['in traces 4', 'out traces 1'],
  ],
  [
    'an OTLP exporter: what does not even get into its queue is lost on the way to no destination',
    [
      ['otelcol_exporter_sent_spans_total', { ...OTLP, url_path: '/v1/traces' }, 0, 40],
      ['otelcol_exporter_send_failed_spans_total', { ...OTLP, error_permanent: 'true' }, 0, 20],
      ['otelcol_exporter_enqueue_failed_spans_total', of('otelcol.exporter.otlphttp.a'), 0, 10],
    ],
    ['sent traces 4 o:4318', 'lost traces 2 o:4318', 'lost traces 1'],
  ],
  [
    'profiles',
    [
      ['pyroscope_relabel_profiles_written', of('p'), 0, 10],
      ['pyroscope_write_sent_profiles_total', of('w', { endpoint: 'http://p' }), 0, 10],
      ['pyroscope_write_dropped_profiles_total', of('w', { endpoint: 'http://p' }), 0, 20],
    ],
    ['out profiles 1', 'sent profiles 1 http://p', 'lost profiles 2 http://p'],
  ],
  [
    'gauges, sums and whatever else there is: nothing',
    [
      ['otelcol_exporter_queue_size', OTLP, 0, 40],
      ['prometheus_scrape_targets_gauge', of('prometheus.scrape.a'), 0, 3],
    ],
    [],
  ],
])('%s', (_, rows, expected) => {
  expect(said(rows)).toEqual(expected);
});

test('a component of a module has its path in front', () => {
  const labels = { component_id: 'prometheus.scrape.a', component_path: '/lib.node.b' };
  expect(flows([['prometheus_forwarded_samples_total', labels, 0, 10]])).toEqual([
    {
      component: 'lib.node.b/prometheus.scrape.a',
      signal: 'metrics',
      way: 'out',
      destination: null,
      perSecond: 1,
    },
  ]);
});

test('nothing is said of a process that was started between the readings', () => {
  const labels = of('prometheus.scrape.a');
  const sample = { name: 'prometheus_forwarded_samples_total', labels, value: 10 };
  const after = [{ ...START, value: 1005 }, sample];
  expect(flowsOf({ before: [START, sample], after, seconds: 10, log: [] })).toEqual([]);
  expect(flowsOf({ before: [], after, seconds: 10, log: [] })).toEqual([]);
  expect(flowsOf({ before: after, after, seconds: 0, log: [] })).toEqual([]);
});

test('any counts come back as rates, whatever the order of series and labels', () => {
  const row = fc.record({
    name: fc.constantFrom(...FLOW_SERIES.filter((name) => !name.startsWith('prometheus_remote'))),
    id: fc.constantFrom('a.b', 'c.d.e'),
    reason: fc.string({ maxLength: 5 }),
    from: fc.nat(1e6),
    by: fc.nat(1e6),
  });
  fc.assert(
    fc.property(
      fc.uniqueArray(row, { selector: ({ name, id, reason }) => `${name} ${id} ${reason}` }),
      fc.integer({ min: 1, max: 300 }),
      (all, seconds) => {
        const rows = all.map(
          ({ name, id, reason, from, by }): Row => [
            name,
            of(id, { reason, otel_signal: 'logs' }),
            from,
            from + by,
          ],
        );
        const shuffled = rows
          .map(
            ([name, labels, from, to]): Row => [
              name,
              Object.fromEntries(Object.entries(labels).reverse()),
              from,
              to,
            ],
          )
          .reverse();
        const found = flowsOf({
          before: [START, ...samples(shuffled, 2)],
          after: [START, ...samples(rows, 3)],
          seconds,
          log: [],
        });
        const total = found.reduce((sum, { perSecond }) => sum + perSecond * seconds, 0);
        expect(total).toBeCloseTo(
          all.reduce((sum, { by }) => sum + by, 0),
          3,
        );
        expect(new Set(found.map(({ perSecond, ...key }) => JSON.stringify(key))).size).toBe(
          found.length,
        );
      },
    ),
  );
});

test('hosts together', () => {
  const one = flows([['prometheus_forwarded_samples_total', of('a.b'), 0, 10]]);
  const more = flows([
    ['prometheus_forwarded_samples_total', of('a.b'), 0, 40],
    ['loki_relabel_entries_written', of('c.d'), 0, 10],
  ]);
  expect(
    sumOfFlows([one, more, []]).map(({ component, perSecond }) => [component, perSecond]),
  ).toEqual([
    ['a.b', 5],
    ['c.d', 1],
  ]);
  expect(sumOfFlows([])).toEqual([]);
});

describeUnless(MISSING.recordings)('recordings of a real Alloy', () => {
  /** All that was counted since the start. */
  const recorded = (name: string): readonly string[] => {
    const text = readFileSync(recording(`recordings/delivery/raw-${name}.txt`), 'utf8');
    const [, seconds] = /, (\d+) s after ready/.exec(text)!;
    const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    const start = 'process_start_time_seconds 1.7e+09';
    const zero = lines.map((line) => line.replace(/ \S+$/, ' 0'));
    const flow = readFlow({
      flow: { first: [start, ...zero], second: [start, ...lines], seconds: seconds! },
    });
    return flowsOf(flow!)
      .filter(({ perSecond }) => perSecond > 0)
      .map(
        ({ component, way, signal, perSecond }) =>
          `${component} ${way} ${signal} ${Math.round(perSecond * 10) / 10}`,
      );
  };

  test('all is delivered: a line and a call each second, a scrape of itself', () => {
    expect(recorded('ok')).toMatchInlineSnapshot(`
      [
        "loki.source.file.app out logs 1",
        "loki.write.out sent logs 0.9",
        "otelcol.exporter.otlp.out sent logs 1",
        "otelcol.exporter.otlphttp.out sent logs 1",
        "otelcol.receiver.otlp.in out logs 1",
        "prometheus.scrape.self out metrics 66.6",
        "prometheus.remote_write.out sent metrics 66.6",
        "prometheus.remote_write.out in metrics 66.6",
      ]
    `);
  });
  test('all is refused', () => {
    expect(recorded('401')).toMatchInlineSnapshot(`
      [
        "loki.source.file.app out logs 1",
        "loki.write.out lost logs 1",
        "otelcol.exporter.otlp.out lost logs 1",
        "otelcol.exporter.otlphttp.out lost logs 1",
        "otelcol.receiver.otlp.in out logs 1",
        "prometheus.scrape.self out metrics 102.3",
        "prometheus.remote_write.out lost metrics 102.3",
        "prometheus.remote_write.out in metrics 102.3",
      ]
    `);
  });
  test('nobody is there', () => {
    expect(recorded('refused')).toMatchInlineSnapshot(`
      [
        "loki.source.file.app out logs 1",
        "otelcol.receiver.otlp.in out logs 1",
        "prometheus.scrape.self out metrics 112.7",
        "prometheus.remote_write.out in metrics 112.7",
      ]
    `);
  });
});
