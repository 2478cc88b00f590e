import { spawnSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import {
  fingerprint,
  hostKeyAlgorithms,
  judgeHostKey,
  keysOf,
  knownName,
  parseKnownHosts,
  typeOf,
} from '../../src/transport/known-hosts.ts';
import { MISSING, testUnless } from '../missing.ts';

/** A public key's bytes: its type, then anything. */
const blobOf = (type: string, seed: string): Buffer => {
  const field = (bytes: Buffer) => Buffer.concat([Buffer.from([0, 0, 0, bytes.length]), bytes]);
  return Buffer.concat([field(Buffer.from(type)), field(Buffer.from(seed.padEnd(32, '.')))]);
};
const ED = 'ssh-ed25519';
const RSA = 'ssh-rsa';
const [a, b, r] = [blobOf(ED, 'a'), blobOf(ED, 'b'), blobOf(RSA, 'r')];
/** Its base64 ends with `==`. */
const short = Buffer.concat([blobOf(ED, 's'), Buffer.from('.')]);
const word = (blob: Buffer) => `${typeOf(blob)} ${blob.toString('base64')}`;
const hashed = (name: string, salt = 'salt-of-20-bytes....') =>
  `|1|${Buffer.from(salt).toString('base64')}|${createHmac('sha1', salt).update(name).digest('base64')}`;

const known = (...lines: readonly string[]) =>
  parseKnownHosts([{ file: 'kh', text: lines.join('\n') }]);
const verdict = (lines: readonly string[], name: string, blob: Buffer, ...more: string[]) =>
  judgeHostKey(known(...lines), [name, ...more], blob).kind;

describe('what the lines say about a key', () => {
  test.each<[string, string[], string, Buffer, string]>([
    ['a plain name', [`web-01 ${word(a)}`], 'web-01', a, 'known'],
    ['names and addresses in one line', [`web-01,10.0.0.1 ${word(a)}`], '10.0.0.1', a, 'known'],
    ['upper case', [`WEB-01 ${word(a)}`], 'web-01', a, 'known'],
    [
      'a comment at the end, tabs between',
      [`web-01\t${word(a)} ops@laptop x`],
      'web-01',
      a,
      'known',
    ],
    ['spaces before, CRLF at the end', [`  web-01 ${word(a)}\r`], 'web-01', a, 'known'],
    ['another name', [`web-02 ${word(a)}`], 'web-01', a, 'unknown'],
    ['an empty file', [''], 'web-01', a, 'unknown'],
    ['another key', [`web-01 ${word(b)}`], 'web-01', a, 'changed'],
    ['a key of another type', [`web-01 ${word(r)}`], 'web-01', a, 'changed'],
    ['one key of several', [`web-01 ${word(r)}`, `web-01 ${word(a)}`], 'web-01', a, 'known'],
    ['a port', [`[web-01]:2222 ${word(a)}`], '[web-01]:2222', a, 'known'],
    ['another port', [`[web-01]:2222 ${word(a)}`], '[web-01]:2223', a, 'unknown'],
    ['a port, asked without', [`[web-01]:2222 ${word(a)}`], 'web-01', a, 'unknown'],
    ['a glob', [`*.example.com ${word(a)}`], 'x.example.com', a, 'known'],
    ['a dot is a dot', [`*.example.com ${word(a)}`], 'x-example.com', a, 'unknown'],
    ['a question mark', [`web-0? ${word(a)}`], 'web-09', a, 'known'],
    ['one character, not two', [`web-0? ${word(a)}`], 'web-010', a, 'unknown'],
    [
      'a negated name',
      [`*.example.com,!db.example.com ${word(a)}`],
      'db.example.com',
      a,
      'unknown',
    ],
    ['a negated glob', [`!db*,* ${word(a)}`], 'db-1', a, 'unknown'],
    ['only negated', [`!db ${word(a)}`], 'web', a, 'unknown'],
    ['a hashed name', [`${hashed('web-01')} ${word(a)}`], 'web-01', a, 'known'],
    ['a hashed port', [`${hashed('[web-01]:22022')} ${word(a)}`], '[web-01]:22022', a, 'known'],
    ['another hashed name', [`${hashed('web-02')} ${word(a)}`], 'web-01', a, 'unknown'],
    ['a hashed name, another key', [`${hashed('web-01')} ${word(b)}`], 'web-01', a, 'changed'],
    [
      'plain says one key, hashed the other',
      [`web-01 ${word(b)}`, `${hashed('web-01')} ${word(a)}`],
      'web-01',
      a,
      'known',
    ],
    ['revoked', [`@revoked web-01 ${word(a)}`, `web-01 ${word(a)}`], 'web-01', a, 'revoked'],
    ['revoked everywhere', [`web-01 ${word(a)}`, `@revoked * ${word(a)}`], 'web-01', a, 'revoked'],
    [
      'revoked, hashed',
      [`web-01 ${word(a)}`, `@revoked ${hashed('web-01')} ${word(a)}`],
      'web-01',
      a,
      'revoked',
    ],
    ['another key revoked', [`@revoked * ${word(b)}`, `web-01 ${word(a)}`], 'web-01', a, 'known'],
    [
      'an authority only',
      [`@cert-authority *.example.com ${word(b)}`],
      'x.example.com',
      a,
      'authority',
    ],
    [
      'an authority, and the key itself',
      [`@cert-authority * ${word(b)}`, `web-01 ${word(a)}`],
      'web-01',
      a,
      'known',
    ],
    [
      'an authority is no host key',
      [`@cert-authority web-01 ${word(a)}`],
      'web-01',
      a,
      'authority',
    ],
    ['a comment', [`# web-01 ${word(a)}`], 'web-01', a, 'unknown'],
    ['an unknown marker', [`@odd web-01 ${word(a)}`], 'web-01', a, 'unknown'],
    ['an SSH1 key', ['web-01 1024 35 1234567890'], 'web-01', a, 'unknown'],
    ['a broken hash', [`|1|x ${word(a)}`, `|2|eA==|eA== ${word(a)}`], 'web-01', a, 'unknown'],
    ['a half line', ['web-01 ssh-ed25519'], 'web-01', a, 'unknown'],
    ['a name alone', ['web-01'], 'web-01', a, 'unknown'],
    [
      'a hash of another kind',
      [`${hashed('web-01').replace('|1|', '|2|')} ${word(a)}`],
      'web-01',
      a,
      'unknown',
    ],
    [
      'a key that is no base64',
      [`web-01 ${ED} %${word(a).slice(ED.length + 1)}`],
      'web-01',
      a,
      'unknown',
    ],
    ['a key that is half base64', [`web-01 ${word(a)}%`], 'web-01', a, 'unknown'],
    ['two blanks between', [`web-01  ${word(a).replace(' ', ' \t ')}`], 'web-01', a, 'known'],
    [
      'a key without its padding',
      [`web-01 ${word(short).replace(/=+$/, '')}`],
      'web-01',
      short,
      'known',
    ],
  ])('%s', (_, lines, name, blob, expected) => {
    expect(verdict(lines, name, blob)).toBe(expected);
  });

  test('a fingerprint is written as ssh-keygen writes it, without padding', () => {
    expect(word(short)).toMatch(/[^=]==$/);
    expect(fingerprint(short)).toMatch(/^SHA256:[A-Za-z0-9+/]{43}$/);
  });

  test('a changed key is reported with its lines', () => {
    const said = judgeHostKey(known('', `web-01 ${word(b)}`), ['web-01'], a);
    expect(said).toMatchObject({ kind: 'changed', entries: [{ file: 'kh', line: 2 }] });
  });
});

describe('another port than 22', () => {
  const port = '[web-01]:2222';
  const judged = (...lines: readonly string[]) => verdict(lines, port, a, 'web-01');

  test('the name alone vouches for the same key, and no more', () => {
    expect(judged(`web-01 ${word(a)}`)).toBe('known');
    expect(judged(`web-01 ${word(b)}`)).toBe('unknown');
    expect(judged(`[web-01]:2222 ${word(b)}`, `web-01 ${word(a)}`)).toBe('changed');
  });

  test.each([
    ['as such', 'web-01'],
    ['in upper case', 'WEB-01'],
    ['in a list', 'db,web-01'],
    ['by a pattern', 'web-*,!web-02'],
    ['as a hash', hashed('web-01')],
    ['with its port', port],
    ['with its port, as a hash', hashed(port)],
    ['by a pattern with its port', '[web-*]:*'],
  ])('a key that is revoked for the name %s is revoked', (_, name) => {
    expect(judged(`@revoked ${name} ${word(a)}`)).toBe('revoked');
    expect(judged(`${port} ${word(a)}`, `@revoked ${name} ${word(a)}`)).toBe('revoked');
    expect(judged(`@revoked ${name} ${word(a)}`, `web-01 ${word(a)}`)).toBe('revoked');
    expect(judged(`${port} ${word(a)}`, `@revoked ${name} ${word(b)}`)).toBe('known');
  });

  test('an authority of the name alone counts', () => {
    expect(judged(`@cert-authority web-01 ${word(b)}`)).toBe('authority');
  });
});

describe('properties', () => {
  const name = fc.stringMatching(/^[a-z][a-z0-9.-]{0,20}$/);
  const port = fc.integer({ min: 1, max: 65535 });

  test('a plain or hashed name is found, for any name and port', () => {
    fc.assert(
      fc.property(
        name,
        port,
        fc.boolean(),
        fc.string({ minLength: 1 }),
        (host, at, plain, salt) => {
          const id = knownName(host.toUpperCase(), at);
          const lines = [`${plain ? id : hashed(id, salt)} ${word(a)}`];
          expect(verdict(lines, id, a)).toBe('known');
          expect(verdict(lines, id, b)).toBe('changed');
          expect(verdict(lines, knownName(`${host}x`, at), a)).toBe('unknown');
        },
      ),
    );
  });

  test('asking again gives the same, whatever was learnt before', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(name, fc.boolean()), { minLength: 1 }), (hosts) => {
        const files = known(
          ...hosts.map(([host, plain]) => `${plain ? host : hashed(host)} ${word(a)}`),
        );
        for (const depth of ['first', 'first', 'all', 'all'] as const)
          for (const [host] of hosts)
            expect(keysOf(files.keys, host, depth).length).toBeGreaterThan(0);
        for (const [host] of hosts)
          expect(keysOf(files.keys, host, 'all').length).toBe(
            hosts.filter(([other]) => other === host).length,
          );
      }),
    );
  });

  const odd = fc.string({ unit: fc.constantFrom(...'ab*?!,.#[]|@:-\\"\''), maxLength: 8 });

  test('any text is read', () => {
    const text = fc
      .array(
        fc.tuple(
          odd,
          fc.constantFrom(' ', '\t', '\r', '\n', '  ', ''),
          fc.constantFrom('', word(a)),
        ),
      )
      .map((parts) => parts.flat().join(''));
    fc.assert(
      fc.property(text, odd, (lines, host) => {
        judgeHostKey(parseKnownHosts([{ file: 'f', text: lines }]), [host], a);
      }),
    );
  });

  const directory = mkdtempSync(join(tmpdir(), 'alloyup-known-'));
  afterAll(() => rmSync(directory, { recursive: true }));

  testUnless(MISSING.ssh)('finds the lines that ssh-keygen finds', () => {
    const file = join(directory, 'known_hosts');
    const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl';
    const host = fc.constantFrom('a', 'ab', 'a.b', 'b-a', '[a]:22', '[ab]:2222', 'a[b]');
    const names = fc.array(fc.oneof(odd, host), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(fc.array(names, { minLength: 30, maxLength: 30 }), host, (lists, asked) => {
        const text = lists.map((list) => `${list.join(',')} ${key}\n`).join('');
        writeFileSync(file, text);
        const found = [...new Set(keysOf(known(text).keys, asked, 'all').map(({ line }) => line))];
        expect(found.sort((x, y) => x - y)).toEqual(linesOfKeygen(file, asked));
      }),
      { numRuns: 20 },
    );
  });
});

function linesOfKeygen(file: string, host: string): readonly number[] {
  const { stdout } = spawnSync('ssh-keygen', ['-F', host, '-f', file], { encoding: 'utf8' });
  return [...stdout.matchAll(/found: line (\d+)/g)].map(([, line]) => Number(line));
}

test('asks first for the types that are known, and never for SHA-1', () => {
  const { keys } = known(`web ${word(r)}`);
  expect(hostKeyAlgorithms(keysOf(keys, 'web', 'first'))).toEqual([
    'rsa-sha2-512',
    'rsa-sha2-256',
    'ssh-ed25519',
    'ecdsa-sha2-nistp256',
    'ecdsa-sha2-nistp384',
    'ecdsa-sha2-nistp521',
  ]);
  expect(hostKeyAlgorithms([], [ED])[0]).toBe('ecdsa-sha2-nistp256');
});

test('a fingerprint is the one that ssh-keygen prints', () => {
  const key = 'AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl';
  expect(fingerprint(Buffer.from(key, 'base64'))).toBe(
    'SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU',
  );
});

test('a fleet whose names are hashed is looked up in time', () => {
  const hosts = Array.from({ length: 6000 }, (_, i) => `web-${i}`);
  const blob = (i: number): Buffer => blobOf(ED, `key-${i}`);
  const lines = hosts.map((host, i) => `${hashed(host, `salt-${i}`.padEnd(20))} ${word(blob(i))}`);
  const files = known(...lines);
  const began = performance.now();
  // not in the order of the file
  const verdicts = hosts.map((_, i) => {
    const at = (i * 7919) % hosts.length;
    expect(keysOf(files.keys, hosts[at]!, 'open')).toEqual([]);
    return judgeHostKey(files, [hosts[at]!], blob(at)).kind;
  });
  expect(new Set(verdicts)).toEqual(new Set(['known']));
  // an HMAC for each pair of a host and an entry takes a minute
  expect(performance.now() - began).toBeLessThan(5000);
});
