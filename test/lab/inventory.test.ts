import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { inventoryText, merge } from '../../lab/inventory.ts';

const host = (number: number) => ({
  number,
  name: `h${number}`,
  suite: 'bookworm' as const,
  address: `198.18.7.${10 + number}`,
  hostKey: `SHA256:${number}`,
});
const lab = { hosts: [host(1), host(2)], fingerprint: 'F'.repeat(40), identity: '/lab/id' };

test('names hosts, how to reach them, and the key to trust', () => {
  expect(parse(inventoryText(lab))).toEqual({
    defaults: {
      ssh: { user: 'ops', identity: '/lab/id' },
      repository: { fingerprints: ['F'.repeat(40)] },
      rollout: { delivery: 'off' },
    },
    hosts: {
      h1: { ssh: { address: '198.18.7.11', hostKey: 'SHA256:1' } },
      h2: { ssh: { address: '198.18.7.12', hostKey: 'SHA256:2' } },
    },
  });
});

test('what a test asks for is laid over it', () => {
  const text = inventoryText(lab, {
    hosts: ['h2'],
    trust: 'known-hosts',
    defaults: { ssh: { user: 'root' }, alloy: { version: '1.18.1' } },
    groups: { web: { hosts: ['h2'] } },
    perHost: { h2: { alloy: { version: '1.17.0' } } },
  });
  expect(parse(text)).toEqual({
    defaults: {
      ssh: { user: 'root', identity: '/lab/id' },
      repository: { fingerprints: ['F'.repeat(40)] },
      rollout: { delivery: 'off' },
      alloy: { version: '1.18.1' },
    },
    groups: { web: { hosts: ['h2'] } },
    hosts: { h2: { ssh: { address: '198.18.7.12' }, alloy: { version: '1.17.0' } } },
  });
});

test('a host that the lab lacks is an error', () => {
  expect(() => inventoryText(lab, { hosts: ['h9'] })).toThrow('the lab has no host h9');
});

test('maps merge, lists and words are replaced', () => {
  expect(merge({ a: { b: 1, c: [1] }, d: 1 }, { a: { c: [2] }, d: { e: 1 } })).toEqual({
    a: { b: 1, c: [2] },
    d: { e: 1 },
  });
});
