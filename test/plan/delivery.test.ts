import { describe, expect, test } from 'vitest';
import { isFailing } from '../../src/model/delivery.ts';
import type { DeliveryFact, Sample } from '../../src/model/facts.ts';
import { deliveriesOf } from '../../src/plan/delivery.ts';
import { NOW } from '../builders.ts';

const AT = NOW / 1000;
const START: Sample = { name: 'process_start_time_seconds', labels: {}, value: AT - 3600 };

/** name, labels, before, after. null: there is no such series yet. */
type Row = readonly [name: string, labels: Sample['labels'], before: number | null, after: number];

const factOf = (rows: readonly Row[], more: Partial<DeliveryFact> = {}): DeliveryFact => ({
  before: [
    START,
    ...rows.flatMap(([name, labels, value]) => (value === null ? [] : [{ name, labels, value }])),
  ],
  after: [START, ...rows.map(([name, labels, , value]) => ({ name, labels, value }))],
  seconds: 5,
  log: [],
  ...more,
});

const judge = (
  rows: readonly Row[],
  more: Partial<DeliveryFact> = {},
  ids: readonly string[] = [],
) =>
  deliveriesOf(factOf(rows, more), {
    takenAt: NOW,
    components: ids.map((id) => ({ id, health: 'healthy', message: '' })),
  });

const line = (agoS: number, text: string) => ({ at: NOW - agoS * 1000, line: text });

describe('remote_write', () => {
  const URL = 'http://mimir:9009/api/v1/push';
  const labels = {
    component_id: 'prometheus.remote_write.out',
    component_path: '/',
    remote_name: 'e063b6',
    url: URL,
  };
  interface Figures {
    readonly failed?: readonly [number, number];
    readonly retried?: readonly [number, number];
    readonly pending?: readonly [number, number];
    readonly total?: readonly [number, number];
    readonly sent?: readonly [number, number];
    readonly highest?: readonly [number, number];
  }
  const rows = ({
    failed = [0, 0],
    retried = [0, 0],
    pending = [0, 0],
    total = [0, 0],
    sent = [0, 0],
    highest = sent,
  }: Figures): readonly Row[] =>
    (
      [
        ['samples_failed_total', failed],
        ['samples_retried_total', retried],
        ['samples_pending', pending],
        ['samples_total', total],
        ['queue_highest_sent_timestamp_seconds', sent],
        ['queue_highest_timestamp_seconds', highest],
      ] as const
    ).map(([name, [from, to]]) => [`prometheus_remote_storage_${name}`, labels, from, to]);
  const refused = (agoS: number, status = '401 Unauthorized') =>
    line(
      agoS,
      `ts=x level=error msg="non-recoverable error" component_id=prometheus.remote_write.out url=${URL} failedSampleCount=670 err="server returned HTTP status ${status}: no"`,
    );
  const retrying = (agoS: number, err: string) =>
    line(
      agoS,
      `ts=x level=warn msg="Failed to send batch, retrying" component_id=prometheus.remote_write.out url=${URL} err="${err}"`,
    );

  test.each<[string, Figures, DeliveryFact['log'], object]>([
    ['before the first scrape', {}, [], { state: 'idle' }],
    [
      'samples arrive',
      { sent: [AT - 6, AT - 1], total: [1000, 1100] },
      [],
      { state: 'delivering', perMinute: 1200 },
    ],
    [
      'with an interval of a minute, none was sent in these seconds',
      { sent: [AT - 50, AT - 50], total: [1000, 1000] },
      [],
      { state: 'delivering', perMinute: null },
    ],
    ['nothing new has come for long', { sent: [AT - 900, AT - 900] }, [], { state: 'idle' }],
    [
      // the timestamp of what was sent advances on a refusal too
      'a refusal',
      { failed: [0, 670], sent: [AT - 6, AT - 1], total: [0, 670] },
      [refused(700), refused(10)],
      {
        state: 'refused',
        status: '401',
        since: NOW - 700_000,
        lostPerMinute: 8040,
        reason: 'server returned HTTP status 401 Unauthorized: no',
      },
    ],
    [
      'a refusal between two scrapes',
      { failed: [670, 670], sent: [AT - 30, AT - 30] },
      [refused(30, '405 Method Not Allowed')],
      { state: 'refused', status: '405', lostPerMinute: 0 },
    ],
    [
      'a refusal that is over',
      { failed: [670, 670], sent: [AT - 6, AT - 1], total: [0, 10] },
      [refused(300)],
      { state: 'delivering' },
    ],
    [
      'nobody listens',
      { pending: [670, 1380], retried: [1000, 1670], highest: [AT - 6, AT - 1] },
      [
        retrying(
          20,
          'Post \\"http://mimir:9009\\": dial tcp 10.0.0.1:9009: connect: connection refused',
        ),
      ],
      {
        state: 'retrying',
        status: null,
        reason: 'Post "http://mimir:9009": dial tcp 10.0.0.1:9009: connect: connection refused',
      },
    ],
    [
      'a receiver that fails',
      { pending: [670, 670], retried: [1000, 1000], sent: [AT - 300, AT - 300], highest: [AT, AT] },
      [retrying(20, 'server returned HTTP status 503 Service Unavailable')],
      { state: 'retrying', status: '503' },
    ],
    [
      'it is slower than what comes',
      {
        sent: [AT - 905, AT - 900],
        highest: [AT - 5, AT],
        pending: [12_000, 12_700],
        total: [1, 2],
      },
      [],
      { state: 'backlogged', lagS: 900 },
    ],
    [
      'it catches up',
      { sent: [AT - 60, AT - 30], highest: [AT, AT], total: [1, 2] },
      [],
      { state: 'delivering' },
    ],
  ])('%s', (_, figures, log, expected) => {
    expect(judge(rows(figures), { log })).toEqual([
      expect.objectContaining({
        component: 'prometheus.remote_write.out',
        destination: URL,
        ...expected,
      }),
    ]);
  });

  test('a counter that begins again after a restart counts from zero', () => {
    const fact = factOf(rows({ failed: [900, 40], sent: [AT - 6, AT - 1] }));
    const restarted = {
      ...fact,
      after: fact.after.map((one) => (one.name === START.name ? { ...one, value: AT } : one)),
    };
    const [delivery] = deliveriesOf(restarted, { takenAt: NOW, components: [] });
    expect(delivery).toMatchObject({ state: 'refused', lostPerMinute: 480 });
  });

  test('two endpoints are judged apart, by their own lines of the log', () => {
    const other = 'http://other/api/v1/write';
    const both = [
      ...rows({ failed: [0, 5], sent: [AT - 6, AT - 1] }),
      ...rows({ sent: [AT - 6, AT - 1], total: [0, 5] }).map(
        ([name, , from, to]): Row => [name, { ...labels, url: other }, from, to],
      ),
    ];
    expect(
      judge(both, { log: [refused(5)] }).map(({ destination, state, status }) => [
        destination,
        state,
        status,
      ]),
    ).toEqual([
      [URL, 'refused', '401'],
      [other, 'delivering', null],
    ]);
  });

  test('a component of a module is told by its path', () => {
    const inModule = rows({}).map(
      ([name, , from, to]): Row => [name, { ...labels, component_path: '/declared.a/' }, from, to],
    );
    expect(judge(inModule)[0]!.component).toBe('declared.a/prometheus.remote_write.out');
  });
});

describe('loki.write', () => {
  const labels = {
    component_id: 'loki.write.out',
    component_path: '/',
    host: 'loki:3100',
    tenant: '',
  };
  const answered = (status_code: string, from: number | null, to: number): Row => [
    'loki_write_request_duration_seconds_count',
    { ...labels, status_code },
    from,
    to,
  ];
  const sent = (from: number, to: number): Row => [
    'loki_write_sent_entries_total',
    labels,
    from,
    to,
  ];
  const dropped = (from: number, to: number, reason = 'ingester_error'): Row => [
    'loki_write_dropped_entries_total',
    { ...labels, reason },
    from,
    to,
  ];
  const retries = (from: number, to: number): Row => [
    'loki_write_batch_retries_total',
    labels,
    from,
    to,
  ];

  test.each<[string, readonly Row[], object]>([
    ['no line yet', [sent(0, 0), dropped(0, 0), retries(0, 0)], { state: 'idle' }],
    ['lines arrive', [sent(9, 14), answered('204', 5, 8)], { state: 'delivering', perMinute: 60 }],
    [
      'a refusal; the status is a label',
      [sent(0, 0), dropped(20, 25), answered('401', 10, 13), answered('204', 4, 4)],
      { state: 'refused', status: '401', lostPerMinute: 60 },
    ],
    [
      'lines that are too long',
      [sent(5, 9), dropped(0, 1, 'line_too_long'), answered('204', 4, 6)],
      { state: 'refused', status: null, reason: 'line_too_long', lostPerMinute: 12 },
    ],
    [
      'no HTTP answer',
      [sent(0, 0), retries(4, 6), answered('-1', 4, 6)],
      { state: 'retrying', status: null },
    ],
    [
      'a receiver that fails',
      [sent(50, 50), retries(0, 1), answered('503', null, 1)],
      { state: 'retrying', status: '503' },
    ],
    ['between two tries', [sent(0, 0), retries(8, 8), answered('-1', 8, 8)], { state: 'retrying' }],
    ['quiet after an outage', [sent(50, 50), retries(8, 8)], { state: 'idle' }],
  ])('%s', (_, rows, expected) => {
    expect(judge(rows)).toEqual([
      expect.objectContaining({
        component: 'loki.write.out',
        destination: 'loki:3100',
        ...expected,
      }),
    ]);
  });
});

describe.each([
  ['otelcol.exporter.otlphttp.out', { url_path: '/v1/logs' }],
  ['otelcol.exporter.otlp.out', {}],
])('%s', (component, path) => {
  const own = { component_id: component, component_path: '/' };
  const labels = { ...own, server_address: 'tempo', server_port: '4318', ...path };
  const sent = (from: number | null, to: number): Row => [
    'otelcol_exporter_sent_spans_total',
    labels,
    from,
    to,
  ];
  const failed = (to: number, type: string): Row => [
    'otelcol_exporter_send_failed_log_records_total',
    { ...labels, error_permanent: 'true', error_type: type },
    null,
    to,
  ];
  const queue = (from: number, to: number): Row => [
    'otelcol_exporter_queue_size',
    { ...own, data_type: 'logs' },
    from,
    to,
  ];
  const capacity: Row = [
    'otelcol_exporter_queue_capacity',
    { ...own, data_type: 'logs' },
    1000,
    1000,
  ];

  test.each<[string, readonly Row[], object]>([
    [
      'it delivers',
      [sent(10, 15), queue(0, 0), capacity],
      { state: 'delivering', perMinute: 60, destination: 'tempo:4318' },
    ],
    [
      'with its first call',
      [sent(null, 2), queue(0, 0)],
      { state: 'delivering', destination: 'tempo:4318' },
    ],
    [
      'a refusal',
      [sent(0, 0), failed(5, 'Unauthenticated'), queue(0, 0)],
      { state: 'refused', status: 'Unauthenticated', lostPerMinute: 60 },
    ],
    ['nothing to send yet', [queue(0, 0), capacity], { state: 'idle', destination: null }],
    ['nobody answers', [queue(20, 25), capacity], { state: 'retrying', destination: null }],
    ['a burst looks the same once', [queue(0, 25), capacity], { state: 'idle' }],
    ['a queue that is nearly full', [queue(940, 950), capacity], { state: 'backlogged' }],
    [
      'what no longer fits is lost',
      [
        queue(1000, 1000),
        capacity,
        ['otelcol_exporter_enqueue_failed_log_records_total', own, 0, 10],
      ],
      { state: 'backlogged', lostPerMinute: 120 },
    ],
  ])('%s', (_, rows, expected) => {
    expect(judge(rows, {}, [component])).toEqual([
      expect.objectContaining({ component, ...expected }),
    ]);
  });

  test('before its first call it has no series at all', () => {
    expect(judge([], {}, [component, 'otelcol.receiver.otlp.in'])).toMatchObject([
      { component, destination: null, state: 'idle' },
    ]);
  });

  test('the status stands in the log as well', () => {
    const text = `ts=x level=error msg="Exporting failed. Dropping data." component_id=${component} error="not retryable error: Permanent error: rpc error: code = Unauthenticated desc = error exporting items, request to http://tempo:4318/v1/logs responded with HTTP Status Code 401" dropped_items=1`;
    const [delivery] = judge([sent(0, 0), failed(5, 'Unauthenticated')], { log: [line(3, text)] });
    expect(delivery!.status).toMatch(/^(401|Unauthenticated)$/);
    const retried = `ts=x level=info msg="Exporting failed. Will retry the request after interval." component_id=${component} error="rpc error: code = Unavailable desc = connection refused" interval=5s`;
    expect(judge([queue(5, 6)], { log: [line(3, retried)] })[0]).toMatchObject({
      state: 'retrying',
      status: 'Unavailable',
    });
  });
});

test('what counts as failing', () => {
  const states = ['delivering', 'idle', 'refused', 'retrying', 'backlogged'] as const;
  expect(states.filter((state) => isFailing({ state }))).toEqual([
    'refused',
    'retrying',
    'backlogged',
  ]);
});
