import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { FetchFailure } from '../../src/model/problems/repository-problems.ts';
import { createGet, FetchError, type GetOptions, isTransient } from '../../src/sources/http.ts';
import { selfSigned } from './fake-repository.ts';

let server: Server;
let url: string;
let seen: string[];
let listener: RequestListener;

beforeEach(async () => {
  for (const name of ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY'])
    for (const variable of [name, name.toLowerCase()]) vi.stubEnv(variable, '');
  seen = [];
  server = createServer((request, response) => {
    seen.push(`${request.headers.authorization ?? '-'} ${request.url}`);
    listener(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(async () => {
  vi.unstubAllEnvs();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const OPTIONS: GetOptions = { proxy: null, maxBytes: 1000, timeoutMs: 5000 };
const get = createGet();

const failureOf = async (promise: Promise<unknown>): Promise<FetchFailure> => {
  const error = await promise.catch((error: unknown) => error);
  if (!(error instanceof FetchError)) throw new Error(`no FetchError but ${String(error)}`);
  return error.failure;
};

const redirectTo =
  (location: (path: string) => string | null): RequestListener =>
  ({ url: path = '' }, response) => {
    const to = location(path);
    if (to === null) response.end('here');
    else response.writeHead(302, { location: to }).end();
  };

test('follows redirects, relative ones too', async () => {
  listener = redirectTo((path) => ({ '/a': '/b', '/b': `${url}/c` })[path] ?? null);
  const { status, body } = await get(`${url}/a`, OPTIONS);
  expect([status, Buffer.from(body).toString()]).toEqual([200, 'here']);
  expect(seen).toEqual(['- /a', '- /b', '- /c']);
});

test('keeps a password to the URL that carries it', async () => {
  listener = redirectTo((path) => (path === '/a' ? `${url}/b` : null));
  await get(url.replace('//', '//me:p%40ss@').concat('/a'), OPTIONS);
  expect(seen).toEqual([`Basic ${Buffer.from('me:p@ss').toString('base64')} /a`, '- /b']);
});

test('gives up after five redirects', async () => {
  listener = redirectTo((path) => `${path}x`);
  expect(await failureOf(get(`${url}/`, OPTIONS))).toEqual({ reason: 'redirect-loop' });
  expect(seen).toHaveLength(6);
});

test.each(['file:///etc/passwd', 'ftp://me:secret@example.com/', 'no URL'])(
  'does not fetch %s, nor follow a redirect to it',
  async (target) => {
    const to = target.replace('me:secret@', '');
    expect(await failureOf(get(target, OPTIONS))).toEqual({ reason: 'not-http', to });
    if (!URL.canParse(target)) return;
    listener = redirectTo(() => target);
    expect(await failureOf(get(`${url}/`, OPTIONS))).toEqual({ reason: 'not-http', to });
  },
);

test('reads no more than it may', async () => {
  listener = (_, response) => response.end('x'.repeat(1001));
  expect(await failureOf(get(url, OPTIONS))).toEqual({ reason: 'too-big', maxBytes: 1000 });
  listener = (_, response) => response.end('x'.repeat(1000));
  expect((await get(url, OPTIONS)).body).toHaveLength(1000);
});

test.each([
  ['no answer', () => undefined],
  ['an answer that does not end', (_, response) => response.write('x')],
] satisfies [string, RequestListener][])('waits so long and no longer: %s', async (_, silent) => {
  listener = silent;
  const failure = await failureOf(get(url, { ...OPTIONS, timeoutMs: 200 }));
  expect(failure).toEqual({ reason: 'timeout', seconds: 0.2 });
  expect(isTransient(failure)).toBe(true);
});

test('a connection that is cut is worth another try', async () => {
  listener = ({ socket }) => socket.destroy();
  const failure = await failureOf(get(url, OPTIONS));
  expect(failure).toEqual({ reason: 'reset' });
  expect(isTransient(failure)).toBe(true);
});

test.each([
  [408, true],
  [429, true],
  [500, true],
  [503, true],
  [401, false],
  [403, false],
  [407, false],
  [499, false],
])('status %i is worth another try: %s', (status, transient) => {
  expect(isTransient({ reason: 'status', status })).toBe(transient);
});

test('the proxy of the environment serves, but for the hosts of NO_PROXY', async () => {
  listener = ({ url: path }, response) => response.end(path);
  const fetched = async (): Promise<string> =>
    Buffer.from((await get('http://packages.invalid/x', OPTIONS)).body).toString();
  vi.stubEnv('http_proxy', url);
  expect(await fetched()).toBe('http://packages.invalid/x');
  vi.stubEnv('no_proxy', 'packages.invalid');
  await expect(fetched()).rejects.toBeInstanceOf(FetchError);
});

test('the proxy of the inventory comes before that of the environment', async () => {
  listener = (_, response) => response.end('ours');
  vi.stubEnv('http_proxy', 'http://127.0.0.1:1');
  vi.stubEnv('no_proxy', '*');
  const { body } = await get('http://packages.invalid/x', { ...OPTIONS, proxy: url });
  expect(Buffer.from(body).toString()).toBe('ours');
});

test('a proxy that refuses a tunnel is named by its status', async () => {
  server.on('connect', (_, socket) => socket.end('HTTP/1.1 403 Forbidden\r\n\r\n'));
  expect(await failureOf(get('https://a.invalid/', { ...OPTIONS, proxy: url }))).toEqual({
    reason: 'status',
    status: 403,
  });
});

const tls = selfSigned();
test.skipIf(tls === null)('does not follow a redirect from https to http', async () => {
  const secure = createTlsServer(
    tls!,
    redirectTo(() => `${url}/b`),
  );
  await new Promise<void>((resolve) => secure.listen(0, '127.0.0.1', resolve));
  try {
    const from = `https://127.0.0.1:${(secure.address() as AddressInfo).port}/`;
    expect(await failureOf(get(from, OPTIONS))).toMatchObject({
      reason: 'certificate',
      said: expect.stringContaining('self-signed certificate'),
    });
    expect(await failureOf(createGet({ ca: tls!.cert })(from, OPTIONS))).toEqual({
      reason: 'downgrade',
      to: `${url}/b`,
    });
    expect(seen).toEqual([]);
  } finally {
    secure.close();
  }
});
