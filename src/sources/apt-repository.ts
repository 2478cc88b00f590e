import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Repository } from '../model/desired.ts';
import type { KeyringFacts, SigningKey } from '../model/plan.ts';
import type { RepositorySource } from '../model/ports.ts';
import { type Problem, type ProblemParams, ToolError } from '../model/problem.ts';
import { sha256 } from '../model/secret.ts';
import { createCache } from './cache.ts';
import { type FetchOptions, fetchCached } from './fetch.ts';
import { createGet, type Get, RETRY_DELAYS, withoutPassword } from './http.ts';
import { armored, inForce, type KeyringCertificate, readKeyring } from './keyring.ts';

/** Certificates that signed this repository once: revoked in 2023, and still in its bundle. */
const RETIRED: readonly string[] = [
  '4E40DDF6D76E284A4A6780E48C8C34C524098CB6',
  '0E22EB88E39E12277A7760AE9E439B102CF3C0C6',
];

const MAX_KEY_BYTES = 1024 * 1024;

export interface RepositorySourceOptions {
  /** Of alloyup; a directory of its own is made in it. */
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
  const source = withoutPassword(repository.key);
  const bytes = await readBundle(repository, fetching);
  const certificates = await readKeyring(bytes).catch((error: Error) => {
    throw new ToolError(keyProblem({ reason: 'not-a-keyring', source, said: error.message }));
  });

  const problems = [
    ...repository.fingerprints.flatMap((pin) => pinProblem(pin, certificates, source, now)),
    ...certificates.flatMap((certificate) =>
      unknownKeyProblem(certificate, repository, source, now),
    ),
  ];
  const [first, ...others] = problems;
  if (first) throw new ToolError(first, ...others);

  const pinned = certificates
    .filter(({ fingerprint }) => repository.fingerprints.includes(fingerprint))
    .sort((a, b) => (a.fingerprint < b.fingerprint ? -1 : 1));
  return {
    armored: await armored(Buffer.concat(pinned.map(({ bytes }) => bytes))),
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
    const wanted = { what: 'signing-key' as const, url: key, proxy, maxBytes: MAX_KEY_BYTES };
    return fetchCached(wanted, fetching, true);
  }
  const path = key.startsWith('file:') ? fileURLToPath(key) : key;
  return readFile(path).catch((error: NodeJS.ErrnoException) => {
    const fault =
      error.code === 'ENOENT'
        ? ({ reason: 'missing' } as const)
        : ({ reason: 'unreadable', said: error.message } as const);
    throw new ToolError(keyProblem({ ...fault, source: path }));
  });
}

const keyProblem = (params: ProblemParams['repository.key']): Problem => ({
  code: 'repository.key',
  params,
});

const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

function pinProblem(
  pin: string,
  certificates: readonly KeyringCertificate[],
  source: string,
  now: number,
): readonly Problem[] {
  const certificate = certificates.find(({ fingerprint }) => fingerprint === pin);
  if (!certificate) {
    const found = certificates.map(({ fingerprint }) => fingerprint);
    return [keyProblem({ reason: 'absent', source, pin, found })];
  }
  if (!certificate.readable) return [keyProblem({ reason: 'unsupported', source, pin })];
  if (certificate.revoked) return [keyProblem({ reason: 'revoked', source, pin })];
  if (inForce(certificate, now)) return [];
  const { expiresAt } = certificate;
  return [
    keyProblem(
      expiresAt
        ? { reason: 'expired', source, pin, on: day(expiresAt) }
        : { reason: 'invalid', source, pin },
    ),
  ];
}

/** A key that nobody knows, and that could sign: a rotation, or an attack. Either needs a person. */
function unknownKeyProblem(
  certificate: KeyringCertificate,
  { fingerprints }: Repository,
  source: string,
  now: number,
): readonly Problem[] {
  const { fingerprint } = certificate;
  if (fingerprints.includes(fingerprint) || RETIRED.includes(fingerprint)) return [];
  return inForce(certificate, now)
    ? [keyProblem({ reason: 'unknown-key', source, fingerprint })]
    : [];
}
