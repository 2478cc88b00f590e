import { describe, expect, test } from 'vitest';
import { mayConcern, parseHop, readSshG } from '../../src/transport/ssh-config.ts';

const DEBIAN = `
# This is the ssh client system-wide configuration file.
Include /etc/ssh/ssh_config.d/*.conf

Host *
#   ForwardAgent no
    SendEnv LANG LC_*
    HashKnownHosts yes
    GSSAPIAuthentication yes
`;

describe('whether a file may concern a host', () => {
  test.each<[string, string, boolean]>([
    ['nothing', '', false],
    ["Debian's own", DEBIAN, false],
    ['a block of another host', 'Host db-*\n  User root\n', false],
    ['a block of this host', 'Host web-*\n  User root\n', true],
    ['before any block', 'User root\n', true],
    ['with an equals sign', 'Host web-*\nPort=2222\n', true],
    ['a negated block', 'Host *.com !web-01.example.com web-*\n User x\n', false],
    ['Match', 'Match host db\n User x\n', true],
    ['a quoted pattern', 'Host "web 01"\n User x\n', true],
    ['a line that makes no sense', '???\n', true],
    ['agent forwarding alone', 'Host *\n ForwardAgent yes\n ServerAliveInterval 5\n', false],
    [
      'systemd on trixie',
      'Host unix/* unix%* vsock/* vsock%*\n ProxyCommand /usr/lib/x %h %p\n CheckHostIP no\n',
      false,
    ],
  ])('%s', (_, text, expected) => {
    expect(mayConcern(text, 'web-01.example.com').concerns).toBe(expected);
  });

  test('includes of blocks that apply count too', () => {
    expect(mayConcern(DEBIAN, 'web').includes).toEqual(['/etc/ssh/ssh_config.d/*.conf']);
    expect(mayConcern('Host db\nInclude x\nHost web\nInclude a b\n', 'web').includes).toEqual([
      'a',
      'b',
    ]);
  });
});

describe('what ssh -G says', () => {
  const user = { home: '/home/ops', name: 'ops' };
  const read = (...lines: readonly string[]) => readSshG(lines.join('\n'), 'web', user);

  test('the defaults', () => {
    expect(
      read(
        'user ops',
        'hostname web',
        'port 22',
        'identityfile ~/.ssh/id_rsa',
        'identityfile ~/.ssh/id_ed25519',
        'userknownhostsfile /home/ops/.ssh/known_hosts /home/ops/.ssh/known_hosts2',
        'globalknownhostsfile /etc/ssh/ssh_known_hosts /etc/ssh/ssh_known_hosts2',
      ),
    ).toMatchObject({
      hostname: 'web',
      port: 22,
      user: null,
      identities: [],
      agent: undefined,
      jump: [],
      hostKeyAlias: null,
      knownHosts: [
        '/home/ops/.ssh/known_hosts',
        '/home/ops/.ssh/known_hosts2',
        '/etc/ssh/ssh_known_hosts',
        '/etc/ssh/ssh_known_hosts2',
      ],
      opensshOnly: { always: [], forLogin: [] },
    });
  });

  test('everything set', () => {
    expect(
      read(
        'user deploy',
        'hostname 10.0.0.1',
        'port 2222',
        'identityfile ~/.ssh/%r-%h',
        'identityfile /keys/b',
        'identitiesonly yes',
        'identityagent none',
        'proxyjump a@b:1,c',
        'hostkeyalias web-alias',
        'userknownhostsfile ~/.ssh/kh_%p',
        'certificatefile ~/.ssh/c-cert.pub',
        'proxycommand nc %h %p',
      ),
    ).toMatchObject({
      hostname: '10.0.0.1',
      port: 2222,
      user: 'deploy',
      identities: ['/home/ops/.ssh/deploy-10.0.0.1', '/keys/b'],
      identitiesOnly: true,
      agent: null,
      jump: ['a@b:1', 'c'],
      hostKeyAlias: 'web-alias',
      knownHosts: ['/home/ops/.ssh/kh_2222'],
      opensshOnly: {
        always: ['ProxyCommand nc %h %p'],
        forLogin: ['CertificateFile ~/.ssh/c-cert.pub'],
      },
    });
  });
});

test.each([
  ['bastion', { user: null, host: 'bastion', port: null }],
  ['ops@bastion:2222', { user: 'ops', host: 'bastion', port: 2222 }],
  ['ssh://ops@bastion:2222', { user: 'ops', host: 'bastion', port: 2222 }],
  ['[::1]:22', { user: null, host: '::1', port: 22 }],
  ['fe80::1', { user: null, host: 'fe80::1', port: null }],
  ['ops@[2001:db8::1]', { user: 'ops', host: '2001:db8::1', port: null }],
  ['bastion:99999', undefined],
  ['bastion:x', undefined],
  ['', undefined],
  ['@x', undefined],
])('the hop %j', (text, expected) => {
  expect(parseHop(text)).toEqual(expected);
});
