import { expect, test } from 'vitest';
import { type FoundKey, printKeys, sharedKeys } from '../../../src/cli/trust/record-keys.ts';
import { memoryTerminal } from '../terminal.ts';

const found = (name: string, fingerprint: string, jump = false): FoundKey => ({
  server: { name, address: name, port: 22, jump },
  key: {
    file: '/home/ops/.ssh/known_hosts',
    type: 'ssh-ed25519',
    fingerprint,
    knownAs: name,
    blob: new Uint8Array(),
    hashed: false,
  },
});
const KEYS = [found('a', 'SHA256:1'), found('b', 'SHA256:2'), found('c', 'SHA256:1')];

test('hosts that show one key are named together', () => {
  expect(sharedKeys(KEYS)).toEqual([['a', 'c']]);
  expect(sharedKeys([...KEYS, found('d', 'SHA256:2')])).toEqual([
    ['a', 'c'],
    ['b', 'd'],
  ]);
  expect(sharedKeys([found('a', 'SHA256:1'), found('a', 'SHA256:1', true)])).toEqual([]);
});

test('before anybody agrees to the keys', () => {
  const terminal = memoryTerminal();
  printKeys(KEYS, terminal);
  expect(terminal.printed().err).toMatch(/warning: a, c show the same key/);
  const distinct = memoryTerminal();
  printKeys(KEYS.slice(0, 2), distinct);
  expect(distinct.printed().err).not.toContain('warning');
});
