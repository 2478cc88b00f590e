import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Repository } from '../model/desired.ts';
import { memo } from '../model/memo.ts';
import type { Certificate, KeyringFacts, SigningKey } from '../model/plan.ts';
import type { RepositorySource } from '../model/ports.ts';
import { type Problem, type ProblemParams, ToolError } from '../model/problem.ts';
import { sha256 } from '../model/secret.ts';
import { createCache } from './cache.ts';
import { type FetchOptions, fetchCached } from './fetch.ts';
import { createGet, type Get, withoutPassword } from './http.ts';
import { armored, inForce, type KeyringCertificate, readKeyring } from './keyring.ts';

/** Certificates that signed this repository once: revoked in 2023, and still in its bundle. */
const RETIRED: readonly string[] = [
  '4E40DDF6D76E284A4A6780E48C8C34C524098CB6',
  '0E22EB88E39E12277A7760AE9E439B102CF3C0C6',
];

const MAX_KEY_BYTES = 1024 * 1024;

/** What decides which certificates are trusted. */
type SigningKeySource = Pick<Repository, 'key' | 'proxy' | 'fingerprints'>;

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
  delays = [500, 2000],
}: RepositorySourceOptions): RepositorySource {
  const cache = createCache(join(cacheDir, 'repository'));
  const fetching: FetchOptions = { get, cache, delays };
  const keys = memo((id) => readSigningKey(JSON.parse(id), fetching, now()));
  const signingKey = ({ key, proxy, fingerprints }: SigningKeySource): Promise<SigningKey> =>
    keys(JSON.stringify({ key, proxy, fingerprints }));
  const indexes = memo(async (id) => {
    const { readVersions } = await import('./index-reader.ts');
    const [repository, arch] = JSON.parse(id);
    const options = { ...fetching, now: now(), signingKey: () => signingKey(repository) };
    return readVersions(repository, arch, options);
  });
  const keyrings = memo(async (latin1): Promise<KeyringFacts> => {
    const bytes = Buffer.from(latin1, 'latin1');
    const name = `keyring 1 ${sha256(bytes)}`;
    const cached = await cache.read(name);
    if (cached) return JSON.parse(Buffer.from(cached.body).toString()) as KeyringFacts;
    const facts = await inspect(bytes);
    await cache.write(name, { etag: null, body: Buffer.from(JSON.stringify(facts)) });
    return facts;
  });

  return {
    signingKey,
    versions: (repository, arch) => indexes(JSON.stringify([repository, arch])),
    inspectKeyring: (bytes) => keyrings(Buffer.from(bytes).toString('latin1')),
  };
}

async function inspect(bytes: Uint8Array): Promise<KeyringFacts> {
  try {
    return { certificates: (await readKeyring(bytes)).map(factsOf), problem: null };
  } catch (error) {
    return { certificates: [], problem: (error as Error).message };
  }
}

/** What is not understood is trusted with nothing. */
const factsOf = ({ bytes: _, readable, ...facts }: KeyringCertificate): Certificate =>
  readable ? facts : { ...facts, expiresAt: 0 };

/** @throws ToolError `repository.unreachable` | `repository.key` */
export async function readSigningKey(
  repository: SigningKeySource,
  fetching: FetchOptions,
  now: number,
): Promise<SigningKey> {
  const { fingerprints: pins } = repository;
  const source = withoutPassword(repository.key);
  const bytes = await readBundle(repository, fetching);
  const certificates = await readKeyring(bytes).catch((error: Error) => {
    throw new ToolError(keyProblem({ reason: 'not-a-keyring', source, said: error.message }));
  });
  // a key that nobody knows, and that could sign: a rotation, or an attack; either needs a person
  const unknown = certificates.filter(
    (one) => ![...pins, ...RETIRED].includes(one.fingerprint) && inForce(one, now),
  );
  const [first, ...others] = [
    ...pins.flatMap(pinProblem),
    ...unknown.map(({ fingerprint }) => keyProblem({ reason: 'unknown-key', source, fingerprint })),
  ];
  if (first) throw new ToolError(first, ...others);

  const pinned = certificates
    .filter(({ fingerprint }) => pins.includes(fingerprint))
    .sort((a, b) => (a.fingerprint < b.fingerprint ? -1 : 1));
  return {
    armored: await armored(Buffer.concat(pinned.map(({ bytes }) => bytes))),
    certificates: pinned.map(factsOf),
  };

  function pinProblem(pin: string): readonly Problem[] {
    const certificate = certificates.find(({ fingerprint }) => fingerprint === pin);
    if (!certificate) {
      const found = certificates.map(({ fingerprint }) => fingerprint);
      return [keyProblem({ reason: 'absent', source, pin, found })];
    }
    if (!certificate.readable) return [keyProblem({ reason: 'unsupported', source, pin })];
    if (certificate.revoked) return [keyProblem({ reason: 'revoked', source, pin })];
    if (inForce(certificate, now)) return [];
    const { expiresAt } = certificate;
    if (!expiresAt) return [keyProblem({ reason: 'invalid', source, pin })];
    const on = new Date(expiresAt).toISOString().slice(0, 10);
    return [keyProblem({ reason: 'expired', source, pin, on })];
  }
}

/** A copy of an earlier run does when the key cannot be fetched now: the pins judge it all the same. */
async function readBundle(
  { key, proxy }: SigningKeySource,
  fetching: FetchOptions,
): Promise<Uint8Array> {
  if (/^https?:/i.test(key)) {
    const wanted = { what: 'signing-key' as const, url: key, proxy, maxBytes: MAX_KEY_BYTES };
    return fetchCached(wanted, fetching, true);
  }
  const path = key.startsWith('file:') ? fileURLToPath(key) : key;
  return readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw new ToolError(
      error.code === 'ENOENT'
        ? keyProblem({ reason: 'missing', source: path })
        : keyProblem({ reason: 'unreadable', source: path, said: error.message }),
    );
  });
}

const keyProblem = (params: ProblemParams['repository.key']): Problem => ({
  code: 'repository.key',
  params,
});
