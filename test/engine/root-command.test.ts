import { expect, test } from 'vitest';
import { SUDO_PROMPT } from '../../src/engine/privilege.ts';
import { runAsRoot } from '../../src/engine/root-command.ts';
import type { Session } from '../../src/engine/session.ts';
import type { Channel, Exit, StartOptions } from '../../src/model/ports.ts';
import { Secret } from '../../src/model/secret.ts';
import { hostOf } from '../builders.ts';

/** A sudo that is told what to say, and tells what it was sent. */
function sudo() {
  const sent: string[] = [];
  let options: StartOptions | undefined;
  let finish: (exit: Exit) => void = () => undefined;
  const channel: Channel = {
    write: (data) => void sent.push(`${data}`),
    end: (data) => void sent.push(`${data ?? ''}<end>`),
    exit: new Promise((resolve) => {
      finish = resolve;
    }),
    within() {},
    close() {},
  };
  const session: Session = {
    async start(_, given) {
      options = given;
      return channel;
    },
    begin() {},
    keep() {},
    take: () => undefined,
    drop() {},
    close() {},
  };
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  return {
    session,
    sent,
    async out(text: string) {
      await settled();
      options!.onOut(Buffer.from(text));
    },
    async err(text: string) {
      await settled();
      options!.onErr(Buffer.from(text));
    },
    exit: (code: number) => finish({ code, signal: null }),
  };
}

const host = hostOf({ sudo: { kind: 'password', password: new Secret('hunter2') } });
const limits = { timeoutMs: 1000, signal: new AbortController().signal };
const READY = 'alloyup: ready\n';

test('a sudo that asks gets the password, the command its input, in this order', async () => {
  const far = sudo();
  const running = runAsRoot(far.session, host, ['perl', '-'], 'script', limits);
  await far.err(`Lecture.\n${SUDO_PROMPT.slice(0, 7)}`);
  expect(far.sent).toEqual([]);
  await far.err(SUDO_PROMPT.slice(7));
  expect(far.sent).toEqual(['hunter2\n']);
  await far.out(READY.slice(0, 5));
  await far.out(`${READY.slice(5)}early `);
  expect(far.sent).toEqual(['hunter2\n', 'script<end>']);
  await far.out('late');
  far.exit(3);
  expect(await running).toMatchObject({ out: 'early late', exit: { code: 3 } });
});

test('one that does not ask never sees it', async () => {
  const far = sudo();
  const running = runAsRoot(far.session, host, ['perl', '-'], 'script', limits);
  await far.out(READY);
  far.exit(0);
  await running;
  expect(far.sent).toEqual(['script<end>']);
});

test.each([
  ['asks again', `Sorry, try again.\n${SUDO_PROMPT}`],
  ['wants a new password', 'sudo: Account or password is expired, reset your password'],
])('one that %s is let go, and is not sent the script', async (_, words) => {
  const far = sudo();
  const running = runAsRoot(far.session, host, ['perl', '-'], 'script', limits);
  await far.err(SUDO_PROMPT);
  await far.err(words);
  far.exit(1);
  await running;
  expect(far.sent).toEqual(['hunter2\n', '<end>']);
});
