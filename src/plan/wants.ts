import type { Desired } from '../model/desired.ts';
import type { Facts } from '../model/facts.ts';
import type { KeyringFacts } from '../model/plan.ts';
import { isInstalled } from '../steps/package.ts';
import { EXPIRY_WARN_DAYS, expiryOf, servingEntry } from '../steps/repository.ts';

/** What planning this host takes from the repository. A converged host wants nothing. */
export interface Wants {
  readonly key: boolean;
  /** The key on the host still serves: a newer copy would be good, and can wait. */
  readonly keyOptional: boolean;
  readonly versions: boolean;
}

/** `keyrings`: what is in the keyrings of the facts, by path. */
export function wants(
  desired: Desired,
  facts: Facts,
  keyrings: ReadonlyMap<string, KeyringFacts>,
): Wants {
  const serving = servingEntry(desired.repository, facts, keyrings);
  const expiry = expiryOf(keyrings.get(serving?.signedBy ?? ''), desired.repository.fingerprints);
  const soon = expiry !== null && expiry - facts.takenAt < EXPIRY_WARN_DAYS * 86_400_000;
  const { policy } = desired.package;
  const settled =
    isInstalled(facts) &&
    (policy === 'present' ||
      (desired.package.policy === 'exact' && desired.package.version === facts.package.version));
  return { key: !serving || soon, keyOptional: serving !== undefined, versions: !settled };
}
