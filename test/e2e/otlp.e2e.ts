import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { machineName } from '../../lab/names.ts';
import { type OtlpReceiver, RECEIVER_SOCKET, receiveOtlp } from '../../lab/otlp/receiver.ts';
import { REPOSITORY_ROOT } from '../../lab/root.ts';
import { journalLabels, Pipeline } from '../pipeline.ts';
import { outcomes, report, unwatched } from './helpers.ts';
import { describeOnHosts, freshHosts, type Lab, type LabHost } from './lab-fixture.ts';

/** The environments that the wizard prints for applications, one per protocol. */
function printedFor(host: LabHost, text: string): readonly (readonly string[])[] {
  const [, after = ''] = text.split('Point your applications at it:\n');
  const [, own = ''] = after.split(new RegExp(`^  ${host.name}\\b.*\n`, 'm'));
  const lines = own
    .split('\n')
    .slice(
      0,
      own.split('\n').findIndex((line) => !line.startsWith('    ')),
    )
    .map((line) => line.trim())
    .filter((line) => line.startsWith('OTEL_'));
  return [lines.slice(0, 2), lines.slice(2)];
}

describeOnHosts('applications with OpenTelemetry’s SDK', () => {
  let lab: Lab;
  let gateway: LabHost;
  let other: LabHost;
  let receiver: OtlpReceiver;
  let folder: string;

  beforeAll(async () => {
    ({
      lab,
      hosts: [gateway, other],
    } = await freshHosts(2));
    receiver = await receiveOtlp(gateway.path(RECEIVER_SOCKET));
    folder = join(lab.home, 'gateway');
    mkdirSync(folder, { recursive: true });
  });
  afterAll(() => receiver?.close());

  /** The wizard's inventory for the gateway, applied; returns what the wizard printed. */
  async function setUp(file: string, more: string): Promise<string> {
    writeFileSync(
      join(folder, `answers-${file}`),
      `hosts: [${gateway.name}]
user: ops
template: otlp-gateway
metrics_url: https://apt.grafana.com/write
traces_url: https://apt.grafana.com:443
logs_url: https://apt.grafana.com/otlp
packages: mirror
mirrorFingerprint: ${lab.fingerprint}
${more}`,
    );
    const init = await lab.alloyup(['init', '-i', file, '--answers', `answers-${file}`], {
      cwd: folder,
    });
    expect(init, init.stderr).toMatchObject({ exitCode: 0 });
    unwatched(join(folder, file));
    const { report: run } = await report(lab, ['apply', '--yes', '--watch', '1', '-i', file], {
      cwd: folder,
    });
    expect(run.summary).toMatchObject({ hosts: 1, changed: 1 });
    return init.stdout;
  }

  /**
   * Runs the application on the network of a host, with only these environment variables. There is no DNS, as on
   * that host: gRPC would wait for a server that cannot be reached from there.
   */
  const application = (on: LabHost, lines: readonly string[]) =>
    lab.run([
      ...['sh', '-c', 'mount --bind /dev/null /etc/resolv.conf && exec "$@"', 'application'],
      ...['nsenter', `--net=/run/netns/${machineName(lab.name, on.state.number)}`],
      ...['env', '-i', ...lines, process.execPath],
      join(REPOSITORY_ROOT, 'lab/otlp/application.mjs'),
    ]);

  /** Whether a port of the gateway accepts a connection from there. */
  const reaches = async (from: LabHost, port: number): Promise<boolean> =>
    (await from.root(`exec 3<>/dev/tcp/${gateway.address}/${port}`, { reject: false })).exitCode ===
    0;

  const counted = () =>
    receiver.received.map(({ protocol, address, signal, names }) => [
      ...[protocol, address, signal],
      [...names].sort(),
    ]);
  const delivered = (protocol: string, address: string) => [
    [protocol, address, 'logs', ['paid']],
    [protocol, address, 'metrics', ['orders']],
    [protocol, address, 'traces', ['checkout', 'ship']],
  ];

  test('on another machine reach a gateway with the environment from the wizard', async () => {
    const printed = printedFor(gateway, await setUp('open.yaml', ''));
    expect(printed).toEqual([
      [
        'OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf',
        `OTEL_EXPORTER_OTLP_ENDPOINT=http://${gateway.name}:4318`,
      ],
      [
        'OTEL_EXPORTER_OTLP_PROTOCOL=grpc',
        `OTEL_EXPORTER_OTLP_ENDPOINT=http://${gateway.name}:4317`,
      ],
    ]);
    for (const lines of printed) {
      expect(await application(other, lines)).toMatchObject({
        exitCode: 0,
        stdout: '',
        stderr: '',
      });
    }
    expect(counted().sort()).toEqual([
      ...delivered('grpc', '0.0.0.0:4317'),
      ...delivered('http/protobuf', '0.0.0.0:4318'),
    ]);
  });

  test('may be alloyup itself: the gateway receives the spans of a run', async () => {
    const before = receiver.received.length;
    const file = lab.inventory({
      file: 'traced.yaml',
      hosts: [other.name],
      defaults: { alloy: { version: '1.18.1' }, rollout: { delivery: 'off' } },
    });
    const { report: run, ended } = await report(
      lab,
      ['apply', '--yes', '--watch', '1', '-i', file],
      {
        env: {
          OTEL_EXPORTER_OTLP_ENDPOINT: `http://${gateway.address}:4318`,
          TRACEPARENT: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
        },
      },
    );
    expect(outcomes(run)).toEqual([`${other.name}: changed`]);
    expect(ended.stderr).not.toContain('telemetry');
    const received = receiver.received.slice(before);
    expect(new Set(received.map(({ signal }) => signal))).toEqual(new Set(['traces', 'metrics']));
    expect(received.flatMap(({ signal, names }) => (signal === 'metrics' ? names : []))).toEqual([
      'alloyup.hosts',
      'alloyup.changes',
      'alloyup.step.duration',
      'alloyup.run.duration',
      'alloyup.run.exit_code',
    ]);

    const spans = received.flatMap((one) => one.spans);
    const named = (name: string) => spans.filter((span) => span.name === name);
    const [whole] = named('alloyup apply');
    const [wave] = named('wave');
    const [host] = named('apply host');
    expect(whole).toMatchObject({
      traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
      parentId: '00f067aa0ba902b7',
      error: null,
      attributes: { 'alloyup.run': run.run, 'alloyup.exit_code': 0, 'alloyup.hosts.changed': 1 },
    });
    expect(named('plan host')).toMatchObject([{ parentId: whole!.spanId }]);
    expect(wave).toMatchObject({ parentId: whole!.spanId, attributes: { 'alloyup.wave': 1 } });
    expect(host).toMatchObject({
      parentId: wave!.spanId,
      error: null,
      attributes: {
        'alloyup.host': other.name,
        'alloyup.outcome': 'changed',
        'alloyup.alloy.version': '1.18.1-1',
      },
    });
    const steps = spans.filter(({ name }) => name.startsWith('step '));
    expect(steps.map(({ name }) => name).sort()).toEqual(
      run.hosts[other.name]!.changes.map(({ step }) => `step ${step}`).sort(),
    );
    for (const { parentId, attributes } of steps) {
      expect(parentId).toBe(host!.spanId);
      expect(attributes).toMatchObject({ 'alloyup.step.state': 'done' });
    }
    const byId = new Map(spans.map((span) => [span.spanId, span]));
    for (const { traceId, parentId, from, to } of spans) {
      expect(traceId).toBe(whole!.traceId);
      const parent = byId.get(parentId);
      if (!parent) continue;
      expect(from).toBeGreaterThanOrEqual(parent.from);
      expect(to).toBeLessThanOrEqual(parent.to);
    }
  });

  test('on the same host are the only ones that reach it if it listens on loopback', async () => {
    const before = receiver.received.length;
    const pid = (await gateway.root('systemctl show alloy -p MainPID --value')).stdout;
    const printed = printedFor(gateway, await setUp('own.yaml', 'listen: host\n'));
    expect(printed.map(([, endpoint]) => endpoint)).toEqual([
      'OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318',
      'OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4317',
    ]);
    // a reload changed the ports
    expect((await gateway.root('systemctl show alloy -p MainPID --value')).stdout).toBe(pid);
    for (const lines of printed) {
      expect(await application(gateway, lines)).toMatchObject({ exitCode: 0, stderr: '' });
    }
    expect(counted().slice(before).sort()).toEqual([
      ...delivered('grpc', '127.0.0.1:4317'),
      ...delivered('http/protobuf', '127.0.0.1:4318'),
    ]);
    for (const port of [4317, 4318]) expect(await reaches(other, port)).toBe(false);
  });

  const METRICS = { metrics_url: 'https://apt.grafana.com/write' };
  const LOGS = { logs_url: 'https://apt.grafana.com/loki/api/v1/push' };
  const TRACES = { traces_url: 'https://apt.grafana.com:443' };
  const OTLP = { otlp_url: 'https://apt.grafana.com' };
  const PARTS = { collect: ['metrics', 'journal', 'otlp'] };
  test.each([
    ['linux-host', { ...METRICS, ...LOGS, ...TRACES, ...PARTS }],
    ['linux-host', { ...OTLP, ...PARTS }],
    ['otlp-gateway', { ...METRICS, ...TRACES, logs_url: 'https://apt.grafana.com/otlp' }],
    ['otlp-gateway', OTLP],
  ])('and the host itself leave %s with %j under their labels', async (template, vars) => {
    const file = lab.inventory({
      file: 'labels.yaml',
      hosts: [other.name],
      defaults: {
        alloy: { version: '1.18.1' },
        config: { template, vars: { ...vars, labels: { env: 'lab' } } },
      },
    });
    const { report: run } = await report(lab, ['apply', '--yes', '--watch', '1', '-i', file]);
    expect(outcomes(run)).toEqual([`${other.name}: changed`]);

    const hostname = (await other.root('uname -n')).stdout;
    const labels = { host: hostname, env: 'lab' };
    const pipeline = new Pipeline(
      (await other.root('cat /etc/alloy/config.alloy')).stdout,
      hostname,
    );
    // what the service has made of the configuration's expressions
    const path = '/api/v0/web/components/otelcol.processor.transform.resource';
    const { stdout: transform } = await other.root(
      `exec 3<>/dev/tcp/127.0.0.1/12345; printf 'GET ${path} HTTP/1.0\\r\\n\\r\\n' >&3; cat <&3`,
    );
    expect(transform).toContain(
      JSON.stringify(`set(attributes["host"], "${hostname}")`).slice(1, -1),
    );

    const own = await receiveOtlp(other.path(RECEIVER_SOCKET));
    try {
      const lines = [
        'OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf',
        'OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318',
        'OTEL_NODE_RESOURCE_DETECTORS=none',
      ];
      expect(await application(other, lines)).toMatchObject({ exitCode: 0, stderr: '' });
      expect(own.received.map(({ signal }) => signal).sort()).toEqual([
        'logs',
        'metrics',
        'traces',
      ]);
      const machine = template === 'linux-host' ? { 'host.name': hostname } : {};
      for (const { component, signal, resource } of own.received) {
        const sent = pipeline.follow(component, signal, { resource });
        expect(sent, signal).toHaveLength(1);
        expect(sent[0]!.resource).toEqual({ ...resource, ...machine, ...labels });
        expect(sent[0]!.resource).toMatchObject({ 'service.name': 'shop' });
        if (signal !== 'metrics') continue;
        expect({ ...sent[0]!.attributes, ...sent[0]!.labels }).toMatchObject(labels);
      }
    } finally {
      own.close();
    }

    const __name__ = 'otelcol_exporter_send_failed_spans_total';
    const [metric] = pipeline.follow('prometheus.exporter.self.alloy', 'metrics', {
      labels: { __name__ },
    });
    expect({ ...metric?.attributes, ...metric?.labels }).toMatchObject(labels);
    if (template !== 'linux-host') return;

    const entries = (await other.root('journalctl -o json --all')).stdout.split('\n');
    const units = new Set<string>();
    for (const entry of entries.filter((one) => one.startsWith('{'))) {
      const [line, ...more] = pipeline.follow('loki.source.journal.journal', 'logs', {
        labels: journalLabels(JSON.parse(entry) as Record<string, unknown>),
      });
      expect(more).toEqual([]);
      const { unit, ...all } = { ...line!.resource, ...line!.attributes, ...line!.labels };
      expect(all).toMatchObject({ job: 'systemd-journal', ...labels });
      expect(all.level).toMatch(/^[a-z]+$/);
      if (unit !== undefined) units.add(unit);
    }
    // the runs of this file, and of the application's logins, are no streams of their own
    expect(units).toContain('alloyup.service');
    expect([...units].filter((unit) => /\d{4}|session-/.test(unit))).toEqual([]);
  });
});
