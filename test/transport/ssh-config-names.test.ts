import { expect, test } from 'vitest';
import { namedHosts } from '../../src/transport/ssh-config-names.ts';

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
