import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as openpgp from 'openpgp';
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Repository } from '../../src/model/desired.ts';
import type { RepositorySource } from '../../src/model/ports.ts';
import { ToolError } from '../../src/model/problem.ts';
import { withText } from '../../src/report/text-of.ts';
import {
  createRepositorySource,
  type RepositorySourceOptions,
} from '../../src/sources/apt-repository.ts';
import { createGet } from '../../src/sources/http.ts';
import {
  makeIndex,
  makeKey,
  type Site,
  selfSigned,
  serve,
  serveProxy,
  type TestKey,
} from './fake-repository.ts';

const VERSIONS = ['1.9.1-1', '1.18.1-1', '1.19.0~rc.3-1', '1.17.0-1', '1.18.1-1'];
const NEWEST_FIRST = ['1.19.0~rc.3-1', '1.18.1-1', '1.17.0-1', '1.9.1-1'];

let key: TestKey;
let other: TestKey;
let site: Site;
let folder: string;

beforeAll(async () => {
  // a proxy of this machine's environment cannot reach our servers
  vi.stubEnv('no_proxy', '*');
  [key, other] = await Promise.all([makeKey(400), makeKey()]);
});

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'alloyup-sources-'));
  site = await serve(await makeIndex(key, { versions: VERSIONS }));
  site.files.set('/gpg.key', Buffer.from(key.armored));
});

afterEach(async () => {
  await site.close();
  rmSync(folder, { recursive: true });
});

const repositoryOf = (more: Partial<Repository> = {}): Repository => ({
  url: site.url,
  suite: 'stable',
  components: ['main'],
  key: `${site.url}/gpg.key`,
  fingerprints: [key.fingerprint],
  proxy: null,
  ...more,
});

/** A run of alloyup: what it remembers ends with it, the cache stays. */
const newRun = (more: Partial<RepositorySourceOptions> = {}): RepositorySource =>
  createRepositorySource({
    cacheDir: join(folder, 'cache'),
    now: Date.now,
    delays: [5, 5],
    ...more,
  });

const problemsOf = async (promise: Promise<unknown>): Promise<readonly string[]> => {
  const error = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(error instanceof ToolError)) throw new Error(`no problem but ${String(error)}`);
  return error.problems
    .map(withText)
    .map(({ code, message, transient }) =>
      `${code}${transient ? ' (transient)' : ''}: ${message}`.replaceAll(site.url, 'SITE'),
    );
};

const inBlocks = (...blocks: readonly string[]): Uint8Array => Buffer.from(blocks.join('\n'));

describe('the signing key', () => {
  test('is fetched once a run, and not sent again while it is unchanged', async () => {
    const run = newRun();
    const [one, two] = await Promise.all([
      run.signingKey(repositoryOf()),
      run.signingKey(repositoryOf()),
    ]);
    expect(one).toBe(two);
    expect(one.certificates).toMatchObject([{ fingerprint: key.fingerprint, revoked: false }]);
    expect(one.certificates[0]!.expiresAt! - Date.now()).toBeGreaterThan(398 * 86_400_000);

    const again = await newRun().signingKey(repositoryOf());
    expect(again.armored).toBe(one.armored);
    expect(site.log).toEqual(['GET /gpg.key 200', 'GET /gpg.key 304']);
  });

  test('is written with pinned certificates alone, in one block, the same from any bundle', async () => {
    const alone = await newRun().signingKey(repositoryOf());
    const revoked = await makeKey();
    site.files.set('/gpg.key', inBlocks(revoked.armored, key.armored, revoked.revocation));
    const bundled = await newRun().signingKey(repositoryOf());
    expect(bundled.armored).toBe(alone.armored);
    expect(bundled.armored.match(/BEGIN/g)).toHaveLength(1);
    const keys = await openpgp.readKeys({ armoredKeys: bundled.armored });
    expect(keys.map((key) => key.getFingerprint().toUpperCase())).toEqual([key.fingerprint]);
  });

  test('is found behind retired ones: five blocks, two of them revocations alone', async () => {
    const [oldest, older] = await Promise.all([makeKey(), makeKey(1, new Date('2023-01-06'))]);
    site.files.set(
      '/gpg.key',
      inBlocks(oldest.armored, oldest.revocation, older.armored, older.revocation, key.armored),
    );
    const { certificates } = await newRun().signingKey(repositoryOf());
    expect(certificates.map(({ fingerprint }) => fingerprint)).toEqual([key.fingerprint]);
  });

  test('is read from a file, and from one without armor', async () => {
    const path = join(folder, 'bundle.gpg');
    const binary = (await openpgp.readKey({ armoredKey: key.armored })).write();
    writeFileSync(path, binary);
    const fromFile = await newRun().signingKey(repositoryOf({ key: path }));
    const fromUrl = await newRun().signingKey(repositoryOf({ key: `file://${path}` }));
    expect(fromFile.armored).toBe((await newRun().signingKey(repositoryOf())).armored);
    expect(fromUrl.armored).toBe(fromFile.armored);
  });

  test('of several pins every one is required', async () => {
    const pins = [key.fingerprint, other.fingerprint];
    expect(await problemsOf(newRun().signingKey(repositoryOf({ fingerprints: pins })))).toEqual([
      `repository.key: SITE/gpg.key does not hold the pinned key ${other.fingerprint}: it holds ${key.fingerprint}`,
    ]);
    site.files.set('/gpg.key', inBlocks(key.armored, other.armored));
    const { certificates } = await newRun().signingKey(repositoryOf({ fingerprints: pins }));
    expect(certificates.map(({ fingerprint }) => fingerprint)).toEqual([...pins].sort());
  });

  test('that is unknown and in force stops the run', async () => {
    site.files.set('/gpg.key', inBlocks(key.armored, other.armored));
    expect(await problemsOf(newRun().signingKey(repositoryOf()))).toEqual([
      `repository.key: SITE/gpg.key holds the unknown key ${other.fingerprint}`,
    ]);
  });

  test('that has been revoked is refused, wherever the revocation stands', async () => {
    for (const blocks of [
      [key.armored, key.revocation],
      [key.revocation, key.armored],
    ]) {
      site.files.set('/gpg.key', inBlocks(...blocks));
      expect(await problemsOf(newRun().signingKey(repositoryOf()))).toEqual([
        `repository.key: the pinned key ${key.fingerprint} in SITE/gpg.key has been revoked by its owner`,
      ]);
    }
  });

  test("another key's revocation changes nothing", async () => {
    site.files.set('/gpg.key', inBlocks(key.armored, other.revocation));
    expect((await newRun().signingKey(repositoryOf())).certificates[0]!.revoked).toBe(false);
  });

  test('that has expired is refused with the day', async () => {
    const expired = await makeKey(1, new Date('2023-01-06T00:00:00Z'));
    site.files.set('/gpg.key', Buffer.from(expired.armored));
    expect(
      await problemsOf(newRun().signingKey(repositoryOf({ fingerprints: [expired.fingerprint] }))),
    ).toEqual([
      `repository.key: the pinned key ${expired.fingerprint} in SITE/gpg.key expired on 2023-01-07`,
    ]);
  });

  test.each([
    ['<html>log in</html>', 'it is neither an OpenPGP keyring nor an armored one'],
    ['', 'it is neither an OpenPGP keyring nor an armored one'],
    ['\x99\x01', 'it is damaged, or not an OpenPGP keyring'],
  ])('that is none is said to be none: %j', async (text, why) => {
    site.files.set('/gpg.key', Buffer.from(text, 'latin1'));
    expect(await problemsOf(newRun().signingKey(repositoryOf()))).toEqual([
      `repository.key: the signing key SITE/gpg.key cannot be read: ${why}`,
    ]);
  });

  test('that came with its secret half is refused', async () => {
    site.files.set('/gpg.key', Buffer.from(key.privateKey.armor()));
    expect(await problemsOf(newRun().signingKey(repositoryOf()))).toEqual([
      'repository.key: the signing key SITE/gpg.key cannot be read: it holds a secret key',
    ]);
  });

  test('of a type that cannot be read is known by its fingerprint', async () => {
    const packets = (await openpgp.readKey({ armoredKey: other.armored })).toPacketList();
    const strange = Buffer.from(packets.write());
    // the algorithm of the primary key: new header, version, four bytes of time
    strange[7] = 99;
    const body = strange.subarray(2, 2 + strange[1]!);
    const fingerprint = createHash('sha1')
      .update(Buffer.from([0x99, 0, body.length]))
      .update(body)
      .digest('hex')
      .toUpperCase();
    const own = (await openpgp.readKey({ armoredKey: key.armored })).write();
    site.files.set('/gpg.key', Buffer.concat([strange, own]));
    expect(await problemsOf(newRun().signingKey(repositoryOf()))).toEqual([
      `repository.key: SITE/gpg.key holds the unknown key ${fingerprint}`,
    ]);
    const pins = [key.fingerprint, fingerprint];
    expect(await problemsOf(newRun().signingKey(repositoryOf({ fingerprints: pins })))).toEqual([
      expect.stringContaining(fingerprint),
    ]);
  });

  test('is tried three times, and a copy of an earlier run does after that', async () => {
    site.intercept = () => 503;
    expect(await problemsOf(newRun().signingKey(repositoryOf()))).toEqual([
      'repository.unreachable (transient): cannot fetch the signing key from SITE/gpg.key: it answers 503',
    ]);
    expect(site.log).toHaveLength(3);

    site.intercept = () => (site.log.length < 5 ? 503 : undefined);
    const fetched = await newRun().signingKey(repositoryOf());
    site.intercept = () => 503;
    expect((await newRun().signingKey(repositoryOf())).armored).toBe(fetched.armored);
  });

  test('that is not there is not asked for again', async () => {
    site.files.delete('/gpg.key');
    expect(await problemsOf(newRun().signingKey(repositoryOf()))).toEqual([
      'repository.unreachable: cannot fetch the signing key from SITE/gpg.key: it answers 404',
    ]);
    expect(site.log).toHaveLength(1);
  });
});

describe('the index', () => {
  test('gives versions newest first, each once, read once a run', async () => {
    const run = newRun();
    const all = await Promise.all([
      run.versions(repositoryOf(), 'amd64'),
      run.versions(repositoryOf(), 'amd64'),
    ]);
    expect(all).toEqual([NEWEST_FIRST, NEWEST_FIRST]);
    expect(site.log).toEqual([
      'GET /dists/stable/InRelease 200',
      'GET /gpg.key 200',
      'GET /dists/stable/main/binary-amd64/Packages.gz 200',
    ]);
    site.log.length = 0;
    expect(await newRun().versions(repositoryOf(), 'amd64')).toEqual(NEWEST_FIRST);
    expect(site.log).toEqual(['GET /dists/stable/InRelease 304']);
  });

  test('is read by hash where the repository offers that', async () => {
    site.files = (await makeIndex(key, { versions: VERSIONS, byHash: true })).set(
      '/gpg.key',
      Buffer.from(key.armored),
    );
    expect(await newRun().versions(repositoryOf(), 'arm64')).toEqual(NEWEST_FIRST);
    expect(site.log.at(-1)).toMatch(/by-hash\/SHA256\/[0-9a-f]{64} 200$/);
  });

  test('signed by gpg is read too', async () => {
    if (spawnSync('gpg', ['--version']).status !== 0) {
      console.warn('no gpg here: a signature of its own make was not tried');
      return;
    }
    const home = mkdtempSync(join(tmpdir(), 'gpg-'));
    const gpg = (args: readonly string[], input = ''): string => {
      const ran = spawnSync(
        'gpg',
        [
          '--homedir',
          home,
          '--batch',
          '--yes',
          '--pinentry-mode',
          'loopback',
          '--passphrase',
          '',
          ...args,
        ],
        { input, encoding: 'utf8' },
      );
      if (ran.status !== 0) throw new Error(ran.stderr);
      return ran.stdout;
    };
    try {
      gpg(['--quick-generate-key', 'Test <test@example.com>', 'rsa2048', 'sign', '1y']);
      const armored = gpg(['--armor', '--export']);
      const fingerprint = /^fpr:+([0-9A-F]{40}):/m.exec(gpg(['--with-colons', '--list-keys']))![1]!;
      const revocation = readFileSync(
        join(home, 'openpgp-revocs.d', `${fingerprint}.rev`),
        'utf8',
      ).replace(/^:(?=-)/m, '');
      site.files = await makeIndex(key, {
        versions: VERSIONS,
        sign: (text) => gpg(['--clearsign'], text),
      });
      site.files.set('/gpg.key', Buffer.from(armored));
      const repository = repositoryOf({ fingerprints: [fingerprint] });
      expect(await newRun().versions(repository, 'amd64')).toEqual(NEWEST_FIRST);

      // gpg writes revocations with an armor header
      site.files.set(
        '/gpg.key',
        inBlocks(armored, revocation.slice(revocation.indexOf('-----BEGIN'))),
      );
      expect(await problemsOf(newRun().signingKey(repository))).toEqual([
        expect.stringContaining('has been revoked by its owner'),
      ]);
      // and what we write, it reads
      site.files.set('/gpg.key', Buffer.from(armored));
      const written = (await newRun().signingKey(repository)).armored;
      expect(gpg(['--show-keys', '--with-colons'], written)).toContain(fingerprint);
    } finally {
      spawnSync('gpgconf', ['--homedir', home, '--kill', 'all']);
      rmSync(home, { recursive: true, force: true });
    }
  });

  test.each([
    ['signed by another key', async () => makeIndex(other, { versions: VERSIONS })],
    [
      'changed after it was signed',
      async () => {
        const files = await makeIndex(key, { versions: VERSIONS });
        const text = Buffer.from(files.get('/dists/stable/InRelease')!).toString();
        return files.set(
          '/dists/stable/InRelease',
          Buffer.from(text.replace('Origin: Test', 'Origin: Best')),
        );
      },
    ],
    ['not signed', async () => makeIndex(key, { versions: VERSIONS, sign: (text) => text })],
    [
      'with text in front of the signed one',
      async () =>
        makeIndex(key, {
          versions: VERSIONS,
          sign: async (text) =>
            `SHA256:\n${await openpgp.sign({ message: await openpgp.createCleartextMessage({ text }), signingKeys: key.privateKey })}`,
        }),
    ],
  ])('%s is not believed', async (_, make) => {
    site.files = (await make()).set('/gpg.key', Buffer.from(key.armored));
    expect(await problemsOf(newRun().versions(repositoryOf(), 'amd64'))).toEqual([
      expect.stringMatching(
        /^repository\.index: the index of SITE stable cannot be used: its signature is not valid/,
      ),
    ]);
    expect(site.log.filter((line) => line.includes('Packages'))).toEqual([]);
  });

  test('whose list has another hash or size is asked for again, then given up', async () => {
    const path = '/dists/stable/main/binary-amd64/Packages.gz';
    const right = site.files.get(path)!;
    for (const [wrong, why] of [
      [right.map((byte, i) => (i === 20 ? byte ^ 1 : byte)), 'does not match its hash'],
      [right.subarray(0, 30), `has 30 bytes instead of ${right.length}`],
    ] as const) {
      site.files.set(path, wrong);
      site.log.length = 0;
      expect(await problemsOf(newRun().versions(repositoryOf(), 'amd64'))).toEqual([
        `repository.index (transient): the index of SITE stable cannot be used: main/binary-amd64/Packages.gz ${why}`,
      ]);
      expect(site.log.filter((line) => line.includes('Packages'))).toHaveLength(3);
    }
    let asked = 0;
    site.intercept = (wanted) => {
      if (wanted === path && ++asked === 2) site.files.set(path, right);
      return undefined;
    };
    expect(await newRun().versions(repositoryOf(), 'amd64')).toEqual(NEWEST_FIRST);
  });

  test('that is too old is refused, also when it was believed before', async () => {
    const validUntil = new Date(Date.now() + 60_000);
    site.files = (await makeIndex(key, { versions: VERSIONS, validUntil })).set(
      '/gpg.key',
      Buffer.from(key.armored),
    );
    expect(await newRun().versions(repositoryOf(), 'amd64')).toEqual(NEWEST_FIRST);
    const later = newRun({ now: () => Date.now() + 120_000 });
    expect(await problemsOf(later.versions(repositoryOf(), 'amd64'))).toEqual([
      expect.stringMatching(
        /^repository\.index: the index of SITE stable cannot be used: it expired on /,
      ),
    ]);
  });

  test('without the architecture says which there are', async () => {
    const error = await newRun()
      .versions(repositoryOf(), 'armhf')
      .catch((error: ToolError) => error);
    expect((error as ToolError).problem).toMatchObject({
      code: 'repository.index',
      params: {
        reason: 'no-packages',
        component: 'main',
        arch: 'armhf',
        available: [
          ['main', 'amd64'],
          ['main', 'arm64'],
        ],
      },
    });
  });

  test('of an empty repository has no version', async () => {
    site.files = (await makeIndex(key, { versions: [] })).set('/gpg.key', Buffer.from(key.armored));
    expect(await newRun().versions(repositoryOf(), 'amd64')).toEqual([]);
  });
});

describe('the way there', () => {
  test('goes through a proxy with a password, which is never shown', async () => {
    const proxy = await serveProxy();
    try {
      expect(await newRun().versions(repositoryOf({ proxy: proxy.url }), 'amd64')).toEqual(
        NEWEST_FIRST,
      );
      expect(proxy.log).toHaveLength(3);
      expect(proxy.log[0]).toBe(`GET ${site.url}/dists/stable/InRelease`);

      const wrong = proxy.url.replace('p%40ss', 'wrong');
      const problems = await problemsOf(
        newRun({ cacheDir: join(folder, 'b') }).signingKey(repositoryOf({ proxy: wrong })),
      );
      expect(problems).toEqual([expect.stringMatching(/through the proxy .*: it answers 407$/)]);
      expect(problems[0]).not.toMatch(/wrong|p%40ss/);
    } finally {
      await proxy.close();
    }
  });

  test('goes by https, with an authority of ours, also through a tunnel', async () => {
    const tls = selfSigned();
    if (tls === null) {
      console.warn('no openssl here: https was not tried');
      return;
    }
    const [secure, proxy] = await Promise.all([serve(site.files, tls), serveProxy()]);
    try {
      const repository = repositoryOf({ url: secure.url, key: `${secure.url}/gpg.key` });
      expect(await problemsOf(newRun().signingKey(repository))).toEqual([
        expect.stringMatching(/^repository\.unreachable: .*certificate/),
      ]);
      expect(
        await newRun({ get: createGet({ ca: tls.cert }) }).versions(repository, 'amd64'),
      ).toEqual(NEWEST_FIRST);
      const tunnelled = newRun({ get: createGet({ ca: tls.cert }), cacheDir: join(folder, 'c') });
      expect(await tunnelled.versions({ ...repository, proxy: proxy.url }, 'amd64')).toEqual(
        NEWEST_FIRST,
      );
      expect(proxy.log).toEqual(Array(3).fill(`CONNECT 127.0.0.1:${secure.port}`));
    } finally {
      await Promise.all([secure.close(), proxy.close()]);
    }
  });

  test('that leads nowhere is said', async () => {
    const url = site.url;
    await site.close();
    expect(await problemsOf(newRun().signingKey(repositoryOf({ key: `${url}/gpg.key` })))).toEqual([
      'repository.unreachable (transient): cannot fetch the signing key from SITE/gpg.key: connection refused',
    ]);
    expect(
      await problemsOf(
        newRun().signingKey(repositoryOf({ key: 'https://no-such-name.invalid/k' })),
      ),
    ).toEqual([
      expect.stringMatching(
        /^repository\.unreachable.*: the host name (does not exist|cannot be resolved now)$/,
      ),
    ]);
  });
});

describe('a keyring of a host', () => {
  test('is read with all its blocks', async () => {
    const bytes = inBlocks(other.armored, other.revocation, key.armored);
    const facts = await newRun().inspectKeyring(bytes);
    expect(facts.problem).toBeNull();
    expect(facts.certificates.map(({ fingerprint, revoked }) => [fingerprint, revoked])).toEqual([
      [other.fingerprint, true],
      [key.fingerprint, false],
    ]);
    expect(await newRun().inspectKeyring(bytes)).toEqual(facts);
  });

  test('that is none has a problem', async () => {
    expect(await newRun().inspectKeyring(Buffer.from('nothing'))).toMatchObject({
      certificates: [],
      problem: 'it is neither an OpenPGP keyring nor an armored one',
    });
  });
});

describe('the cache', () => {
  const cache = (): string => join(folder, 'cache', 'repository');

  test('belongs to the user alone', async () => {
    await newRun().versions(repositoryOf(), 'amd64');
    expect(statSync(cache()).mode & 0o777).toBe(0o700);
    const files = readdirSync(cache());
    expect(files.length).toBeGreaterThan(2);
    for (const file of files) expect(statSync(join(cache(), file)).mode & 0o777).toBe(0o600);
  });

  test.each([
    ['emptied', () => ''],
    ['cut', (text: string) => text.slice(0, -20)],
    ['changed', (text: string) => `${text.slice(0, -20)}${'x'.repeat(20)}`],
    ['no text', () => '\0\0\0'],
  ])('that is %s is fetched anew', async (_, damage) => {
    await newRun().versions(repositoryOf(), 'amd64');
    for (const file of readdirSync(cache())) {
      const path = join(cache(), file);
      writeFileSync(path, damage(readFileSync(path, 'latin1')), 'latin1');
    }
    expect(await newRun().versions(repositoryOf(), 'amd64')).toEqual(NEWEST_FIRST);
    expect(site.log.slice(3).every((line) => line.endsWith(' 200'))).toBe(true);
  });

  test('that cannot be written stops nothing', async () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    const run = newRun({ cacheDir: join(file, 'cache') });
    expect(await run.versions(repositoryOf(), 'amd64')).toEqual(NEWEST_FIRST);
  });
});
