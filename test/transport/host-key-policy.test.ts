import { expect, test } from 'vitest';
import { hostKeyNames, knownKeys, refusalOf } from '../../src/transport/host-key-policy.ts';
import { judgeHostKey, parseKnownHosts } from '../../src/transport/known-hosts.ts';
import * as problems from '../../src/transport/problems.ts';
import { hopTo } from './fixtures.ts';

const keyOf = (type: string, seed: string) => {
  const field = (bytes: Buffer) => Buffer.concat([Buffer.from([0, 0, 0, bytes.length]), bytes]);
  const blob = Buffer.concat([field(Buffer.from(type)), field(Buffer.from(seed.padEnd(32, '.')))]);
  return { blob, word: `${type} ${blob.toString('base64')}` };
};
const [ed, other, rsa] = [
  keyOf('ssh-ed25519', 'a'),
  keyOf('ssh-ed25519', 'b'),
  keyOf('ssh-rsa', 'r'),
];
const known = (...lines: readonly string[]) =>
  parseKnownHosts([{ file: 'known_hosts', text: lines.join('\n') }]);

test('a server is known by its name, and by its port unless that is 22', () => {
  expect(hostKeyNames(hopTo('Web-01'))).toEqual(['web-01']);
  expect(hostKeyNames(hopTo('Web-01', 2222))).toEqual(['[web-01]:2222', 'web-01']);
  expect(hostKeyNames(hopTo('::1', 2222))).toEqual(['[::1]:2222', '::1']);
});

test('HostKeyAlias is the only name, whatever the port', () => {
  const aliased = hopTo('10.0.0.1', 2222, {}, { hostKeyAlias: 'Web-Alias' });
  expect(hostKeyNames(aliased)).toEqual(['web-alias']);
});

test('the keys of the most specific name decide which types to ask for', () => {
  const files = known(`web ${rsa.word}`, `[web]:2222 ${ed.word}`);
  const typesFor = (port: number) => knownKeys(files, hopTo('web', port)).map(({ type }) => type);
  expect(typesFor(2222)).toEqual(['ssh-ed25519']);
  expect(typesFor(2200)).toEqual(['ssh-rsa']);
  expect(knownKeys(files, hopTo('db'))).toEqual([]);
});

const hop = hopTo('web', 2222);
const judged = (...lines: readonly string[]) =>
  refusalOf(judgeHostKey(known(...lines), hostKeyNames(hop), ed.blob), hop, ed.blob, 'trust me');

test('a known key is not refused, nor one that a certificate may vouch for', () => {
  expect(judged(`[web]:2222 ${ed.word}`)).toBeNull();
  expect(judged(`web ${ed.word}`)).toBeNull();
  expect(judged(`@cert-authority * ${other.word}`)).toBeNull();
});

test('an unknown key is refused with the command that records it', () => {
  expect(judged()).toEqual(problems.unknownHostKey('[web]:2222', ed.blob, 'trust me'));
  expect(judged()).not.toEqual(problems.unknownHostKey('[web]:2222', ed.blob));
});

test('a changed key is refused with the line that has the old one', () => {
  const problem = judged(`[web]:2222 ${other.word}`);
  expect(problem).toMatchObject({ code: 'ssh.host-key', at: { file: 'known_hosts', line: 1 } });
  expect(problem).toEqual(
    problems.changedHostKey('[web]:2222', ed.blob, known(`x ${other.word}`).keys.plain.get('x')!),
  );
});

test.each([
  ['under its port', '[web]:2222'],
  ['under its name alone', 'web'],
  ['under a pattern', 'w*'],
])('a key revoked %s is refused, even if another line has it', (_, name) => {
  const problem = judged(`[web]:2222 ${ed.word}`, `web ${ed.word}`, `@revoked ${name} ${ed.word}`);
  const { revoked } = known('', '', `@revoked ${name} ${ed.word}`);
  const entry = revoked.plain.get(name)?.[0] ?? revoked.patterns[0]!.key;
  expect(problem).toEqual(problems.revokedHostKey('[web]:2222', ed.blob, entry));
  expect(problem).toMatchObject({ at: { line: 3 } });
});
