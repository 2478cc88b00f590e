import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Repository } from '../model/desired.ts';
import type { KeyringFacts, SigningKey } from '../model/plan.ts';
import type { RepositorySource } from '../model/ports.ts';
import { type Problem, ToolError } from '../model/problem.ts';
import { sha256 } from '../model/secret.ts';
import { createCache } from './cache.ts';
import { type FetchOptions, fetchCached } from './fetch.ts';
import { createGet, type Get, RETRY_DELAYS, withoutPassword } from './http.ts';
import { inForce, type KeyringCertificate, readKeyring } from './keyring.ts';
import { armor } from './packets.ts';

/** Certificates that signed this repository once: revoked in 2023, and still in its bundle. */
const RETIRED: readonly string[] = [
  '4E40DDF6D76E284A4A6780E48C8C34C524098CB6',
  '0E22EB88E39E12277A7760AE9E439B102CF3C0C6',
];

const MAX_KEY_BYTES = 1024 * 1024;

export interface RepositorySourceOptions {
  /** Of alloyup; a folder of its own is made in it. */
  readonly cacheDir: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly get?: Get;
  /** Milliseconds before each further try of a fetch. */
  readonly delays?: readonly number[];
}

/** Reads the repository's key and index, each once in its life, and from the cache where that is enough. */
export function createRepositorySource({
  cacheDir,
  now,
  get = createGet(),
  delays = RETRY_DELAYS,
}: RepositorySourceOptions): RepositorySource {
  const cache = createCache(join(cacheDir, 'repository'));
  const fetching: FetchOptions = { get, cache, delays };
  const keys = memo((repository: Repository) => readSigningKey(repository, fetching, now()));
  const indexes = memo(async (repository: Repository, arch: string) => {
    const { readVersions } = await import('./index-reader.ts');
    const options = { ...fetching, now: now(), signingKey: () => key(repository) };
    return readVersions(repository, arch, options);
  });
  const keyrings = memo(async (_: string, bytes: Uint8Array): Promise<KeyringFacts> => {
    const name = `keyring 1 ${sha256(bytes)}`;
    const cached = await cache.read(name);
    if (cached) return JSON.parse(Buffer.from(cached.body).toString()) as KeyringFacts;
    const facts = await inspect(bytes);
    await cache.write(name, { meta: {}, body: Buffer.from(JSON.stringify(facts)) });
    return facts;
  });

  const key = (repository: Repository): Promise<SigningKey> =>
    keys([repository.key, repository.proxy, ...repository.fingerprints].join('\n'), repository);

  return {
    signingKey: key,
    versions(repository, arch) {
      const { url, suite, components, fingerprints, proxy } = repository;
      const name = JSON.stringify([
        url,
        suite,
        components,
        fingerprints,
        proxy,
        repository.key,
        arch,
      ]);
      return indexes(name, repository, arch);
    },
    inspectKeyring: (bytes) => keyrings(sha256(bytes), sha256(bytes), bytes),
  };
}

/** Calls `make` once for each name, whoever asks first; a failure is remembered too. */
function memo<Args extends readonly unknown[], T>(
  make: (...args: Args) => Promise<T>,
): (name: string, ...args: Args) => Promise<T> {
  const made = new Map<string, Promise<T>>();
  return (name, ...args) => {
    const known = made.get(name) ?? make(...args);
    made.set(name, known);
    return known;
  };
}

async function inspect(bytes: Uint8Array): Promise<KeyringFacts> {
  try {
    const certificates = (await readKeyring(bytes)).map(
      // what is not understood is trusted with nothing
      ({ fingerprint, expiresAt, revoked, readable }) => ({
        fingerprint,
        expiresAt: readable ? expiresAt : 0,
        revoked,
      }),
    );
    return { certificates, problem: null };
  } catch (error) {
    return { certificates: [], problem: (error as Error).message };
  }
}

async function readSigningKey(
  repository: Repository,
  fetching: FetchOptions,
  now: number,
): Promise<SigningKey> {
  const where = withoutPassword(repository.key);
  const bytes = await readBundle(repository, fetching);
  const certificates = await readKeyring(bytes).catch((error: Error) => {
    throw new ToolError({
      code: 'repository.key',
      message: `the signing key ${where} cannot be read: ${error.message}`,
      hint: `look at what comes from there: a proxy may answer in its place; it should begin with -----BEGIN PGP`,
    });
  });

  const problems = [
    ...repository.fingerprints.flatMap((pin) => pinProblem(pin, certificates, where, now)),
    ...certificates.flatMap((certificate) => strangerProblem(certificate, repository, where, now)),
  ];
  const [first, ...others] = problems;
  if (first) throw new ToolError(first, ...others);

  const pinned = certificates
    .filter(({ fingerprint }) => repository.fingerprints.includes(fingerprint))
    .sort((a, b) => (a.fingerprint < b.fingerprint ? -1 : 1));
  return {
    armored: armor(Buffer.concat(pinned.map(({ bytes }) => bytes))),
    certificates: pinned.map(({ fingerprint, expiresAt, revoked }) => ({
      fingerprint,
      expiresAt,
      revoked,
    })),
  };
}

/** A copy of an earlier run does when the key cannot be fetched now: the pins judge it all the same. */
async function readBundle({ key, proxy }: Repository, fetching: FetchOptions): Promise<Uint8Array> {
  if (/^https?:/i.test(key)) {
    const wanted = { what: 'the signing key', url: key, proxy, maxBytes: MAX_KEY_BYTES };
    return fetchCached(wanted, fetching, true);
  }
  const path = key.startsWith('file:') ? fileURLToPath(key) : key;
  return readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw new ToolError({
      code: 'repository.key',
      message: `the signing key ${path} cannot be read: ${error.code === 'ENOENT' ? 'there is no such file' : error.message}`,
      hint: 'mend repository.key in the inventory: a URL, or a file beside it',
    });
  });
}

const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

function pinProblem(
  pin: string,
  certificates: readonly KeyringCertificate[],
  where: string,
  now: number,
): readonly Problem[] {
  const problem = (message: string, hint: string): readonly Problem[] => [
    { code: 'repository.key', message: `${where}: ${message}`, hint },
  ];
  const certificate = certificates.find(({ fingerprint }) => fingerprint === pin);
  if (!certificate) {
    const there = certificates.map(({ fingerprint }) => fingerprint).join(', ');
    return problem(
      `the pinned key ${pin} is not in the bundle, which holds ${there || 'no certificate'}`,
      'look at repository.key and repository.fingerprints in the inventory',
    );
  }
  if (!certificate.readable) {
    return problem(`the pinned key ${pin} is of a kind that is not understood`, 'pin another key');
  }
  if (certificate.revoked) {
    return problem(
      `the pinned key ${pin} has been revoked by its owner`,
      'find the new fingerprint on the pages of the owner, and pin it in repository.fingerprints',
    );
  }
  if (!inForce(certificate, now)) {
    const since = certificate.expiresAt
      ? `expired on ${day(certificate.expiresAt)}`
      : 'is not valid';
    return problem(
      `the pinned key ${pin} ${since}`,
      'bring a renewed bundle to repository.key, or check the clock of this machine: date -u',
    );
  }
  return [];
}

/** A key that nobody knows, and that could sign: a rotation, or an attack. Both want a person. */
function strangerProblem(
  certificate: KeyringCertificate,
  { fingerprints }: Repository,
  where: string,
  now: number,
): readonly Problem[] {
  const { fingerprint } = certificate;
  if (fingerprints.includes(fingerprint) || RETIRED.includes(fingerprint)) return [];
  if (!inForce(certificate, now)) return [];
  return [
    {
      code: 'repository.key',
      message: `${where}: the bundle holds the unknown key ${fingerprint}`,
      hint: `if the owner of the repository announced it, add it to repository.fingerprints; else ask before you go on`,
    },
  ];
}
