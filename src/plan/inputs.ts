import {
  CONFIG_PATH,
  type Desired,
  DROP_IN_PATH,
  ENVIRONMENT_PATH,
  type HostRead,
  LIST_PATH,
  PROXY_PATH,
} from '../model/desired.ts';
import type { Facts } from '../model/facts.ts';
import type { KeyringFacts } from '../model/plan.ts';
import { Secret } from '../model/secret.ts';
import { canBeFinished, isInstalled } from '../steps/package.ts';
import { expiryWarning, servingKeyring } from '../steps/repository.ts';

/** A file whose state the host reports; the content of a secret one becomes a Secret on arrival. */
export interface FileToRead {
  readonly path: string;
  readonly secret: boolean;
}

/** Every file that a plan for this host depends on. */
export const filesToRead = (desired: Desired): readonly FileToRead[] => [
  { path: CONFIG_PATH, secret: false },
  { path: ENVIRONMENT_PATH, secret: true },
  { path: DROP_IN_PATH, secret: false },
  { path: LIST_PATH, secret: false },
  { path: PROXY_PATH, secret: false },
  ...desired.files.map(({ path, content }) => ({ path, secret: content instanceof Secret })),
];

/** More paths of one configuration are not tried on a host. */
const MOST_READS = 200;

/** What user alloy has to be able to read, each path once, without what this plan itself writes. */
export function readsToTry({ reads, files }: Desired): Pick<HostRead, 'path' | 'exclude'>[] {
  const written = new Set(files.map(({ path }) => path));
  const byPath = new Map(
    reads.flatMap(({ path, exclude }) => (written.has(path) ? [] : [[path, { path, exclude }]])),
  );
  return [...byPath.values()].slice(0, MOST_READS);
}

/** What planning a host needs from the repository. A host that is up to date needs nothing. */
export interface NeededSupplies {
  readonly key: boolean;
  /** The key on the host is still valid: a newer copy is welcome, but can wait. */
  readonly keyOptional: boolean;
  readonly versions: boolean;
}

/** `keyrings`: what the keyrings of the facts contain, by path. */
export function neededSupplies(
  desired: Desired,
  facts: Facts,
  keyrings: ReadonlyMap<string, KeyringFacts>,
): NeededSupplies {
  const { repository, package: wanted } = desired;
  const keyring = servingKeyring(repository, facts, keyrings);
  const expiresSoon =
    keyring !== undefined && expiryWarning(keyring, repository, facts.takenAt).length > 0;
  const versionKnown =
    (isInstalled(facts) || canBeFinished(facts)) &&
    (wanted.policy === 'exact'
      ? wanted.version === facts.package.version
      : wanted.policy === 'present');
  return {
    key: !keyring || expiresSoon,
    keyOptional: keyring !== undefined,
    versions: !versionKnown,
  };
}
