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
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import * as problems from '../../src/transport/problems.ts';
import { defaultSettings } from '../../src/transport/ssh-config.ts';
import { keyFiles, sshConfig, sshConfigHosts } from '../../src/transport/ssh-config-files.ts';
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
