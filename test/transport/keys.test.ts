import { createPrivateKey } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ParsedKey, PublicKeyAuthMethod } from 'ssh2';
import ssh2 from 'ssh2';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { keyRing } from '../../src/transport/keys.ts';

const { generateKeyPairSync, parseKey } = ssh2.utils;

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'alloyup-keys-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

async function offered(pem: string): Promise<ParsedKey> {
  const file = join(directory, 'key');
  writeFileSync(file, pem);
  const identities = { files: [file], allAgentKeys: false, agent: null } as const;
  const { offers } = await keyRing(directory, null)({ ...identities, source: 'inventory' });
  return (offers[0]!.method('ops') as PublicKeyAuthMethod).key as ParsedKey;
}

const made = (type: 'rsa' | 'ecdsa' | 'ed25519', bits = 0): string => {
  for (;;) {
    const { private: pem } = generateKeyPairSync(type as 'rsa', { bits });
    // about one in 256 ed25519 keys of ssh2 1.17.0 cannot be parsed
    if (!(parseKey(pem) instanceof Error)) return pem;
  }
};
/** As OpenSSL writes it. */
const pkcs1 = (pem: string): string =>
  createPrivateKey((parseKey(pem) as ParsedKey).getPrivatePEM()).export({
    type: 'pkcs1',
    format: 'pem',
  }) as string;

describe('a key of a file', () => {
  test.each<[string, () => string, string | undefined]>([
    ['ed25519', () => made('ed25519'), undefined],
    ['nistp256', () => made('ecdsa', 256), undefined],
    ['nistp384', () => made('ecdsa', 384), undefined],
    ['nistp521', () => made('ecdsa', 521), undefined],
    ['rsa for an old server', () => made('rsa', 2048), undefined],
    ['rsa', () => made('rsa', 2048), 'sha512'],
    ['rsa as OpenSSL writes it', () => pkcs1(made('rsa', 2048)), 'sha256'],
  ])('signs without its text being read again: %s', async (_, make, algorithm) => {
    const pem = make();
    const key = await offered(pem);
    const text = key.getPrivatePEM();
    const slots = key as unknown as Record<symbol, unknown>;
    for (const slot of Object.getOwnPropertySymbols(key))
      if (slots[slot] === text) slots[slot] = 'unreadable';
    expect(key.getPrivatePEM()).toBe('unreadable');

    const data = Buffer.from('what the server sent');
    const signature = key.sign(data, algorithm);
    expect((parseKey(pem) as ParsedKey).verify(data, signature, algorithm)).toBe(true);
  });

  test('that cannot sign says so as ssh2 expects it', async () => {
    const key = await offered(made('rsa', 2048));
    expect(key.sign(Buffer.from('data'), 'no-such-hash')).toBeInstanceOf(Error);
  });
});
