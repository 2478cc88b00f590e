import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import * as problems from '../../src/transport/problems.ts';
import { defaultSettings } from '../../src/transport/ssh-config.ts';
import { keyFiles, sshConfig, sshConfigHosts } from '../../src/transport/ssh-config-files.ts';
import { MISSING, testUnless } from '../missing.ts';
import { problemOf } from './fixtures.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'alloyup-config-'));
});
afterEach(() => rmSync(home, { recursive: true }));

const put = (name: string, text: string): void => {
  mkdirSync(dirname(join(home, name)), { recursive: true });
  writeFileSync(join(home, name), text);
};

test('included files are found as OpenSSH finds them, by patterns in directories, too', () => {
  put('.ssh/config', 'Include ~/.ssh/sites/*/hosts.c?nf gone.conf\nHost last\n');
  put('.ssh/sites/b/hosts.conf', 'Host b\n');
  put('.ssh/sites/a/hosts.conf', 'Host a\nInclude more/*\n');
  put('.ssh/sites/.hidden/hosts.conf', 'Host hidden\n');
  put('.ssh/sites/file', 'Host file\n');
  put('.ssh/more/one', 'Host one\n');
  put('.ssh/more/.two', 'Host two\n');
  expect(sshConfigHosts(home).map(({ name }) => name)).toEqual(['a', 'one', 'b', 'last']);
  put('.ssh/config', 'Include "~/.ssh/more/one"\nInclude /no/~/x\n');
  expect(sshConfigHosts(home).map(({ name }) => name)).toEqual(['one']);
  put('.ssh/config', 'Include more/.t*\n');
  expect(sshConfigHosts(home).map(({ name }) => name)).toEqual(['two']);
  expect(sshConfigHosts(join(home, 'nobody'))).toEqual([]);
});

test('keys are offered that have a private half, in ~/.ssh or in the agent', () => {
  put('.ssh/id_ed25519', 'private');
  put('.ssh/id_ed25519.pub', 'ssh-ed25519 AAAA ops@laptop\n');
  put('.ssh/id_ed25519-cert.pub', 'ssh-ed25519-cert-v01@openssh.com AAAA\n');
  put('.ssh/work.pub', 'ssh-ed25519 BBBB\n');
  put('.ssh/other.pub', 'ssh-ed25519 CCCC\n');
  put('.ssh/notes', 'ssh-ed25519 BBBB\n');
  put('.ssh/gone-cert.pub', 'ssh-ed25519 BBBB\n');
  put('.ssh/config', '');
  expect(keyFiles(home, ['ssh-ed25519 BBBB'])).toEqual([
    { path: '~/.ssh/id_ed25519', held: false },
    { path: '~/.ssh/work.pub', held: true },
  ]);
  expect(keyFiles(join(home, 'nobody'), [])).toEqual([]);
});

describe('ssh is asked', () => {
  /** Prints these lines for -G, and logs its arguments. */
  const config = (answer = '', exit = 0) => {
    put(
      'ssh',
      `#!/bin/sh\necho "$@" >>${home}/calls\necho problem >&2\necho "${answer}"\nexit ${exit}\n`,
    );
    chmodSync(join(home, 'ssh'), 0o755);
    return sshConfig({ home, name: 'ops' }, join(home, 'system'), join(home, 'ssh'));
  };
  const calls = (): readonly string[] =>
    existsSync(join(home, 'calls'))
      ? readFileSync(join(home, 'calls'), 'utf8').trim().split('\n')
      : [];

  test('only about hosts that a file may concern, and once about each', async () => {
    put('.ssh/config', 'Host web\n Port 1\n');
    const { settings } = config('port 2222');
    const user = { home, name: 'ops' };
    expect(await settings('db', 2200, null)).toEqual(defaultSettings('db', 2200, user));
    expect(calls()).toEqual([]);
    expect((await settings('web', null, null)).port).toBe(2222);
    await settings('web', null, null);
    await settings('web', 22, 'root');
    expect(calls()).toEqual(['-G -- web', '-G -p 22 -l root -- web']);
  });

  test('what the files were when the first host needed them, for all hosts', async () => {
    put('.ssh/config', 'Include sites/*\n');
    put('.ssh/sites/a', 'Host web\n Port 1\n');
    const { settings } = config('port 2222');
    await settings('db', null, null);
    put('.ssh/sites/a', '');
    put('.ssh/sites/b', 'Host mail\n Port 1\n');
    await settings('web', null, null);
    await settings('mail', null, null);
    expect(calls()).toEqual(['-G -- web']);
  });

  test('once about all hosts for which it says the same', async () => {
    put('.ssh/config', 'Host web-* 10.0.0.*\n Include key.conf\nHost db-*\n HostName x.%h\n');
    put('.ssh/key.conf', 'IdentityFile ~/.ssh/fleet\nProxyJump hop-1\n');
    const { settings } = config('hostname web-1\nidentityfile ~/.ssh/fleet');
    const user = { home, name: 'ops' };
    for (let i = 1; i <= 50; i += 1)
      for (const name of [`web-${i}`, `web-${i}.example.com`, `10.0.0.${i}`])
        expect(await settings(name, null, null)).toEqual({
          ...defaultSettings(name, null, user),
          identities: [`${home}/.ssh/fleet`],
        });
    expect(calls()).toEqual(['-G -- web-1']);
    // a name, a port and a login of their own are others' answers
    for (const name of ['Web-1', '10.0.0', '10.0.0.07', 'web-x.1', 'db-1', 'db-2'])
      await settings(name, null, null);
    await settings('web-1', 22, null);
    await settings('web-2', 22, null);
    await settings('web-1', null, 'root');
    expect(calls().slice(1)).toEqual([
      ...['-G -- Web-1', '-G -- 10.0.0.07', '-G -- web-x.1', '-G -- db-1', '-G -- db-2'],
      ...['-G -p 22 -- web-1', '-G -l root -- web-1'],
    ]);
  });

  testUnless(MISSING.ssh)('about one, and what it says of the others is the same', async () => {
    const line = fc.constantFrom(
      ...['Host a*', 'Host *b', 'Host a* !ab', 'User x', 'User y', 'Port 2222', 'IdentityFile k1'],
      ...[
        'IdentityFile %h',
        'IdentitiesOnly yes',
        'HostName ab',
        'ProxyJump ab',
        'ProxyJump u@ba:1',
      ],
      ...[
        'HostKeyAlias x',
        'UserKnownHostsFile k2',
        'CanonicalizeHostname yes',
        'Include more.conf',
      ],
    );
    const some = fc.array(line, { maxLength: 5 });
    const aliases = ['ab', 'aab', 'a.b', '10.1.1.1', 'AB', '127.1', 'fe80::1'];
    put('ssh', `#!/bin/sh\necho >>${home}/calls\nexec ssh -F ${home}/.ssh/config "$@"\n`);
    chmodSync(join(home, 'ssh'), 0o755);
    const user = { home, name: 'ops' };
    const open = () => sshConfig(user, join(home, 'none'), join(home, 'ssh'));
    const answer = (one: ReturnType<typeof open>, alias: string) =>
      one.settings(alias, null, null).catch(() => 'refused');
    await fc.assert(
      fc.asyncProperty(some, some, fc.shuffledSubarray(aliases), async (own, more, some) => {
        put('.ssh/config', own.map((one) => `${one}\n`).join(''));
        put('.ssh/more.conf', more.filter((one) => !one.startsWith('Include')).join('\n'));
        const together = open();
        for (const alias of some)
          expect(await answer(together, alias)).toEqual(await answer(open(), alias));
      }),
      { numRuns: 30 },
    );
  });

  test.each([
    ['the system’s file', 'system', 'User x\n', ''],
    ['an included file', '.ssh/a.conf', 'User x\n', 'Include a.conf'],
    ['an included file by its path', '.ssh/d/a.conf', 'User x\n', 'Include ~/.ssh/d/*'],
    ['a pattern that only ssh can read', '.ssh/a.conf', '', 'Include [ab].conf'],
    ['a token that only ssh can read', '.ssh/a.conf', '', 'Include %d/x'],
    ['a variable that only ssh can read', '.ssh/a.conf', '', 'Include $X/x'],
    ['a file that includes itself', '.ssh/a.conf', 'Include a.conf', 'Include a.conf'],
    ['a directory in place of a file', '.ssh/a.conf/x', '', 'Include a.conf'],
    ['a directory in place of the file itself', '.ssh/config/x', '', ''],
  ])('because of %s', async (_, path, text, main) => {
    put(path, text);
    if (main !== '') put('.ssh/config', `${main}\n`);
    await config('port 22').settings('web', null, null);
    expect(calls()).toEqual(['-G -- web']);
  });

  test.each(['Include gone.conf', 'Include gone/*.conf', 'Include a.conf'])(
    'not because of %s',
    async (line) => {
      put('.ssh/config', `${line}\n`);
      put('.ssh/a.conf', 'Host db\n User x\n');
      await config('port 22').settings('web', null, null);
      expect(calls()).toEqual([]);
    },
  );

  test('a missing ssh, and one that refuses the configuration, are problems', async () => {
    put('.ssh/config', 'Port 1\n');
    const refusing = config('', 255);
    expect(await problemOf(refusing.settings('web', null, null))).toEqual({
      ...problems.unsupported({ reason: 'bad-configuration', address: 'web' }),
      detail: 'problem',
    });
    const missing = sshConfig({ home, name: 'ops' }, '/nonexistent', join(home, 'none'));
    expect(await problemOf(missing.settings('web', null, null))).toEqual(
      problems.unsupported({ reason: 'unread-configuration', address: 'web' }),
    );
  });

  test('about HashKnownHosts', async () => {
    expect(await config('hashknownhosts yes').hashesNames('web')).toBe(true);
    expect(await config('hashknownhosts no').hashesNames('web')).toBe(false);
    expect(await config('hashknownhosts yes', 1).hashesNames('web')).toBe(false);
  });
});
