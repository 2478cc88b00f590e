import type { Problem } from '../model/problem.ts';
import type { Hop } from './hops.ts';
import type { KnownHosts, KnownKey, Verdict } from './known-hosts.ts';
import { keysOf, knownName, typeOf } from './known-hosts.ts';
import { changedHostKey, revokedHostKey, unknownHostKey } from './problems.ts';

/** The names under which known_hosts files may keep a server's key, the most specific first. */
export function hostKeyNames({ endpoint, settings }: Hop): readonly [string, ...string[]] {
  if (settings.hostKeyAlias !== null) return [settings.hostKeyAlias.toLowerCase()];
  const name = knownName(endpoint.host, endpoint.port);
  return endpoint.port === 22 ? [name] : [name, knownName(endpoint.host, 22)];
}

/**
 * Keys under the most specific name that has any: their types are the ones to ask the server for. With
 * `open`, only those whose names are not hashed: looking through a thousand hashes for each of a
 * thousand hosts takes minutes, and `otherTypes` puts right what was asked for in vain.
 */
export function knownKeys(
  known: KnownHosts,
  hop: Hop,
  depth: 'open' | 'first' = 'first',
): readonly KnownKey[] {
  for (const name of hostKeyNames(hop)) {
    const keys = keysOf(known.keys, name, depth);
    if (keys.length > 0) return keys;
  }
  return [];
}

/** The recorded keys to ask for, where the server showed one of a type that is not recorded. */
export function otherTypes(verdict: Verdict, blob: Uint8Array): readonly KnownKey[] | null {
  if (verdict.kind !== 'changed') return null;
  return verdict.entries.some(({ type }) => type === typeOf(blob)) ? null : verdict.entries;
}

/** Why a verdict refuses the key `blob`; null: it does not, or only a certificate would settle it. */
export function refusalOf(
  verdict: Verdict,
  hop: Hop,
  blob: Uint8Array,
  trust?: string,
): Problem | null {
  const [name] = hostKeyNames(hop);
  switch (verdict.kind) {
    case 'known':
    case 'authority':
      return null;
    case 'changed':
      return changedHostKey(name, blob, verdict.entries);
    case 'revoked':
      return revokedHostKey(name, blob, verdict.entry);
    case 'unknown':
      return unknownHostKey(name, blob, trust);
  }
}
