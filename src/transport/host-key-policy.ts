import type { Problem } from '../model/problem.ts';
import type { Hop } from './hops.ts';
import type { KnownHosts, KnownKey, Verdict } from './known-hosts.ts';
import { keysOf, knownName } from './known-hosts.ts';
import { changedHostKey, revokedHostKey, unknownHostKey } from './problems.ts';

/** The names under which known_hosts files may keep a server's key, the most specific first. */
export function hostKeyNames({ endpoint, settings }: Hop): readonly [string, ...string[]] {
  if (settings.hostKeyAlias !== null) return [settings.hostKeyAlias.toLowerCase()];
  const name = knownName(endpoint.host, endpoint.port);
  return endpoint.port === 22 ? [name] : [name, knownName(endpoint.host, 22)];
}

/** Keys under the most specific name that has any: their types are the ones to ask the server for. */
export function knownKeys(known: KnownHosts, hop: Hop): readonly KnownKey[] {
  for (const name of hostKeyNames(hop)) {
    const keys = keysOf(known.keys, name, 'first');
    if (keys.length > 0) return keys;
  }
  return [];
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
