import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import type { Repository } from '../../src/model/desired.ts';
import { ToolError } from '../../src/model/problem.ts';
import { withText } from '../../src/report/text-of.ts';
import {
  type AlloyPackagesOptions,
  createAlloyPackages,
} from '../../src/sources/alloy-packages.ts';
import { makeDeb } from './fake-package.ts';
import { makeIndex, makeKey, poolPath, type Site, serve, type TestKey } from './fake-repository.ts';

const ARCH = 'amd64';
const programOf = (version: string): string => `#!/bin/sh\necho ${version}\n`;
const debOf = (version: string): Uint8Array => makeDeb({ 'usr/bin/alloy': programOf(version) });

let key: TestKey;
let packages: Record<string, Uint8Array>;
let site: Site;
let folder: string;

beforeAll(async () => {
  vi.stubEnv('no_proxy', '*');
  key = await makeKey(400);
  packages = { '1.17.0-1': debOf('1.17.0'), '1.18.1-1': debOf('1.18.1') };
});

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'alloyup-packages-'));
  site = await serve(await makeIndex(key, { versions: Object.keys(packages), packages }));
  site.files.set('/gpg.key', Buffer.from(key.armored));
});

afterEach(async () => {
  await site.close().catch(() => undefined);
  rmSync(folder, { recursive: true });
});

const cacheDir = (): string => join(folder, 'cache');
const repositoryOf = (): Repository => ({
  url: site.url,
  suite: 'stable',
  components: ['main'],
  key: `${site.url}/gpg.key`,
  fingerprints: [key.fingerprint],
  proxy: null,
});

/** One run of alloyup: gives what the program says, or the problem. */
async function run(version: string | null, more: Partial<AlloyPackagesOptions> = {}) {
  const source = createAlloyPackages({
    cacheDir: cacheDir(),
    now: Date.now,
    delays: [],
    ...more,
  });
  try {
    const program = await source.program(repositoryOf(), version, ARCH);
    return `${program.version} ${readFileSync(program.path, 'utf8').trim().split(' ').pop()}`;
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    const { code, message } = withText(error.problem);
    return `${code}: ${message}`.replaceAll(site.url, 'SITE');
  } finally {
    source.close();
  }
}

/** Files of the cache that hold a package. */
const keptPackages = (): readonly string[] =>
  readdirSync(join(cacheDir(), 'alloy')).filter((name) =>
    readFileSync(join(cacheDir(), 'alloy', name), 'latin1').includes('!<arch>'),
  );

test('a pinned version is fetched once, and afterwards needs no network', async () => {
  const fetched: string[] = [];
  const onFetch = (version: string): number => fetched.push(version);
  expect(await run('1.17.0-1', { onFetch })).toBe('1.17.0-1 1.17.0');
  const requests = site.log.length;
  await site.close();
  expect(await run('1.17.0-1', { onFetch })).toBe('1.17.0-1 1.17.0');
  expect(site.log).toHaveLength(requests);
  expect(fetched).toEqual(['1.17.0-1']);
});

test('the revision may be left out, and nothing is the newest, also offline', async () => {
  expect(await run('1.17.0')).toBe('1.17.0-1 1.17.0');
  expect(await run('1.17')).toBe('1.17.0-1 1.17.0');
  expect(await run('1.1')).toMatch(/^repository\.version/);
  expect(await run(null)).toBe('1.18.1-1 1.18.1');
  await site.close();
  expect(await run(null)).toBe('1.18.1-1 1.18.1');
  expect(await run('1.18.1-1')).toBe('1.18.1-1 1.18.1');
});

test('the newest is looked up in each run, and only fetched if it is new', async () => {
  expect(await run(null)).toBe('1.18.1-1 1.18.1');
  const more = { ...packages, '1.19.0-1': debOf('1.19.0') };
  site.files = await makeIndex(key, { versions: Object.keys(more), packages: more });
  site.files.set('/gpg.key', Buffer.from(key.armored));
  expect(await run(null)).toBe('1.19.0-1 1.19.0');
  expect(await run('1.18.1-1')).toBe('1.18.1-1 1.18.1');
  expect(site.log.filter((line) => line.includes('.deb'))).toHaveLength(2);
});

test('nothing stays unpacked', async () => {
  await run('1.17.0-1');
  expect(readdirSync(join(cacheDir(), 'alloy')).filter((name) => name.startsWith('run-'))).toEqual(
    [],
  );
});

test('a package that was exchanged in the repository is refused, and not kept', async () => {
  const path = poolPath('1.17.0-1', ARCH);
  const evil = Buffer.from(packages['1.17.0-1']!);
  evil[evil.length - 20]! ^= 1;
  site.files.set(`/${path}`, evil);
  expect(await run('1.17.0-1')).toContain(`${path} does not match its hash`);
  site.files.set(`/${path}`, evil.subarray(0, -1));
  expect(await run('1.17.0-1')).toMatch(/^repository\.index: .*instead of/);
  expect(keptPackages()).toEqual([]);
});

test('a package of the cache is checked against the signed index each time', async () => {
  await run('1.17.0-1');
  const [name] = keptPackages();
  const file = join(cacheDir(), 'alloy', name!);
  const bytes = readFileSync(file);
  const header = bytes.subarray(0, bytes.indexOf(0x0a) + 1);
  const evil = debOf('evil');
  // with a header that fits: whoever can write the package can write that, too
  const { createHash } = await import('node:crypto');
  const sha256 = createHash('sha256').update(evil).digest('hex');
  const forged = JSON.stringify({ ...JSON.parse(header.toString()), sha256 });
  writeFileSync(file, Buffer.concat([Buffer.from(`${forged}\n`), evil]));
  expect(await run('1.17.0-1')).toBe('1.17.0-1 1.17.0');

  writeFileSync(file, Buffer.concat([Buffer.from(`${forged}\n`), evil]));
  await site.close();
  expect(await run('1.17.0-1')).toMatch(/^repository\.unreachable: /);
});

test('an index that somebody else signed is refused, from the network and from the cache', async () => {
  const stranger = await makeKey();
  const forged = { ...packages, '1.17.0-1': debOf('evil') };
  site.files = await makeIndex(stranger, { versions: Object.keys(forged), packages: forged });
  site.files.set('/gpg.key', Buffer.from(key.armored));
  expect(await run('1.17.0-1')).toMatch(/^repository\.index: .*signature/);

  // a cache that another run filled, with another key pinned
  site.files.set('/gpg.key', Buffer.from(stranger.armored));
  const pinned = { ...repositoryOf(), fingerprints: [stranger.fingerprint] };
  const other = createAlloyPackages({ cacheDir: cacheDir(), now: Date.now, delays: [] });
  await other.program(pinned, '1.17.0-1', ARCH);
  other.close();
  expect(await run('1.17.0-1')).toMatch(/^repository\.key: /);
});

test('a version that is not there is named with those that are', async () => {
  expect(await run('1.2.3-1')).toBe('repository.version: Alloy 1.2.3-1 is not in SITE for amd64');
});

test('a package without the program is refused', async () => {
  const own = { '1.18.1-1': makeDeb({ 'usr/bin/other': 'x' }) };
  site.files = await makeIndex(key, { versions: Object.keys(own), packages: own });
  site.files.set('/gpg.key', Buffer.from(key.armored));
  expect(await run(null)).toBe(
    'exact.failed: the package of Alloy 1.18.1-1 cannot be unpacked: it holds no usr/bin/alloy',
  );
});
