import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Host } from '../../src/model/host.ts';
import type { Transport } from '../../src/model/ports.ts';
import { scanHostKeys } from '../../src/transport/host-key-scan.ts';
import { fingerprint } from '../../src/transport/known-hosts.ts';
import type { SshOptions } from '../../src/transport/options.ts';
import * as problems from '../../src/transport/problems.ts';
import { createTransport } from '../../src/transport/transport.ts';
import { homeIn, hostAt, never, problemOf, problemsOf, run, scratch } from './fixtures.ts';
import { keyIn, startServer, type TestKey } from './ssh2-server.ts';

const { path: directory, remove } = scratch();
const cleanups: (() => unknown)[] = [];
let key: TestKey;
let stranger: TestKey;
let hostKey: TestKey;

beforeAll(() => {
  key = keyIn(directory);
  stranger = keyIn(directory, 'ecdsa');
  hostKey = keyIn(directory);
});
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});
afterAll(remove);

async function server(options: Partial<Parameters<typeof startServer>[0]> = {}) {
  const started = await startServer({ hostKeys: [hostKey], accepts: [key], ...options });
  cleanups.push(() => started.stop());
  return { ...started, name: `[127.0.0.1]:${started.port}` };
}

function transportAt(home: string, over: Partial<SshOptions> = {}): Transport {
  const transport = createTransport({
    user: { home, name: 'ops' },
    agent: null,
    askPassphrase: null,
    systemConfig: '/nonexistent',
    sshCommand: '/nonexistent',
    ...over,
  });
  cleanups.push(() => transport.close());
  return transport;
}

const login = (transport: Transport, host: Host, timeoutMs = 10_000) =>
  transport.connect(host, { timeoutMs, signal: never });
const endpointAt = (port: number, user = 'ops') => ({ user, host: '127.0.0.1', port });
const noKeyOfSsh = (port: number) =>
  problems.authProblem({ reason: 'no-key-of-ssh', endpoint: `ops@127.0.0.1:${port}` });
const withKey = (port: number, over: Partial<Host> = {}): Host =>
  hostAt(port, { identity: [key.path], ...over });

describe('the built-in client', () => {
  test('logs in, runs commands, and says how', async () => {
    const { port, name } = await server();
    const transport = transportAt(homeIn(directory, `${name} ${hostKey.line}`));
    const connection = await login(transport, withKey(port));
    expect(connection).toMatchObject({
      via: 'ssh',
      why: null,
      description: `ssh ops@127.0.0.1:${port}, key ${key.path}`,
    });
    expect((await run(connection, ['echo', 'a b'])).out.toString()).toBe("echo 'a b'");
  });

  test('refuses an unknown host key, unless new ones are accepted: then it is recorded', async () => {
    const { port, name } = await server();
    const home = homeIn(directory);
    expect(await problemOf(login(transportAt(home, { trust: 'my trust' }), withKey(port)))).toEqual(
      problems.unknownHostKey(name, hostKey.blob, 'my trust'),
    );
    await login(transportAt(home), withKey(port, { hostKeys: 'accept-new' }));
    expect(readFileSync(`${home}/.ssh/known_hosts`, 'utf8')).toBe(`${name} ${hostKey.line}\n`);
    await login(transportAt(home), withKey(port));
  });

  test.each(['strict', 'accept-new'] as const)(
    'refuses a key that is revoked for the host on any port: %s',
    async (hostKeys) => {
      const { port, name, seen } = await server();
      const home = homeIn(
        directory,
        `${name} ${hostKey.line}`,
        `@revoked 127.0.0.1 ${hostKey.line}`,
      );
      const problem = await problemOf(login(transportAt(home), withKey(port, { hostKeys })));
      expect(problem).toMatchObject({
        code: 'ssh.host-key',
        at: { file: `${home}/.ssh/known_hosts`, line: 2 },
      });
      expect(seen).toMatchObject({ logins: 0, offered: [] });
    },
  );

  test('refuses a new key when it cannot be recorded, and every key when known_hosts cannot be read', async () => {
    const { port } = await server();
    const blocked = homeIn(directory);
    writeFileSync(join(blocked, 'file'), '');
    const config = `Host *\n UserKnownHostsFile ${blocked}/file/known_hosts\n`;
    writeFileSync(`${blocked}/.ssh/config`, config);
    const ssh = fakeSsh(blocked, `userknownhostsfile ${blocked}/file/known_hosts`, 0);
    const transport = transportAt(blocked, { sshCommand: ssh });
    const over = { address: '127.0.0.1', hostKeys: 'accept-new' } as const;
    expect(await problemOf(login(transport, withKey(port, over)))).toMatchObject({
      code: 'ssh.host-key',
    });
    const unreadable = homeIn(directory);
    mkdirSync(`${unreadable}/.ssh/known_hosts2`);
    expect(await problemOf(login(transportAt(unreadable), withKey(port, over)))).toEqual(
      problems.hostKeyProblem({
        reason: 'file-unreadable',
        file: `${unreadable}/.ssh/known_hosts2`,
        said: 'EISDIR',
      }),
    );
  });

  test('asks for the type of host key that is known', async () => {
    const rsa = keyIn(directory, 'rsa');
    const { port, name } = await server({ hostKeys: [hostKey, rsa] });
    await login(transportAt(homeIn(directory, `${name} ${rsa.line}`)), withKey(port));
  });

  test('finds the pinned key among those of the host, and no other will do', async () => {
    const [ecdsa, rsa] = [keyIn(directory, 'ecdsa'), keyIn(directory, 'rsa')];
    const { port, name } = await server({ hostKeys: [hostKey, ecdsa, rsa] });
    const transport = transportAt(homeIn(directory, `${name} ${stranger.line}`));
    await login(transport, withKey(port, { hostKey: `${fingerprint(rsa.blob)}=` }));
    const pin = fingerprint(stranger.blob);
    expect(await problemOf(login(transport, withKey(port, { hostKey: pin })))).toEqual(
      problems.pinMismatch(name, pin, [hostKey.blob, ecdsa.blob, rsa.blob]),
    );
  });

  test('offers keys in order, and says which were refused', async () => {
    const { port, name, seen } = await server();
    const transport = transportAt(homeIn(directory, `${name} ${hostKey.line}`));
    const both = await login(transport, withKey(port, { identity: [stranger.path, key.path] }));
    expect(both.description).toContain(`key ${key.path}`);
    expect(seen.offered).toContain(stranger.blob.toString('base64'));
    const refused = login(transport, withKey(port, { identity: [stranger.path] }));
    expect(await problemOf(refused)).toEqual(
      problems.refused(endpointAt(port), [`key ${stranger.path}`], ['publickey'], []),
    );
  });

  test('says what a server takes that takes no keys', async () => {
    const { port, name } = await server({ methods: ['password'] });
    const transport = transportAt(homeIn(directory, `${name} ${hostKey.line}`));
    expect(await problemOf(login(transport, withKey(port, { identity: [stranger.path] })))).toEqual(
      problems.refused(endpointAt(port), [`key ${stranger.path}`], ['password'], []),
    );
  });

  test('names every key that cannot be used, before it connects', async () => {
    const { port, seen } = await server();
    const odd = join(directory, 'odd');
    writeFileSync(odd, 'no key at all');
    const publicHalf = `${key.path}.pub`;
    const identity = ['/no/such', odd, publicHalf];
    const transport = transportAt(homeIn(directory));
    const unusable = [
      { file: '/no/such', why: 'absent', said: '' },
      { file: odd, why: 'unreadable', said: 'Unsupported key format' },
      { file: publicHalf, why: 'public', said: '' },
    ] as const;
    expect(await problemsOf(login(transport, withKey(port, { identity })))).toEqual(
      unusable.map(problems.unusableKey),
    );
    expect(seen.connections).toBe(0);
    const mixed = [...identity, stranger.path];
    const home = homeIn(directory, `127.0.0.1 ${hostKey.line}`);
    expect(await problemOf(login(transportAt(home), withKey(port, { identity: mixed })))).toEqual(
      problems.refused(endpointAt(port), [`key ${stranger.path}`], ['publickey'], unusable),
    );
  });

  test('takes the keys of the default names, and says where it looked', async () => {
    const { port } = await server();
    const home = homeIn(directory, `127.0.0.1 ${hostKey.line}`);
    const files = ['id_ed25519', 'id_ecdsa', 'id_rsa'];
    expect(await problemOf(login(transportAt(home), hostAt(port)))).toEqual(
      problems.authProblem({
        reason: 'no-key',
        endpoint: `ops@127.0.0.1:${port}`,
        files,
        agent: 'none',
      }),
    );
    writeFileSync(`${home}/.ssh/id_rsa`, key.pem);
    const connection = await login(transportAt(home), hostAt(port));
    expect(connection.description).toContain('key ~/.ssh/id_rsa');
  });

  test('tries again when the server drops the connection', async () => {
    const { port, name, seen } = await server({ drops: 2 });
    await login(transportAt(homeIn(directory, `${name} ${hostKey.line}`)), withKey(port));
    expect(seen.connections).toBe(3);
  });

  test('passes on what a server says that ends the login', async () => {
    const { port, name } = await server({ hangsUp: true, banner: 'hello\naccount expired\n' });
    const transport = transportAt(homeIn(directory, `${name} ${hostKey.line}`));
    expect(await problemOf(login(transport, withKey(port)))).toEqual(
      problems.loginEnded(endpointAt(port), 'hello account expired'),
    );
    const silent = await server({ hangsUp: true });
    const other = transportAt(homeIn(directory, `${silent.name} ${hostKey.line}`));
    expect(await problemOf(login(other, withKey(silent.port)))).toEqual(
      problems.handshakeFailed(
        endpointAt(silent.port),
        'handshake',
        'the server hung up during the login',
      ),
    );
  });

  test('names the second factor that it cannot give, and offers no more keys', async () => {
    const { port, name, seen } = await server({ second: ['keyboard-interactive'] });
    const transport = transportAt(homeIn(directory, `${name} ${hostKey.line}`));
    const identity = [stranger.path, key.path, keyIn(directory).path];
    expect(await problemOf(login(transport, withKey(port, { identity })))).toEqual(
      problems.secondFactor(endpointAt(port), `key ${key.path}`, ['keyboard-interactive']),
    );
    expect(seen.offered).toEqual([stranger.blob.toString('base64')]);
  });

  test('gives a second key where the server wants two', async () => {
    const { port, name } = await server({ accepts: [key, stranger], second: ['publickey'] });
    const transport = transportAt(homeIn(directory, `${name} ${hostKey.line}`));
    const both = await login(transport, withKey(port, { identity: [key.path, stranger.path] }));
    expect(both.description).toContain(`key ${stranger.path}`);
  });

  test('a refusal that passes is worth another try', async () => {
    const banner = 'System is booting up. Unprivileged users are not permitted to log in yet.\n';
    const { port, name } = await server({ hangsUp: true, banner });
    const transport = transportAt(homeIn(directory, `${name} ${hostKey.line}`));
    expect(await problemOf(login(transport, withKey(port)))).toMatchObject({
      code: 'ssh.auth',
      params: { reason: 'ended', said: banner.trim() },
      transient: true,
    });
  });

  test('reaches hosts through a jump host, whose key it checks too', async () => {
    const bastionKey = keyIn(directory);
    const bastion = await server({ hostKeys: [bastionKey] });
    const { port, name } = await server();
    const jump = [`127.0.0.1:${bastion.port}`];
    const known = homeIn(
      directory,
      `${name} ${hostKey.line}`,
      `${bastion.name} ${bastionKey.line}`,
    );
    const transport = transportAt(known);
    const all = await Promise.all([1, 2].map(() => login(transport, withKey(port, { jump }))));
    expect((await run(all[1]!, ['on'])).out.toString()).toBe('on');
    expect(bastion.seen.logins).toBe(1);

    const wrong = homeIn(directory, `${name} ${hostKey.line}`, `${bastion.name} ${stranger.line}`);
    const over = { jump, hostKeys: 'accept-new', hostKey: fingerprint(bastionKey.blob) } as const;
    const problem = await problemOf(login(transportAt(wrong), withKey(port, over)));
    expect(problem).toMatchObject({ code: 'ssh.host-key', at: { line: 2 } });
    expect(bastion.seen.logins).toBe(1);
  });
});

/** An ssh that prints `config` for -G, claims to be OpenSSH 9.2, and logs and refuses every login. */
function fakeSsh(
  home: string,
  config: string,
  exit = 255,
  said = 'Permission denied (publickey).',
) {
  const path = join(home, 'ssh');
  const lines = [
    '#!/bin/sh',
    `case "$1" in -G) echo '${config}'; exit 0;; -V) echo OpenSSH_9.2p1 >&2; exit 0;; esac`,
    'while [ "$1" != -E ]; do shift; done',
    `echo "$2" >>${home}/logins`,
    `echo '${said}' >>"$2"`,
    `exit ${exit}`,
  ];
  writeFileSync(path, `${lines.join('\n')}\n`);
  chmodSync(path, 0o755);
  return path;
}
const loginsOf = (home: string): number =>
  existsSync(join(home, 'logins'))
    ? readFileSync(join(home, 'logins'), 'utf8').trim().split('\n').length
    : 0;

describe('which client', () => {
  const byOpenssh = (port: number) =>
    problems.refused(endpointAt(port), [], ['publickey'], []).code;

  test('openssh, where the inventory says so', async () => {
    const { port, name, seen } = await server();
    const home = homeIn(directory, `${name} ${hostKey.line}`);
    const transport = transportAt(home, { sshCommand: fakeSsh(home, '') });
    const host = withKey(port, { transport: 'openssh' });
    expect(await problemOf(login(transport, host))).toEqual(noKeyOfSsh(port));
    expect(seen.connections).toBe(0);
    expect(loginsOf(home)).toBe(1);
  });

  test('openssh for a ProxyCommand, unless the inventory forces the built-in client', async () => {
    const { port } = await server();
    const home = homeIn(directory);
    writeFileSync(`${home}/.ssh/config`, 'ProxyCommand nc\n');
    const transport = transportAt(home, { sshCommand: fakeSsh(home, 'proxycommand nc') });
    expect(await problemOf(login(transport, withKey(port)))).toMatchObject({
      code: byOpenssh(port),
    });
    expect(loginsOf(home)).toBe(1);
    const forced = login(transport, withKey(port, { transport: 'ssh' }));
    expect(await problemOf(forced)).toEqual(
      new problems.OpensshRequired('ProxyCommand nc in ~/.ssh/config').problem,
    );
    expect(loginsOf(home)).toBe(1);
  });

  test('openssh for a host certificate', async () => {
    const { port } = await server();
    const home = homeIn(directory, `@cert-authority * ${stranger.line}`);
    const transport = transportAt(home, { sshCommand: fakeSsh(home, '') });
    await problemOf(login(transport, withKey(port)));
    expect(loginsOf(home)).toBe(1);
    const forced = await problemOf(login(transport, withKey(port, { transport: 'ssh' })));
    expect(forced).toEqual(
      new problems.OpensshRequired(`@cert-authority in ${home}/.ssh/known_hosts:1`).problem,
    );
  });

  test('openssh for a FIDO key when there is no other', async () => {
    const { port, seen } = await server();
    const fido = join(directory, 'fido.pub');
    writeFileSync(fido, 'sk-ssh-ed25519@openssh.com AAAA\n');
    const home = homeIn(directory, `127.0.0.1 ${hostKey.line}`);
    const transport = transportAt(home, { sshCommand: fakeSsh(home, '') });
    await problemOf(login(transport, withKey(port, { identity: [fido] })));
    expect(loginsOf(home)).toBe(1);
    expect(seen.connections).toBe(0);
    await login(transport, withKey(port, { identity: [fido, key.path] }));
    expect(loginsOf(home)).toBe(1);
  });

  test('openssh for a certificate once the key alone was refused', async () => {
    const { port, name, seen } = await server();
    writeFileSync(`${stranger.path}-cert.pub`, '');
    const home = homeIn(directory, `${name} ${hostKey.line}`);
    const ok = { sshCommand: fakeSsh(home, '') };
    const transport = transportAt(home, ok);
    const host = withKey(port, { identity: [stranger.path] });
    const forced = await problemOf(login(transport, { ...host, transport: 'ssh' }));
    expect(forced.code).toBe('ssh.unsupported');
    expect([seen.connections, loginsOf(home)]).toEqual([1, 0]);
    await problemOf(login(transport, host));
    expect([seen.connections, loginsOf(home)]).toEqual([2, 1]);
  });

  test('the built-in one where OpenSSH has nothing more to offer', async () => {
    const { port, name } = await server();
    const other = keyIn(directory);
    const home = homeIn(directory, `${name} ${hostKey.line}`);
    const transport = transportAt(home, { sshCommand: fakeSsh(home, '') });
    await problemOf(login(transport, withKey(port, { identity: [other.path] })));
    expect(loginsOf(home)).toBe(0);
  });

  test('an ssh that is missing, or too old for a pin', async () => {
    const { port } = await server();
    const home = homeIn(directory);
    const host = withKey(port, { transport: 'openssh' });
    expect(await problemOf(login(transportAt(home), host))).toEqual(
      problems.unsupported({ reason: 'no-ssh-command' }),
    );
    const old = fakeSsh(home, '');
    writeFileSync(old, readFileSync(old, 'utf8').replace('OpenSSH_9.2', 'OpenSSH_8.4'));
    const transport = transportAt(home, { sshCommand: old });
    expect(await problemOf(login(transport, { ...host, hostKey: 'SHA256:x' }))).toEqual(
      problems.unsupported({ reason: 'old-ssh-command', name: '127.0.0.1', needed: 8.5 }),
    );
    expect(await problemOf(login(transport, host))).toEqual(noKeyOfSsh(port));
  });
});

describe('OpenSSH that refuses', () => {
  const refusedWith = async (said: string, over: Partial<Host> = {}, ...known: string[]) => {
    const home = homeIn(directory, ...known);
    const transport = transportAt(home, { sshCommand: fakeSsh(home, '', 255, said) });
    const host = withKey(2222, { transport: 'openssh', ...over });
    return { home, problems: await problemsOf(login(transport, host)) };
  };
  const endpoint = endpointAt(2222);

  test('a host key that it was not shown', async () => {
    const said = 'Host key verification failed.';
    expect((await refusedWith(said)).problems).toEqual([problems.distrusted(endpoint, [said])]);
  });

  test('the keys: one that cannot be read explains it', async () => {
    const offered = (file: string) =>
      `debug1: Offering public key: ${file} RSA SHA256:x explicit\nops@x: Permission denied (publickey).`;
    const locked = { file: '/no/such', why: 'absent', said: '' } as const;
    expect((await refusedWith(offered('/no/such'), { identity: ['/no/such'] })).problems).toEqual([
      problems.unusableKey(locked),
    ]);
    const other = await refusedWith(offered(key.path), { identity: ['/no/such', key.path] });
    expect(other.problems).toEqual([
      problems.refused(endpoint, [`key ${key.path}`], ['publickey'], [locked]),
    ]);
    const signing = 'sign_and_send_pubkey: signing failed';
    expect((await refusedWith(`${offered(key.path)}\n${signing}`)).problems).toEqual([
      problems.refused(endpoint, [`key ${key.path}`], ['publickey'], [], signing),
    ]);
  });

  test('too many keys', async () => {
    expect((await refusedWith('Too many authentication failures')).problems).toEqual([
      problems.tooManyKeys(endpoint, []),
    ]);
  });

  test('the name', async () => {
    const said = 'ssh: Could not resolve hostname web: Name or service not known';
    const cause = { code: 'ENOTFOUND', message: '' };
    expect((await refusedWith(said)).problems).toEqual([problems.noConnection(endpoint, cause)]);
  });
});

describe('a scan of host keys', () => {
  const scan = async (home: string, hosts: readonly Host[]) => {
    const options = {
      user: { home, name: 'ops' },
      agent: null,
      askPassphrase: null,
      systemConfig: '/nonexistent',
      sshCommand: '/nonexistent',
    };
    const limits = { timeoutMs: 10_000, signal: never, forks: 4 };
    return scanHostKeys(hosts, options, limits);
  };
  const kinds = (scanned: Awaited<ReturnType<typeof scan>>) =>
    scanned.map(({ server: { name, jump }, result }) => [name, jump, result.kind]);

  test('shows new keys, and logs in nowhere', async () => {
    const { port, name, seen } = await server();
    const home = homeIn(directory);
    const [{ server: scanned, result }] = (await scan(home, [hostAt(port)])) as never as [
      Awaited<ReturnType<typeof scan>>[number],
    ];
    expect(scanned).toEqual({ name: 'h1', address: '127.0.0.1', port, jump: false });
    expect(result).toEqual({
      kind: 'new',
      key: {
        type: 'ssh-ed25519',
        fingerprint: fingerprint(hostKey.blob),
        blob: Uint8Array.from(hostKey.blob),
        file: `${home}/.ssh/known_hosts`,
        knownAs: name,
        hashed: false,
      },
    });
    expect(seen).toMatchObject({ logins: 0, offered: [] });
  });

  test('asks each server once, jump hosts first; a host that is not reached by SSH is left out', async () => {
    const { port, name, seen } = await server();
    const bastion = await server();
    const home = homeIn(directory, `${name} ${hostKey.line}`, `${bastion.name} ${hostKey.line}`);
    const jump = [`127.0.0.1:${bastion.port}`];
    const hosts = [
      withKey(port, { name: 'a', jump }),
      withKey(port, { name: 'b', jump }),
      hostAt(1, { name: 'local', transport: 'local' }),
      hostAt(1, { name: 'odd', jump: ['x:y'] }),
    ];
    const scanned = await scan(home, hosts);
    expect(kinds(scanned)).toEqual([
      ['127.0.0.1', true, 'known'],
      ['a', false, 'known'],
      ['odd', false, 'trouble'],
    ]);
    expect(seen.connections).toBe(1);
    expect(scanned[2]!.server).toEqual({ name: 'odd', address: '127.0.0.1', port: 1, jump: false });
    expect(scanned[2]!.result).toEqual({
      kind: 'trouble',
      problem: problems.unsupported({ reason: 'bad-jump-host', text: 'x:y' }),
    });
  });

  test('a changed, a revoked and a certified key', async () => {
    const { port, name } = await server();
    const verdict = async (...lines: readonly string[]) => {
      const [one] = await scan(homeIn(directory, ...lines), [hostAt(port)]);
      return one!.result;
    };
    expect(await verdict(`${name} ${stranger.line}`)).toMatchObject({
      kind: 'trouble',
      problem: { at: { line: 1 } },
    });
    expect(
      await verdict(`${name} ${hostKey.line}`, `@revoked 127.0.0.1 ${hostKey.line}`),
    ).toMatchObject({ kind: 'trouble', problem: { code: 'ssh.host-key', at: { line: 2 } } });
    expect(await verdict(`@cert-authority * ${stranger.line}`)).toEqual({ kind: 'known' });
  });

  test('a pinned host is not asked; the same server as a jump host is, for its pin is another host’s', async () => {
    const bastion = await server();
    const { port } = await server();
    const pinned = withKey(bastion.port, { name: 'bastion', hostKey: 'SHA256:pinned' });
    const behind = withKey(port, { name: 'web', jump: [`127.0.0.1:${bastion.port}`] });
    const home = homeIn(directory);
    for (const hosts of [
      [pinned, behind],
      [behind, pinned],
    ])
      expect(kinds(await scan(home, hosts)).sort()).toEqual([
        ['127.0.0.1', true, 'new'],
        ['bastion', false, 'known'],
        ['web', false, 'later'],
      ]);
    expect(bastion.seen.connections).toBe(2);
  });

  test('nothing is asked through a jump host whose key is unknown, changed or revoked', async () => {
    const bastion = await server();
    const { port, seen } = await server();
    const behind = [
      withKey(port, {
        name: 'web',
        jump: [`127.0.0.1:${bastion.port}`],
        hostKeys: 'accept-new',
      }),
    ];
    const unknown = await scan(homeIn(directory), behind);
    expect(unknown[1]!.result).toEqual({ kind: 'later', behind: '127.0.0.1' });
    for (const lines of [
      [`${bastion.name} ${stranger.line}`],
      [`${bastion.name} ${hostKey.line}`, `@revoked 127.0.0.1 ${hostKey.line}`],
    ]) {
      const scanned = await scan(homeIn(directory, ...lines), behind);
      expect(kinds(scanned)).toEqual([
        ['127.0.0.1', true, 'trouble'],
        ['web', false, 'trouble'],
      ]);
    }
    expect(seen.connections).toBe(0);
    expect(bastion.seen.logins).toBe(0);
  });

  test('a server that is not there, one that is not SSH, and one that needs OpenSSH', async () => {
    const [gone] = await scan(homeIn(directory), [hostAt(1)]);
    expect(gone!.result).toMatchObject({ kind: 'trouble', problem: { code: 'ssh.unreachable' } });
    const home = homeIn(directory);
    writeFileSync(`${home}/.ssh/config`, 'ProxyCommand nc\n');
    const options = {
      user: { home, name: 'ops' },
      agent: null,
      askPassphrase: null,
      systemConfig: '/nonexistent',
      sshCommand: fakeSsh(home, 'proxycommand nc'),
    };
    const limits = { timeoutMs: 10_000, signal: never, forks: 4 };
    const [proxied] = await scanHostKeys([hostAt(22)], options, limits);
    expect(proxied!.result).toEqual({
      kind: 'trouble',
      problem: problems.hostKeyProblem({
        reason: 'not-shown',
        address: '127.0.0.1',
        setting: 'ProxyCommand nc in ~/.ssh/config',
      }),
    });
  });

  test('lists jump hosts first, whichever host they lead to', async () => {
    const bastion = await server();
    const { port } = await server();
    const behind = withKey(port, { name: 'web', jump: [`127.0.0.1:${bastion.port}`] });
    const scanned = await scan(homeIn(directory), [hostAt(port, { name: 'db' }), behind]);
    expect(scanned.map(({ server: { jump } }) => jump)).toEqual([true, false]);
  });

  describe('a server', () => {
    /** A server that says this to everybody, and then nothing more. */
    const serverThatSays = async (greeting: string | null): Promise<number> => {
      const silent = createServer((socket) => {
        socket.on('error', () => undefined);
        if (greeting !== null) socket.end(greeting);
      });
      await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
      cleanups.push(() => silent.close());
      return (silent.address() as AddressInfo).port;
    };
    const troubleWith = async (port: number, signal = never) => {
      const limits = { timeoutMs: 800, signal, forks: 1 };
      const options = {
        user: { home: homeIn(directory), name: 'ops' },
        agent: null,
        askPassphrase: null,
        systemConfig: '/nonexistent',
        sshCommand: '/nonexistent',
      };
      const [one] = await scanHostKeys([hostAt(port)], options, limits);
      return one?.result.kind === 'trouble' ? one.result.problem : one?.result;
    };

    test('that says nothing is given up', async () => {
      const port = await serverThatSays(null);
      expect(await troubleWith(port)).toEqual(problems.tooSlow(endpointAt(port), 'greeting', 800));
    });

    test('that speaks another version, or hangs up, is named', async () => {
      const old = await serverThatSays('SSH-1.5-old\r\n');
      expect(await troubleWith(old)).toMatchObject({
        code: 'ssh.unreachable',
        params: { reason: 'handshake' },
      });
      const rude = await serverThatSays('');
      expect(await troubleWith(rude)).toEqual(problems.dropped(endpointAt(rude), 1));
    });

    test('is not waited for after an interrupt', async () => {
      const port = await serverThatSays(null);
      expect(await troubleWith(port, AbortSignal.timeout(50))).toEqual(
        problems.loginInterrupted(endpointAt(port)),
      );
    });
  });
});
