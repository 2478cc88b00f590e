import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { namedHosts } from '../../src/transport/ssh-config.ts';
import { keyFiles, sshConfigHosts } from '../../src/transport/ssh-config-files.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'alloyup-names-'));
});
afterEach(() => rmSync(home, { recursive: true }));

const put = (name: string, text: string): void => {
  mkdirSync(dirname(join(home, name)), { recursive: true });
  writeFileSync(join(home, name), text);
};

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
  User postgres
Host "quoted" db
`;

test('offers machines: no patterns, no Git servers, jump hosts as such', () => {
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

test('no file, no hosts; one that includes itself comes to an end', () => {
  expect(namedHosts('', () => [])).toEqual([]);
  const self = 'Host a\nInclude self\n';
  expect(namedHosts(self, () => [self])).toEqual([{ name: 'a', jump: false }]);
});

test('included files are found as OpenSSH finds them, by patterns in folders, too', () => {
  put('.ssh/config', 'Include ~/.ssh/sites/*/hosts.c?nf gone.conf\nHost last\n');
  put('.ssh/sites/b/hosts.conf', 'Host b\n');
  put('.ssh/sites/a/hosts.conf', 'Host a\nInclude more/*\n');
  put('.ssh/sites/.hidden/hosts.conf', 'Host hidden\n');
  put('.ssh/more/one', 'Host one\n');
  expect(sshConfigHosts(home).map(({ name }) => name)).toEqual(['a', 'one', 'b', 'last']);
});

test('keys are offered that have a private half, in ~/.ssh or in the agent', () => {
  put('.ssh/id_ed25519', 'private');
  put('.ssh/id_ed25519.pub', 'ssh-ed25519 AAAA ops@laptop\n');
  put('.ssh/id_ed25519-cert.pub', 'ssh-ed25519-cert-v01@openssh.com AAAA\n');
  put('.ssh/work.pub', 'ssh-ed25519 BBBB\n');
  put('.ssh/other.pub', 'ssh-ed25519 CCCC\n');
  put('.ssh/config', '');
  expect(keyFiles(home, ['ssh-ed25519 BBBB'])).toEqual([
    { path: '~/.ssh/id_ed25519', held: false },
    { path: '~/.ssh/work.pub', held: true },
  ]);
  expect(keyFiles(join(home, 'nobody'), [])).toEqual([]);
});
