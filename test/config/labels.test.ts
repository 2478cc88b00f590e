import { describe, expect, test } from 'vitest';
import { type BuiltinName, builtinTemplate } from '../../src/config/builtins.ts';
import { journalLabels, Pipeline, type Signal } from '../pipeline.ts';
import { text } from './helper.ts';

const METRICS = { metrics_url: 'https://m.example/write' };
const LOGS = { logs_url: 'https://l.example/loki/api/v1/push' };
const TRACES = { traces_url: 'https://t.example:4318' };
const OTLP = { otlp_url: 'https://o.example' };
const LABELS = { labels: { env: 'prod', 'odd.key': 'a "b" \\c', shard: 3n } };
const ALL = { collect: ['metrics', 'journal', 'files', 'otlp'], log_files: ['/var/log/x'] };
const given = { env: 'prod', 'odd.key': 'a "b" \\c', shard: '3' };
const SIGNALS: readonly Signal[] = ['metrics', 'logs', 'traces'];

function pipelineOf(name: BuiltinName, vars: Readonly<Record<string, unknown>>): Pipeline {
  const { text: source, parameters, file } = builtinTemplate(name);
  return new Pipeline(text(source, { ...LABELS, ...vars }, parameters, { name, file }), 'h1');
}

describe('the journal', () => {
  const pipeline = pipelineOf('linux-host', { ...METRICS, ...LOGS });
  const sent = (entry: Readonly<Record<string, unknown>>) =>
    pipeline.follow('loki.source.journal.journal', 'logs', {
      // Alloy 1.19.0 sets this one over what the source's labels say
      labels: { job: 'loki.source.journal.journal', ...journalLabels(entry) },
    });

  test('is one job on every version of Alloy, with a level and the labels of the inventory', () => {
    const [delivery, ...others] = sent({ _SYSTEMD_UNIT: 'ssh.service', PRIORITY: '4', _PID: '7' });
    expect(others).toEqual([]);
    expect(delivery).toMatchObject({ url: LOGS.logs_url });
    const own = { job: 'systemd-journal', unit: 'ssh.service', level: 'warning', host: 'h1' };
    expect(delivery!.labels).toEqual({ ...own, ...given });
  });

  test('has no unit where the entry names none', () => {
    expect(sent({ PRIORITY: '6', _TRANSPORT: 'kernel' })[0]!.labels).toEqual({
      ...{ job: 'systemd-journal', level: 'info', host: 'h1' },
      ...given,
    });
  });

  const id = '3f2504e04f8911d39a0c0305e82c3301';
  const uuid = '3f2504e0-4f89-11d3-9a0c-0305e82c3301';
  test.each([
    ['session-17.scope', 'session.scope'],
    ['session-c2.scope', 'session.scope'],
    ['user@1000.service', 'user@.service'],
    ['user-runtime-dir@0.service', 'user-runtime-dir@.service'],
    ['run-u57.service', 'run.service'],
    [`run-r${id}.service`, 'run.service'],
    ['run-p4711-i12.service', 'run.service'],
    ['run-p4711-i12.scope', 'run.scope'],
    ['run-4711.scope', 'run.scope'],
    ['alloyup-20260822T101500Z-3f9a.service', 'alloyup.service'],
    ['ssh@3-10.0.0.1:22-10.0.0.2:50000.service', 'ssh@.service'],
    ['sshd@12-2001:db8::1:22-2001:db8::2:50000.service', 'sshd@.service'],
    ['sshd@4-812-10.0.0.1:22-10.0.0.2:50000.service', 'sshd@.service'],
    ['systemd-coredump@0-1234-0.service', 'systemd-coredump@.service'],
    ['systemd-coredump@3-2937-2938_2939-0.service', 'systemd-coredump@.service'],
    [`docker-${id}${id}.scope`, 'docker.scope'],
    [`cri-containerd-${id}${id}.scope`, 'cri-containerd.scope'],
    [`libpod-conmon-${id}${id}.scope`, 'libpod-conmon.scope'],
    [`snap.firefox.firefox-${uuid}.scope`, 'snap.firefox.firefox.scope'],
    [`snap.lxd.daemon.${uuid}.scope`, 'snap.lxd.daemon.scope'],
    ['machine-qemu\\x2d3\\x2dweb.scope', 'machine-qemu-web.scope'],
  ])('does not make a stream of its own for each %s', (unit, folded) => {
    expect(sent({ _SYSTEMD_UNIT: unit })[0]!.labels.unit).toBe(folded);
  });

  test.each([
    ...['nginx.service', 'postgresql@15-main.service', 'getty@tty1.service', 'init.scope'],
    ...['run-backup.service', 'alloyup.service', 'alloyup-nightly.service', 'user-data.service'],
    ...['wg-quick@wg0.service', 'openvpn-client@site-1.service', 'app@10-2.service'],
    ...['machine-web.scope', 'dev-3f2504e0.service', 'docker.service', 'php8.2-fpm.service'],
  ])('keeps %s', (unit) => {
    expect(sent({ _SYSTEMD_UNIT: unit })[0]!.labels.unit).toBe(unit);
  });
});

const follow = (pipeline: Pipeline, signal: Signal, resource = {}) =>
  pipeline.follow('otelcol.receiver.otlp.default', signal, { resource });

describe.each([
  ['linux-host', { ...METRICS, ...LOGS, ...TRACES, ...ALL }, { 'host.name': 'h1' }],
  ['linux-host', { ...OTLP, ...ALL }, { 'host.name': 'h1' }],
  // what comes to a gateway is of other machines
  ['otlp-gateway', { ...METRICS, ...TRACES, logs_url: 'https://l.example/otlp' }, {}],
  ['otlp-gateway', OTLP, {}],
] as const)('%s with %j', (name, vars, machine) => {
  const pipeline = pipelineOf(name, vars);

  test.each(SIGNALS)('gives %s of applications their labels', (signal) => {
    const [delivery, ...others] = follow(pipeline, signal, { 'service.name': 'shop' });
    expect(others).toEqual([]);
    const resource = { ...machine, 'service.name': 'shop', host: 'h1', ...given };
    expect(delivery!.resource).toEqual(resource);
    if (signal !== 'metrics') return;
    const labels = 'otlp_url' in vars ? delivery!.attributes : delivery!.labels;
    expect(labels).toMatchObject({ host: 'h1', ...given });
    if (!('otlp_url' in vars)) expect(labels).toMatchObject({ job: 'shop' });
  });

  test.each(SIGNALS)('keeps what %s of applications say of themselves', (signal) => {
    const own = { 'service.name': 'a', 'host.name': 'c', host: 'd', env: 'dev' };
    expect(follow(pipeline, signal, own)[0]!.resource).toMatchObject(own);
  });

  test.each(SIGNALS)('names a service in %s that have none', (signal) => {
    expect(follow(pipeline, signal)[0]!.resource).toMatchObject({
      'service.name': 'unknown_service',
    });
  });
});

test.each([
  ['metrics', [METRICS.metrics_url, 'https://m.example/write']],
  ['logs', ['https://l.example/otlp/v1/logs', 'https://o.example/v1/logs']],
  ['traces', ['https://t.example:4318/v1/traces', 'https://o.example/v1/traces']],
] as const)('%s of applications go where they are taken', (signal, urls) => {
  const [apart, together] = [
    pipelineOf('linux-host', { ...METRICS, ...LOGS, ...TRACES, ...ALL }),
    pipelineOf('linux-host', { ...METRICS, ...OTLP, ...ALL }),
  ].map((pipeline) => follow(pipeline, signal).map(({ url }) => url));
  expect(apart).toEqual([urls[0]]);
  expect(together).toEqual([signal === 'metrics' ? 'https://o.example/v1/metrics' : urls[1]]);
});

test.each([
  [{ ...LOGS }, ['https://l.example/otlp/v1/logs']],
  [{ ...LOGS, logs_otlp_url: 'https://x.example' }, ['https://x.example/v1/logs']],
  [{ logs_otlp_url: 'https://x.example' }, ['https://x.example/v1/logs']],
  [{ logs_url: 'https://v.example/insert' }, ['https://v.example/insert']],
])('logs of applications with %j', (vars, urls) => {
  const pipeline = pipelineOf('linux-host', { ...METRICS, ...vars, collect: ['otlp'] });
  expect(follow(pipeline, 'logs').map(({ url }) => url)).toEqual(urls);
});

test('to one endpoint, lines of the journal and of files name the machine and a service', () => {
  const pipeline = pipelineOf('linux-host', { ...OTLP, ...ALL });
  const machine = { 'host.name': 'h1', host: 'h1', ...given };
  const [line] = pipeline.follow('loki.source.journal.journal', 'logs', {
    labels: journalLabels({ _SYSTEMD_UNIT: 'ssh.service', PRIORITY: '6' }),
  });
  expect(line!.resource).toEqual({ 'service.name': 'systemd-journal', ...machine });
  expect(line!.attributes).toMatchObject({ unit: 'ssh.service', level: 'info' });
  const [other] = pipeline.follow('loki.source.file.files', 'logs', { labels: { job: 'files' } });
  expect(other!.resource).toEqual({ 'service.name': 'files', ...machine });
});

describe.each([
  ['prometheus.exporter.unix.host', 'integrations/unix', 'node_load1'],
  ['prometheus.exporter.self.alloy', 'integrations/self', 'loki_write_dropped_entries_total'],
])('metrics of %s', (exporter, job, __name__) => {
  const labels = { __name__, job, instance: 'h1' };

  test('go by remote write, which keeps their types, where there is one', () => {
    for (const vars of [METRICS, { ...METRICS, ...OTLP }]) {
      const pipeline = pipelineOf('linux-host', { ...vars, collect: ['metrics'] });
      expect(pipeline.follow(exporter, 'metrics', { labels: { __name__ } })).toMatchObject([
        { url: METRICS.metrics_url, labels: { ...labels, host: 'h1', ...given } },
      ]);
    }
  });

  test('go by OTLP with their labels as attributes where there is none', () => {
    const pipeline = pipelineOf('linux-host', { ...OTLP, collect: ['metrics'] });
    expect(pipeline.follow(exporter, 'metrics', { labels: { __name__ } })).toMatchObject([
      {
        url: 'https://o.example/v1/metrics',
        resource: { 'service.name': job, 'service.instance.id': 'h1', 'host.name': 'h1', ...given },
        attributes: { __name__, host: 'h1', ...given },
      },
    ]);
  });
});

describe.each([
  ['linux-host', { ...METRICS, collect: ['metrics'] }],
  ['otlp-gateway', { ...METRICS, ...TRACES }],
  ['otlp-gateway', OTLP],
] as const)('%s with %j watches itself', (name, vars) => {
  const sent = (more: object, __name__: string, labels = {}) =>
    pipelineOf(name, { ...vars, ...more }).follow('prometheus.exporter.self.alloy', 'metrics', {
      labels: { __name__, ...labels },
    });

  // of Alloy's own /metrics, what says whether data was lost
  test.each([
    ...['up', 'alloy_build_info', 'process_resident_memory_bytes'],
    'prometheus_remote_storage_samples_failed_total',
    'prometheus_remote_storage_samples_pending',
    'prometheus_remote_storage_queue_highest_sent_timestamp_seconds',
    'prometheus_remote_write_wal_samples_appended_total',
    ...['loki_write_dropped_entries_total', 'loki_write_sent_entries_total'],
    ...['loki_write_request_duration_seconds_count', 'loki_source_file_read_lines_total'],
    ...['loki_source_journal_target_lines_total', 'loki_write_batch_retries_total'],
    'otelcol_exporter_send_failed_spans_total',
    'otelcol_exporter_enqueue_failed_log_records_total',
    ...['otelcol_exporter_queue_size', 'otelcol_receiver_refused_metric_points_total'],
  ])('by %s', (metric) => expect(sent({}, metric)).toHaveLength(1));

  test('and sends the rest where it is asked to', () => {
    for (const metric of ['go_goroutines', 'loki_write_request_duration_seconds_bucket']) {
      expect(sent({}, metric)).toEqual([]);
      expect(sent({ self_metrics: 'all' }, metric)).toHaveLength(1);
    }
  });

  test('with the label host of loki_write_* as it is, and instance to join on', () => {
    const [{ labels, attributes, resource }] = sent({}, 'loki_write_dropped_entries_total', {
      host: 'l.example:443',
    }) as [ReturnType<typeof sent>[number]];
    expect({ ...attributes, ...labels }).toMatchObject({ host: 'l.example:443', env: 'prod' });
    expect(labels.instance ?? resource['service.instance.id']).toBe('h1');
  });
});
