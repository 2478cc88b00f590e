import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runProgram } from '../../../src/cli/dispatch.ts';
import { printKeys } from '../../../src/cli/trust/record-keys.ts';
import { textOf } from '../../../src/report/text-of.ts';
import { judgeHostKey, parseKnownHosts } from '../../../src/transport/known-hosts.ts';
import { unknownHostKey } from '../../../src/transport/problems.ts';
import { describeUnless, MISSING } from '../../missing.ts';
import { scratch } from '../../transport/fixtures.ts';
import { makeKey, type Sshd, startSshd } from '../../transport/sshd.ts';
import { memoryTerminal } from '../terminal.ts';

describeUnless(MISSING.sshd)('alloyup trust', () => {
  const { path: folder, remove } = scratch();
  let key: string;
  let near: Sshd;
  let far: Sshd;

  beforeAll(async () => {
    key = makeKey(folder, 'id');
    near = await startSshd(folder, [key], { extra: 'LogLevel VERBOSE' });
    far = await startSshd(folder, [key]);
  });
  afterAll(async () => {
    await near?.stop();
    await far?.stop();
    remove();
  });

  /** A home with these files in ~/.ssh, and an inventory in it. */
  function homeWith(inventory: string, files: Readonly<Record<string, string>> = {}): string {
    const home = mkdtempSync(join(folder, 'home-'));
    mkdirSync(join(home, '.ssh'), { mode: 0o700 });
    for (const [name, text] of Object.entries(files)) writeFileSync(join(home, '.ssh', name), text);
    writeFileSync(join(home, 'inventory.yaml'), inventory);
    return home;
  }

  async function trust(home: string, ...args: readonly string[]) {
    const terminal = memoryTerminal({ home, cwd: home, env: { HOME: home } });
    const file = join(home, 'inventory.yaml');
    const code = await runProgram(['trust', '-i', file, ...args], terminal);
    return { code, ...terminal.printed() };
  }

  const two = (): string => `hosts:
  near: { ssh: { address: 127.0.0.1, port: ${near.port} } }
  far: { ssh: { address: 127.0.0.1, port: ${far.port} } }
`;
  const knownIn = (home: string) => readFileSync(join(home, '.ssh/known_hosts'), 'utf8');
  const blobOf = ({ hostKeys }: Sshd) =>
    Buffer.from(hostKeys['ssh-ed25519']!.split(' ')[1]!, 'base64');
  const verdict = (home: string, sshd: Sshd) =>
    judgeHostKey(
      parseKnownHosts([{ file: 'known_hosts', text: knownIn(home) }]),
      [`[127.0.0.1]:${sshd.port}`],
      blobOf(sshd),
    ).kind;

  test('shows every key in one table and records all of them', async () => {
    const home = homeWith(two(), { known_hosts: '# kept, without a newline' });
    const { code, out, err } = await trust(home, '--yes');
    expect(code).toBe(0);
    expect(err).toContain('To be added to ~/.ssh/known_hosts:');
    expect(err).toMatch(/near +127\.0\.0\.1 port \d+ +ed25519\s+SHA256:/);
    for (const line of err.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    expect(out).toBe('2 keys recorded\n');
    expect(knownIn(home)).toMatch(/^# kept, without a newline\n\S/);
    expect([verdict(home, near), verdict(home, far)]).toEqual(['known', 'known']);
  });

  test('a second run finds all keys known and writes nothing', async () => {
    const home = homeWith(two());
    await trust(home, '--yes');
    const before = statSync(join(home, '.ssh/known_hosts')).mtimeMs;
    expect(await trust(home, '--yes')).toMatchObject({
      code: 0,
      out: '0 keys recorded, 2 already known\n',
      err: '',
    });
    expect(statSync(join(home, '.ssh/known_hosts')).mtimeMs).toBe(before);
  });

  test('names are hashed if ssh_config says so, and a symlink is followed', async () => {
    const home = homeWith(two(), { config: 'Host *\n  HashKnownHosts yes\n', elsewhere: '' });
    writeFileSync(
      join(home, '.ssh/config'),
      `Host *\n  HashKnownHosts yes\n  UserKnownHostsFile ${join(home, '.ssh/known_hosts')}\n`,
    );
    symlinkSync('elsewhere', join(home, '.ssh/known_hosts'));
    process.env.HOME = home;
    // OpenSSH asks the user database where ~ is: the test asks for what the file says by -F
    const command = join(home, 'ssh');
    writeFileSync(command, `#!/bin/sh\nexec /usr/bin/ssh -F ${home}/.ssh/config "$@"\n`, {
      mode: 0o755,
    });
    const path = process.env.PATH;
    process.env.PATH = `${home}:${path}`;
    try {
      expect((await trust(home, '--yes')).code).toBe(0);
    } finally {
      process.env.PATH = path!;
    }
    expect(readFileSync(join(home, '.ssh/elsewhere'), 'utf8')).toMatch(
      /^(\|1\|\S+ ssh-ed25519 \S+\n){2}$/,
    );
    expect(verdict(home, far)).toBe('known');
  });

  test('a changed key is reported and not recorded; the others are', async () => {
    const stranger = makeKey(folder, 'stranger');
    const wrong = readFileSync(`${stranger}.pub`, 'utf8').split(' ').slice(0, 2).join(' ');
    const home = homeWith(two(), { known_hosts: `[127.0.0.1]:${near.port} ${wrong}\n` });
    const { code, out, err } = await trust(home, '--yes');
    expect(code).toBe(1);
    expect(err).toContain('has changed');
    expect(out).toBe('1 key recorded, 1 failed\n');
    expect([verdict(home, near), verdict(home, far)]).toEqual(['changed', 'known']);
  });

  test('an unreachable host does not affect the others; arguments name hosts', async () => {
    const home = homeWith(`${two()}  gone: { ssh: { address: 127.0.0.1, port: 9 } }\n`);
    expect((await trust(home, 'gone', '--yes')).code).toBe(1);
    expect(await trust(home, 'near', '--yes')).toMatchObject({ code: 0, out: '1 key recorded\n' });
  });

  test('a host behind a jump host follows once the jump host is known', async () => {
    const home = homeWith(`hosts:
  far: { ssh: { address: 127.0.0.1, port: ${far.port}, user: root, identity: ${key}, jump: ["root@127.0.0.1:${near.port}"] } }
`);
    const { code, out, err } = await trust(home, '--yes');
    expect({ code, out }).toEqual({ code: 0, out: '2 keys recorded\n' });
    expect(err).toContain('(jump)');
    expect([verdict(home, near), verdict(home, far)]).toEqual(['known', 'known']);
  });

  test('a key pinned in the inventory is not asked for and not recorded', async () => {
    const pin = `SHA256:${'x'.repeat(43)}`;
    const home = homeWith(
      `hosts:\n  it: { ssh: { address: 127.0.0.1, port: 9, hostKey: "${pin}" } }\n`,
    );
    expect(await trust(home, '--yes')).toEqual({
      code: 0,
      out: '0 keys recorded, 1 already known\n',
      err: '',
    });
    expect(existsSync(join(home, '.ssh/known_hosts'))).toBe(false);
  });

  test('without a terminal it is refused before any connection', async () => {
    expect(await trust(homeWith(two()))).toMatchObject({ code: 64, out: '' });
  });
});

test('in a table that does not fit, fingerprints get lines of their own', () => {
  const found = [
    {
      server: {
        name: 'a-rather-long-name.example.com',
        address: '198.51.100.7',
        port: 22,
        jump: false,
      },
      key: {
        type: 'ssh-ed25519',
        fingerprint: `SHA256:${'x'.repeat(43)}`,
        blob: new Uint8Array(),
        file: '/home/ops/.ssh/known_hosts',
        knownAs: 'a',
        hashed: false,
      },
    },
  ];
  const linesAt = (width: number): readonly string[] => {
    const terminal = memoryTerminal({ home: '/home/ops', width });
    printKeys(found, terminal);
    return terminal.printed().err.split('\n');
  };
  expect(linesAt(80)).toHaveLength(5);
  expect(linesAt(120)).toHaveLength(4);
});

test('the hint for an unknown key names the command that records it for the whole fleet', () => {
  expect(textOf(unknownHostKey('web-01', Buffer.from('key'))).hint).toMatch(
    /whole fleet.*alloyup trust/,
  );
});
