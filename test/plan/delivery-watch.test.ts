import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { counts } from '../../src/model/delivery.ts';
import type { DeliveryReading, Sample } from '../../src/model/facts.ts';
import { type WatchRules, watched } from '../../src/plan/delivery-watch.ts';
import { NOW } from '../builders.ts';

const S = 1000;
const URL = 'http://mimir:9009/api/v1/push';
const WRITE = 'prometheus.remote_write.out';
const LOKI = 'loki.write.out';
const OTLP = 'otelcol.exporter.otlphttp.out';

/** By the second of the watch. */
type Figures = (second: number) => number | null;
type Series = readonly [name: string, labels: Sample['labels'], value: Figures];

const series = (second: number, all: readonly Series[], startedS: number): readonly Sample[] => [
  { name: 'process_start_time_seconds', labels: {}, value: NOW / S + startedS },
  ...all.flatMap(([name, labels, value]) => {
    const now = value(second);
    return now === null ? [] : [{ name, labels, value: now }];
  }),
];

interface Told {
  readonly log?: (second: number) => readonly (readonly [second: number, line: string])[];
  readonly startedS?: number;
}

/** Readings every three seconds, as far as the watch goes. */
function watch(all: readonly Series[], rules: Partial<WatchRules>, told: Told = {}) {
  const { log = () => [], startedS = -3600 } = told;
  const readings: DeliveryReading[] = [];
  const whole: WatchRules = {
    deadlines: { prometheus: 75, loki: 15, otelcol: 15 },
    components: [],
    tolerate: [],
    restarted: false,
    patient: false,
    ...rules,
  };
  for (let second = 0; second <= 200; second += 3) {
    readings.push({
      at: NOW + second * S,
      samples: series(second, all, startedS),
      log: log(second).map(([at, line]) => ({ at: NOW + at * S, line })),
    });
    const { deliveries, over } = watched(readings, whole);
    const states = deliveries.map(({ state }) => state);
    if (over) return { second, states, deliveries };
  }
  throw new Error('the watch never ends');
}

const remote = (name: string, value: Figures): Series => [
  `prometheus_remote_storage_${name}`,
  { component_id: WRITE, url: URL },
  value,
];
const loki = (name: string, value: Figures, labels: Sample['labels'] = {}): Series => [
  `loki_write_${name}`,
  { component_id: LOKI, host: 'loki:3100', tenant: '', ...labels },
  value,
];
const otlp = (name: string, value: Figures, labels: Sample['labels'] = {}): Series => [
  `otelcol_exporter_${name}`,
  { component_id: OTLP, server_address: 'otlp', server_port: '4318', ...labels },
  value,
];
const from =
  (start: number, value: Figures): Figures =>
  (s) =>
    s < start ? 0 : value(s);
/** Unix seconds at which the newest sample was sent: at the scrape before. */
const sentAt =
  (first: number, every: number): Figures =>
  (s) =>
    s < first ? 0 : NOW / S + first + Math.floor((s - first) / every) * every - 1;

describe('remote_write', () => {
  test('a first scrape within the interval ends the watch', () => {
    expect(
      watch([remote('queue_highest_sent_timestamp_seconds', sentAt(40, 60))], {}),
    ).toMatchObject({ second: 45, states: ['delivering'] });
  });

  test('what was sent before the change proves nothing', () => {
    const old: Figures = () => NOW / S - 20;
    expect(watch([remote('queue_highest_sent_timestamp_seconds', old)], {})).toMatchObject({
      second: 75,
      states: ['idle'],
    });
    // of a process that this run has started all that was counted is new
    expect(
      watch(
        [remote('queue_highest_sent_timestamp_seconds', () => NOW / S - 2)],
        { restarted: true },
        { startedS: -5 },
      ),
    ).toMatchObject({ second: 6, states: ['delivering'] });
  });

  const refusal = `msg="non-recoverable error" component_id=${WRITE} url=${URL} err="server returned HTTP status 405 Method Not Allowed: "`;

  test('a refusal ends the watch, with its status from the log', () => {
    const { second, deliveries } = watch(
      [
        remote('queue_highest_sent_timestamp_seconds', sentAt(10, 15)),
        remote(
          'samples_failed_total',
          from(10, () => 670),
        ),
      ],
      {},
      { log: (s) => (s < 10 ? [] : [[10, refusal]]) },
    );
    expect({ second, deliveries }).toMatchObject({
      second: 15,
      deliveries: [{ state: 'refused', status: '405', tolerated: false }],
    });
  });

  test('a refusal that was logged before the change is not held against it', () => {
    const { second, states } = watch(
      [remote('queue_highest_sent_timestamp_seconds', sentAt(30, 60))],
      {},
      { log: (s) => (s === 0 ? [[-20, refusal]] : []) },
    );
    expect([second, states]).toEqual([33, ['delivering']]);
  });

  test('but tells the status where a message is not repeated', () => {
    const { deliveries } = watch(
      [
        remote(
          'samples_failed_total',
          from(10, () => 670),
        ),
      ],
      {},
      { log: (s) => (s === 0 ? [[-20, refusal]] : []) },
    );
    expect(deliveries).toMatchObject([{ state: 'refused', status: '405' }]);
  });

  const unreachable = [
    remote(
      'samples_pending',
      from(6, () => 670),
    ),
    remote(
      'samples_retried_total',
      from(6, () => 670),
    ),
  ];

  test('nobody listens: known after fifteen seconds, and waited for where patience is asked for', () => {
    expect(watch(unreachable, {})).toMatchObject({ second: 21, states: ['retrying'] });
    expect(watch(unreachable, { patient: true })).toMatchObject({
      second: 75,
      states: ['retrying'],
    });
  });

  test('a receiver that comes back in time delivers', () => {
    const back = (s: number): number => (s < 40 ? 1 : 0);
    expect(
      watch(
        [
          remote('samples_pending', (s) => 670 * back(s)),
          remote(
            'samples_retried_total',
            from(6, () => 670),
          ),
          remote('queue_highest_sent_timestamp_seconds', sentAt(40, 15)),
        ],
        { patient: true },
      ),
    ).toMatchObject({ second: 45, states: ['delivering'] });
  });

  test('a backlog is waited for until the deadline', () => {
    expect(
      watch(
        [
          remote('queue_highest_sent_timestamp_seconds', (s) => NOW / S - 900 + s),
          remote('queue_highest_timestamp_seconds', (s) => NOW / S + s),
        ],
        { patient: true },
      ),
    ).toMatchObject({ second: 75, states: ['backlogged'] });
  });
});

describe('loki.write', () => {
  test.each<readonly [string, readonly Series[], number, string]>([
    ['lines arrive', [loki('sent_entries_total', (s) => 5 + s)], 6, 'delivering'],
    ['nothing is logged', [loki('sent_entries_total', () => 5)], 15, 'idle'],
    [
      'a refusal',
      [
        loki('sent_entries_total', () => 0),
        loki('dropped_entries_total', (s) => s, { reason: 'ingester_error' }),
        loki('request_duration_seconds_count', (s) => s, { status_code: '401' }),
      ],
      6,
      'refused',
    ],
    [
      'no connection',
      [
        loki('sent_entries_total', () => 0),
        loki('batch_retries_total', (s) => Math.floor(s / 3)),
        loki('request_duration_seconds_count', (s) => s, { status_code: '-1' }),
      ],
      15,
      'retrying',
    ],
  ])('%s', (_, all, second, state) => {
    expect(watch(all, { deadlines: { loki: 15 } })).toMatchObject({ second, states: [state] });
  });
});

describe('the OTLP exporters', () => {
  test('without a call there is nothing to send, and no series either', () => {
    expect(watch([], { components: [OTLP], deadlines: { otelcol: 15 } })).toMatchObject({
      second: 15,
      states: ['idle'],
    });
  });

  test.each<readonly [string, readonly Series[], number, string]>([
    ['spans arrive', [otlp('sent_spans_total', (s) => s)], 6, 'delivering'],
    [
      'a refusal',
      [otlp('send_failed_spans_total', (s) => s, { error_type: 'Unauthenticated' })],
      6,
      'refused',
    ],
    ['a burst waits in the queue', [otlp('queue_size', (s) => (s === 3 ? 9 : 0))], 15, 'idle'],
    ['a queue that grows', [otlp('queue_size', (s) => 5 + s)], 15, 'retrying'],
  ])('%s', (_, all, second, state) => {
    expect(watch(all, { deadlines: { otelcol: 15 } })).toMatchObject({ second, states: [state] });
  });
});

test('the watch lasts until the last destination is known', () => {
  expect(
    watch(
      [
        loki('sent_entries_total', (s) => s),
        remote('queue_highest_sent_timestamp_seconds', sentAt(60, 60)),
      ],
      {},
    ),
  ).toMatchObject({ second: 63, states: ['delivering', 'delivering'] });
});

test('a component that may fail is marked', () => {
  const { deliveries } = watch([loki('dropped_entries_total', (s) => s)], { tolerate: [LOKI] });
  expect(deliveries).toMatchObject([{ state: 'refused', tolerated: true }]);
  expect(deliveries.some(counts)).toBe(false);
});

test('a service that was restarted meanwhile counts from zero', () => {
  const readings = [0, 3, 6].map(
    (second): DeliveryReading => ({
      at: NOW + second * S,
      samples: series(
        second,
        [loki('sent_entries_total', (s) => (s < 5 ? 100 : 2))],
        second < 5 ? -60 : 5,
      ),
      log: [],
    }),
  );
  const rules = {
    deadlines: { loki: 15 },
    components: [],
    tolerate: [],
    restarted: false,
    patient: false,
  };
  expect(watched(readings, rules).deliveries).toMatchObject([{ state: 'delivering' }]);
});

test('where nothing at all is seen, nobody waits for long', () => {
  expect(watch([], {})).toMatchObject({ second: 15, states: [] });
});

test('a good change never looks like a refusal, whenever it is scraped, sent and read', () => {
  fc.assert(
    fc.property(
      fc.record({
        first: fc.integer({ min: 0, max: 60 }),
        interval: fc.constantFrom(5, 15, 30, 60),
        lines: fc.integer({ min: 1, max: 20 }),
        restarted: fc.boolean(),
        patient: fc.boolean(),
        before: fc.integer({ min: 0, max: 500 }),
      }),
      ({ first, interval, lines, restarted, patient, before }) => {
        const at = Math.min(first, interval);
        const old = restarted ? 0 : before;
        const { deliveries, second } = watch(
          [
            remote('queue_highest_sent_timestamp_seconds', sentAt(at, interval)),
            remote('queue_highest_timestamp_seconds', sentAt(Math.max(0, at - 5), interval)),
            remote('samples_pending', (s) => (s % interval < 5 ? 670 : 0)),
            // of an outage and a refusal before the change
            remote('samples_retried_total', () => old),
            remote('samples_failed_total', () => old),
            loki('sent_entries_total', (s) => old + Math.floor(s / lines)),
            loki('dropped_entries_total', () => old, { reason: 'ingester_error' }),
            loki('batch_retries_total', () => old),
            otlp('sent_spans_total', (s) => old + s),
            otlp('send_failed_spans_total', () => old, { error_type: 'Unknown' }),
            otlp('queue_size', (s) => (s % 6 === 0 ? 3 : 0)),
          ],
          { restarted, patient },
          { startedS: restarted ? -4 : -3600 },
        );
        expect(deliveries.filter(({ state }) => state === 'refused')).toEqual([]);
        expect(second).toBeLessThanOrEqual(78);
      },
    ),
    { numRuns: 300 },
  );
});
