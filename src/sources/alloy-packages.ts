import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Repository } from '../model/desired.ts';
import { memo } from '../model/memo.ts';
import { ToolError } from '../model/problem.ts';
import { sha256 } from '../model/secret.ts';
import { readSigningKey } from './apt-repository.ts';
import { type Cache, createCache } from './cache.ts';
import { unpackFile } from './deb.ts';
import { type FetchOptions, fetchBytes } from './fetch.ts';
import { createGet, FetchError, type Get, withoutPassword } from './http.ts';
import { type PackageEntry, readPackageEntries } from './index-reader.ts';

/** The package has 116 MB; a slow line takes a while. */
const PACKAGE_TIMEOUT_MS = 30 * 60_000;
const DAY_MS = 86_400_000;

/** Alloy itself, unpacked on this machine. */
export interface AlloyProgram {
  /** Debian's: `1.18.1-1`. */
  readonly version: string;
  readonly path: string;
}

export interface AlloyPackagesOptions {
  /** Of alloyup; a directory of its own is made in it. */
  readonly cacheDir: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly get?: Get;
  /** Milliseconds before each further try of a fetch. */
  readonly delays?: readonly number[];
  /** Called before a package is fetched. */
  readonly onFetch?: (version: string, bytes: number) => void;
}

/**
 * Fetches packages of Alloy, each once in the life of the cache, and unpacks the program.
 *
 * Nothing in the cache is trusted: the key, the signed index and the package are kept as they came, and
 * checked again in every run, from the pinned fingerprint to the hash of the package.
 */
export function createAlloyPackages({
  cacheDir,
  now,
  get = createGet(),
  delays = [500, 2000],
  onFetch,
}: AlloyPackagesOptions) {
  const directory = join(cacheDir, 'alloy');
  const kept = createCache(directory);
  let unpacked: string | undefined;

  const programs = memo(async (id): Promise<AlloyProgram> => {
    const [repository, version, arch] = JSON.parse(id) as [Repository, string | null, string];
    const { entry, deb } = await packageOf(repository, version, arch);
    unpacked ??= makeRoom(directory, now());
    const path = join(mkdtempSync(join(unpacked, `${entry.sha256.slice(0, 12)}-`)), 'alloy');
    await unpackFile(deb, 'usr/bin/alloy', path).catch((error: Error) => {
      const params = { reason: 'damaged', version: entry.version, said: error.message } as const;
      throw new ToolError({ code: 'exact.failed', params });
    });
    return { version: entry.version, path };
  });

  return {
    /**
     * The program of a version, as in the index, without Debian's revision, or the newest of a minor version;
     * null: the newest.
     *
     * @throws ToolError `repository.unreachable` | `repository.key` | `repository.index` |
     *   `repository.version` | `exact.failed`
     */
    program: (repository: Repository, version: string | null, arch: string) =>
      programs(JSON.stringify([repository, version, arch])),

    /** Removes what was unpacked. */
    close(): void {
      if (unpacked !== undefined) rmSync(unpacked, { recursive: true, force: true });
      unpacked = undefined;
    },
  };

  async function packageOf(repository: Repository, version: string | null, arch: string) {
    const offline: FetchOptions = { get: fromCache(kept), cache: NOTHING_KEPT, delays: [] };
    const find = (fetching: FetchOptions) => findEntry(repository, version, arch, fetching, now());
    const keptEntry = () => find(offline).catch(() => null);

    // what a version is does not change: without news, no network is needed
    if (version !== null) {
      const entry = await keptEntry();
      const deb = entry && (await keptPackage(entry, arch));
      if (entry && deb) return { entry, deb };
    }
    const fetched = new Map<string, Uint8Array>();
    const online: FetchOptions = { get: remembering(get, fetched), cache: NOTHING_KEPT, delays };
    const entry = await find(online).catch(async (error) => {
      const unreachable =
        error instanceof ToolError && error.problem.code === 'repository.unreachable';
      const known = unreachable ? await keptEntry() : null;
      if (!known) throw error;
      return known;
    });
    for (const [url, body] of fetched) await kept.write(nameOf(url), { etag: null, body });
    const deb = (await keptPackage(entry, arch)) ?? (await fetchPackage(repository, entry, arch));
    return { entry, deb };
  }

  async function keptPackage(entry: PackageEntry, arch: string): Promise<Uint8Array | undefined> {
    const found = await kept.read(packageName(entry, arch));
    return found && isOf(entry, found.body) ? found.body : undefined;
  }

  async function fetchPackage(repository: Repository, entry: PackageEntry, arch: string) {
    const { version, path, size } = entry;
    const url = `${repository.url}/${path}`;
    onFetch?.(version, size);
    const { proxy } = repository;
    const wanted = { what: 'package' as const, url, proxy, timeoutMs: PACKAGE_TIMEOUT_MS };
    const options = { get, cache: NOTHING_KEPT, delays };
    const answer = await fetchBytes({ ...wanted, maxBytes: size }, options);
    const params = { url: withoutPassword(repository.url), suite: repository.suite, file: path };
    if (answer === null || answer === 'unchanged')
      throw new ToolError({
        code: 'repository.index',
        params: { reason: 'missing-file', ...params },
      });
    const { body } = answer;
    if (body.length !== size)
      throw new ToolError({
        code: 'repository.index',
        params: { reason: 'wrong-size', ...params, bytes: body.length, expected: size },
      });
    if (!isOf(entry, body))
      throw new ToolError({
        code: 'repository.index',
        params: { reason: 'wrong-hash', ...params },
      });
    await kept.write(packageName(entry, arch), { etag: null, body });
    return body;
  }
}

/** The package that a version names, by the verified index. */
async function findEntry(
  repository: Repository,
  version: string | null,
  arch: string,
  fetching: FetchOptions,
  now: number,
): Promise<PackageEntry> {
  const signingKey = () => readSigningKey(repository, fetching, now);
  const entries = await readPackageEntries(repository, arch, { ...fetching, now, signingKey });
  const url = withoutPassword(repository.url);
  if (entries.length === 0)
    throw new ToolError({
      code: 'repository.version',
      params: { reason: 'no-package', url, arch },
    });
  const found = entries.find(
    (entry) =>
      version === null ||
      [entry.version, upstream(entry.version)].includes(version) ||
      (/^\d+\.\d+$/.test(version) && entry.version.startsWith(`${version}.`)),
  );
  if (found) return found;
  const available = entries.map((entry) => entry.version);
  const params = { reason: 'not-found', version: version!, url, arch, available } as const;
  throw new ToolError({ code: 'repository.version', params });
}

const upstream = (version: string): string => version.replace(/-[^-]*$/, '');

const isOf = ({ size, sha256: hash }: PackageEntry, body: Uint8Array): boolean =>
  body.length === size && sha256(body) === hash;

const nameOf = (url: string): string => `get ${url}`;
const packageName = ({ version, sha256 }: PackageEntry, arch: string): string =>
  `alloy ${version} ${arch} ${sha256}`;

const NOTHING_KEPT: Cache = { read: async () => undefined, write: async () => {} };

/** Answers from the cache alone. */
const fromCache =
  (cache: Cache): Get =>
  async (url) => {
    const entry = await cache.read(nameOf(url));
    if (!entry) throw new FetchError({ reason: 'failed', said: 'not in the cache' });
    return { status: 200, body: entry.body, etag: null };
  };

const remembering =
  (get: Get, fetched: Map<string, Uint8Array>): Get =>
  async (url, options) => {
    const answer = await get(url, options);
    if (answer.status === 200) fetched.set(url, answer.body);
    return answer;
  };

/** A directory for what this run unpacks; what an interrupted run left behind is removed. */
function makeRoom(directory: string, now: number): string {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  for (const name of readdirSync(directory)) {
    const path = join(directory, name);
    const age = now - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? now);
    if (name.startsWith('run-') && age > DAY_MS) rmSync(path, { recursive: true, force: true });
  }
  return mkdtempSync(join(directory, 'run-'));
}
