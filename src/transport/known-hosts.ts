import { createHash, createHmac } from 'node:crypto';
import { type Glob, globOf } from '../model/glob.ts';

/** A host key in a known_hosts file. */
export interface KnownKey {
  /** `ssh-ed25519`, `ecdsa-sha2-nistp256`, `ssh-rsa`, ... */
  readonly type: string;
  /** Base64 of the public key, without padding. */
  readonly key: string;
  readonly file: string;
  /** Counts from 1. */
  readonly line: number;
}

interface HashedEntry {
  readonly salt: Buffer;
  readonly hash: string;
  readonly key: KnownKey;
}

interface Section {
  readonly plain: Map<string, KnownKey[]>;
  /** `excluded`: those that began with `!`. */
  readonly patterns: { included: readonly Glob[]; excluded: readonly Glob[]; key: KnownKey }[];
  /** An entry moves to `plain` once its name is known: a hash belongs to one name only. */
  readonly hashed: Set<HashedEntry>;
  /** The same by their keys, in the order of the files. */
  readonly hashedByKey: Map<string, Set<HashedEntry>>;
  /** Names that were compared with every entry in `hashed`. */
  readonly tried: Set<string>;
}

/** The lines of one or more known_hosts files, indexed by host name. */
export interface KnownHosts {
  readonly keys: Section;
  readonly revoked: Section;
  readonly authorities: Section;
}

/** What the files say about the key that a host shows. */
export type Verdict =
  | { readonly kind: 'known' }
  | { readonly kind: 'unknown' }
  /** The files have other keys for this host: `entries`, never empty. */
  | { readonly kind: 'changed'; readonly entries: readonly KnownKey[] }
  | { readonly kind: 'revoked'; readonly entry: KnownKey }
  /** Only a certificate of this authority would settle it. */
  | { readonly kind: 'authority'; readonly entry: KnownKey };

const section = (): Section => ({
  plain: new Map(),
  patterns: [],
  hashed: new Set(),
  hashedByKey: new Map(),
  tried: new Set(),
});

/** Total: lines that OpenSSH would not understand are skipped, as OpenSSH does (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT). */
export function parseKnownHosts(
  files: readonly { readonly file: string; readonly text: string }[],
): KnownHosts {
  const known: KnownHosts = { keys: section(), revoked: section(), authorities: section() };
  for (const { file, text } of files)
    for (const [i, row] of text.split('\n').entries()) addLine(known, row, file, i + 1);
  return known;
}

const SECTIONS: ReadonlyMap<string | undefined, keyof KnownHosts> = new Map([
  [undefined, 'keys'],
  ['@revoked', 'revoked'],
  ['@cert-authority', 'authorities'],
]);

export function addLine(known: KnownHosts, row: string, file: string, line: number): void {
  const words = row.trim().split(/[ \t]+/);
  const section = SECTIONS.get(words[0]?.startsWith('@') ? words.shift() : undefined);
  const [names, type, base64] = words;
  if (!section || !names || !type || !base64 || names.startsWith('#') || !isBase64(base64)) return;
  const into = known[section];
  const key: KnownKey = { type, key: base64.replace(/=+$/, ''), file, line };

  if (names.startsWith('|')) {
    const [, version, salt, hash] = names.split('|');
    if (version !== '1' || !salt || !hash) return;
    const entry = { salt: Buffer.from(salt, 'base64'), hash, key };
    into.hashed.add(entry);
    const sameKey = into.hashedByKey.get(key.key) ?? new Set();
    into.hashedByKey.set(key.key, sameKey.add(entry));
    into.tried.clear();
    return;
  }
  const list = names.toLowerCase().split(',').filter(Boolean);
  if (list.some((name) => /[*?!]/.test(name))) {
    const globs = (excluded: boolean) =>
      list
        .filter((name) => name.startsWith('!') === excluded)
        .map((name) => globOf(name.replace(/^!/, '')));
    into.patterns.push({ included: globs(false), excluded: globs(true), key });
  } else {
    for (const name of list) remember(into, name, key);
  }
}

const isBase64 = (text: string): boolean => /^[A-Za-z0-9+/]{16,}={0,3}$/.test(text);

function remember(into: Section, name: string, key: KnownKey): void {
  const keys = into.plain.get(name);
  if (keys) keys.push(key);
  else into.plain.set(name, [key]);
}

/** The name of a host in known_hosts files: `host`, or `[host]:port` for any port but 22. */
export const knownName = (host: string, port: number): string =>
  port === 22 ? host.toLowerCase() : `[${host.toLowerCase()}]:${port}`;

/** A name as `HashKnownHosts yes` records it. `salt`: 20 random bytes. */
export const hashedName = (name: string, salt: Buffer): string =>
  `|1|${salt.toString('base64')}|${createHmac('sha1', salt).update(name).digest('base64')}`;

/** The keys of a name that stands in the files as it is, or was found there before, or matches a pattern. */
function openKeysOf({ plain, patterns }: Section, name: string): readonly KnownKey[] {
  const matches = (glob: Glob): boolean => glob.test(name);
  return [
    ...(plain.get(name) ?? []),
    ...patterns
      .filter(({ included, excluded }) => included.some(matches) && !excluded.some(matches))
      .map(({ key }) => key),
  ];
}

/**
 * The keys of a name. Each hashed entry costs an HMAC, since each has a salt of its own: `open` tries none
 * of them, `first` only when no other entry names the host, and only up to the first match.
 */
export function keysOf(
  from: Section,
  name: string,
  depth: 'open' | 'first' | 'all',
): readonly KnownKey[] {
  const open = openKeysOf(from, name);
  if (depth === 'open' || from.tried.has(name) || (depth === 'first' && open.length > 0))
    return open;
  const found: KnownKey[] = [];
  for (const entry of from.hashed) {
    if (!isNamed(entry, name)) continue;
    found.push(reveal(from, entry, name));
    if (depth === 'first') break;
  }
  if (depth === 'all' || found.length === 0) from.tried.add(name);
  return [...open, ...found];
}

/** The entry that has this key of a name. Only hashed entries with the same key cost anything. */
function entryOf(from: Section, name: string, key: string): KnownKey | undefined {
  const open = openKeysOf(from, name).find((entry) => entry.key === key);
  if (open || from.tried.has(name)) return open;
  for (const entry of from.hashedByKey.get(key) ?? [])
    if (isNamed(entry, name)) return reveal(from, entry, name);
  return undefined;
}

const isNamed = ({ salt, hash }: HashedEntry, name: string): boolean =>
  createHmac('sha1', salt).update(name).digest('base64') === hash;

/** Its name is known from now on. */
function reveal(from: Section, entry: HashedEntry, name: string): KnownKey {
  const { key } = entry;
  from.hashed.delete(entry);
  from.hashedByKey.get(key.key)?.delete(entry);
  remember(from, name, key);
  return key;
}

/** The type that a public key's bytes begin with. */
export function typeOf(blob: Uint8Array): string {
  if (blob.length < 4) return '';
  const bytes = Buffer.from(blob.buffer, blob.byteOffset, blob.length);
  return bytes.toString('latin1', 4, 4 + Math.min(bytes.readUInt32BE(0), 64));
}

/** As `ssh-keygen -l` prints it: `SHA256:` and base64 without padding. */
export const fingerprint = (blob: Uint8Array): string =>
  `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`;

/**
 * Judges the key that a host shows. `names`, the most specific first: a host on another port than 22 is
 * also known by its name alone when that entry has the same key, as in ssh(1). A key revoked under any
 * of the names is revoked.
 */
export function judgeHostKey(
  known: KnownHosts,
  names: readonly [string, ...string[]],
  blob: Uint8Array,
): Verdict {
  const key = Buffer.from(blob).toString('base64').replace(/=+$/, '');
  for (const name of names) {
    const revoked = entryOf(known.revoked, name, key);
    if (revoked) return { kind: 'revoked', entry: revoked };
  }
  const [name, ...others] = names;
  if (entryOf(known.keys, name, key)) return { kind: 'known' };
  const entries = keysOf(known.keys, name, 'all');
  if (entries.length > 0) return { kind: 'changed', entries };
  if (others.some((other) => entryOf(known.keys, other, key))) return { kind: 'known' };
  const authority = names.flatMap((each) => keysOf(known.authorities, each, 'all'))[0];
  return authority ? { kind: 'authority', entry: authority } : { kind: 'unknown' };
}

/** Signature algorithms by key type, in the order we ask for them: ed25519 costs a host least. */
const ALGORITHMS: ReadonlyMap<string, readonly string[]> = new Map([
  ['ssh-ed25519', ['ssh-ed25519']],
  ['ecdsa-sha2-nistp256', ['ecdsa-sha2-nistp256']],
  ['ecdsa-sha2-nistp384', ['ecdsa-sha2-nistp384']],
  ['ecdsa-sha2-nistp521', ['ecdsa-sha2-nistp521']],
  ['ssh-rsa', ['rsa-sha2-512', 'rsa-sha2-256']],
]);

/**
 * The algorithms to ask a host for, the types of its known keys first: otherwise a host with several
 * keys may show one that is not known. `without`: types not to ask for again.
 */
export function hostKeyAlgorithms(
  known: readonly KnownKey[],
  without: readonly string[] = [],
): readonly string[] {
  const types = new Set([...known.map(({ type }) => type), ...ALGORITHMS.keys()]);
  return [...types]
    .filter((type) => !without.includes(type))
    .flatMap((type) => ALGORITHMS.get(type) ?? []);
}
