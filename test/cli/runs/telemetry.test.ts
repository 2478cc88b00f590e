import { readdirSync, readFileSync } from 'node:fs';
import {
  createServer as createHttp,
  type IncomingHttpHeaders,
  type RequestListener,
} from 'node:http';
import { createServer as createHttps } from 'node:https';
import { type AddressInfo, createServer as createTcp, type Server } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { execa } from 'execa';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { SERVICES, type SpanTold, toldBy } from '../../../lab/otlp/protocol.ts';
import { telemetrySettings } from '../../../src/cli/runs/telemetry.ts';
import { textOf } from '../../../src/report/text-of.ts';
import { builtCommand } from '../built.ts';
import { useFolder } from '../folder.ts';

interface Request {
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

const listening = (server: Server): Promise<number> =>
  new Promise((resolve) => {
    servers.push(server);
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });

/** An endpoint for OTLP over HTTP; what it was sent, and where it is. */
async function endpoint({
  status = 200,
  serve = createHttp as (listener: RequestListener) => Server,
} = {}) {
  const requests: Request[] = [];
  const port = await listening(
    serve((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { url = '', headers } = request;
        const sent = Buffer.concat(chunks);
        const body = headers['content-encoding'] === 'gzip' ? gunzipSync(sent) : sent;
        requests.push({ url, headers, body });
        response.writeHead(status).end();
      });
    }),
  );
  return { requests, port, url: `http://127.0.0.1:${port}` };
}

const spansIn = (requests: readonly Request[]): readonly SpanTold[] =>
  requests
    .filter(({ url }) => url.endsWith('/v1/traces'))
    .flatMap(({ body }) => toldBy(SERVICES.traces.Export.requestDeserialize(body)).spans);

let bin = '';
beforeAll(() => {
  bin = builtCommand();
}, 120_000);
const folder = useFolder();

/** Two hosts of this machine where nobody listens: `plan` ends with 1. */
async function plan(env: Readonly<Record<string, string>>, ...args: readonly string[]) {
  folder.put(
    'inventory.yaml',
    [
      'hosts:',
      ...[1, 2].map((n) => `  web-0${n}: { ssh: { address: 127.0.0.${n}, port: 9, user: ops } }`),
      '',
    ].join('\n'),
  );
  const { exitCode, stdout, stderr } = await execa(process.execPath, [bin, 'plan', ...args], {
    cwd: folder.path(),
    extendEnv: false,
    env: { PATH: process.env.PATH, HOME: folder.path(), ...env },
    reject: false,
  });
  return { exitCode, stdout, stderr };
}

const PARENT = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

test('a run sends its spans and figures as protobuf, below the span of a pipeline', async () => {
  const { requests, url } = await endpoint();
  const { exitCode, stderr } = await plan(
    {
      OTEL_EXPORTER_OTLP_ENDPOINT: url,
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Basic%20abc,x-scope-orgid=ops',
      OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=prod,service.name=mine',
      TRACEPARENT: PARENT,
    },
    '--shard',
    '1/1',
  );
  expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: '' });
  expect(new Set(requests.map(({ url: path }) => path))).toEqual(
    new Set(['/v1/traces', '/v1/metrics']),
  );
  for (const { headers } of requests)
    expect(headers).toMatchObject({
      authorization: 'Basic abc',
      'x-scope-orgid': 'ops',
      'content-type': 'application/x-protobuf',
      'content-encoding': 'gzip',
    });
  const spans = spansIn(requests);
  const run = spans.find(({ name }) => name === 'alloyup plan')!;
  expect(spans.map(({ name, parentId }) => [name, parentId]).sort()).toEqual([
    ['alloyup plan', '00f067aa0ba902b7'],
    ['plan host', run.spanId],
    ['plan host', run.spanId],
  ]);
  expect(new Set(spans.map(({ traceId }) => traceId))).toEqual(
    new Set(['4bf92f3577b34da6a3ce929d0e0e4736']),
  );
  expect(run.attributes).toMatchObject({
    'alloyup.verb': 'plan',
    'alloyup.hosts': 2,
    'alloyup.hosts.unreachable': 2,
    'alloyup.exit_code': 1,
    'alloyup.shard': '1/1',
  });
  expect(run.error).toBe('exit code 1');
  const hosts = spans.filter(({ name }) => name === 'plan host');
  expect(hosts.map(({ attributes }) => attributes['alloyup.host']).sort()).toEqual([
    'web-01',
    'web-02',
  ]);
  for (const { attributes, from, to, error } of hosts) {
    expect(attributes).toMatchObject({
      'alloyup.outcome': 'unreachable',
      'error.type': 'ssh.auth',
    });
    expect(error).toBe('ssh.auth');
    expect(from).toBeGreaterThanOrEqual(run.from);
    expect(to).toBeLessThanOrEqual(run.to);
  }
  const [{ body }] = requests.filter(({ url: path }) => path === '/v1/traces') as [Request];
  const { resource } = toldBy(SERVICES.traces.Export.requestDeserialize(body));
  expect(resource).toMatchObject({
    'service.name': 'mine',
    'deployment.environment.name': 'prod',
    'service.version': JSON.parse(
      readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'),
    ).version,
  });
});

test('as JSON, with the figures of the run', async () => {
  const { requests, url } = await endpoint();
  const { exitCode, stderr } = await plan({
    OTEL_EXPORTER_OTLP_ENDPOINT: `${url}/otlp`,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    OTEL_SERVICE_NAME: 'fleet',
  });
  expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: '' });
  const sent = new Map(requests.map(({ url: path, body }) => [path, JSON.parse(String(body))]));
  const [traced] = sent.get('/otlp/v1/traces').resourceSpans;
  expect(traced.resource.attributes).toContainEqual({
    key: 'service.name',
    value: { stringValue: 'fleet' },
  });
  const [{ scopeMetrics }] = sent.get('/otlp/v1/metrics').resourceMetrics;
  const metrics = Object.fromEntries(
    scopeMetrics[0].metrics.map((one: { name: string }) => [one.name, one]),
  );
  expect(Object.keys(metrics).sort()).toEqual([
    'alloyup.hosts',
    'alloyup.run.duration',
    'alloyup.run.exit_code',
  ]);
  const [point, ...more] = metrics['alloyup.hosts'].gauge.dataPoints;
  expect(more).toEqual([]);
  expect(point).toMatchObject({ asDouble: 2 });
  expect(point.attributes).toEqual([
    { key: 'alloyup.verb', value: { stringValue: 'plan' } },
    { key: 'alloyup.outcome', value: { stringValue: 'unreachable' } },
  ]);
  expect(metrics['alloyup.run.duration']).toMatchObject({ unit: 's' });
});

test('a certificate of the own CA is trusted', async () => {
  const key = folder.path('key.pem');
  const certificate = folder.path('ca.pem');
  await execa('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'],
    ...['-keyout', key, '-out', certificate, '-subj', '/CN=otlp', '-days', '2'],
    ...['-addext', 'subjectAltName=IP:127.0.0.1'],
  ]);
  const { requests, port } = await endpoint({
    serve: (listener) =>
      createHttps({ key: readFileSync(key), cert: readFileSync(certificate) }, listener),
  });
  const OTEL_EXPORTER_OTLP_ENDPOINT = `https://127.0.0.1:${port}`;
  const trusted = await plan({
    OTEL_EXPORTER_OTLP_ENDPOINT,
    OTEL_EXPORTER_OTLP_CERTIFICATE: certificate,
  });
  expect(trusted.stderr).toBe('');
  expect(spansIn(requests)).toHaveLength(3);
  const untrusted = await plan({ OTEL_EXPORTER_OTLP_ENDPOINT });
  expect(untrusted.stderr).toContain('self-signed certificate');
  expect(spansIn(requests)).toHaveLength(3);
});

describe('an endpoint that', () => {
  const lost = (stderr: string): number => stderr.match(/warning\[telemetry\.lost\]/g)?.length ?? 0;

  test('is not there changes nothing, and is told of once', async () => {
    const plain = await plan({});
    const port = await listening(createTcp());
    await new Promise((resolve) => servers.pop()!.close(resolve));
    const traced = await plan({ OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` });
    expect(traced.exitCode).toBe(plain.exitCode);
    const timeless = (text: string): string => text.replace(/[\d.]+ m?s\b|\S+\.ndjson/g, '');
    expect(timeless(traced.stdout)).toBe(timeless(plain.stdout));
    expect(lost(traced.stderr)).toBe(1);
    expect(traced.stderr.replace(/\s+/g, ' ')).toContain(
      `did not all reach 127.0.0.1:${port}: connect ECONNREFUSED`,
    );
  });

  test('never answers is not waited for beyond the limit', async () => {
    const port = await listening(createTcp((socket) => socket.on('error', () => {})));
    const { exitCode, stderr } = await plan({
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
      OTEL_EXPORTER_OTLP_TIMEOUT: '300',
    });
    expect(exitCode).toBe(1);
    expect(lost(stderr)).toBe(1);
  });

  test('refuses what it is sent is told of by what it says', async () => {
    const { url } = await endpoint({ status: 401 });
    const { exitCode, stderr } = await plan({
      OTEL_EXPORTER_OTLP_ENDPOINT: url,
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20s3cr3t-token',
    });
    expect(exitCode).toBe(1);
    expect(lost(stderr)).toBe(1);
    expect(stderr).toContain('401 Unauthorized');
    expect(stderr).not.toContain('s3cr3t');
  });
});

test('a setting that is not understood is a warning of the run', async () => {
  const { exitCode, stdout, stderr } = await plan(
    {
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4317',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
    },
    '--output',
    'json',
  );
  expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: '' });
  expect(JSON.parse(stdout).warnings).toMatchObject([{ code: 'telemetry.off' }]);
});

const GENERAL = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://a:4318' };
test.each([
  [{}, null],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: '' }, null],
  [{ OTEL_SERVICE_NAME: 'x', TRACEPARENT: PARENT }, null],
  [{ ...GENERAL, OTEL_SDK_DISABLED: 'true' }, null],
  [GENERAL, 'traces metrics'],
  [{ ...GENERAL, OTEL_TRACES_EXPORTER: 'none' }, 'metrics'],
  [{ ...GENERAL, OTEL_METRICS_EXPORTER: 'none' }, 'traces'],
  [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://a/v1/traces' }, 'traces'],
  [{ OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'http://a/v1/metrics' }, 'metrics'],
  [{ ...GENERAL, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' }, 'traces metrics'],
  [
    { ...GENERAL, OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: 'grpc' },
    'traces, without metrics: the variable OTEL_EXPORTER_OTLP_METRICS_PROTOCOL is grpc',
  ],
  [
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'tempo:4318' },
    ', without all: the variable OTEL_EXPORTER_OTLP_ENDPOINT is no URL of http or https',
  ],
])('%j sends %s', (env, expected) => {
  const { settings, warnings } = telemetrySettings({ env });
  const signals = [...(settings?.signals.keys() ?? [])].join(' ');
  if (expected === null || !expected.includes(',')) {
    expect(settings === null ? null : signals).toBe(expected);
    expect(warnings).toEqual([]);
    return;
  }
  expect(signals).toBe(expected.split(',')[0]);
  expect(warnings).toHaveLength(1);
  expect(textOf(warnings[0]!).message).toContain(expected.split(': ')[1]);
});

test('without an endpoint nothing of it is loaded', async () => {
  /** Names of what Node loaded. */
  const loaded = async (env: Readonly<Record<string, string>>): Promise<readonly string[]> => {
    const to = folder.path(`loaded-${Object.keys(env).length}`);
    await plan({ ...env, NODE_V8_COVERAGE: to });
    return readdirSync(to).flatMap((file) =>
      (
        JSON.parse(readFileSync(`${to}/${file}`, 'utf8')) as { result: { url: string }[] }
      ).result.map(({ url }) => url),
    );
  };
  const sends = (urls: readonly string[]): boolean =>
    urls.some((url) => /send-telemetry/.test(url));
  const without = await loaded({});
  expect(without.some((url) => /run-hosts-\w+\.\w+$/.test(url))).toBe(true);
  expect(sends(without)).toBe(false);
  const { url } = await endpoint();
  expect(sends(await loaded({ OTEL_EXPORTER_OTLP_ENDPOINT: url }))).toBe(true);
});
