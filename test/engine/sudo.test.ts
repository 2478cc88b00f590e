import { describe, expect, test } from 'vitest';
import { createSession } from '../../src/engine/session.ts';
import { runAsRoot, SUDO_PROMPT, sudoProblem } from '../../src/engine/sudo.ts';
import type { Host, Sudo } from '../../src/model/host.ts';
import type { Channel, Exit, StartOptions } from '../../src/model/ports.ts';
import { Secret } from '../../src/model/secret.ts';
import { hostOf, targetOf } from '../builders.ts';
import { fleetOf, outdated, run, sentTo } from './scripted-hosts.ts';

const READY = 'alloyup: ready\n';
const withPassword: Sudo = { kind: 'password', password: new Secret('hunter2') };

/** A sudo that says what it is told to, and keeps what it was sent. */
function fakeSudo(sudo: Sudo = withPassword, early = '') {
  const host: Host = hostOf({ sudo });
  const sent: string[] = [];
  const commands: (readonly string[])[] = [];
  let options!: StartOptions;
  let finish!: (exit: Exit) => void;
  const channel: Channel = {
    write: (data) => void sent.push(`${data}`),
    end: (data) => void sent.push(`${data ?? ''}<end>`),
    exit: new Promise((resolve) => {
      finish = resolve;
    }),
    close() {},
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
          if (early !== '') options.onErr(Buffer.from(early));
          return channel;
        },
        close() {},
      }),
      async close() {},
    },
    host,
    { timeoutMs: 1, signal: new AbortController().signal, onConnected() {} },
  );
  const limits = { timeoutMs: 1234, signal: new AbortController().signal };
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
  expect(sudo.commands).toEqual([argv]);
  expect(sudo.sent).toEqual(['script<end>']);
  expect(await sudo.limits()).toMatchObject({ timeoutMs: 1234 });
});

test('a sudo that asks gets the password, the command its input, in this order', async () => {
  const sudo = fakeSudo();
  await sudo.err(`Lecture.\n${SUDO_PROMPT.slice(0, 7)}`);
  expect(sudo.sent).toEqual([]);
  await sudo.err(SUDO_PROMPT.slice(7));
  expect(sudo.sent).toEqual(['hunter2\n']);
  await sudo.out(READY.slice(0, 5));
  expect(sudo.sent).toEqual(['hunter2\n']);
  await sudo.out(`${READY.slice(5)}early `);
  expect(sudo.sent).toEqual(['hunter2\n', 'script<end>']);
  await sudo.out('late');
  await sudo.err('more');
  expect(await sudo.exit(3)).toEqual({
    out: 'early late',
    err: `Lecture.\n${SUDO_PROMPT}more`,
    exit: { code: 3, signal: null },
  });
  expect(sudo.sent).toEqual(['hunter2\n', 'script<end>']);
});

test('a sudo that asks before the channel is known is answered', async () => {
  const sudo = fakeSudo(withPassword, SUDO_PROMPT);
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
  ['asks again', `Sorry, try again.\n${SUDO_PROMPT}`],
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
    params: { reason, user: 'ops', address: hostOf().address },
    detail: stderr,
  });
});

test('the last words of sudo are kept, without the prompt', () => {
  const stderr = `one\n${SUDO_PROMPT}\ntwo\n \nthree\nsudo: a password is required\n`;
  expect(sudoProblem(hostOf(), stderr)!.detail).toBe('two\nthree\nsudo: a password is required');
});

test('what sudo did not say is not a problem of sudo', () => {
  expect(sudoProblem(hostOf(), 'perl: warning: Setting locale failed.')).toBeUndefined();
});
