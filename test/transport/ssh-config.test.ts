import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { memo } from '../../src/model/memo.ts';
import {
  configLines,
  defaultSettings,
  linesFor,
  namedHosts,
  parseHop,
  readSshG,
} from '../../src/transport/ssh-config.ts';
import { MISSING, testUnless } from '../missing.ts';

const DEBIAN = `
# This is the ssh client system-wide configuration file.
Include /etc/ssh/ssh_config.d/*.conf

Host *
#   ForwardAgent no
    SendEnv LANG LC_*
    HashKnownHosts yes
    GSSAPIAuthentication yes
`;

/** Whether it may say something that a login depends on, and what else it includes. */
const mayConcern = (text: string, alias: string) => {
  const lines = linesFor(configLines(text), alias);
  return {
    concerns: lines?.every(({ keyword }) => keyword === 'include') !== true,
    includes: lines?.flatMap(({ keyword, value }) => (keyword === 'include' ? [value] : [])) ?? [],
  };
};

describe('whether a file may concern a host', () => {
  test.each<[string, string, boolean]>([
    ['nothing', '', false],
    ['blank lines and comments', '\n   \n# Port 1\n  #Port 1\n', false],
    ["Debian's own", DEBIAN, false],
    ['a block of another host', 'Host db-*\n  User root\n', false],
    ['a block of this host', 'Host web-*\n  User root\n', true],
    ['a block of this host after another', 'Host db\n User x\nHost web-*\n User x\n', true],
    ['before any block', 'User root\n', true],
    ['with an equals sign', 'Host web-*\nPort=2222\n', true],
    ['with blanks and an equals sign', '  Host =  web-*\n\tPort  = 2222\n', true],
    ['upper case', 'HOST web-*\nPORT 2222\n', true],
    ['a pattern in upper case', 'Host WEB-*\n User x\n', true],
    ['a question mark', 'Host web-0?.example.com\n User x\n', true],
    ['a pattern of the middle only', 'Host web-01 example.com\n User x\n', false],
    ['a negated block', 'Host *.com !web-01.example.com web-*\n User x\n', false],
    ['a negated block of others', 'Host *.com !db-*\n User x\n', true],
    ['negated in upper case: ssh minds the case', 'Host web-* !WEB-*\n User x\n', true],
    ['only negated', 'Host !db-*\n User x\n', false],
    ['Match', 'Match host db\n User x\n', true],
    ['a quoted pattern', 'Host "web 01"\n User x\n', true],
    ['a pattern in single quotes', "Host 'web-01.example.com'\n User x\n", true],
    ['an escaped pattern', 'Host web\\-*\n User x\n', true],
    ['a comment after the patterns', 'Host web-* # !web-01.example.com\n User x\n', true],
    ['a line that makes no sense', '???\n', true],
    ['a keyword without a value', 'Port\n', true],
    ['agent forwarding alone', 'Host *\n ForwardAgent yes\n ServerAliveInterval 5\n', false],
    [
      'systemd on trixie',
      'Host unix/* unix%* vsock/* vsock%*\n ProxyCommand /usr/lib/x %h %p\n CheckHostIP no\n',
      false,
    ],
  ])('%s', (_, text, expected) => {
    expect(mayConcern(text, 'web-01.example.com').concerns).toBe(expected);
  });

  test.each([
    'HostName x',
    'HostKeyAlias x',
    'Port 1',
    'User x',
    'IdentityFile x',
    'IdentitiesOnly yes',
    'IdentityAgent x',
    'CertificateFile x',
    'ProxyJump x',
    'ProxyCommand x',
    'UserKnownHostsFile x',
    'GlobalKnownHostsFile x',
    'KnownHostsCommand x',
    'SomethingNew x',
  ])('the setting %s', (line) => {
    expect(mayConcern(`Host *\n ${line}\n`, 'web').concerns).toBe(true);
  });

  test.each([
    ['Host db\nMatch host web\n User x\n', true],
    ['Host db\n User x\nHost *\n Compression yes\n', false],
    ['Host * !web\n User x\n', false],
    ['Host * !w*b\n User x\n', false],
    ['Host * !db\n User x\n', true],
    ['Host db  \t web\n User x\n', true],
    ['User = x\n', true],
    ['User=x\n', true],
    ['User  \t x\n', true],
    ['Host db\n nonsense\n', true],
    ['Host db\n=x\n', true],
  ])('%j: %s', (text, expected) => {
    expect(mayConcern(text, 'web')).toEqual({ concerns: expected, includes: [] });
  });

  test('includes of blocks that apply count too', () => {
    expect(mayConcern(DEBIAN, 'web').includes).toEqual(['/etc/ssh/ssh_config.d/*.conf']);
    expect(mayConcern('Host db\nInclude x\nHost web\nInclude a  b\n', 'web')).toEqual({
      concerns: false,
      includes: ['a  b'],
    });
  });

  const directory = mkdtempSync(join(tmpdir(), 'alloyup-config-'));
  afterAll(() => rmSync(directory, { recursive: true }));

  testUnless(MISSING.ssh)('never says no where ssh applies a setting', () => {
    const pattern = fc.string({
      unit: fc.constantFrom(...'ab*?!"\'\\#,.AB'),
      minLength: 1,
      maxLength: 4,
    });
    const line = fc.oneof(
      fc
        .tuple(
          fc.constantFrom('Host', ' host', 'HOST'),
          fc.constantFrom(' ', '=', ' = ', '\t'),
          fc.array(pattern, { minLength: 1, maxLength: 3 }),
        )
        .map(([keyword, gap, patterns]) => `${keyword}${gap}${patterns.join(' ')}`),
      fc.constantFrom(
        'User odd',
        ' Port = 2222',
        '# User odd',
        '',
        'ForwardAgent yes',
        '\tHostName="x"',
      ),
    );
    const file = join(directory, 'config');
    const ask = (alias: string): string => {
      try {
        return execFileSync('ssh', ['-F', file, '-G', alias], { stdio: 'pipe' }).toString();
      } catch {
        return 'refused';
      }
    };
    const ofLogin = (output: string) =>
      output.split('\n').filter((row) => /^(user|port|hostname) /.test(row));
    const plain = memo((alias) => {
      writeFileSync(file, '');
      return ofLogin(ask(alias));
    });
    ['ab', 'a.b', 'AB'].forEach(plain);
    fc.assert(
      fc.property(
        fc.array(line, { maxLength: 6 }),
        fc.constantFrom('ab', 'a.b', 'AB'),
        (lines, alias) => {
          const text = `${lines.join('\n')}\n`;
          if (mayConcern(text, alias).concerns) return;
          writeFileSync(file, text);
          const output = ask(alias);
          if (output !== 'refused') expect(ofLogin(output)).toEqual(plain(alias));
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('what ssh -G says', () => {
  const user = { home: '/home/ops', name: 'ops' };
  const read = (...lines: readonly string[]) => readSshG(lines.join('\n'), 'web', user);

  test('nothing is the same as no configuration', () => {
    expect(read()).toEqual(defaultSettings('web', null, user));
    expect(defaultSettings('web', 2222, user)).toEqual({
      hostname: 'web',
      port: 2222,
      user: null,
      identities: [],
      identitiesOnly: false,
      agent: undefined,
      jump: [],
      knownHosts: [
        '/home/ops/.ssh/known_hosts',
        '/home/ops/.ssh/known_hosts2',
        '/etc/ssh/ssh_known_hosts',
        '/etc/ssh/ssh_known_hosts2',
      ],
      hostKeyAlias: null,
      knownHostsCommand: null,
      opensshOnly: { always: [], forLogin: [] },
    });
  });

  test('the defaults', () => {
    expect(
      read(
        'user ops',
        'hostname web',
        'port 22',
        'identityfile ~/.ssh/id_rsa',
        'identityfile ~/.ssh/id_ed25519_sk',
        'identitiesonly no',
        'identityagent SSH_AUTH_SOCK',
        'userknownhostsfile /home/ops/.ssh/known_hosts /home/ops/.ssh/known_hosts2',
        'globalknownhostsfile /etc/ssh/ssh_known_hosts /etc/ssh/ssh_known_hosts2',
      ),
    ).toEqual(defaultSettings('web', null, user));
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
        'identityagent ~/agent-%u',
        'proxyjump a@b:1,c',
        'hostkeyalias web-alias',
        'userknownhostsfile ~/.ssh/kh_%p  /etc/%n%%',
        'globalknownhostsfile none',
        'certificatefile ~/.ssh/c-cert.pub',
        'certificatefile none',
        'proxycommand nc %h %p',
        'knownhostscommand /usr/bin/keys %H',
        'nonsense',
        ' indented x',
      ),
    ).toEqual({
      hostname: '10.0.0.1',
      port: 2222,
      user: 'deploy',
      identities: ['/home/ops/.ssh/deploy-10.0.0.1', '/keys/b'],
      identitiesOnly: true,
      agent: '/home/ops/agent-ops',
      jump: ['a@b:1', 'c'],
      hostKeyAlias: 'web-alias',
      knownHosts: ['/home/ops/.ssh/kh_2222', '/etc/web%'],
      knownHostsCommand: '/usr/bin/keys %H',
      opensshOnly: {
        always: ['ProxyCommand nc %h %p'],
        forLogin: ['CertificateFile ~/.ssh/c-cert.pub'],
      },
    });
  });

  test('none, where that means that nothing is set', () => {
    expect(
      read(
        'identityfile none',
        'proxyjump none',
        'proxycommand NONE',
        'hostkeyalias none',
        'identityagent none',
        'userknownhostsfile none',
      ),
    ).toEqual({ ...defaultSettings('web', null, user), agent: null });
  });

  test.each([
    ['~', '/home/ops'],
    ['~/a', '/home/ops/a'],
    ['~ops/a', '~ops/a'],
    ['/a/~/b', '/a/~/b'],
    ['%d/a', '/home/ops/a'],
    ['$HOME/a', '/home/ops/a'],
    ['${HOME}/a', '/home/ops/a'],
    ['/a/$HOME/b', '/a/$HOME/b'],
    ['%n-%u-%p-%%h', 'web-ops-22-%h'],
    ['%r', 'ops'],
    ['%x', '%x'],
  ])('the path %s', (path, expected) => {
    expect(read(`identityfile ${path}`).identities).toEqual([expected]);
  });

  test('the login of the configuration stands for %r', () => {
    expect(read('user root', 'identityfile %r').identities).toEqual(['root']);
  });

  test.each([
    ['/home/ops/.ssh/id_ed25519', []],
    ['.ssh/id_dsa', []],
    ['~/.ssh/id_ed25519_work', ['/home/ops/.ssh/id_ed25519_work']],
    ['~/ssh/id_rsa', ['/home/ops/ssh/id_rsa']],
    ['~/x.ssh/id_rsa', ['/home/ops/x.ssh/id_rsa']],
  ])('a default name is no choice of the user: %s', (path, expected) => {
    expect(read(`identityfile ${path}`).identities).toEqual(expected);
  });

  test('a default name beside another is one', () => {
    expect(read('identityfile ~/.ssh/id_rsa', 'identityfile /k').identities).toHaveLength(2);
  });
});

test.each([
  ['bastion', { user: null, host: 'bastion', port: null }],
  [' bastion ', { user: null, host: 'bastion', port: null }],
  ['ops@bastion:2222', { user: 'ops', host: 'bastion', port: 2222 }],
  ['ssh://ops@bastion:2222', { user: 'ops', host: 'bastion', port: 2222 }],
  ['ssh://bastion/', { user: null, host: 'bastion', port: null }],
  ['[::1]:22', { user: null, host: '::1', port: 22 }],
  ['fe80::1', { user: null, host: 'fe80::1', port: null }],
  ['ops@[2001:db8::1]', { user: 'ops', host: '2001:db8::1', port: null }],
  ['bastion:1', { user: null, host: 'bastion', port: 1 }],
  ['bastion:65535', { user: null, host: 'bastion', port: 65535 }],
  ['bastion:0', undefined],
  ['bastion:65536', undefined],
  ['bastion:x', undefined],
  ['bastion:', undefined],
  ['a/b', undefined],
  ['[]', undefined],
  ['', undefined],
  ['@x', undefined],
])('the jump host %j', (text, expected) => {
  expect(parseHop(text)).toEqual(expected);
});

describe('the hosts that a file names', () => {
  const CONFIG = `
Host *
  ServerAliveInterval 30
Host bastion
  HostName 203.0.113.9
Host web-01 web-02 !web-99 web-*
  ProxyJump ops@bastion:2222
Include conf.d/*.conf
Host db
  ProxyJump bastion,web-01
Host github.com
  User git
Host forge
  User git
Match host db
  User git
???
Host "quoted" db -x x-
`;

  test('machines only: no patterns, no Git servers; jump hosts as such', () => {
    const hosts = namedHosts(CONFIG, (pattern) =>
      pattern === 'conf.d/*.conf' ? ['Host lab?\nHost lab1\n  Port 2222\n'] : [],
    );
    expect(hosts).toEqual([
      { name: 'bastion', jump: true },
      { name: 'web-01', jump: true },
      { name: 'web-02', jump: false },
      { name: 'lab1', jump: false },
      { name: 'db', jump: false },
      { name: 'quoted', jump: false },
    ]);
  });

  test.each([
    'git.example.com',
    'ssh.github.com',
    'my.gitlab.com',
    'bitbucket.org',
    'AUR.archlinux.org',
  ])('%s gives no shell', (name) => {
    expect(namedHosts(`Host ${name}`, () => [])).toEqual([]);
  });

  test.each(['digit.example.com', 'my-bitbucket.example.com', 'sshd'])(
    '%s may give one',
    (name) => {
      expect(namedHosts(`Host ${name}`, () => [])).toHaveLength(1);
    },
  );

  test('a user git belongs to its Host block, not to what follows', () => {
    const names = (text: string) => namedHosts(text, () => []).map(({ name }) => name);
    expect(names('Host a\nUser git\nHost b\nUser git2\n')).toEqual(['b']);
    expect(names('Host a\nHostName git\n')).toEqual(['a']);
    expect(names('Host a\nMatch all\nUser git\n')).toEqual(['a']);
    expect(names('User git\nHost a  "b"\tc"d"\n')).toEqual(['a', 'b']);
    expect(names('Host a\nProxyJump none,x:y\n')).toEqual(['a']);
  });

  test('none in an empty file; one that includes itself comes to an end', () => {
    expect(namedHosts('', () => [])).toEqual([]);
    let reads = 0;
    const self = (): string[] => {
      reads += 1;
      return ['Host a\nInclude self\n'];
    };
    expect(namedHosts('Include self', self)).toEqual([{ name: 'a', jump: false }]);
    expect(reads).toBe(8);
  });
});
