import { execFileSync, spawn } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Host } from '../../src/model/host.ts';
import type { Connection, Transport } from '../../src/model/ports.ts';
import { Secret } from '../../src/model/secret.ts';
import { textOf } from '../../src/report/text-of.ts';
import { hashedName } from '../../src/transport/known-hosts.ts';
import type { SshOptions } from '../../src/transport/options.ts';
import { createTransport } from '../../src/transport/transport.ts';
import { describeUnless, MISSING } from '../missing.ts';
import { homeIn, hostAt, never, problemOf, run, scratch } from './fixtures.ts';
import { makeKey, publicKey, type Sshd, startSshd } from './sshd.ts';

describeUnless(MISSING.sshd)('the built-in client against a real sshd', () => {
  const { path: directory, remove } = scratch();
  let key: string;
  let locked: string;
  let stranger: string;
  let sshd: Sshd;
  let several: Sshd;
  const transports: Transport[] = [];

  beforeAll(async () => {
    key = makeKey(directory, 'id');
    locked = makeKey(directory, 'locked', 'ed25519', 'open sesame');
    stranger = makeKey(directory, 'stranger');
    sshd = await startSshd(directory, [key, locked]);
    several = await startSshd(directory, [key], { types: ['rsa', 'ecdsa', 'ed25519'] });
  });
  afterAll(async () => {
    for (const transport of transports) await transport.close();
    await sshd?.stop();
    await several?.stop();
    remove();
  });

  const homeWith = (...lines: readonly string[]): string => homeIn(directory, ...lines);
  const line = (of: Sshd, type = 'ssh-ed25519', name = `[127.0.0.1]:${of.port}`): string =>
    `${name} ${of.hostKeys[type]}`;
  const transportOf = (home: string, over: Partial<SshOptions> = {}): Transport => {
    const transport = createTransport({
      user: { home, name: 'root' },
      agent: null,
      askPassphrase: null,
      systemConfig: '/nonexistent',
      ...over,
    });
    transports.push(transport);
    return transport;
  };
  const hostOf = (of: Pick<Sshd, 'port'>, over: Partial<Host> = {}): Host =>
    hostAt(of.port, { identity: [key], ...over });
  const login = (host: Host, transport = transportOf(homeWith(line(sshd))), timeoutMs = 10_000) =>
    transport.connect(host, { timeoutMs, signal: never });
  describe('commands', () => {
    let connection: Connection;
    beforeAll(async () => {
      connection = await login(hostOf(sshd));
    });
    afterAll(() => connection?.close());

    test('the connection describes how it was made', () => {
      expect(connection.description).toBe(`ssh root@127.0.0.1:${sshd.port}, key ${key}`);
    });

    test('return their output, their errors and their exit code', async () => {
      const done = await run(connection, [
        'sh',
        '-c',
        'echo "out $1"; echo err >&2; exit 7',
        'x',
        "it's $HOME",
      ]);
      expect(done.exit).toEqual({ code: 7, signal: null });
      expect(done.out.toString()).toBe("out it's $HOME\n");
      expect(done.err.toString()).toBe('err\n');
    });

    test('run one after the other over one connection', async () => {
      for (const code of [0, 1, 255]) {
        expect((await run(connection, ['sh', '-c', `exit ${code}`])).exit.code).toBe(code);
      }
    });

    test('report the signal that killed them', async () => {
      expect((await run(connection, ['sh', '-c', 'kill -KILL $$'])).exit).toEqual({
        code: null,
        signal: 'SIGKILL',
      });
    });

    test('pass a megabyte through, byte for byte', async () => {
      const bytes = Buffer.from(
        Uint32Array.from({ length: 1 << 18 }, (_, n) => (n * 2654435761) >>> 0).buffer,
      );
      const { exit, out } = await run(connection, ['cat'], bytes);
      expect(exit.code).toBe(0);
      expect(out.equals(bytes)).toBe(true);
    });

    test('get what was written before they started, and see the end of their input', async () => {
      const channel = connection.start(['wc', '-c'], {
        onOut: (bytes) => expect(Buffer.from(bytes).toString().trim()).toBe('6'),
        onErr: () => undefined,
        timeoutMs: 5000,
        signal: never,
      });
      channel.write('one');
      channel.write(Buffer.from('two'));
      channel.end();
      expect((await channel.exit).code).toBe(0);
      channel.write('too late');
      channel.close();
    });

    test('may end without reading their input', async () => {
      expect((await run(connection, ['true'], Buffer.alloc(300_000))).exit.code).toBe(0);
    });

    test('that leave a child running end all the same', async () => {
      const begun = Date.now();
      const { exit } = await run(connection, ['sh', '-c', 'sleep 30 & echo $! >&2; exit 3']).then(
        (done) => {
          process.kill(Number(done.err.toString()), 'SIGKILL');
          return done;
        },
      );
      expect(exit.code).toBe(3);
      expect(Date.now() - begun).toBeLessThan(10_000);
    });

    test('run one at a time', async () => {
      const first = run(connection, ['sleep', '0.2']);
      expect(() =>
        connection.start(['true'], { onOut() {}, onErr() {}, timeoutMs: 1000, signal: never }),
      ).toThrow(/second command/);
      await first;
    });

    test('are abandoned at their deadline, and the connection stays usable', async () => {
      const begun = Date.now();
      const problem = await problemOf(run(connection, ['sleep', '20'], '', 200));
      expect(problem).toMatchObject({ code: 'ssh.timeout', transient: true });
      expect(Date.now() - begun).toBeLessThan(2000);
      expect((await run(connection, ['echo', 'on'])).out.toString()).toBe('on\n');
    });

    test('are abandoned when the run is interrupted', async () => {
      const abort = new AbortController();
      setTimeout(() => abort.abort(), 150);
      const problem = await problemOf(run(connection, ['sleep', '20'], '', 9000, abort.signal));
      expect(problem.code).toBe('ssh.timeout');
    });
  });

  describe('a connection that is lost', () => {
    /** The process that serves a connection: the shell's parent. */
    const serverOf = async (connection: Connection): Promise<number> =>
      Number((await run(connection, ['sh', '-c', 'echo $PPID'])).out.toString());

    test('is ssh.lost for the command that runs and for each after it', async () => {
      const connection = await login(hostOf(sshd));
      const server = await serverOf(connection);
      const running = problemOf(run(connection, ['sh', '-c', 'echo begun; sleep 20']));
      setTimeout(() => process.kill(server, 'SIGKILL'), 300);
      expect(await running).toMatchObject({ code: 'ssh.lost', transient: true });
      expect(await problemOf(run(connection, ['true']))).toMatchObject({ code: 'ssh.lost' });
      connection.close();
      connection.close();
    });

    test('differs from one that was closed here', async () => {
      const connection = await login(hostOf(sshd));
      const running = problemOf(run(connection, ['sleep', '20']));
      setTimeout(() => connection.close(), 200);
      expect(textOf(await running).message).toContain('closed here');
    });
  });

  describe('host keys', () => {
    test('known ones, also hashed, also under the name without the port', async () => {
      const hashed = homeWith(line(sshd));
      execFileSync('ssh-keygen', ['-q', '-H', '-f', `${hashed}/.ssh/known_hosts`], {
        stdio: 'ignore',
      });
      expect(readFileSync(`${hashed}/.ssh/known_hosts`, 'utf8')).toMatch(/^\|1\|/);
      for (const home of [hashed, homeWith(line(sshd, 'ssh-ed25519', '127.0.0.1'))])
        (await login(hostOf(sshd), transportOf(home))).close();
    });

    test('unknown: reports the key and how to trust it', async () => {
      const problem = await problemOf(login(hostOf(sshd), transportOf(homeWith())));
      expect(problem.code).toBe('ssh.host-key');
      expect(textOf(problem).message).toContain(
        `[127.0.0.1]:${sshd.port} is not known: it shows ed25519 SHA256:`,
      );
      expect(textOf(problem).hint).toContain('ssh.hostKey: SHA256:');
    });

    test('changed: reports both keys and the line of the old one, also when new ones are accepted', async () => {
      for (const hostKeys of ['strict', 'accept-new'] as const) {
        const home = homeWith('# mine', `[127.0.0.1]:${sshd.port} ${publicKey(stranger)}`);
        const problem = await problemOf(login(hostOf(sshd, { hostKeys }), transportOf(home)));
        expect(problem).toMatchObject({
          code: 'ssh.host-key',
          at: { file: `${home}/.ssh/known_hosts`, line: 2 },
        });
        const prints = [publicKey(stranger), sshd.hostKeys['ssh-ed25519']!].map(
          (pub) =>
            execFileSync('ssh-keygen', ['-lf', '-'], { input: pub }).toString().split(' ')[1],
        );
        for (const print of prints) expect(textOf(problem).message).toContain(print);
      }
    });

    test('revoked', async () => {
      const home = homeWith(line(sshd), `@revoked * ${sshd.hostKeys['ssh-ed25519']}`);
      const problem = await problemOf(login(hostOf(sshd), transportOf(home)));
      expect(textOf(problem).message).toMatch(/revoked by .*known_hosts:2$/);
    });

    test('no key is trusted when a known_hosts file cannot be read', async () => {
      const home = homeWith();
      execFileSync('rm', [`${home}/.ssh/known_hosts`]);
      mkdirSync(`${home}/.ssh/known_hosts`);
      const problem = await problemOf(
        login(hostOf(sshd, { hostKeys: 'accept-new' }), transportOf(home)),
      );
      expect(problem).toMatchObject({ code: 'ssh.host-key' });
      expect(textOf(problem).message).toContain('cannot be read');
    });

    test('new ones are accepted on request, once, and strictly after that', async () => {
      const home = homeWith();
      appendFileSync(`${home}/.ssh/known_hosts`, 'other ssh-ed25519 AAAA'); // no newline at the end
      const transport = transportOf(home);
      const host = hostOf(sshd, { hostKeys: 'accept-new' });
      const all = await Promise.all([1, 2, 3, 4].map(() => login(host, transport)));
      for (const connection of all) connection.close();
      const lines = readFileSync(`${home}/.ssh/known_hosts`, 'utf8').split('\n');
      expect(lines).toEqual(['other ssh-ed25519 AAAA', line(sshd), '']);
      (await login(hostOf(sshd), transportOf(home))).close();
    });

    test.each(['ssh-rsa', 'ecdsa-sha2-nistp256', 'ssh-ed25519'])(
      'a host with several is asked for the known one: %s',
      async (type) => {
        const home = homeWith(line(several, type));
        (await login(hostOf(several), transportOf(home))).close();
      },
    );

    test.each(['ssh-rsa', 'ecdsa-sha2-nistp256', 'ssh-ed25519'])(
      'a host with several whose name is hashed is asked for the known one: %s',
      async (type) => {
        const name = hashedName(`[127.0.0.1]:${several.port}`, Buffer.from('salt-of-20-bytes....'));
        const home = homeWith(line(several, type, name));
        (await login(hostOf(several), transportOf(home))).close();
      },
    );

    test('pinned: any of its keys, whatever the files say', async () => {
      const home = homeWith(`[127.0.0.1]:${several.port} ${publicKey(stranger)}`);
      for (const pub of Object.values(several.hostKeys)) {
        const pin = execFileSync('ssh-keygen', ['-lf', '-'], { input: pub })
          .toString()
          .split(' ')[1]!;
        (await login(hostOf(several, { hostKey: pin }), transportOf(home))).close();
      }
    });

    test('pinned to another', async () => {
      const pin = 'SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';
      const problem = await problemOf(login(hostOf(several, { hostKey: pin })));
      expect(problem.code).toBe('ssh.host-key');
      for (const word of [pin, 'ed25519 SHA256:', 'nistp256 SHA256:', 'rsa SHA256:'])
        expect(textOf(problem).message).toContain(word);
    });
  });

  describe('login keys', () => {
    test('refused: reports which were offered', async () => {
      const problem = await problemOf(login(hostOf(sshd, { identity: [stranger] })));
      expect(problem.code).toBe('ssh.auth');
      expect(textOf(problem).message).toBe(`root@127.0.0.1:${sshd.port} refused key ${stranger}`);
    });

    test('the second of two', async () => {
      const connection = await login(hostOf(sshd, { identity: [stranger, key] }));
      expect(connection.description).toContain(`key ${key}`);
      connection.close();
    });

    test('none at all', async () => {
      const problem = await problemOf(login(hostOf(sshd, { identity: [] })));
      expect(problem.code).toBe('ssh.auth');
      expect(textOf(problem).message).toContain('there is no key');
    });

    test('with a default name', async () => {
      const home = homeWith(line(sshd));
      execFileSync('cp', [key, `${home}/.ssh/id_ed25519`]);
      const connection = await login(hostOf(sshd, { identity: [] }), transportOf(home));
      expect(connection.description).toContain('key ~/.ssh/id_ed25519');
      connection.close();
    });

    test.each([
      ['absent', 'does not exist'],
      ['garbage', 'cannot be used'],
      ['directory', 'cannot be used'],
    ])('a file that is %s', async (what, said) => {
      const path = join(directory, `odd-${what}`);
      if (what === 'garbage') writeFileSync(path, 'no key at all');
      if (what === 'directory') mkdirSync(path);
      const problem = await problemOf(login(hostOf(sshd, { identity: [path] })));
      expect(problem.code).toBe('ssh.auth');
      expect(textOf(problem).message).toContain(said);
    });

    test('with a passphrase that nobody can be asked for', async () => {
      const problem = await problemOf(login(hostOf(sshd, { identity: [locked] })));
      expect(problem).toMatchObject({ code: 'ssh.auth', params: { why: 'locked', file: locked } });
    });

    test('with a passphrase: asked once for all hosts, again after a wrong one', async () => {
      const answers = ['wrong', 'open sesame'];
      const transport = transportOf(homeWith(line(sshd)), {
        askPassphrase: async () => new Secret(answers.shift() ?? 'asked too often'),
      });
      const host = hostOf(sshd, { identity: [locked] });
      const all = await Promise.all([1, 2, 3].map(() => login(host, transport)));
      for (const connection of all) connection.close();
      expect(answers).toEqual([]);
    });

    test("of the agent, without a passphrase; the agent's others are not offered", async () => {
      const socket = join(directory, 'agent.sock');
      const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' });
      try {
        while (!existsSync(socket)) await new Promise((resolve) => setTimeout(resolve, 10));
        const add = (path: string) =>
          execFileSync('ssh-add', ['-q', path], {
            env: { ...process.env, SSH_AUTH_SOCK: socket },
            stdio: 'ignore',
          });
        add(stranger);
        const open = join(directory, 'locked-open');
        execFileSync('cp', [locked, open]);
        execFileSync('cp', [`${locked}.pub`, `${open}.pub`]);
        chmodSync(open, 0o600);
        execFileSync('ssh-keygen', ['-q', '-p', '-P', 'open sesame', '-N', '', '-f', open]);
        const transport = () => transportOf(homeWith(line(sshd)), { agent: socket });
        const none = await problemOf(login(hostOf(sshd, { identity: [] }), transport()));
        expect(textOf(none).message).toMatch(/refused agent key SHA256:\S+ \(stranger\)$/);
        add(open);
        const any = await login(hostOf(sshd, { identity: [] }), transport());
        expect(any.description).toMatch(/agent key SHA256:/);
        any.close();
        const named = await login(hostOf(sshd, { identity: [locked] }), transport());
        expect(named.description).toContain(`agent key ${locked}`);
        named.close();
        const byPublic = await login(hostOf(sshd, { identity: [`${locked}.pub`] }), transport());
        byPublic.close();
      } finally {
        agent.kill('SIGTERM');
      }
    });

    test('a dead agent counts as none', async () => {
      const transport = transportOf(homeWith(line(sshd)), { agent: '/nonexistent/agent' });
      const problem = await problemOf(login(hostOf(sshd, { identity: [] }), transport));
      expect(problem).toMatchObject({ code: 'ssh.auth' });
    });
  });

  describe('a host that cannot be reached', () => {
    test('no listener', async () => {
      const problem = await problemOf(login(hostOf({ port: 1 })));
      expect(problem).toMatchObject({ code: 'ssh.unreachable', transient: true });
      expect(textOf(problem).message).toContain('refused the connection');
    });

    test('no such name', async () => {
      const problem = await problemOf(login(hostOf(sshd, { address: 'no-such-host.invalid' })));
      expect(problem.code).toBe('ssh.unreachable');
      expect(textOf(problem).message).toMatch(/cannot be resolved/);
    });

    test('a listener that says nothing', async () => {
      const server = createServer(() => undefined).listen(0, '127.0.0.1');
      await new Promise((resolve) => server.once('listening', resolve));
      const { port } = server.address() as { port: number };
      const begun = Date.now();
      const problem = await problemOf(login(hostOf({ port }), undefined, 400));
      expect(problem).toMatchObject({ code: 'ssh.timeout' });
      expect(textOf(problem).message).toContain('no SSH server answered');
      expect(Date.now() - begun).toBeLessThan(2000);
      server.close();
    });

    test('a listener that does not speak SSH', async () => {
      const server = createServer((socket) =>
        socket.end('HTTP/1.0 400 Bad Request\r\n\r\n'),
      ).listen(0, '127.0.0.1');
      await new Promise((resolve) => server.once('listening', resolve));
      const { port } = server.address() as { port: number };
      const problem = await problemOf(login(hostOf({ port }), undefined, 3000));
      expect(['ssh.unreachable', 'ssh.timeout']).toContain(problem.code);
      server.close();
    });

    test('an interrupt while connecting', async () => {
      const server = createServer(() => undefined).listen(0, '127.0.0.1');
      await new Promise((resolve) => server.once('listening', resolve));
      const abort = new AbortController();
      setTimeout(() => abort.abort(), 100);
      const transport = transportOf(homeWith());
      const problem = await problemOf(
        transport.connect(hostOf(server.address() as { port: number }), {
          timeoutMs: 9000,
          signal: abort.signal,
        }),
      );
      expect(textOf(problem).message).toContain('was interrupted');
      server.close();
    });
  });

  test('twenty logins at once on a server that drops all above four', async () => {
    const narrow = await startSshd(directory, [key], { extra: 'MaxStartups 3:100:4' });
    try {
      const transport = transportOf(homeWith(line(narrow)));
      const all = await Promise.all(
        Array.from({ length: 20 }, () => login(hostOf(narrow), transport, 30_000)),
      );
      expect(all.length).toBe(20);
      for (const connection of all) connection.close();
    } finally {
      await narrow.stop();
    }
  });

  describe('through a jump host', () => {
    test('every hop is verified, and all hosts share one login on the jump host', async () => {
      const home = homeWith(line(sshd), line(several));
      const transport = transportOf(home);
      const host = hostOf(several, { jump: [`root@127.0.0.1:${sshd.port}`] });
      const all = await Promise.all([1, 2, 3, 4, 5].map(() => login(host, transport)));
      expect(all[0]!.description).toContain(`, through root@127.0.0.1:${sshd.port}`);
      const bytes = Buffer.alloc(400_000, 'x');
      expect((await run(all[1]!, ['cat'], bytes)).out.equals(bytes)).toBe(true);
      const from = await Promise.all(
        all.map((each) => run(each, ['sh', '-c', 'echo $SSH_CLIENT'])),
      );
      expect(from.every(({ exit }) => exit.code === 0)).toBe(true);
      const served = execFileSync('sh', ['-c', `ps --ppid ${sshd.pid} -o pid= | wc -l`])
        .toString()
        .trim();
      expect(Number(served)).toBeLessThanOrEqual(2);
      for (const connection of all) connection.close();
      await transport.close();
      await transport.close();
    });

    test('an unknown jump host, an unknown target', async () => {
      const jump = [`root@127.0.0.1:${sshd.port}`];
      const bastion = await problemOf(
        login(hostOf(several, { jump }), transportOf(homeWith(line(several)))),
      );
      expect(bastion.code).toBe('ssh.host-key');
      expect(textOf(bastion).message).toMatch(/^jump host root@127\.0\.0\.1/);
      const target = await problemOf(
        login(hostOf(several, { jump }), transportOf(homeWith(line(sshd)))),
      );
      expect(textOf(target).message).toContain(`[127.0.0.1]:${several.port} is not known`);
    });

    test('a target that the jump host cannot reach', async () => {
      const jump = [`root@127.0.0.1:${sshd.port}`];
      const problem = await problemOf(
        login(hostOf({ port: 1 }, { jump }), transportOf(homeWith(line(sshd)))),
      );
      expect(problem).toMatchObject({ code: 'ssh.unreachable' });
      expect(textOf(problem).message).toContain('could not connect to 127.0.0.1, port 1');
    });
  });

  describe("the user's ~/.ssh/config", () => {
    const configured = (config: string, ...lines: readonly string[]): Transport => {
      const home = homeWith(...lines);
      writeFileSync(`${home}/.ssh/config`, config);
      // ssh(1) looks the home directory up in the user database, so it is told which file
      const wrapper = join(home, 'ssh');
      writeFileSync(wrapper, `#!/bin/sh\nexec ssh -F ${home}/.ssh/config "$@"\n`, { mode: 0o755 });
      return transportOf(home, { sshCommand: wrapper });
    };

    test('port, user, key and name of an alias', async () => {
      const transport = configured(
        `Host edge\n HostName 127.0.0.1\n Port ${sshd.port}\n User root\n IdentityFile ${key}\n UserKnownHostsFile ~/.ssh/known_hosts\n`,
        line(sshd),
      );
      const host = hostOf(sshd, {
        address: 'edge',
        port: null,
        identity: [],
        hostKey: null,
        hostKeys: 'accept-new',
      });
      const connection = await transport.connect(host, { timeoutMs: 9000, signal: never });
      expect(connection.description).toBe(`ssh root@127.0.0.1:${sshd.port}, key ${key}`);
      connection.close();
    });

    test('a ProxyJump', async () => {
      const transport = configured(
        `Host inner\n HostName 127.0.0.1\n Port ${several.port}\n ProxyJump root@127.0.0.1:${sshd.port}\n`,
      );
      const home = hostOf(several, { address: 'inner', port: null, hostKeys: 'accept-new' });
      const connection = await transport.connect(home, { timeoutMs: 9000, signal: never });
      expect(connection.description).toContain('through');
      connection.close();
    });

    test('ssh is not started for a host that the file does not mention', async () => {
      const home = homeWith(line(sshd));
      writeFileSync(`${home}/.ssh/config`, 'Host other\n Port 1\n');
      (await login(hostOf(sshd), transportOf(home, { sshCommand: '/nonexistent' }))).close();
      writeFileSync(`${home}/.ssh/config`, 'Host 127.*\n User root\n');
      const problem = await problemOf(
        login(hostOf(sshd), transportOf(home, { sshCommand: '/nonexistent' })),
      );
      expect(problem).toMatchObject({ code: 'ssh.unsupported' });
    });
  });
});
