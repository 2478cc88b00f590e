import { expect, test } from 'vitest';
import { pinsAgainst } from '../../src/steps/apt-pins.ts';
import { packageStep } from '../../src/steps/package.ts';
import { factsOf, suppliesOf, targetOf } from '../builders.ts';
import { inputOf } from './input.ts';

const stanza = (name: string, pin: string, priority: string | number): string =>
  `Explanation: a test\nPackage: ${name}\nPin: ${pin}\nPin-Priority: ${priority}\n`;

test.each<[string, string, string | number, boolean]>([
  // another version comes first
  ['alloy', 'version 1.17.*', 1001, true],
  ['mc alloy nginx', 'version 1.17.0-1', 501, true],
  ['al?oy', 'version 1.17.*', 1001, true],
  ['*', 'version 1.17.*', 900, true],
  ['alloy', 'version 1.17.*', 500, false],
  ['alloy', 'version 1.18.*', 1001, false],
  ['nginx', 'version 1.17.*', 1001, false],
  // this one never
  ['alloy', 'version 1.18.1-1', -1, true],
  ['alloy', 'version 1.17.*', -1, false],
  ['*', 'origin apt.grafana.com', -10, true],
  ['*', 'origin "apt.grafana.com"', -10, true],
  ['*', 'origin deb.debian.org', -10, false],
  ['*', 'origin apt.grafana.com', 1, false],
  ['alloy', 'release *', -1, true],
  ['*', 'release a=unstable', -1, false],
  // not judged
  ['/^al/', 'version 1.17.*', 1001, false],
  ['alloy', 'version /^1\\.1[78]/', 1001, false],
  ['alloy', 'version 1.17.*', 'high', false],
])('a pin of %s to %s at %s is against 1.18.1-1: %s', (name, pin, priority, against) => {
  const text = `${stanza('nginx', 'version 1.*', -1)}\n \n${stanza(name, pin, priority)}`;
  const found = pinsAgainst('1.18.1-1', 'apt.grafana.com', [
    { path: '/etc/apt/preferences', text },
  ]);
  expect(found).toEqual(
    against ? [{ path: '/etc/apt/preferences', pin, priority: Number(priority) }] : [],
  );
});

test('the plan reports one that contradicts alloy.version, and none of a version that stays anyway', () => {
  const path = '/etc/apt/preferences.d/alloy';
  const text = stanza('alloy', 'version 1.16.*', 1001);
  const warningsOf = (wanted: Parameters<typeof targetOf>[0]) => {
    const target = targetOf(wanted);
    const facts = factsOf(target);
    const pinned = { ...facts, apt: { ...facts.apt, preferences: [{ path, text }] } };
    const supplies = suppliesOf({ versions: ['1.18.1-1', '1.17.0-1'] });
    return packageStep.warnings!(inputOf(target, pinned, { supplies }));
  };
  expect(warningsOf({ package: { policy: 'latest' } })).toEqual([
    {
      code: 'apt.pin',
      host: 'web-01',
      params: {
        reason: 'against',
        version: '1.18.1-1',
        path,
        pin: 'version 1.16.*',
        priority: 1001,
      },
    },
  ]);
  expect(warningsOf({ package: { policy: 'exact', version: '1.17.0-1' } })).toHaveLength(1);
  expect(warningsOf({ package: { policy: 'present' } })).toEqual([]);
});
