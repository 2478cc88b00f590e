import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  commandArguments,
  type MasterOptions,
  masterArguments,
  proxyOver,
} from '../../src/transport/openssh-argv.ts';
import { describeUnless, MISSING } from '../missing.ts';
import { hopTo } from './fixtures.ts';

const files = {
  socket: '/tmp/d/1',
  log: '/tmp/d/1.log',
  shownKeys: '/tmp/d/1.keys',
  keysScript: '/tmp/d/keys',
};
const argumentsFor = (over: Partial<MasterOptions> = {}) =>
  masterArguments({
    hop: hopTo('web', 2222),
    files,
    proxy: null,
    rejectedTypes: [],
    timeoutMs: 10_000,
    recordsKeys: true,
    ...over,
  });
/** The values of `-o NAME=...`, in order. */
const valuesOf = (args: readonly string[], name: string): readonly string[] =>
  args.flatMap((arg, i) =>
    args[i - 1] === '-o' && arg.startsWith(`${name}=`) ? [arg.slice(name.length + 1)] : [],
  );

test('a login, word for word', () => {
  expect(argumentsFor().join(' ')).toBe(
    [
      '-v -N -T -E /tmp/d/1.log',
      '-o ControlMaster=yes -o ControlPath=/tmp/d/1 -o ControlPersist=10 -o BatchMode=yes',
      '-o StrictHostKeyChecking=yes -o FingerprintHash=sha256 -o UpdateHostKeys=no',
      '-o UserKnownHostsFile="/home/ops/.ssh/known_hosts" "/home/ops/.ssh/known_hosts2" "/etc/ssh/ssh_known_hosts" "/etc/ssh/ssh_known_hosts2"',
      '-o KnownHostsCommand=/bin/sh "/tmp/d/keys" "/tmp/d/1.keys" - %t %K %f %H',
      '-o ConnectTimeout=10 -o ConnectionAttempts=1 -o ServerAliveInterval=10 -o ServerAliveCountMax=3',
      '-o ClearAllForwardings=yes -o ForwardAgent=no -o ForwardX11=no -o Tunnel=no',
      '-o PermitLocalCommand=no -o RemoteCommand=none -p 2222 -l ops -- web',
    ].join(' '),
  );
});

test('host keys: strict, accept-new, pinned', () => {
  const accepting = argumentsFor({ hop: hopTo('web', 22, { hostKeys: 'accept-new' }) });
  expect(valuesOf(accepting, 'StrictHostKeyChecking')).toEqual(['accept-new']);
  const hop = hopTo('web', 22, { hostKeys: 'accept-new', pin: 'SHA256:pin==' });
  const pinned = argumentsFor({ hop });
  expect(valuesOf(pinned, 'StrictHostKeyChecking')).toEqual(['yes']);
  expect(valuesOf(pinned, 'UserKnownHostsFile')).toEqual(['/dev/null']);
  expect(valuesOf(pinned, 'GlobalKnownHostsFile')).toEqual(['/dev/null']);
  expect(valuesOf(pinned, 'KnownHostsCommand')[0]).toContain(' SHA256:pin %t %K %f %H');
});

test('known_hosts paths that cannot be quoted are left to ~/.ssh/config', () => {
  const given = (...knownHosts: readonly string[]) =>
    valuesOf(argumentsFor({ hop: hopTo('web', 22, {}, { knownHosts }) }), 'UserKnownHostsFile');
  expect(given('/a b', '/c"d', '/100%')).toEqual(['"/100%%"']);
  expect(given('/a b')).toEqual([]);
});

test('keys of the inventory are named one by one, and no others are tried', () => {
  const identities = { files: ['/k/a b', '/k/50%'], allAgentKeys: false, agent: null } as const;
  const given = (source: 'inventory' | 'ssh-config') =>
    argumentsFor({ hop: hopTo('web', 22, { identities: { ...identities, source } }) });
  expect(valuesOf(given('inventory'), 'IdentityFile')).toEqual(['"/k/a b"', '"/k/50%%"']);
  expect(valuesOf(given('inventory'), 'IdentitiesOnly')).toEqual(['yes']);
  expect(valuesOf(given('ssh-config'), 'IdentityFile')).toEqual([]);
  expect(valuesOf(given('ssh-config'), 'IdentitiesOnly')).toEqual([]);
});

test('what an attempt changes', () => {
  const args = argumentsFor({
    proxy: 'nc',
    rejectedTypes: ['ssh-ed25519', 'ssh-rsa'],
    timeoutMs: 1001,
    recordsKeys: false,
    files: { ...files, socket: '/tmp/50%' },
  });
  expect(valuesOf(args, 'HostKeyAlgorithms')).toEqual(['-ssh-ed25519,ssh-rsa']);
  expect(valuesOf(args, 'ProxyCommand')).toEqual(['nc']);
  expect(valuesOf(args, 'ConnectTimeout')).toEqual(['2']);
  expect(valuesOf(args, 'KnownHostsCommand')).toEqual([]);
  expect(valuesOf(args, 'ControlPath')).toEqual(['/tmp/50%%']);
  expect(valuesOf(argumentsFor({ timeoutMs: 0 }), 'ConnectTimeout')).toEqual(['1']);
});

test('a command over a master never logs in by itself', () => {
  expect(commandArguments('/tmp/50%', '/tmp/log', ['echo', 'a b'])).toEqual([
    ...['-F', '/dev/null', '-S', '/tmp/50%%', '-o', 'ControlMaster=no', '-o', 'ProxyCommand=false'],
    ...['-T', '-E', '/tmp/log', '-o', 'LogLevel=DEBUG2', '--', 'host', "echo 'a b'"],
  ]);
});

test('a way over the master of a jump host', () => {
  const to = (host: string) => proxyOver('/my ssh', '/tmp/50%', { user: 'x', host, port: 22 });
  expect(to('web')).toBe(
    "'/my ssh' -F /dev/null -S /tmp/50%%%% -o ControlMaster=no -o ProxyCommand=false -o LogLevel=ERROR -W web:22 -- host",
  );
  expect(to('::1')).toContain(" -W '[::1]:22' ");
});

describeUnless(MISSING.ssh)('ssh reads', () => {
  const path = fc
    .string({ unit: fc.constantFrom(...' %*?[]{}$#=,~abc/-\'"\\'), minLength: 1, maxLength: 12 })
    .map((text) => `/k/${text}`);

  test('the very paths that were meant', () => {
    fc.assert(
      fc.property(fc.array(path, { minLength: 20, maxLength: 20 }), (paths) => {
        const hop = hopTo('web', 22, {
          identities: { files: paths, source: 'inventory', allAgentKeys: false, agent: null },
        });
        const args = argumentsFor({ hop, files: { ...files, log: '/dev/null' } });
        const out = execFileSync('ssh', ['-F', '/dev/null', '-G', ...args], { stdio: 'pipe' });
        const read = out
          .toString()
          .split('\n')
          .filter((row) => row.startsWith('identityfile '))
          .map((row) => row.slice('identityfile '.length).replaceAll('%%', '%'));
        expect(read).toEqual([...new Set(paths)]);
      }),
      { numRuns: 12 },
    );
  });
});
