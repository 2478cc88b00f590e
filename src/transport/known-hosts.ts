import { createHash, createHmac } from 'node:crypto';
import { globToRegExp } from '../model/glob.ts';

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

interface Section {
  readonly plain: Map<string, KnownKey[]>;
  /** `excluded`: those that began with `!`. */
  readonly patterns: { included: readonly RegExp[]; excluded: readonly RegExp[]; key: KnownKey }[];
  /** An entry moves to `plain` once its name is known: a hash belongs to one name only. */
  hashed: { salt: Buffer; hash: string; key: KnownKey }[];
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

const section = (): Section => ({ plain: new Map(), patterns: [], hashed: [], tried: new Set() });

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
    into.hashed.push({ salt: Buffer.from(salt, 'base64'), hash, key });
    into.tried.clear();
    return;
  }
  const list = names.toLowerCase().split(',').filter(Boolean);
  if (list.some((name) => /[*?!]/.test(name))) {
    const globs = (excluded: boolean) =>
      list
        .filter((name) => name.startsWith('!') === excluded)
        .map((name) => globToRegExp(name.replace(/^!/, '')));
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

/**
 * The keys of a name. Each hashed entry costs an HMAC, since each has a salt of its own: `first` tries
 * them only when no other entry names the host, and only up to the first match.
 */
export function keysOf(from: Section, name: string, depth: 'first' | 'all'): readonly KnownKey[] {
  const matches = (glob: RegExp): boolean => glob.test(name);
  const open = [
    ...(from.plain.get(name) ?? []),
    ...from.patterns
      .filter(({ included, excluded }) => included.some(matches) && !excluded.some(matches))
      .map(({ key }) => key),
  ];
  if (from.tried.has(name) || (depth === 'first' && open.length > 0)) return open;

  const found: KnownKey[] = [];
  from.hashed = from.hashed.filter(({ salt, hash, key }) => {
    if (depth === 'first' && found.length > 0) return true;
    if (createHmac('sha1', salt).update(name).digest('base64') !== hash) return true;
    found.push(key);
    remember(from, name, key);
    return false;
  });
  if (depth === 'all' || found.length === 0) from.tried.add(name);
  return [...open, ...found];
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
  const same = (entry: KnownKey): boolean => entry.key === key;
  for (const name of names) {
    const revoked = keysOf(known.revoked, name, 'all').find(same);
    if (revoked) return { kind: 'revoked', entry: revoked };
  }
  const [name, ...others] = names;
  if (keysOf(known.keys, name, 'first').some(same)) return { kind: 'known' };
  const entries = keysOf(known.keys, name, 'all');
  if (entries.some(same)) return { kind: 'known' };
  if (entries.length > 0) return { kind: 'changed', entries };
  if (others.some((other) => keysOf(known.keys, other, 'all').some(same))) return { kind: 'known' };
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
