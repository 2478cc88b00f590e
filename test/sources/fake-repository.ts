import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  createServer,
  type IncomingMessage,
  request,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import * as openpgp from 'openpgp';

const hash = (bytes: string | Uint8Array): string =>
  createHash('sha256').update(bytes).digest('hex');

export interface TestKey {
  readonly fingerprint: string;
  readonly armored: string;
  readonly revocation: string;
  readonly privateKey: openpgp.PrivateKey;
}

/** A key made now, or at `date`; `days` null: it never expires. */
export async function makeKey(
  days: number | null = null,
  date = new Date(Date.now() - 86_400_000),
): Promise<TestKey> {
  const { privateKey, publicKey, revocationCertificate } = await openpgp.generateKey({
    type: 'curve25519',
    userIDs: [{ name: 'Test', email: 'test@example.com' }],
    date,
    ...(days === null ? {} : { keyExpirationTime: days * 86_400 }),
    format: 'object',
  });
  return {
    fingerprint: publicKey.getFingerprint().toUpperCase(),
    armored: publicKey.armor(),
    revocation: revocationCertificate,
    privateKey,
  };
}

export interface IndexOptions {
  readonly versions: readonly string[];
  /** Packages that are there to be fetched, by version. */
  readonly packages?: Readonly<Record<string, Uint8Array>>;
  readonly validUntil?: Date;
  readonly byHash?: boolean;
  readonly sign?: (text: string) => Promise<string> | string;
}

const stanza = (name: string, version: string, arch: string, deb?: Uint8Array): string => {
  const file = deb
    ? `Filename: ${poolPath(version, arch)}\nSize: ${deb.length}\nSHA256: ${hash(deb)}\n`
    : '';
  return `Package: ${name}\nVersion: ${version}\nArchitecture: ${arch}\n${file}Description: a test\n alloy, or so\n`;
};

/** Where a package of alloy is, below the URL of the repository. */
export const poolPath = (version: string, arch: string): string =>
  `pool/main/a/alloy/alloy_${version}_${arch}.deb`;

/** The files of a repository with one suite, `stable main`, for amd64 and arm64. */
export async function makeIndex(
  signer: TestKey,
  { versions, packages = {}, validUntil, byHash = false, sign }: IndexOptions,
): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  const sums: string[] = [];
  for (const arch of ['amd64', 'arm64']) {
    const own = versions.map((version) => stanza('alloy', version, arch, packages[version]));
    for (const [version, deb] of Object.entries(packages))
      files.set(`/${poolPath(version, arch)}`, deb);
    const others = [stanza('alloy-rc', '9.9.9-1', arch), stanza('grafana', '12.0.0', arch)];
    const list = Buffer.from([others[0], ...own, others[1]].join('\n'));
    for (const [name, bytes] of [
      ['Packages', list],
      ['Packages.gz', gzipSync(list)],
    ] as const) {
      const path = `main/binary-${arch}/${name}`;
      files.set(`/dists/stable/${path}`, bytes);
      if (byHash)
        files.set(`/dists/stable/main/binary-${arch}/by-hash/SHA256/${hash(bytes)}`, bytes);
      sums.push(` ${hash(bytes)} ${bytes.length} ${path}`);
    }
  }
  const release = [
    'Origin: Test',
    'Suite: stable',
    `Date: ${new Date().toUTCString()}`,
    ...(validUntil ? [`Valid-Until: ${validUntil.toUTCString()}`] : []),
    ...(byHash ? ['Acquire-By-Hash: yes'] : []),
    'MD5Sum:',
    ' d41d8cd98f00b204e9800998ecf8427e 0 main/binary-amd64/Packages',
    'SHA256:',
    ...sums,
    '',
  ].join('\n');
  const signed = sign
    ? await sign(release)
    : await openpgp.sign({
        message: await openpgp.createCleartextMessage({ text: release }),
        signingKeys: signer.privateKey,
      });
  return files.set('/dists/stable/InRelease', Buffer.from(signed));
}

/** A certificate for 127.0.0.1; null where there is no openssl. */
export function selfSigned(): { readonly key: string; readonly cert: string } | null {
  const made = spawnSync('openssl', [
    ...'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2'.split(' '),
    ...'-subj /CN=test -addext subjectAltName=IP:127.0.0.1 -keyout - -out -'.split(' '),
  ]);
  if (made.status !== 0) return null;
  const [key = '', cert = ''] =
    made.stdout.toString().match(/-----BEGIN [\s\S]+?-----END .+/g) ?? [];
  return { key, cert };
}

export interface Site {
  readonly url: string;
  readonly port: number;
  /** "GET /path 200", in order. */
  readonly log: string[];
  /** Changed by tests as they like. */
  files: Map<string, Uint8Array>;
  /** Answers before `files` do: a status, or undefined. */
  intercept: (path: string, request: IncomingMessage) => number | undefined;
  close(): Promise<void>;
}

/** A web server on loopback that knows ETags; with `tls`, by https. */
export async function serve(
  files: Map<string, Uint8Array>,
  tls?: { readonly key: string; readonly cert: string },
): Promise<Site> {
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const path = request.url ?? '';
    const body = site.files.get(path);
    const etag = body && `"${hash(body).slice(0, 16)}"`;
    const same = etag !== undefined && request.headers['if-none-match'] === etag;
    const status = site.intercept(path, request) ?? (same ? 304 : body ? 200 : 404);
    site.log.push(`${request.method} ${path} ${status}`);
    response.writeHead(status, etag && status < 400 ? { etag } : {});
    response.end(status === 200 ? body : undefined);
  };
  const server = tls ? createTlsServer(tls, answer) : createServer(answer);
  const port = await listen(server);
  const site: Site = {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${port}`,
    port,
    log: [],
    files,
    intercept: () => undefined,
    close: () => stop(server),
  };
  return site;
}

/** A proxy that asks for a password: forwards http, tunnels https. */
export async function serveProxy(): Promise<{
  url: string;
  log: string[];
  close(): Promise<void>;
}> {
  const log: string[] = [];
  const expected = `Basic ${Buffer.from('me:p@ss').toString('base64')}`;
  const server = createServer((incoming, response) => {
    log.push(`${incoming.method} ${incoming.url}`);
    if (incoming.headers['proxy-authorization'] !== expected) {
      response.writeHead(407).end();
      return;
    }
    const { host: _, ...headers } = incoming.headers;
    request(incoming.url!, { headers }, (answer) => {
      response.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(response);
    }).end();
  });
  server.on('connect', (incoming, socket) => {
    log.push(`CONNECT ${incoming.url}`);
    if (incoming.headers['proxy-authorization'] !== expected) {
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
      return;
    }
    const port = Number(incoming.url!.split(':')[1]);
    const upstream = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      upstream.pipe(socket).pipe(upstream);
    });
    upstream.on('close', () => socket.destroy());
    socket.on('close', () => upstream.destroy());
    upstream.on('error', () => socket.destroy());
    socket.on('error', () => upstream.destroy());
  });
  const port = await listen(server);
  return {
    url: `http://me:p%40ss@127.0.0.1:${port}`,
    log,
    close: () => stop(server),
  };
}

const listen = (server: Server): Promise<number> =>
  new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });

const stop = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.closeAllConnections();
    server.close(() => resolve());
  });
