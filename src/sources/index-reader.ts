import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { Repository } from '../model/desired.ts';
import type { SigningKey } from '../model/plan.ts';
import { ToolError } from '../model/problem.ts';
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

/** The repository was changed while it was read: asking again helps. */
class Torn extends Error {}

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
        throw indexProblem(
          repository,
          error.message,
          'the mirror is being renewed, or a proxy keeps old files: try again in some minutes',
          true,
        );
      }
      await sleep(delay);
    }
  }
}

const indexProblem = (
  { url, suite }: Repository,
  message: string,
  hint: string,
  transient = false,
): ToolError =>
  new ToolError({
    code: 'repository.index',
    message: `the index of ${withoutPassword(url)} ${suite}: ${message}`,
    hint,
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
    { what: 'the index', url: `${dists}/InRelease`, proxy, maxBytes: MAX_RELEASE_BYTES },
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
      throw indexProblem(
        repository,
        `its signature is not good: ${error.message}`,
        'do not install from there before you know why: check the clock (date -u), the mirror and repository.fingerprints',
      );
    },
  );
  const release = readRelease(text);
  if (release.validUntil !== null && release.validUntil <= now) {
    throw indexProblem(
      repository,
      `it was good until ${new Date(release.validUntil).toISOString().slice(0, 16).replace('T', ' ')} UTC`,
      'renew the mirror, or check the clock of this machine: date -u',
    );
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
  const folder = `${component}/binary-${arch}`;
  for (const [name, packed] of [
    ['Packages.gz', true],
    ['Packages', false],
  ] as const) {
    const file = release.files.get(`${folder}/${name}`);
    if (!file) continue;
    const bytes = await fetchChecked(repository, folder, name, file, release.byHash, options);
    const text = packed
      ? await promisify(gunzip)(bytes, { maxOutputLength: MAX_PACKAGES_BYTES })
      : bytes;
    return Buffer.from(text).toString();
  }

  const there = [...release.files.keys()].flatMap(
    (path) =>
      /^(.+)\/binary-([^/]+)\/Packages(?:\.gz)?$/.exec(path)?.slice(1, 3).join(' for ') ?? [],
  );
  throw indexProblem(
    repository,
    `it has no packages of ${component} for ${arch}`,
    there.length > 0
      ? `it has ${[...new Set(there)].join(', ')}: look at repository.components`
      : 'look at repository.url, suite and components',
  );
}

async function fetchChecked(
  { url, suite, proxy }: Repository,
  folder: string,
  name: string,
  { size, sha256: expected }: ReleaseFile,
  byHash: boolean,
  options: FetchOptions,
): Promise<Uint8Array> {
  const base = `${url}/dists/${suite}/${folder}`;
  const places = byHash ? [`by-hash/SHA256/${expected}`, name] : [name];
  for (const place of places) {
    const what = `the list of packages ${folder}/${name}`;
    const wanted = { what, url: `${base}/${place}`, proxy, maxBytes: MAX_PACKAGES_BYTES };
    const answer = await fetchBytes(wanted, options);
    if (answer === null || answer === 'unchanged') continue;
    if (answer.body.length !== size) {
      throw new Torn(`${folder}/${name} has ${answer.body.length} bytes and not ${size}`);
    }
    if (sha256(answer.body) !== expected) throw new Torn(`${folder}/${name} has another hash`);
    return answer.body;
  }
  throw new Torn(`${folder}/${name} is not there`);
}
