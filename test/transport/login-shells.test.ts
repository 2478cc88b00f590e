import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createSession } from '../../src/engine/session.ts';
import { runAsRoot } from '../../src/engine/sudo.ts';
import { createTransport } from '../../src/transport/transport.ts';
import { homeIn, hostAt, never, problemOf, scratch } from './fixtures.ts';
import { makeKey, type Sshd, startSshd } from './sshd.ts';

const { path: directory, remove } = scratch();
const servers: Sshd[] = [];
let key: string;

beforeAll(() => {
  key = makeKey(directory, 'key');
});
afterAll(async () => {
  for (const server of servers) await server.stop();
  remove();
});

/** Runs perl through an sshd that starts `forced` in place of the command. */
async function through(forced: string, via: 'ssh' | 'openssh', timeoutMs = 20_000) {
  const sshd = await startSshd(directory, [key], { extra: `ForceCommand ${forced}` });
  servers.push(sshd);
  const name = `[127.0.0.1]:${sshd.port}`;
  const home = homeIn(directory, `${name} ${sshd.hostKeys['ssh-ed25519']}`);
  const transport = createTransport({
    user: { home, name: 'root' },
    agent: null,
    askPassphrase: null,
    systemConfig: '/nonexistent',
  });
  const knownHosts = `${home}/.ssh/known_hosts`;
  writeFileSync(`${home}/.ssh/config`, `Host *\n UserKnownHostsFile ${knownHosts}\n`);
  // the user's own known_hosts may have this port with another key: sshd's of other tests
  const [, shown] = sshd.hostKeys['ssh-ed25519']!.split(' ');
  const digest = createHash('sha256').update(Buffer.from(shown!, 'base64')).digest('base64');
  const hostKey = `SHA256:${digest.replace(/=$/, '')}`;
  const pin = { hostKey, identity: [key], user: 'root', transport: via } as const;
  const host = hostAt(sshd.port, { ...pin, hostKeys: 'accept-new' });
  const session = createSession(transport, host, {
    limits: () => ({ timeoutMs: 10_000, signal: never }),
    onConnected() {},
  });
  const limits = { timeoutMs, signal: never };
  try {
    return await runAsRoot(session, host, ['perl', '-'], 'print "hello"', limits);
  } finally {
    session.close();
    await transport.close();
  }
}

describe.each(['ssh', 'openssh'] as const)('through the client %s', (via) => {
  test('a command runs, whatever the login shell prints before it', async () => {
    const noisy = await through(`printf noise; eval "$SSH_ORIGINAL_COMMAND"`, via);
    expect(noisy).toMatchObject({ out: 'hello', exit: { code: 0 } });
  });

  test.each([
    ['/usr/sbin/nologin', 'nologin', /This account is currently not available/],
    [`/usr/bin/git-shell -c "$SSH_ORIGINAL_COMMAND"`, 'git-shell', /fatal: unrecognized command/],
    ['internal-sftp', 'sftp-only', /allows sftp connections only/],
    ['exit 5', 'ended', undefined],
  ])('%s is named', async (forced, reason, said) => {
    const problem = await problemOf(through(forced, via));
    expect(problem).toMatchObject({ code: 'ssh.shell', params: { reason, user: 'root' } });
    if (said) expect(problem.detail).toMatch(said);
    if (reason === 'ended') expect(problem.params).toMatchObject({ exit: '5' });
  });

  test.each([
    ['a menu', `echo "1) backup 2) quit"; read choice; echo "$choice" >`],
    ['another shell', `exec fish 2>`],
  ])('%s is left alone, and named in time', async (_, forced) => {
    const seen = join(directory, `seen-${via}-${servers.length}`);
    writeFileSync(seen, '');
    const began = performance.now();
    const problem = await problemOf(through(`${forced}${seen}`, via, 2000));
    expect(problem).toMatchObject({ code: 'ssh.shell', params: { reason: 'silent', seconds: 2 } });
    expect(performance.now() - began).toBeLessThan(6000);
    expect(readFileSync(seen, 'utf8')).not.toMatch(/perl|print|hello/);
  });
});
