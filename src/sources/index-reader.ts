import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { Repository } from '../model/desired.ts';
import type { SigningKey } from '../model/plan.ts';
import { type ProblemParams, ToolError } from '../model/problem.ts';
import { sha256 } from '../model/secret.ts';
import {
  newestFirst,
  type Release,
  type ReleaseFile,
  readRelease,
  versionsIn,
} from './apt-index.ts';
import { type FetchOptions, fetchBytes, fetchCached } from './fetch.ts';
import { withoutPassword } from './http.ts';
import { readClearsigned } from './keyring.ts';

const PACKAGE = 'alloy';
const MAX_RELEASE_BYTES = 8 * 1024 * 1024;
const MAX_PACKAGES_BYTES = 256 * 1024 * 1024;

export interface IndexOptions extends FetchOptions {
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly signingKey: () => Promise<SigningKey>;
}

/** What the cache holds of an index that was verified once. */
interface Known {
  readonly versions: readonly string[];
  readonly validUntil: number | null;
  readonly keyExpiresAt: number | null;
}

type IndexFault = DistributiveOmit<ProblemParams['repository.index'], 'url' | 'suite'>;
type DistributiveOmit<T, K extends keyof T> = T extends unknown ? Omit<T, K> : never;

/** The repository was changed while it was read: asking again helps. */
class Torn extends Error {
  readonly fault: IndexFault;

  constructor(fault: IndexFault) {
    super(fault.reason);
    this.fault = fault;
  }
}

/**
 * Versions of alloy for one architecture, newest first: the signature of InRelease is checked under
 * the pinned key, and Packages by the size and hash that stand there.
 *
 * @throws ToolError `repository.unreachable` | `repository.key` | `repository.index`
 */
export async function readVersions(
  repository: Repository,
  arch: string,
  options: IndexOptions,
): Promise<readonly string[]> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await readOnce(repository, arch, options);
    } catch (error) {
      if (!(error instanceof Torn)) throw error;
      const delay = options.delays[attempt];
      if (delay === undefined) {
        throw indexProblem(repository, error.fault, true);
      }
      await sleep(delay);
    }
  }
}

const indexProblem = (
  { url, suite }: Repository,
  fault: IndexFault,
  transient = false,
): ToolError =>
  new ToolError({
    code: 'repository.index',
    params: { ...fault, url: withoutPassword(url), suite },
    transient,
  });

async function readOnce(
  repository: Repository,
  arch: string,
  options: IndexOptions,
): Promise<readonly string[]> {
  const { url, suite, proxy, components, fingerprints } = repository;
  const dists = `${url}/dists/${suite}`;
  const signed = await fetchCached(
    { what: 'index', url: `${dists}/InRelease`, proxy, maxBytes: MAX_RELEASE_BYTES },
    options,
  );

  const name = JSON.stringify(['versions 1', sha256(signed), components, arch, fingerprints]);
  const cached = await options.cache.read(name);
  if (cached) {
    const known = JSON.parse(Buffer.from(cached.body).toString()) as Known;
    const until = Math.min(known.validUntil ?? Infinity, known.keyExpiresAt ?? Infinity);
    if (until > options.now) return known.versions;
  }

  const key = await options.signingKey();
  const release = await readSigned(signed, repository, key, options.now);
  const found: string[] = [];
  for (const component of components) {
    const packages = await readPackages(repository, component, arch, release, options);
    found.push(...versionsIn(packages, PACKAGE, arch));
  }
  const known: Known = {
    versions: newestFirst(found),
    validUntil: release.validUntil,
    keyExpiresAt: firstExpiry(key),
  };
  await options.cache.write(name, { meta: {}, body: Buffer.from(JSON.stringify(known)) });
  return known.versions;
}

function firstExpiry({ certificates }: SigningKey): number | null {
  const times = certificates.flatMap(({ expiresAt }) => (expiresAt === null ? [] : [expiresAt]));
  return times.length > 0 ? Math.min(...times) : null;
}

async function readSigned(
  signed: Uint8Array,
  repository: Repository,
  { armored }: SigningKey,
  now: number,
): Promise<Release> {
  const text = await readClearsigned(Buffer.from(signed).toString(), armored, now).catch(
    (error: Error) => {
      throw indexProblem(repository, { reason: 'bad-signature', said: error.message });
    },
  );
  const release = readRelease(text);
  if (release.validUntil !== null && release.validUntil <= now) {
    const until = new Date(release.validUntil).toISOString().slice(0, 16).replace('T', ' ');
    throw indexProblem(repository, { reason: 'expired', until });
  }
  return release;
}

async function readPackages(
  repository: Repository,
  component: string,
  arch: string,
  release: Release,
  options: FetchOptions,
): Promise<string> {
  const directory = `${component}/binary-${arch}`;
  for (const [name, packed] of [
    ['Packages.gz', true],
    ['Packages', false],
  ] as const) {
    const file = release.files.get(`${directory}/${name}`);
    if (!file) continue;
    const bytes = await fetchChecked(repository, directory, name, file, release.byHash, options);
    const text = packed
      ? await promisify(gunzip)(bytes, { maxOutputLength: MAX_PACKAGES_BYTES })
      : bytes;
    return Buffer.from(text).toString();
  }

  const available = new Map<string, readonly [string, string]>();
  for (const path of release.files.keys()) {
    const [, of, arch] = /^(.+)\/binary-([^/]+)\/Packages(?:\.gz)?$/.exec(path) ?? [];
    if (of && arch) available.set(`${of} ${arch}`, [of, arch]);
  }
  throw indexProblem(repository, {
    reason: 'no-packages',
    component,
    arch,
    available: [...available.values()],
  });
}

async function fetchChecked(
  { url, suite, proxy }: Repository,
  directory: string,
  name: string,
  { size, sha256: expected }: ReleaseFile,
  byHash: boolean,
  options: FetchOptions,
): Promise<Uint8Array> {
  const base = `${url}/dists/${suite}/${directory}`;
  const places = byHash ? [`by-hash/SHA256/${expected}`, name] : [name];
  for (const place of places) {
    const wanted = {
      what: 'package-list' as const,
      url: `${base}/${place}`,
      proxy,
      maxBytes: MAX_PACKAGES_BYTES,
    };
    const answer = await fetchBytes(wanted, options);
    if (answer === null || answer === 'unchanged') continue;
    const file = `${directory}/${name}`;
    const bytes = answer.body.length;
    if (bytes !== size) throw new Torn({ reason: 'wrong-size', file, bytes, expected: size });
    if (sha256(answer.body) !== expected) throw new Torn({ reason: 'wrong-hash', file });
    return answer.body;
  }
  throw new Torn({ reason: 'missing-file', file: `${directory}/${name}` });
}
