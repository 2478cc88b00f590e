import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { compareDebianVersions } from '../model/debian-version.ts';
import type { Repository } from '../model/desired.ts';
import type { SigningKey } from '../model/plan.ts';
import { type ProblemParams, ToolError } from '../model/problem.ts';
import { sha256 } from '../model/secret.ts';
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
  /** When its signature or its key expires; null: never. */
  readonly until: number | null;
}

type IndexFault = DistributiveOmit<ProblemParams['repository.index'], 'url' | 'suite'>;
type DistributiveOmit<T, K extends keyof T> = T extends unknown ? Omit<T, K> : never;

/** A package as the signed index describes it. */
export interface PackageEntry {
  readonly version: string;
  /** Below the URL of the repository. */
  readonly path: string;
  readonly size: number;
  readonly sha256: string;
}

/**
 * Versions of alloy for one architecture, newest first: the signature of InRelease is checked under
 * the pinned key, and Packages by the size and hash that stand there.
 *
 * @throws ToolError `repository.unreachable` | `repository.key` | `repository.index`
 */
export function readVersions(
  repository: Repository,
  arch: string,
  options: IndexOptions,
): Promise<readonly string[]> {
  const index = indexOf(repository, arch, options);
  return index.untorn(async () => {
    const signed = await index.signed();
    const { components, fingerprints } = repository;
    const name = JSON.stringify(['versions 2', sha256(signed), components, arch, fingerprints]);
    const cached = await options.cache.read(name);
    if (cached) {
      const known = JSON.parse(Buffer.from(cached.body).toString()) as Known;
      if (known.until === null || known.until > options.now) return known.versions;
    }
    const { stanzas, until } = await index.stanzas(signed);
    const found = stanzas.map((fields) => fields.get('version')!);
    const versions = [...new Set(found)].sort((a, b) => compareDebianVersions(b, a));
    const body = Buffer.from(JSON.stringify({ versions, until } satisfies Known));
    await options.cache.write(name, { etag: null, body });
    return versions;
  });
}

/**
 * The packages of alloy for one architecture, newest first, verified as for `readVersions` each time.
 * One whose file, size or hash the index does not give is left out.
 *
 * @throws ToolError `repository.unreachable` | `repository.key` | `repository.index`
 */
export function readPackageEntries(
  repository: Repository,
  arch: string,
  options: IndexOptions,
): Promise<readonly PackageEntry[]> {
  const index = indexOf(repository, arch, options);
  return index.untorn(async () => {
    const { stanzas } = await index.stanzas(await index.signed());
    return stanzas.flatMap(entryOf).sort((a, b) => compareDebianVersions(b.version, a.version));
  });
}

/** Reads the index of one architecture step by step; each step checks what it was handed. */
function indexOf(
  { url, suite, proxy, components }: Repository,
  arch: string,
  options: IndexOptions,
) {
  return {
    /** Reads again what was changed while it was read. */
    async untorn<T>(read: () => Promise<T>): Promise<T> {
      for (let attempt = 0; ; attempt++) {
        try {
          return await read();
        } catch (error) {
          const delay = options.delays[attempt];
          const torn = error instanceof ToolError && error.problem.code === 'repository.index';
          if (!torn || !error.problem.transient || delay === undefined) throw error;
          await sleep(delay);
        }
      }
    },

    /** InRelease as it came. */
    signed(): Promise<Uint8Array> {
      const inRelease = `${url}/dists/${suite}/InRelease`;
      const wanted = { what: 'index', url: inRelease, proxy, maxBytes: MAX_RELEASE_BYTES } as const;
      return fetchCached(wanted, options);
    },

    /** Stanzas of alloy, in the order of the files. */
    async stanzas(signed: Uint8Array) {
      const key = await options.signingKey();
      const release = await readSigned(signed, key);
      const stanzas: Stanza[] = [];
      for (const component of components)
        stanzas.push(...stanzasIn(await readPackages(component, release), PACKAGE, arch));
      const ends = [release.validUntil, ...key.certificates.map(({ expiresAt }) => expiresAt)];
      const until = ends.reduce((least, end) => Math.min(least ?? Infinity, end ?? Infinity));
      return { stanzas, until };
    },
  };

  /** @param transient the repository was changed while it was read: asking again helps */
  function indexProblem(fault: IndexFault, transient = false): ToolError {
    const params = { ...fault, url: withoutPassword(url), suite };
    return new ToolError({ code: 'repository.index', params, transient });
  }

  async function readSigned(signed: Uint8Array, { armored }: SigningKey): Promise<Release> {
    const signedText = Buffer.from(signed).toString();
    const text = await readClearsigned(signedText, armored, options.now).catch((error: Error) => {
      throw indexProblem({ reason: 'bad-signature', said: error.message });
    });
    const release = readRelease(text);
    if (release.validUntil !== null && release.validUntil <= options.now) {
      const until = new Date(release.validUntil).toISOString().slice(0, 16).replace('T', ' ');
      throw indexProblem({ reason: 'expired', until });
    }
    return release;
  }

  async function readPackages(component: string, release: Release): Promise<string> {
    for (const name of ['Packages.gz', 'Packages']) {
      const path = `${component}/binary-${arch}/${name}`;
      if (!release.files.has(path)) continue;
      const bytes = await fetchChecked(path, release);
      const text = name.endsWith('.gz')
        ? await promisify(gunzip)(bytes, { maxOutputLength: MAX_PACKAGES_BYTES })
        : bytes;
      return Buffer.from(text).toString();
    }
    const lists = new Map<string, readonly [string, string]>();
    for (const path of release.files.keys()) {
      const [, of, arch] = /^(.+)\/binary-([^/]+)\/Packages(?:\.gz)?$/.exec(path) ?? [];
      if (of && arch) lists.set(`${of} ${arch}`, [of, arch]);
    }
    const available = [...lists.values()];
    throw indexProblem({ reason: 'no-packages', component, arch, available });
  }

  async function fetchChecked(file: string, { files, byHash }: Release): Promise<Uint8Array> {
    const { size, sha256: hash } = files.get(file)!;
    const torn = (fault: IndexFault) => indexProblem(fault, true);
    const maxBytes = MAX_PACKAGES_BYTES;
    const places = byHash ? [file.replace(/[^/]+$/, `by-hash/SHA256/${hash}`), file] : [file];
    for (const place of places) {
      const at = `${url}/dists/${suite}/${place}`;
      const wanted = { what: 'package-list', url: at, proxy, maxBytes } as const;
      const answer = await fetchBytes(wanted, options);
      if (answer === null || answer === 'unchanged') continue;
      const bytes = answer.body.length;
      if (bytes !== size) throw torn({ reason: 'wrong-size', file, bytes, expected: size });
      if (sha256(answer.body) !== hash) throw torn({ reason: 'wrong-hash', file });
      return answer.body;
    }
    throw torn({ reason: 'missing-file', file });
  }
}

/** What the signed Release file says. */
interface Release {
  /** Milliseconds since the epoch; null: it does not say. */
  readonly validUntil: number | null;
  /** Files of the suite, by path. */
  readonly files: ReadonlyMap<string, { readonly size: number; readonly sha256: string }>;
  /** Each file is also there under its hash, where an update cannot change it under us. */
  readonly byHash: boolean;
}

/** Reads the text of a Release file. Of its hashes only SHA-256 counts. */
function readRelease(text: string): Release {
  const fields = readStanza(text);
  const files: Map<string, { size: number; sha256: string }> = new Map();
  for (const line of (fields.get('sha256') ?? '').split('\n')) {
    const [sha256, size, path] = line.trim().split(/\s+/);
    if (path && /^[0-9a-f]{64}$/.test(sha256 ?? '') && /^\d+$/.test(size ?? '')) {
      files.set(path, { sha256: sha256!, size: Number(size) });
    }
  }
  const validUntil = Date.parse(fields.get('valid-until') ?? '');
  return {
    validUntil: Number.isNaN(validUntil) ? null : validUntil,
    files,
    byHash: fields.get('acquire-by-hash') === 'yes',
  };
}

/** Fields by lower-case name; lines of a long field with newlines between. */
type Stanza = ReadonlyMap<string, string>;

function readStanza(text: string): Stanza {
  const fields = new Map<string, string>();
  let name = '';
  for (const line of text.split(/\r?\n/)) {
    const [, key, value] = /^([^\s:]+):[ \t]*(.*)$/.exec(line) ?? [];
    if (key !== undefined) {
      name = key.toLowerCase();
      fields.set(name, (value ?? '').trimEnd());
    } else if (/^[ \t]/.test(line) && name) {
      fields.set(name, `${fields.get(name)}\n${line.trim()}`);
    }
  }
  return fields;
}

/** Stanzas of a package in a Packages file that fit an architecture, in the order of the file. */
function stanzasIn(packages: string, name: string, arch: string): readonly Stanza[] {
  const found: Stanza[] = [];
  // the index of a large repository has tens of megabytes: only the package's own stanzas are read
  for (const stanza of packages.split(/\n[ \t]*\n/)) {
    if (!stanza.includes(name)) continue;
    const fields = readStanza(stanza);
    const architecture = fields.get('architecture');
    if (fields.get('package') !== name || !fields.has('version')) continue;
    if (architecture === arch || architecture === 'all') found.push(fields);
  }
  return found;
}

function entryOf(fields: Stanza): readonly PackageEntry[] {
  const [version, path, size, sha256] = ['version', 'filename', 'size', 'sha256'].map((name) =>
    fields.get(name),
  );
  if (version === undefined || path === undefined) return [];
  if (!/^\d+$/.test(size ?? '') || !/^[0-9a-f]{64}$/.test(sha256 ?? '')) return [];
  return [{ version, path, size: Number(size), sha256: sha256! }];
}
