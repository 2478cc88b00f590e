import { describe, expect, test } from 'vitest';
import type { Command } from '../../src/model/plan.ts';
import { lost } from '../../src/transport/problems.ts';
import { createTransport } from '../../src/transport/transport.ts';
import { hostAt, never, run } from './fixtures.ts';

describe('this machine', () => {
  const transport = createTransport({
    user: { home: '/x', name: 'x' },
    agent: null,
    askPassphrase: null,
  });
  const host = hostAt(22, { name: 'me', transport: 'local' });
  const start = async (argv: Command, timeoutMs = 5000, input: string | Uint8Array = '') =>
    run(await transport.connect(host, { timeoutMs: 1000, signal: never }), argv, input, timeoutMs);

  test('runs exactly these words', async () => {
    const done = await start(['printf', '%s|', "it's $HOME", '']);
    expect([done.out.toString(), done.exit]).toEqual(["it's $HOME||", { code: 0, signal: null }]);
  });
  test('exit codes, signals, a missing program', async () => {
    expect((await start(['sh', '-c', 'exit 9'])).exit).toEqual({ code: 9, signal: null });
    expect((await start(['sh', '-c', 'kill -TERM $$'])).exit).toEqual({
      code: null,
      signal: 'SIGTERM',
    });
    const missing = await start(['/no/such/program']);
    expect(missing.exit).toEqual({ code: 127, signal: null });
    expect(missing.err.toString()).toMatch(/^\/no\/such\/program: .*ENOENT\n$/);
    expect((await start(['/etc/passwd'])).exit.code).toBe(126);
  });
  test('a megabyte, byte for byte', async () => {
    const bytes = Buffer.from(Uint32Array.from({ length: 1 << 18 }, (_, n) => n * 40503).buffer);
    expect((await start(['cat'], 9000, bytes)).out.equals(bytes)).toBe(true);
  });
  test('a command that does not read its input', async () => {
    expect((await start(['true'], 9000, Buffer.alloc(300_000))).exit.code).toBe(0);
  });
  test('closing abandons the command', async () => {
    const connection = await transport.connect(host, { timeoutMs: 1000, signal: never });
    expect(connection.via).toBe('local');
    connection.close();
    const running = run(connection, ['sleep', '9']);
    connection.close();
    await expect(running).rejects.toMatchObject({
      problems: [lost('this machine', 'it was closed here')],
    });
  });
  test('a deadline', async () => {
    await expect(start(['sleep', '9'], 100)).rejects.toMatchObject({
      problems: [{ code: 'ssh.timeout' }],
    });
  });
});
