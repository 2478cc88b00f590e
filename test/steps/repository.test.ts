import { expect, test } from 'vitest';
import { KEYRING_PATH } from '../../src/model/desired.ts';
import { repositoryStep } from '../../src/steps/repository.ts';
import { bareFactsOf, FINGERPRINT, keyringOf, optionsOf, stocked, targetOf } from '../builders.ts';

const keyDiff = (expiresAt: number | null): string | null | undefined => {
  const target = targetOf();
  const { key, ...rest } = stocked();
  const certificates = keyringOf().certificates.map((one) => ({ ...one, expiresAt }));
  const change = repositoryStep.diff({
    desired: target.desired,
    facts: bareFactsOf(target),
    supplies: { ...rest, key: key && { ...key, certificates } },
    earlier: [],
    options: optionsOf(),
  });
  return change?.diffs.find(({ path }) => path === KEYRING_PATH)?.text;
};

test('the plan of a fresh host tells until when its key serves', () => {
  expect(keyDiff(Date.UTC(2027, 7, 22, 12))).toBe(`+${FINGERPRINT} expires 2027-08-22`);
});

test('a key without an end has none', () => {
  expect(keyDiff(null)).toBe(`+${FINGERPRINT}`);
});
