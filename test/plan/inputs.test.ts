import { expect, test } from 'vitest';
import {
  CONFIG_PATH,
  type Desired,
  DROP_IN_PATH,
  ENVIRONMENT_PATH,
  KEYRING_PATH,
  LIST_PATH,
  PROXY_PATH,
} from '../../src/model/desired.ts';
import type { PackageFact } from '../../src/model/facts.ts';
import { Secret } from '../../src/model/secret.ts';
import { filesToRead, neededSupplies } from '../../src/plan/inputs.ts';
import { bareFactsOf, factsOf, keyringOf, NOW, suppliesOf, targetOf } from '../builders.ts';

test('a plan depends on our files and those of the inventory; some of them are secret', () => {
  const beside = { mode: '0640', user: 'root', group: 'alloy' };
  const { desired } = targetOf({
    files: [
      { path: '/etc/alloy/ca', content: 'x', ...beside },
      { path: '/etc/alloy/pw', content: new Secret('hunter2'), ...beside },
    ],
  });
  expect(filesToRead(desired)).toEqual([
    { path: CONFIG_PATH, secret: false },
    { path: ENVIRONMENT_PATH, secret: true },
    { path: DROP_IN_PATH, secret: false },
    { path: LIST_PATH, secret: false },
    { path: PROXY_PATH, secret: false },
    { path: '/etc/alloy/ca', secret: false },
    { path: '/etc/alloy/pw', secret: true },
  ]);
});

const DAY = 86_400_000;
const target = targetOf();
const keyrings = (expiresAt: number | null) => {
  const certificates = keyringOf().certificates.map((one) => ({ ...one, expiresAt }));
  return new Map([[KEYRING_PATH, keyringOf({ certificates })]]);
};

test.each<[string, number | null | undefined, boolean, boolean]>([
  ['serves for long', NOW + 91 * DAY, false, true],
  ['serves for weeks', NOW + 89 * DAY, true, true],
  ['has no end', null, false, true],
  ['has expired', NOW - 1, true, false],
  ['is missing', undefined, true, false],
])('a key that %s', (_, expiresAt, key, keyOptional) => {
  const held = expiresAt === undefined ? new Map() : keyrings(expiresAt);
  expect(neededSupplies(target.desired, factsOf(target), held)).toEqual({
    key,
    keyOptional,
    versions: false,
  });
});

test('a bare host needs everything', () => {
  expect(neededSupplies(target.desired, bareFactsOf(target), new Map())).toEqual({
    key: true,
    keyOptional: false,
    versions: true,
  });
});

test.each<[Desired['package'], Partial<PackageFact>, boolean]>([
  [{ policy: 'present' }, {}, false],
  [{ policy: 'present' }, { status: 'unpacked' }, false],
  [{ policy: 'present' }, { status: 'half-installed' }, true],
  [{ policy: 'latest' }, {}, true],
  [{ policy: 'exact', version: '1.18.1-1' }, {}, false],
  [{ policy: 'exact', version: '1.18.1-1' }, { reinstRequired: true }, true],
  [{ policy: 'exact', version: '1.17.0-1' }, {}, true],
])('the index is needed for %j where %j: %s', (wanted, pkg, versions) => {
  const facts = factsOf(targetOf(), {});
  const { desired } = targetOf({ package: wanted });
  const of = { ...facts, package: { ...facts.package, ...pkg } };
  expect(neededSupplies(desired, of, suppliesOf().keyrings).versions).toBe(versions);
});
