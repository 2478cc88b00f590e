import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Host } from '../../src/model/host.ts';
import type { Connection, Transport } from '../../src/model/ports.ts';
import { textOf } from '../../src/report/text-of.ts';
import { fingerprint } from '../../src/transport/known-hosts.ts';
import { createTransport } from '../../src/transport/transport.ts';
import { describeUnless, MISSING } from '../missing.ts';
import { homeIn, hostAt, never, problemOf, run, scratch } from './fixtures.ts';
import { makeKey, publicKey, type Sshd, startSshd } from './sshd.ts';

describeUnless(MISSING.sshd)('OpenSSH against a real sshd', () => {
  const { path: directory, remove } = scratch();
  const transports: Transport[] = [];
  let key: string;
  let stranger: string;
  let authority: string;
  let certified: string;
  let sshd: Sshd;
  let several: Sshd;

  beforeAll(async () => {
    key = makeKey(directory, 'id');
    stranger = makeKey(directory, 'stranger');
    authority = makeKey(directory, 'ca');
    certified = makeKey(directory, 'certified');
    execFileSync('ssh-keygen', [
      '-q',
      '-s',
      authority,
      '-I',
      'me',
      '-n',
      'root',
      `${certified}.pub`,
    ]);
    sshd = await startSshd(directory, [key]);
    several = await startSshd(directory, [key], {
      types: ['rsa', 'ecdsa', 'ed25519'],
      extra: `TrustedUserCAKeys ${authority}.pub`,
    });
  });
  afterAll(async () => {
    for (const transport of transports) await transport.close();
    await sshd?.stop();
    await several?.stop();
    remove();
  });

  const line = (of: Sshd, type = 'ssh-ed25519'): string =>
    `[127.0.0.1]:${of.port} ${of.hostKeys[type]}`;
  /** ssh(1) looks the home directory up in the user database, so it is told which file. */
  const world = (config: string, ...lines: readonly string[]) => {
    const home = homeIn(directory, ...lines);
    writeFileSync(`${home}/.ssh/config`, config, { mode: 0o600 });
    const wrapper = join(home, 'ssh');
    writeFileSync(wrapper, `#!/bin/sh\nexec ssh -F ${home}/.ssh/config "$@"\n`, { mode: 0o755 });
    const transport = createTransport({
      user: { home, name: 'root' },
      agent: null,
      askPassphrase: null,
      systemConfig: '/nonexistent',
      sshCommand: wrapper,
    });
    transports.push(transport);
    return { home, transport };
  };
  const hostOf = (of: Pick<Sshd, 'port'>, over: Partial<Host> = {}): Host =>
    hostAt(of.port, { transport: 'openssh', identity: [key], ...over });
  const login = (host: Host, transport = world('', line(sshd)).transport, timeoutMs = 10_000) =>
    transport.connect(host, { timeoutMs, signal: never });
  describe('commands', () => {
    let connection: Connection;
    beforeAll(async () => {
      connection = await login(hostOf(sshd));
    });
    afterAll(() => connection?.close());

    test('the connection describes how it was made, and why', () => {
      expect(connection).toMatchObject({
        via: 'openssh',
        description: `openssh root@127.0.0.1:${sshd.port}, key ${key}`,
        why: 'ssh.transport: openssh',
      });
    });

    test('return their output, their errors and their exit code', async () => {
      const argv = ['sh', '-c', 'echo "out $1"; echo err >&2; exit 7', 'x', "it's $HOME"] as const;
      const done = await run(connection, argv);
      expect(done.exit).toEqual({ code: 7, signal: null });
      expect([done.out.toString(), done.err.toString()]).toEqual(["out it's $HOME\n", 'err\n']);
    });

    test('may exit with 255', async () => {
      for (const code of [0, 1, 255])
        expect((await run(connection, ['sh', '-c', `exit ${code}`])).exit.code).toBe(code);
    });

    test('may be killed by a signal, and the connection stays usable', async () => {
      const { exit } = await run(connection, ['sh', '-c', 'kill -KILL $$']);
      expect(exit.code).toBeNull();
      expect((await run(connection, ['echo', 'on'])).out.toString()).toBe('on\n');
    });

    test('pass a megabyte through, byte for byte', async () => {
      const bytes = Buffer.from(Uint32Array.from({ length: 1 << 18 }, (_, n) => n * 40503).buffer);
      const { exit, out } = await run(connection, ['cat'], bytes);
      expect([exit.code, out.equals(bytes)]).toEqual([0, true]);
    });

    test('may end without reading their input', async () => {
      expect((await run(connection, ['true'], Buffer.alloc(300_000))).exit.code).toBe(0);
    });

    test('are abandoned at their deadline, and the connection stays usable', async () => {
      const problem = await problemOf(run(connection, ['sleep', '20'], '', 300));
      expect(problem).toMatchObject({ code: 'ssh.timeout', transient: true });
      expect((await run(connection, ['echo', 'on'])).out.toString()).toBe('on\n');
    });
  });

  test('a connection that breaks is ssh.lost, for the command that runs and for each after it', async () => {
    const connection = await login(hostOf(sshd));
    const server = Number((await run(connection, ['sh', '-c', 'echo $PPID'])).out.toString());
    const running = problemOf(run(connection, ['sh', '-c', 'echo begun; sleep 20']));
    setTimeout(() => process.kill(server, 'SIGKILL'), 300);
    expect(await running).toMatchObject({ code: 'ssh.lost', transient: true });
    expect(await problemOf(run(connection, ['true']))).toMatchObject({ code: 'ssh.lost' });
    connection.close();
    connection.close();
  });

  test('an idle master stays alive, and leaves nothing behind at the end', async () => {
    const ours = () =>
      execFileSync('sh', ['-c', 'ps -eo args | grep "[a]lloyup-ssh-.*ControlPersist" || true'])
        .toString()
        .split('\n')
        .filter((row) => row.includes(`-p ${sshd.port} `)).length;
    // other test files make such folders at the same time
    const own = mkdtempSync('/tmp/own-');
    vi.stubEnv('TMPDIR', own);
    const { transport } = world('', line(sshd));
    const connection = await login(hostOf(sshd), transport);
    const failed = await problemOf(login(hostOf(sshd, { identity: [stranger] }), transport));
    expect(failed.code).toBe('ssh.auth');
    // longer than a master outlives a controller that was killed
    await new Promise((resolve) => setTimeout(resolve, 12_000));
    expect((await run(connection, ['echo', 'on'])).out.toString()).toBe('on\n');
    expect(ours()).toBeGreaterThan(0);
    connection.close();
    await transport.close();
    await transport.close();
    vi.unstubAllEnvs();
    expect(readdirSync(own)).toEqual([]);
    rmSync(own, { recursive: true });
  });

  describe('host keys', () => {
    test('unknown, changed, revoked: the same problems as with the built-in client', async () => {
      const unknown = await problemOf(login(hostOf(sshd), world('').transport));
      expect(textOf(unknown).message).toMatch(/is not known: it shows ed25519 SHA256:/);
      for (const hostKeys of ['strict', 'accept-new'] as const) {
        const lines = ['# mine', `[127.0.0.1]:${sshd.port} ${publicKey(stranger)}`];
        const { home, transport } = world('', ...lines);
        const changed = await problemOf(login(hostOf(sshd, { hostKeys }), transport));
        const at = { file: `${home}/.ssh/known_hosts`, line: 2 };
        expect(changed).toMatchObject({ code: 'ssh.host-key', at });
        expect(textOf(changed).message.match(/SHA256:/g)).toHaveLength(2);
      }
      const revoked = world('', line(sshd), `@revoked * ${sshd.hostKeys['ssh-ed25519']}`);
      expect(textOf(await problemOf(login(hostOf(sshd), revoked.transport))).message).toMatch(
        /revoked by .*known_hosts:2$/,
      );
    });

    test('a config that trusts every key changes nothing', async () => {
      const { transport } = world(
        'Host *\n StrictHostKeyChecking no\n UserKnownHostsFile /dev/null\n',
      );
      expect(await problemOf(login(hostOf(sshd), transport))).toMatchObject({
        code: 'ssh.host-key',
      });
    });

    test('a new one is recorded when the inventory accepts it', async () => {
      const { home, transport } = world('');
      (await login(hostOf(sshd, { hostKeys: 'accept-new' }), transport)).close();
      expect(readFileSync(`${home}/.ssh/known_hosts`, 'utf8')).toContain(
        sshd.hostKeys['ssh-ed25519'],
      );
    });

    test('pinned: any of its keys, whatever the files say; and no other', async () => {
      const { transport } = world('', `[127.0.0.1]:${several.port} ${publicKey(stranger)}`);
      for (const pub of Object.values(several.hostKeys)) {
        const print = execFileSync('ssh-keygen', ['-lf', '-'], { input: pub })
          .toString()
          .split(' ')[1]!;
        (await login(hostOf(several, { hostKey: print }), transport)).close();
      }
      const pin = 'SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';
      const problem = await problemOf(login(hostOf(several, { hostKey: pin }), transport));
      for (const word of [pin, 'ed25519 SHA256:', 'nistp256 SHA256:', 'rsa SHA256:'])
        expect(textOf(problem).message).toContain(word);
    });
  });

  test('each failure has its own problem', async () => {
    const { transport } = world('', line(sshd));
    const wrong = await problemOf(login(hostOf(sshd, { identity: [stranger] }), transport));
    expect(wrong.code).toBe('ssh.auth');
    expect(textOf(wrong).message).toBe(`root@127.0.0.1:${sshd.port} refused key ${stranger}`);
    const locked = makeKey(directory, 'locked', 'ed25519', 'open sesame');
    expect(await problemOf(login(hostOf(sshd, { identity: [locked] }), transport))).toMatchObject({
      code: 'ssh.auth',
      params: { why: 'locked', file: locked },
    });
    const absent = await problemOf(login(hostOf(sshd, { identity: ['/no/such'] }), transport));
    expect(textOf(absent).message).toContain('does not exist');
    expect(textOf(await problemOf(login(hostOf({ port: 1 }), transport))).message).toContain(
      'refused the connection',
    );
    const nobody = hostOf(sshd, { address: 'no-such-host.invalid' });
    expect(textOf(await problemOf(login(nobody, transport))).message).toMatch(/cannot be resolved/);
  });

  describe('auto switches to OpenSSH', () => {
    test('for a ProxyCommand, and says why', async () => {
      const config = `Host odd\n HostName 127.0.0.1\n UserKnownHostsFile ${directory}/kh\n ProxyCommand ssh -F /dev/null -i ${key} -p ${sshd.port} -o UserKnownHostsFile=${directory}/kh -W %h:%p 127.0.0.1\n`;
      writeFileSync(join(directory, 'kh'), `${line(sshd)}\n${line(several)}\n`);
      const { transport } = world(config, line(several));
      const host = hostOf(several, { address: 'odd', transport: 'auto' });
      const connection = await login(host, transport);
      expect(connection.why).toMatch(/^ProxyCommand ssh .* in ~\/\.ssh\/config$/);
      expect((await run(connection, ['echo', 'on'])).out.toString()).toBe('on\n');
    });

    test('for a certificate, once the key alone was refused; then at once', async () => {
      const { transport } = world('', line(several));
      const host = hostOf(several, { identity: [certified], transport: 'auto' });
      const connection = await login(host, transport);
      expect(connection).toMatchObject({
        via: 'openssh',
        why: `the certificate ${certified}-cert.pub`,
      });
      expect(connection.description).toContain('certificate');
      expect((await login(host, transport)).via).toBe('openssh');
    });

    test('for the same keys, the built-in client is not tried again', async () => {
      let connections = 0;
      const counter = createServer((from) => {
        connections += 1;
        const to = connect(several.port, '127.0.0.1');
        for (const socket of [from, to]) socket.on('error', () => undefined);
        from.pipe(to).pipe(from);
      });
      await new Promise<void>((resolve) => counter.listen(0, '127.0.0.1', () => resolve()));
      const { port } = counter.address() as AddressInfo;
      const { transport } = world('', line({ ...several, port }));
      const host = hostOf({ port }, { identity: [certified], transport: 'auto' });
      await login(host, transport);
      expect(connections).toBe(2);
      await login(host, transport);
      expect(connections).toBe(3);
      await transport.close();
      counter.close();
    });

    test('for a KnownHostsCommand, which then decides, unless the key is pinned', async () => {
      const command = join(directory, 'known-hosts');
      const rows = `[127.0.0.1]:${sshd.port} ${sshd.hostKeys['ssh-ed25519']}`;
      writeFileSync(command, `#!/bin/sh\necho '${rows}'\n`, { mode: 0o755 });
      const config = `Host *\n KnownHostsCommand ${command} %H\n`;
      const host = hostOf(sshd, { transport: 'auto' });
      expect(await login(host, world(config).transport)).toMatchObject({
        via: 'openssh',
        why: `KnownHostsCommand ${command} %H in ~/.ssh/config`,
      });
      const fingerprinted = fingerprint(
        Buffer.from(sshd.hostKeys['ssh-ed25519']!.split(' ')[1]!, 'base64'),
      );
      const pinned = { ...host, hostKey: fingerprinted };
      expect((await login(pinned, world(config).transport)).via).toBe('ssh');
      writeFileSync(command, "#!/bin/sh\necho 'no key of yours' >&2\n", { mode: 0o755 });
      const problem = await problemOf(login(host, world(config).transport));
      expect(problem).toMatchObject({ code: 'ssh.host-key', params: { reason: 'distrusted' } });
      expect(problem.detail).toContain('Host key verification failed');
    });

    test('for a host whose certificate authority is known', async () => {
      const { transport } = world('', `@cert-authority * ${publicKey(authority)}`);
      const problem = await problemOf(login(hostOf(several, { transport: 'auto' }), transport));
      // this one shows no certificate: OpenSSH says so, not we
      expect(problem.code).toBe('ssh.host-key');
    });

    test('but not where the inventory forces the built-in client', async () => {
      const { transport } = world('Host odd\n ProxyCommand nc %h %p\n');
      const problem = await problemOf(
        login(hostOf(sshd, { address: 'odd', transport: 'ssh' }), transport),
      );
      expect(problem).toMatchObject({ code: 'ssh.unsupported' });
      expect(textOf(problem).message).toContain('ProxyCommand nc');
    });

    test.each(['ssh', 'openssh'] as const)('a second factor is named (%s)', async (transport) => {
      const extra = 'PasswordAuthentication yes\nAuthenticationMethods publickey,password\n';
      const two = await startSshd(directory, [key], { extra });
      const problem = await problemOf(
        login(hostOf(two, { transport }), world('', line(two)).transport),
      );
      await two.stop();
      expect(problem).toMatchObject({
        code: 'ssh.auth',
        params: { reason: 'second-factor', accepted: `key ${key}`, methods: ['password'] },
      });
    });

    test('a ProxyCommand that fails is quoted', async () => {
      const { transport } = world(
        'Host odd\n ProxyCommand sh -c "echo no way through >&2; exit 1"\n',
      );
      const problem = await problemOf(
        login(hostOf(sshd, { address: 'odd', transport: 'auto' }), transport),
      );
      expect(problem).toMatchObject({ code: 'ssh.unreachable' });
      expect(textOf(problem).message).toContain('no way through');
    });
  });

  describe('through a jump host', () => {
    test('every hop is verified, and all hosts share one login on the jump host', async () => {
      const { transport } = world('', line(sshd), line(several));
      const host = hostOf(several, { jump: [`root@127.0.0.1:${sshd.port}`] });
      const all = await Promise.all([1, 2, 3].map(() => login(host, transport)));
      expect(all[0]!.description).toContain(`, through root@127.0.0.1:${sshd.port}`);
      const bytes = Buffer.alloc(400_000, 'x');
      expect((await run(all[1]!, ['cat'], bytes)).out.equals(bytes)).toBe(true);
      for (const connection of all) connection.close();
    });

    test('an unknown jump host, an unknown target, a missing target', async () => {
      const jump = [`root@127.0.0.1:${sshd.port}`];
      const bastion = await problemOf(
        login(hostOf(several, { jump }), world('', line(several)).transport),
      );
      expect(textOf(bastion).message).toMatch(/^jump host root@127\.0\.0\.1.* is not known/);
      const target = await problemOf(
        login(hostOf(several, { jump }), world('', line(sshd)).transport),
      );
      expect(textOf(target).message).toContain(`[127.0.0.1]:${several.port} is not known`);
      const away = await problemOf(
        login(hostOf({ port: 1 }, { jump }), world('', line(sshd)).transport),
      );
      expect(away).toMatchObject({ code: 'ssh.unreachable' });
    });
  });

  test('a login that takes too long reports how far it came', async () => {
    const { transport } = world('Host slow\n ProxyCommand sleep 20\n');
    const host = hostOf(sshd, { address: 'slow' });
    const problem = await problemOf(login(host, transport, 1500));
    expect(problem).toMatchObject({ code: 'ssh.timeout', transient: true });
    expect(textOf(problem).message).toContain('no SSH server answered');
  });

  test('twelve logins at once on a server that drops all above three', async () => {
    const narrow = await startSshd(directory, [key], { extra: 'MaxStartups 3:100:4' });
    try {
      const { transport } = world('', line(narrow));
      const host = hostOf(narrow);
      const all = await Promise.all(
        Array.from({ length: 12 }, () => login(host, transport, 40_000)),
      );
      for (const connection of all) connection.close();
    } finally {
      await narrow.stop();
    }
  });
});
