import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkUrl, type Use, useOf } from '../../../src/cli/init/live-checks.ts';

/** Answers `/STATUS/...` with that status, `/silent` never, and keeps what it was sent. */
const seen: { readonly path: string; readonly request: IncomingMessage; readonly body: Buffer }[] =
  [];
const server = createServer(async (request, response) => {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part);
  seen.push({ path: request.url!, request, body: Buffer.concat(parts) });
  if (request.url!.startsWith('/silent')) return;
  const status = Number(request.url!.split('/')[1]);
  response.writeHead(status, status === 302 ? { location: '/200' } : {}).end();
});
let base: string;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const sent = async (use: Use) => {
  seen.length = 0;
  expect(await checkUrl(`${base}/200/x/`, use)).toBeNull();
  return seen.map(({ path, request: { method, headers }, body }) => ({
    path,
    method,
    type: headers['content-type'],
    encoding: headers['content-encoding'],
    body: body.toString('latin1'),
  }));
};

test('remote write is tried with an empty write', async () => {
  const type = 'application/x-protobuf';
  expect(await sent('remote-write')).toEqual([
    { path: '/200/x/', method: 'POST', type, encoding: 'snappy', body: '\0' },
  ]);
  expect(seen[0]!.request.headers['x-prometheus-remote-write-version']).toBe('0.1.0');
});

test('Loki is tried with a push of no streams', async () => {
  expect(await sent('loki')).toEqual([
    {
      path: '/200/x/',
      method: 'POST',
      type: 'application/json',
      encoding: undefined,
      body: '{"streams":[]}',
    },
  ]);
});

test('OTLP is tried with an export of nothing, for each signal', async () => {
  const requests = await sent(['metrics', 'traces']);
  const one = { method: 'POST', type: 'application/x-protobuf', encoding: undefined, body: '' };
  expect(requests.sort((a, b) => a.path.localeCompare(b.path))).toEqual([
    { path: '/200/x/v1/metrics', ...one },
    { path: '/200/x/v1/traces', ...one },
  ]);
});

test.each([
  [200, null],
  [204, null],
  // it wants data, credentials or a tenant
  [400, null],
  [401, null],
  [403, null],
  [404, 'nothing takes remote write there (404)'],
  [405, 'nothing takes remote write there (405)'],
  [415, 'nothing takes remote write there (415)'],
  [302, 'it redirects (302)'],
  [502, 'it reports an error (502)'],
])('%i: %s', async (status, why) => {
  expect(await checkUrl(`${base}/${status}`, 'remote-write')).toBe(why);
});

test('a target that does not answer, or is not there', async () => {
  expect(await checkUrl(`${base}/silent`, 'loki')).toBe('no response within 3 s');
  expect(await checkUrl('http://127.0.0.1:9/', 'loki')).toMatch(/ECONNREFUSED|bad port/);
});

test.each([
  ['metrics_url', 'linux-host', 'remote-write'],
  ['logs_url', 'linux-host', 'loki'],
  ['logs_url', 'self-monitoring', 'loki'],
  ['logs_url', 'otlp-gateway', ['logs']],
  ['traces_url', 'linux-host', ['traces']],
  ['otlp_url', 'linux-host', ['metrics', 'logs', 'traces']],
  ['mirror', 'linux-host', null],
] as const)('%s of %s is for %j', (id, template, use) => {
  expect(useOf(id, template)).toEqual(use);
});
