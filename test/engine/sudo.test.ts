import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createSession } from '../../src/engine/session.ts';
import { runAsRoot, SUDO_PROMPT, startAsRoot, sudoProblem } from '../../src/engine/sudo.ts';
import type { Host, Sudo } from '../../src/model/host.ts';
import type { Channel, Exit, StartOptions } from '../../src/model/ports.ts';
import { Secret } from '../../src/model/secret.ts';
import { hostOf, targetOf } from '../builders.ts';
import { fleetOf, outdated, run, sentTo } from './scripted-hosts.ts';

const SHELL = 'alloyup: shell\n';
const READY = 'alloyup: ready\n';
const PROMPT = SUDO_PROMPT.replace('%p', 'ops');
const IN_SHELL = ['sh', '-c', 'echo alloyup: shell; LC_ALL=C; export LC_ALL; exec "$@"', 'sh'];
const withPassword: Sudo = { kind: 'password', password: new Secret('hunter2') };

/** A sudo that says what it is told to, and keeps what it was sent. */
function fakeSudo(sudo: Sudo = withPassword, { early = '', shell = SHELL, timeoutMs = 1234 } = {}) {
  const host: Host = hostOf({ sudo });
  const sent: string[] = [];
  const commands: (readonly string[])[] = [];
  let options!: StartOptions;
  let finish!: (exit: Exit) => void;
  let fail!: (error: Error) => void;
  const channel: Channel = {
    write: (data) => void sent.push(`${data}`),
    end: (data) => void sent.push(`${data ?? ''}<end>`),
    exit: new Promise((resolve, reject) => {
      finish = resolve;
      fail = reject;
    }),
    close: () => fail(new Error('closed')),
  };
  const session = createSession(
    {
      connect: async () => ({
        via: 'ssh',
        description: '',
        why: null,
        start(argv, given) {
          commands.push(argv);
          options = given;
          options.onOut(Buffer.from(shell));
          if (early !== '') options.onErr(Buffer.from(early));
          return channel;
        },
        close() {},
      }),
      async close() {},
    },
    host,
    { limits: () => ({ timeoutMs: 1, signal: new AbortController().signal }), onConnected() {} },
  );
  const limits = { timeoutMs, signal: new AbortController().signal };
  const running = runAsRoot(session, host, ['perl', '-'], 'script', limits);
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  return {
    running,
    sent,
    commands,
    limits: async () => {
      await settled();
      return options;
    },
    async out(text: string | Buffer) {
      await settled();
      options.onOut(Buffer.from(text as string));
    },
    async err(text: string) {
      await settled();
      options.onErr(Buffer.from(text));
      await settled();
    },
    async exit(code: number) {
      await settled();
      finish({ code, signal: null });
      return running;
    },
  };
}

test('a password is never in the arguments', async () => {
  const sudo = fakeSudo();
  await sudo.exit(0);
  expect(sudo.commands).toEqual([
    [
      ...IN_SHELL,
      'sudo',
      '-S',
      '-p',
      SUDO_PROMPT,
      'sh',
      '-c',
      'echo alloyup: ready; exec "$@"',
      'sh',
      'perl',
      '-',
    ],
  ]);
});

test.each<[Sudo, readonly string[]]>([
  [{ kind: 'none' }, ['perl', '-']],
  [{ kind: 'passwordless' }, ['sudo', '-n', 'perl', '-']],
])('with %j the input is sent at once', async (kind, argv) => {
  const sudo = fakeSudo(kind);
  await sudo.out(`${READY}out`);
  await sudo.err('err');
  const said = await sudo.exit(3);
  expect(said).toEqual({ out: `${READY}out`, err: 'err', exit: { code: 3, signal: null } });
  expect(sudo.commands).toEqual([[...IN_SHELL, ...argv]]);
  expect(sudo.sent).toEqual(['script<end>']);
  expect(await sudo.limits()).toMatchObject({ timeoutMs: 1234 });
});

test('a sudo that asks gets the password, the command its input, in this order', async () => {
  const sudo = fakeSudo();
  await sudo.err(`Lecture.\n${PROMPT.slice(0, 20)}`);
  expect(sudo.sent).toEqual([]);
  await sudo.err(PROMPT.slice(20));
  expect(sudo.sent).toEqual(['hunter2\n']);
  await sudo.out(READY.slice(0, 5));
  expect(sudo.sent).toEqual(['hunter2\n']);
  await sudo.out(`${READY.slice(5)}early `);
  expect(sudo.sent).toEqual(['hunter2\n', 'script<end>']);
  await sudo.out('late');
  await sudo.err('more');
  expect(await sudo.exit(3)).toEqual({
    out: 'early late',
    err: `Lecture.\n${PROMPT}more`,
    exit: { code: 3, signal: null },
  });
  expect(sudo.sent).toEqual(['hunter2\n', 'script<end>']);
});

test('a sudo that asks before the channel is known is answered', async () => {
  const sudo = fakeSudo(withPassword, { early: SUDO_PROMPT });
  await sudo.exit(0);
  expect(sudo.sent).toEqual(['hunter2\n']);
});

test('a sudo that does not ask never sees the password', async () => {
  const sudo = fakeSudo();
  await sudo.out(READY);
  await sudo.exit(0);
  expect(sudo.sent).toEqual(['script<end>']);
});

test.each([
  ['asks again', `Sorry, try again.\n${PROMPT}`],
  ['asks for a new password', 'sudo: Account or password is expired, reset your password'],
  ['asks for a new password in other words', 'You are required to change your password'],
  ['asks PAM for one', 'Changing password for ops.'],
])('a sudo that %s is let go, and sent nothing more', async (_, words) => {
  const sudo = fakeSudo();
  await sudo.err(SUDO_PROMPT);
  await sudo.err(words.slice(0, 20));
  await sudo.err(words.slice(20));
  await sudo.err('again');
  await sudo.exit(1);
  expect(sudo.sent).toEqual(['hunter2\n', '<end>']);
});

test('a command that prints what sudo asks with does not get the password', async () => {
  const sudo = fakeSudo();
  await sudo.out(READY);
  await sudo.err(SUDO_PROMPT);
  await sudo.exit(0);
  expect(sudo.sent).toEqual(['script<end>']);
});

describe('a whole run', () => {
  const target = (sudo: Sudo) => targetOf({ config: '// new\n' }, { sudo });
  const fleet = (sudo: Sudo, password?: string) => {
    const facts = outdated(target(sudo));
    return fleetOf({ a: { target: target(sudo), facts, ...(password ? { password } : {}) } });
  };

  test.each([undefined, 'hunter2'])(
    'with a password works where sudo asks for %s',
    async (password) => {
      const one = fleet(withPassword, password);
      expect((await run(one)).outcome).toBe('changed');
      expect(sentTo(one.hosts.a)).toEqual(['facts', 'apply r1']);
    },
  );

  test('with the wrong password says so, and asks once', async () => {
    const one = fleet(withPassword, 'another');
    const { outcome, problem } = await run(one);
    expect([outcome, problem!.code]).toEqual(['failed', 'sudo.password']);
    expect(one.hosts.a!.commands).toHaveLength(1);
  });

  test('without one says that sudo asks', async () => {
    const { outcome, problem } = await run(fleet({ kind: 'passwordless' }, 'hunter2'));
    expect([outcome, problem!.code]).toEqual(['failed', 'sudo.password']);
  });

  test('a lost run is followed with the password, too', async () => {
    const asking = target(withPassword);
    const one = fleetOf({
      a: {
        target: asking,
        facts: outdated(asking),
        password: 'hunter2',
        fault: (kind) => (kind === 'launch' ? { cutAfter: 80 } : undefined),
      },
    });
    expect((await run(one)).outcome).toBe('changed');
    expect(one.hosts.a!.logins).toBe(2);
  });
});

// recorded from sudo 1.9.5, 1.9.13, 1.9.16 and sudo-rs 0.2.5
test.each([
  ['sudo: a password is required', 'sudo.password', 'password-required'],
  ['sudo-rs: interactive authentication is required', 'sudo.password', 'password-required'],
  ['Sorry, try again.\nsudo: no password was provided', 'sudo.password', 'password-refused'],
  ['sudo: 3 incorrect password attempts', 'sudo.password', 'password-refused'],
  ['ops is not in the sudoers file.', 'sudo.refused', 'not-allowed'],
  ["I'm sorry ops. I'm afraid I can't do that", 'sudo.refused', 'not-allowed'],
  ['Sorry, user ops is not allowed to execute', 'sudo.refused', 'not-allowed'],
  ['ops may not run sudo on web-01', 'sudo.refused', 'not-allowed'],
  ['sudo: sorry, you must have a tty to run sudo', 'sudo.refused', 'needs-tty'],
  ['sudo: account validation failure, is your account locked?', 'sudo.refused', 'account-expired'],
  ['sudo: Account has expired', 'sudo.refused', 'account-expired'],
  ['sudo: Account or password is expired, reset it', 'sudo.refused', 'password-expired'],
  ['sudo: Password expired, contact your administrator', 'sudo.refused', 'password-expired'],
  ['New password: ', 'sudo.refused', 'password-expired'],
  ['sh: 1: sudo: not found', 'sudo.refused', 'no-sudo'],
  ['bash: sudo: command not found', 'sudo.refused', 'no-sudo'],
  ['sudo: No such file or directory', 'sudo.refused', 'no-sudo'],
])('%j is reported as %s, %s', (stderr, code, reason) => {
  expect(sudoProblem(hostOf(), stderr)).toEqual({
    code,
    host: 'web-01',
    params: {
      reason,
      user: 'ops',
      address: hostOf().address,
      ...(reason === 'password-refused' ? { whose: null } : {}),
    },
    detail: stderr,
  });
});

test.each([
  // sudo 1.9
  ['sudo: /usr/bin/sudo must be owned by uid 0 and have the setuid bit set', 'not-setuid'],
  [
    "sudo: effective uid is not 0, is /usr/bin/sudo on a file system with the 'nosuid' option set",
    'not-setuid',
  ],
  ['sudo: effective uid is not 0, is sudo installed setuid root?', 'not-setuid'],
  [
    'sudo: The "no new privileges" flag is set, which prevents sudo from running as root.\nsudo: If sudo is running in a container, you may need to adjust the container configuration to disable the flag.',
    'no-new-privileges',
  ],
  [
    'sudo: /etc/sudoers is owned by uid 1000, should be 0\nsudo: no valid sudoers sources found, quitting\nsudo: error initializing audit plugin sudoers_audit',
    'bad-sudoers',
  ],
  ['sudo: /etc/sudoers is world writable', 'bad-sudoers'],
  ['sudo: fatal error, unable to load plugins', 'bad-sudoers'],
  [
    'sudo: unable to mkdir /var/log/sudo-io/00: No space left on device\nsudo: error initializing I/O plugin sudoers_io',
    'cannot-log',
  ],
  ['sudo: unable to write to I/O log file: No space left on device', 'cannot-log'],
  ['sudo: unable to mkdir /full/io: No space left on device', 'cannot-log'],
  ['sudo: unable to open log file /var/log/sudo.log: Read-only file system', 'cannot-log'],
  ['sudo: PAM authentication error: Module is unknown', 'pam'],
  ['ops is not allowed to run sudo on web-01.', 'not-allowed'],
  // sudo-rs
  ['sudo-rs: sudo must be owned by uid 0 and have the setuid bit set', 'not-setuid'],
  ['sudo-rs: invalid configuration: /etc/sudoers cannot be world-writable', 'bad-sudoers'],
  ["Sorry, user ops may not run '/usr/bin/perl' on web-01.", 'not-allowed'],
  // doas under the name of sudo
  ['doas: Authentication required', 'doas'],
  ['doas: Operation not permitted', 'doas'],
  ["doas: invalid option -- 'S'\nusage: doas [-Lns] [-C config] [-u user] command [args]", 'doas'],
])('%j means %s', (stderr, reason) => {
  expect(sudoProblem(hostOf(), stderr)).toMatchObject({ code: 'sudo.refused', params: { reason } });
});

test('a complaint that we do not know is shown, a warning is none', () => {
  const exit: Exit = { code: 1, signal: null };
  expect(sudoProblem(hostOf(), 'sudo: unknown uid 1000: who are you?', exit)).toEqual({
    code: 'sudo.refused',
    host: 'web-01',
    params: { reason: 'failed', address: hostOf().address, exit: '1' },
    detail: 'sudo: unknown uid 1000: who are you?',
  });
  const warning = 'sudo: unable to resolve host web-01: Name or service not known';
  expect(sudoProblem(hostOf(), warning, exit)).toBeUndefined();
});

describe('whose password sudo wants', () => {
  const refused = (whose: string, words = 'Falsches Passwort, Esel.') =>
    sudoProblem(
      hostOf(),
      `${SUDO_PROMPT.replace('%p', whose)}${words}\n${SUDO_PROMPT.replace('%p', whose)}`,
    );
  test.each([
    ['ops', null],
    ['root', 'root'],
    // a sudo-rs that does not expand it
    ['%p', null],
  ])('as its prompt says: %s', (name, whose) => {
    expect(refused(name)).toEqual({
      code: 'sudo.password',
      host: 'web-01',
      params: { reason: 'password-refused', user: 'ops', address: hostOf().address, whose },
      detail: 'Falsches Passwort, Esel.',
    });
  });
  test('one prompt alone is no refusal', () => {
    expect(sudoProblem(hostOf(), PROMPT)).toBeUndefined();
  });
});

describe('a login shell that runs something else', () => {
  afterEach(() => void vi.useRealTimers());
  const problemOf = (running: Promise<unknown>) =>
    running.then(
      () => null,
      (error) => error.problem,
    );
  const kinds: Sudo[] = [{ kind: 'none' }, { kind: 'passwordless' }, withPassword];

  test.each(kinds)('is sent nothing, and named with what it said, %j', async (kind) => {
    const sudo = fakeSudo(kind, { shell: 'Welcome!\n1) Backup\n2) Quit\nYour choice: ' });
    await sudo.err('terminal required\n');
    const problem = problemOf(sudo.running);
    await sudo.exit(3).catch(() => undefined);
    expect(await problem).toEqual({
      code: 'ssh.shell',
      host: 'web-01',
      params: { reason: 'ended', user: 'ops', address: hostOf().address, exit: '3' },
      detail: 'Welcome!\n1) Backup\n2) Quit\nYour choice: \nterminal required',
    });
    expect(sudo.sent).toEqual([]);
  });

  test.each([
    ['This account is currently not available.\n', '', 'nologin'],
    ['', "fatal: unrecognized command 'sh -c'\n", 'git-shell'],
    ['This service allows sftp connections only.\n', '', 'sftp-only'],
  ])('%j %j is %s', async (shell, words, reason) => {
    const sudo = fakeSudo(withPassword, { shell });
    if (words) await sudo.err(words);
    const problem = problemOf(sudo.running);
    await sudo.exit(1).catch(() => undefined);
    expect(await problem).toMatchObject({ code: 'ssh.shell', params: { reason } });
  });

  test.each([
    [60_000, 15],
    [10_000, 9],
  ])('is given up if it waits, of %i ms after %i s', async (timeoutMs, seconds) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const sudo = fakeSudo({ kind: 'passwordless' }, { shell: 'menu: ', timeoutMs });
    const problem = problemOf(sudo.running);
    await sudo.limits();
    vi.advanceTimersByTime(seconds * 1000 - 1);
    await sudo.limits();
    expect(vi.getTimerCount()).toBe(1);
    vi.advanceTimersByTime(1);
    expect(await problem).toMatchObject({
      params: { reason: 'silent', seconds },
      detail: 'menu: ',
    });
    expect(sudo.sent).toEqual([]);
  });

  test('may print before our command, without a newline', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const sudo = fakeSudo({ kind: 'none' }, { shell: `welcome back ${SHELL}out` });
    const said = await sudo.exit(0);
    expect(said.out).toBe('out');
    expect(vi.getTimerCount()).toBe(0);
  });

  test('ends a whole run, which sends it nothing', async () => {
    const one = fleetOf({
      a: {
        shell: async (io) => {
          io.out('This account is currently not available.\n');
          return 1;
        },
      },
    });
    const { outcome, problem } = await run(one);
    expect([outcome, problem!.code]).toEqual(['unreachable', 'ssh.shell']);
    expect(one.hosts.a!.sent).toEqual([]);
  });
});

test('the last words of sudo are kept, without the prompt', () => {
  const stderr = `one\n${SUDO_PROMPT}\ntwo\n \nthree\nsudo: a password is required\n`;
  expect(sudoProblem(hostOf(), stderr)!.detail).toBe('two\nthree\nsudo: a password is required');
});

test('what sudo did not say is not a problem of sudo', () => {
  expect(sudoProblem(hostOf(), 'perl: warning: Setting locale failed.')).toBeUndefined();
});

test('what a command was sent is not kept for as long as it runs', async () => {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  let options!: StartOptions;
  const channel: Channel = {
    write: () => undefined,
    end: () => undefined,
    exit: new Promise(() => undefined),
    close: () => undefined,
  };
  const session = {
    start: async (_: unknown, given: StartOptions) => {
      options = given;
      return channel;
    },
  } as unknown as ReturnType<typeof createSession>;
  const limits = { timeoutMs: 60_000, signal: new AbortController().signal };
  const host = hostOf({ sudo: { kind: 'passwordless' } });
  const start = async () => {
    const input = new Uint8Array(1000);
    const output = { ...limits, onOut: () => undefined, onErr: () => undefined };
    const running = await startAsRoot(session, host, ['perl', '-'], input, output);
    return { running, sent: new WeakRef(input) };
  };
  const { running, sent } = await start();
  options.onOut(Buffer.from(SHELL));
  await new Promise((resolve) => setTimeout(resolve));
  collectGarbage();
  expect(sent.deref()).toBeUndefined();
  running.close();
});
