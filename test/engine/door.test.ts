import { describe, expect, test } from 'vitest';
import { openDoor } from '../../src/engine/door.ts';
import { runScript, stageScript } from '../../src/engine/script-run.ts';
import { createSession, type Door, isLost } from '../../src/engine/session.ts';
import type { Channel, Connection, Exit, StartOptions } from '../../src/model/ports.ts';
import { ToolError } from '../../src/model/problem.ts';
import { Secret } from '../../src/model/secret.ts';
import { bare } from '../../src/shell/bare.ts';
import doorSource from '../../src/shell/door.pl';
import { hostOf } from '../builders.ts';

/** A host that says what it is told to, and keeps what it was sent. */
function far() {
  const sent: string[] = [];
  const deadlines: number[] = [];
  let logins = 0;
  let begun = (_: StartOptions): void => undefined;
  const started = new Promise<StartOptions>((resolve) => {
    begun = resolve;
  });
  let finish: (exit: Exit) => void = () => undefined;
  let lose: (error: ToolError) => void = () => undefined;
  const exit = new Promise<Exit>((resolve, reject) => {
    finish = resolve;
    lose = reject;
  });
  const lost = new ToolError({ code: 'ssh.lost', message: 'lost', hint: 'run again' });
  const channel: Channel = {
    write: (data) => void sent.push(`${data}`),
    end: (data) => void sent.push(`${data ?? ''}<end>`),
    within: (ms) => void deadlines.push(ms),
    exit,
    close: () => lose(lost),
  };
  const connection: Connection = {
    via: 'ssh',
    description: 'far',
    why: null,
    start(_, options) {
      begun(options);
      return channel;
    },
    close: () => lose(lost),
  };
  const signal = new AbortController().signal;
  const session = createSession(
    {
      async connect() {
        logins += 1;
        return connection;
      },
      async close() {},
    },
    hostOf({}),
    { timeoutMs: 1000, signal, onConnected() {} },
  );
  return {
    session,
    sent,
    deadlines,
    logins: () => logins,
    out: async (text: string) => (await started).onOut(Buffer.from(text)),
    err: async (text: string) => (await started).onErr(Buffer.from(text)),
    exit: (code: number) => finish({ code, signal: null }),
    lose: () => lose(lost),
    open: () =>
      openDoor(session, hostOf({}), {
        program: 'PROGRAM',
        answer: '@@n ',
        unanswered: ({ out, err, exit: how }) => ({
          code: 'host.probe',
          message: `${out}|${err}|${how}`,
          hint: 'look',
        }),
        timeoutMs: 1000,
        signal,
      }),
  };
}

test('the answer is a whole line, however it was cut, and the rest is for the next program', async () => {
  const host = far();
  const opening = host.open();
  await host.out('noise\n@@n fa');
  await host.out('cts\n');
  const opened = await opening;
  expect(opened.line).toBe('@@n facts');
  expect(host.sent).toEqual([`PROGRAM\n${bare(doorSource)}`]);
  const heard: string[] = [];
  const listener = {
    onOut: (bytes: Uint8Array) => void heard.push(`out ${bytes}`),
    onErr: (bytes: Uint8Array) => void heard.push(`err ${bytes}`),
  };
  const channel = opened.door.enter('é', 'secret', listener, 77);
  expect(host.sent.at(-1)).toBe('2\nésecret<end>');
  expect(host.deadlines.at(-1)).toBe(77);
  await host.out('second');
  await host.err('trouble');
  expect(heard).toEqual([`out ${Buffer.from('second')}`, `err ${Buffer.from('trouble')}`]);
  host.exit(3);
  expect(await channel.exit).toEqual({ code: 3, signal: null });
});

test('a host that ends without an answer is a problem, with all that it said', async () => {
  const host = far();
  const opening = host.open();
  await host.out('out\n');
  await host.err('err');
  host.exit(127);
  await expect(opening).rejects.toMatchObject({
    problem: { code: 'host.probe', message: 'out\n|err|127' },
  });
});

test('a login that breaks before the answer is told as what it is', async () => {
  const host = far();
  const opening = host.open();
  await host.out('out\n');
  host.lose();
  expect(isLost(await opening.catch((error: unknown) => error))).toBe(true);
});

const opened = async (host: ReturnType<typeof far>): Promise<Door> => {
  const opening = host.open();
  await host.out('@@n 1\n');
  return (await opening).door;
};

test('a session gives a door that it keeps, once', async () => {
  const host = far();
  const kept = await opened(host);
  host.session.keep(kept);
  expect(host.session.take()).toBe(kept);
  expect(host.session.take()).toBeUndefined();
});

test('where the login broke meanwhile it forgets both, and logs in again', async () => {
  const host = far();
  host.session.keep(await opened(host));
  host.lose();
  await new Promise((resolve) => setImmediate(resolve));
  expect(host.session.take()).toBeUndefined();
  void host.open().catch(() => undefined);
  await new Promise((resolve) => setImmediate(resolve));
  expect(host.logins()).toBe(2);
});

test('whatever else is started shuts it first', async () => {
  const host = far();
  const kept = await opened(host);
  host.session.keep(kept);
  void host.open().catch(() => undefined);
  await new Promise((resolve) => setImmediate(resolve));
  expect(kept.open).toBe(false);
});

describe('a script that is sent ahead', () => {
  const script = new Secret('first\nsecond\n#end R\n');
  const running = (host: ReturnType<typeof far>, lines: string[]) =>
    runScript({
      host: hostOf({}),
      session: host.session,
      run: 'R',
      script,
      onLine: (line) => lines.push(line),
      onReconnect() {},
      deadline: Date.now() + 10_000,
      now: Date.now,
      abandon: new AbortController().signal,
    });

  test('comes without its last line, and runs when that comes', async () => {
    const host = far();
    host.session.keep(await opened(host));
    stageScript(host.session, 'R', script);
    expect(host.sent).toHaveLength(2);
    expect(host.sent[1]).toMatch(/^\d+\n@ARGV=\('R'\);\n(.|\n)*\nfirst\nsecond\n$/);

    const lines: string[] = [];
    const end = running(host, lines);
    await host.out('alloyup: started\nsome line\n');
    host.exit(0);
    expect(await end).toBe('over');
    expect(lines).toEqual(['some line']);
    expect(host.sent.slice(2)).toEqual(['#end R\n<end>']);
    expect(host.logins()).toBe(1);
  });

  test('what the host says of it before that is heard', async () => {
    const host = far();
    host.session.keep(await opened(host));
    stageScript(host.session, 'R', script);
    await host.out('alloyup: no systemd\n');
    const end = running(host, []);
    host.exit(74);
    await expect(end).rejects.toMatchObject({ problem: { code: 'host.unsupported' } });
  });

  test('is left without its last line by whoever does not run it', async () => {
    const host = far();
    host.session.keep(await opened(host));
    stageScript(host.session, 'R', script);
    host.session.close();
    await new Promise((resolve) => setImmediate(resolve));
    expect(host.sent.join('')).not.toContain('#end R');
  });

  test('is no other one', async () => {
    const host = far();
    host.session.keep(await opened(host));
    stageScript(host.session, 'R', new Secret('third\n#end R\n'));
    await expect(running(host, [])).rejects.toThrow('another script');
    expect(host.sent.join('')).not.toContain('#end R');
  });

  test('is not sent where no perl waits for it', () => {
    const host = far();
    stageScript(host.session, 'R', script);
    expect([host.sent, host.logins()]).toEqual([[], 0]);
  });
});

test('a session logs in before anything is started on it, once', async () => {
  const host = far();
  host.session.begin();
  host.session.begin();
  await opened(host);
  expect(host.logins()).toBe(1);
});
