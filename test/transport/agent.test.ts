import { execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { agentKeys } from '../../src/transport/keys.ts';
import { scratch } from './fixtures.ts';
import { makeKey, publicKey } from './sshd.ts';

const { path: directory, remove } = scratch();
afterAll(remove);

test('the keys of an agent, by their comments', async () => {
  const socket = join(directory, 'agent');
  const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' });
  try {
    await expect.poll(() => existsSync(socket), { timeout: 20_000 }).toBe(true);
    expect(await agentKeys(socket)).toEqual([]);
    const [first, second] = [makeKey(directory, 'ops@laptop'), makeKey(directory, 'work', 'rsa')];
    execFileSync('ssh-add', ['-q', first, second], {
      env: { ...process.env, SSH_AUTH_SOCK: socket },
    });
    expect(await agentKeys(socket)).toEqual([
      { name: 'ops@laptop', line: publicKey(first) },
      { name: 'work', line: publicKey(second) },
    ]);
  } finally {
    agent.kill();
  }
});

test('no agent, or a dead one, has no keys', async () => {
  expect(await agentKeys(null)).toEqual([]);
  expect(await agentKeys(join(directory, 'gone'))).toEqual([]);
});
