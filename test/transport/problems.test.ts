import { describe, expect, test } from 'vitest';
import { type Problem, ToolError } from '../../src/model/problem.ts';
import { fingerprint, parseKnownHosts } from '../../src/transport/known-hosts.ts';
import * as problems from '../../src/transport/problems.ts';

const at = (host: string, port = 22) => ({ user: 'ops', host, port });
const web = at('web', 2222);

const blobOf = (type: string, seed = 'a') => {
  const field = (bytes: Buffer) => Buffer.concat([Buffer.from([0, 0, 0, bytes.length]), bytes]);
  return Buffer.concat([field(Buffer.from(type)), field(Buffer.from(seed.padEnd(32, '.')))]);
};
type Entry = readonly [type: string, blob: Buffer];
const known = (...entries: readonly Entry[]) =>
  parseKnownHosts([
    {
      file: '/known',
      text: entries.map(([type, blob]) => `web ${type} ${blob.toString('base64')}`).join('\n'),
    },
  ]).keys.plain.get('web')!;

test.each([
  [at('web'), 'ops@web'],
  [web, 'ops@web:2222'],
  [at('::1'), 'ops@[::1]'],
  [at('::1', 2222), 'ops@[::1]:2222'],
])('%j is written as people write it: %s', (endpoint, text) => {
  expect(problems.endpointText(endpoint)).toBe(text);
});

describe('no connection', () => {
  const where = { address: 'web', port: 2222 };
  const transient = true;
  test.each<[string | undefined, object]>([
    ['ENOTFOUND', { params: { reason: 'unknown-name', ...where } }],
    ['EAI_NONAME', { params: { reason: 'unknown-name', ...where } }],
    ['EAI_AGAIN', { params: { reason: 'no-name-server', ...where }, transient }],
    ['ECONNREFUSED', { params: { reason: 'connection-refused', ...where }, transient }],
    ['EHOSTUNREACH', { params: { reason: 'no-route', ...where, said: 'EHOSTUNREACH' }, transient }],
    ['ENETUNREACH', { params: { reason: 'no-route', ...where, said: 'ENETUNREACH' }, transient }],
    [
      'EADDRNOTAVAIL',
      { params: { reason: 'no-route', ...where, said: 'EADDRNOTAVAIL' }, transient },
    ],
    ['EPIPE', { params: { reason: 'no-connection', ...where, said: 'EPIPE' }, transient }],
    [undefined, { params: { reason: 'no-connection', ...where, said: 'odd' }, transient }],
  ])('%s', (code, expected) => {
    expect(problems.noConnection(web, { code, message: 'odd' })).toEqual({
      code: 'ssh.unreachable',
      ...expected,
    });
  });
});

const key = { type: 'ed25519', fingerprint: fingerprint(blobOf('ssh-ed25519')) };
const blob = blobOf('ssh-ed25519');

// made within the test, or else mutation tests could not tell which test covers it
test.each<[string, () => Problem, object]>([
  [
    'a server that drops logins',
    () => problems.dropped(web, 8),
    {
      code: 'ssh.unreachable',
      params: { reason: 'dropped', address: 'web', port: 2222, tries: 8 },
      transient: true,
    },
  ],
  [
    'a server that speaks no SSH',
    () => problems.handshakeFailed(web, 'handshake', 'HTTP', 'detail'),
    {
      code: 'ssh.unreachable',
      params: {
        reason: 'handshake',
        endpoint: 'ops@web:2222',
        address: 'web',
        port: 2222,
        said: 'HTTP',
      },
      transient: true,
      detail: 'detail',
    },
  ],
  [
    'a login that takes too long',
    () => problems.tooSlow(web, 'tcp', 1500),
    {
      code: 'ssh.timeout',
      params: {
        reason: 'login',
        endpoint: 'ops@web:2222',
        port: 2222,
        seconds: 1.5,
        stage: 'tcp',
        limit: '--connect-timeout',
      },
      transient: true,
    },
  ],
  [
    'a login that was interrupted',
    () => problems.loginInterrupted(web),
    {
      code: 'ssh.timeout',
      params: { reason: 'login-interrupted', endpoint: 'ops@web:2222' },
      transient: true,
    },
  ],
  [
    'a connection that was lost',
    () => problems.lost('ops@web', 'reset'),
    {
      code: 'ssh.lost',
      params: { reason: 'dropped', endpoint: 'ops@web', said: 'reset' },
      transient: true,
    },
  ],
  [
    'an unknown host key',
    () => problems.unknownHostKey('web', blob),
    {
      code: 'ssh.host-key',
      params: { reason: 'unknown', name: 'web', trust: 'alloyup trust', ...key },
    },
  ],
  [
    'an unknown host key, and how to record it',
    () => problems.unknownHostKey('web', blob, 'alloyup trust -i x'),
    {
      code: 'ssh.host-key',
      params: { reason: 'unknown', name: 'web', trust: 'alloyup trust -i x', ...key },
    },
  ],
  [
    'a revoked host key',
    () => problems.revokedHostKey('web', blob, known(['ssh-ed25519', blob])[0]!),
    {
      code: 'ssh.host-key',
      params: { reason: 'revoked', name: 'web', file: '/known', line: 1, ...key },
      at: { file: '/known', line: 1, column: 1 },
    },
  ],
  [
    'a key that is not the pinned one',
    () => problems.pinMismatch('web', 'SHA256:x', [blob]),
    {
      code: 'ssh.host-key',
      params: { reason: 'not-pinned', name: 'web', pin: 'SHA256:x', shown: [key] },
    },
  ],
  [
    'a key that ssh does not trust',
    () => problems.distrusted(web, 'abcdefghij'.split('')),
    {
      code: 'ssh.host-key',
      params: { reason: 'distrusted', address: 'web' },
      detail: 'c\nd\ne\nf\ng\nh\ni\nj',
    },
  ],
  [
    'a key that ssh does not trust, and says not why',
    () => problems.distrusted(web, []),
    { code: 'ssh.host-key', params: { reason: 'distrusted', address: 'web' } },
  ],
  [
    'a key that cannot be used',
    () => problems.unusableKey({ file: '/k', why: 'absent', said: '' }),
    {
      code: 'ssh.auth',
      params: { reason: 'unusable-key', file: '/k', why: 'absent', said: '' },
    },
  ],
  [
    'keys that were refused',
    () => problems.refused(web, ['key /k'], ['password'], [], 'detail'),
    {
      code: 'ssh.auth',
      params: {
        reason: 'refused',
        endpoint: 'ops@web:2222',
        user: 'ops',
        offered: ['key /k'],
        methods: ['password'],
        unusable: [],
      },
      detail: 'detail',
    },
  ],
  [
    'too many keys',
    () => problems.tooManyKeys(web, ['key /k']),
    {
      code: 'ssh.auth',
      params: { reason: 'too-many-keys', endpoint: 'ops@web:2222', offered: ['key /k'] },
    },
  ],
  [
    'a login that the server ended',
    () => problems.loginEnded(web, ' expired \n'),
    {
      code: 'ssh.auth',
      params: { reason: 'ended', endpoint: 'ops@web:2222', user: 'ops', said: 'expired' },
    },
  ],
  [
    'a setting that nobody can follow',
    () => problems.unsupported({ reason: 'bad-jump-host', text: 'x' }, 'detail'),
    {
      code: 'ssh.unsupported',
      params: { reason: 'bad-jump-host', text: 'x' },
      detail: 'detail',
    },
  ],
  [
    'the same without a word of ssh',
    () => problems.unsupported({ reason: 'bad-jump-host', text: 'x' }, ''),
    { code: 'ssh.unsupported', params: { reason: 'bad-jump-host', text: 'x' } },
  ],
])('%s', (_, make, expected) => {
  expect(make()).toEqual(expected);
});

test('the types of keys are named as ssh-keygen names them', () => {
  const typeOf = (type: string) => {
    const { params } = problems.pinMismatch('web', 'x', [blobOf(type)]);
    return 'shown' in params ? params.shown[0]?.type : undefined;
  };
  expect(['ssh-rsa', 'ecdsa-sha2-nistp256', 'sk-ssh-ed25519@openssh.com'].map(typeOf)).toEqual([
    'rsa',
    'nistp256',
    'sk-ssh-ed25519@openssh.com',
  ]);
});

test('a changed host key is compared with the recorded one of its type, else with the first', () => {
  const rsa = blobOf('ssh-rsa', 'r');
  const other = blobOf('ssh-ed25519', 'b');
  const changed = (...entries: readonly Entry[]) =>
    problems.changedHostKey('web', blob, known(...entries));
  const was = (type: string, old: Buffer, line: number) => ({
    code: 'ssh.host-key',
    params: {
      reason: 'changed',
      name: 'web',
      known: { type, fingerprint: fingerprint(old), file: '/known', line },
      ...key,
    },
    at: { file: '/known', line, column: 1 },
  });
  expect(changed(['ssh-rsa', rsa], ['ssh-ed25519', other])).toEqual(was('ed25519', other, 2));
  expect(changed(['ssh-rsa', rsa])).toEqual(was('rsa', rsa, 1));
});

describe('a problem of a jump host', () => {
  test('is said to be one', () => {
    const error = new ToolError(problems.lost('a', 'x'), problems.dropped(web, 1));
    const named = problems.ofJumpHost(error, 'bastion') as ToolError;
    expect(named).toBeInstanceOf(ToolError);
    expect(named.problems).toEqual([
      {
        code: 'ssh.lost',
        params: { jump: 'bastion', reason: 'dropped', endpoint: 'a', said: 'x' },
        transient: true,
      },
      {
        code: 'ssh.unreachable',
        params: { jump: 'bastion', reason: 'dropped', address: 'web', port: 2222, tries: 1 },
        transient: true,
      },
    ]);
  });

  test('stays what it is where OpenSSH is tried next, or where it is a bug', () => {
    for (const error of [new problems.OpensshRequired('x'), new TypeError('x')])
      expect(problems.ofJumpHost(error, 'bastion')).toBe(error);
  });
});

test.each([
  [[], false],
  [['key /k'], true],
])('what only OpenSSH can do, after it refused %j', (refused, afterRefusal) => {
  const error = new problems.OpensshRequired('ProxyCommand', refused);
  expect(error).toMatchObject({ name: 'OpensshRequired', feature: 'ProxyCommand', afterRefusal });
  expect(error.problem).toEqual({
    code: 'ssh.unsupported',
    params: { reason: 'openssh-required', feature: 'ProxyCommand', refused },
  });
});
