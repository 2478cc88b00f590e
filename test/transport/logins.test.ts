import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ToolError } from '../../src/model/problem.ts';
import type { CommandChannel } from '../../src/transport/command-channel.ts';
import type { Hop } from '../../src/transport/hops.ts';
import {
  type Attempt,
  logins,
  type Outcome,
  type Session,
  type SshClient,
} from '../../src/transport/logins.ts';
import * as problems from '../../src/transport/problems.ts';
import { hopTo, never, problemOf } from './fixtures.ts';

// Vitest's clock does not reach this module
vi.mock('node:timers/promises', () => ({
  setTimeout: (ms: number, _value: unknown, { signal }: { signal: AbortSignal }) =>
    new Promise<void>((resolve, reject) => {
      const timer = setTimeout(resolve, ms);
      signal.addEventListener('abort', () => {
        clearTimeout(timer);
        reject(signal.reason);
      });
    }),
}));

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(Math, 'random').mockReturnValue(0.5);
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

class FakeSession implements Session {
  reason: string | undefined;
  closed = 0;
  readonly ran: CommandChannel[] = [];
  readonly #listeners: (() => void)[] = [];
  ended = () => this.reason;
  onEnd = (listener: () => void) => void this.#listeners.push(listener);
  run = (_argv: unknown, channel: CommandChannel) => void this.ran.push(channel);
  close = () => {
    this.closed += 1;
  };
  end(reason: string): void {
    this.reason = reason;
    for (const listener of this.#listeners.splice(0)) listener();
  }
}

type Answer = Outcome<FakeSession> | ((attempt: Attempt) => Promise<Outcome<FakeSession>>);

/** A client that gives these answers, one for each attempt; the last one again and again. */
function clientWith(answers: readonly Answer[], handshakes = 32) {
  const left = [...answers];
  const attempts: { readonly hop: Hop; readonly jump: Session | null; readonly at: Attempt }[] = [];
  const client: SshClient<FakeSession> = {
    via: 'ssh',
    handshakes,
    prepare: async (hop, jump) => async (at) => {
      attempts.push({ hop, jump, at: { ...at, rejected: [...at.rejected] } });
      const answer = left.length > 1 ? left.shift()! : left[0]!;
      return typeof answer === 'function' ? answer(at) : answer;
    },
    close: vi.fn(async () => undefined),
  };
  return { client, attempts };
}

const inside = (session = new FakeSession()): Outcome<FakeSession> => ({
  kind: 'in',
  session,
  by: 'key ~/.ssh/id_ed25519',
});
const dropped: Answer = { kind: 'dropped' };
/** Waits until its signal is aborted. */
const hangs: Answer = ({ signal, onStage }) =>
  new Promise((_, reject) => {
    onStage('greeting');
    signal.addEventListener('abort', () => reject(signal.reason));
  });
const limits = { timeoutMs: 10_000, signal: never };
const web = hopTo('web', 2222);
const { endpoint } = web;
const failure = (transient: boolean) =>
  new ToolError(
    transient ? problems.dropped(endpoint, 8) : problems.tooManyKeys(endpoint, ['key a']),
  );

describe('a login', () => {
  test('describes itself and its jump hosts', async () => {
    const { client, attempts } = clientWith([inside()]);
    const hops = [hopTo('bastion'), hopTo('::1', 2200), web];
    expect(await logins(client).connect(hops, limits, 'because')).toMatchObject({
      via: 'ssh',
      description:
        'ssh ops@web:2222, key ~/.ssh/id_ed25519, through ops@bastion, through ops@[::1]:2200',
      why: 'because',
    });
    expect(attempts.map(({ hop }) => hop.alias)).toEqual(['bastion', '::1', 'web']);
    expect(attempts.map(({ jump }) => jump === null)).toEqual([true, false, false]);
  });

  test('is tried again after a growing pause when the server drops it', async () => {
    const { client, attempts } = clientWith([dropped, dropped, inside()]);
    const login = logins(client).connect([web], limits, null);
    await vi.advanceTimersByTimeAsync(299);
    expect(attempts).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(attempts).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(599);
    expect(attempts).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(1);
    expect(attempts).toHaveLength(3);
    await login;
  });

  test('is given up after the eighth drop', async () => {
    const { client, attempts } = clientWith([dropped]);
    const problem = problemOf(
      logins(client).connect([web], { ...limits, timeoutMs: 60_000 }, null),
    );
    await vi.advanceTimersByTimeAsync(60_000);
    expect(await problem).toEqual(problems.dropped(endpoint, 8));
    expect(attempts).toHaveLength(8);
  });

  test('runs out of time, and says how far it came', async () => {
    const { client } = clientWith([hangs]);
    const problem = problemOf(logins(client).connect([web], limits, null));
    await vi.advanceTimersByTimeAsync(9999);
    await vi.advanceTimersByTimeAsync(1);
    expect(await problem).toEqual(problems.tooSlow(endpoint, 'greeting', 10_000));
    expect(vi.getTimerCount()).toBe(0);
  });

  test('that runs out of time after drops blames the drops', async () => {
    const { client } = clientWith([dropped, hangs]);
    const problem = problemOf(logins(client).connect([web], limits, null));
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await problem).toEqual(problems.dropped(endpoint, 1));
  });

  test('ends when the run is interrupted, in an attempt or in a pause', async () => {
    for (const answer of [hangs, dropped]) {
      const abort = new AbortController();
      const { client } = clientWith([answer]);
      const problem = problemOf(
        logins(client).connect([web], { ...limits, signal: abort.signal }, null),
      );
      await vi.advanceTimersByTimeAsync(100);
      abort.abort();
      expect(await problem).toEqual(problems.loginInterrupted(endpoint));
    }
  });

  test('fails at once on a problem that another attempt would not change', async () => {
    const { client, attempts } = clientWith([
      async () => {
        throw failure(false);
      },
    ]);
    expect(await problemOf(logins(client).connect([web], limits, null))).toEqual(
      failure(false).problem,
    );
    expect(attempts).toHaveLength(1);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('limits', () => {
  test('eight attempts at once for one server; its clock starts with its first attempt', async () => {
    const { client, attempts } = clientWith([hangs]);
    const all = logins(client);
    const ended: unknown[] = [];
    const work = Array.from({ length: 9 }, () =>
      problemOf(all.connect([web], limits, null)).then((problem) => ended.push(problem)),
    );
    const other = problemOf(all.connect([hopTo('web', 23)], limits, null));
    await vi.advanceTimersByTimeAsync(9000);
    const ports = attempts.map(({ hop }) => hop.endpoint.port);
    expect(ports).toEqual([...Array.from({ length: 8 }, () => 2222), 23]);
    await vi.advanceTimersByTimeAsync(1000);
    expect(ended).toHaveLength(8);
    await vi.advanceTimersByTimeAsync(9999);
    expect(ended).toHaveLength(8);
    await vi.advanceTimersByTimeAsync(1);
    await Promise.all([...work, other]);
  });

  test('eight for one server, also where one waits for its next attempt and others are through', async () => {
    const { client, attempts } = clientWith([{ kind: 'dropped' }, inside(), hangs]);
    const all = logins(client);
    const first = problemOf(all.connect([web], limits, null));
    await vi.advanceTimersByTimeAsync(1);
    await all.connect([web], limits, null);
    const others = Array.from({ length: 9 }, () => problemOf(all.connect([web], limits, null)));
    await vi.advanceTimersByTimeAsync(5000);
    expect(attempts).toHaveLength(2 + 8);
    await vi.advanceTimersByTimeAsync(30_000);
    await Promise.all([first, ...others]);
  });

  test('as many attempts at once as the client allows', async () => {
    const { client, attempts } = clientWith([hangs], 2);
    const all = logins(client);
    const work = ['a', 'b', 'c'].map((name) => problemOf(all.connect([hopTo(name)], limits, null)));
    await vi.advanceTimersByTimeAsync(0);
    expect(attempts).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(20_000);
    await Promise.all(work);
    expect(attempts).toHaveLength(3);
  });

  test('whoever waits for a free place leaves when the run is interrupted, and attempts nothing', async () => {
    const abort = new AbortController();
    const { client, attempts } = clientWith([hangs], 1);
    const all = logins(client);
    const busy = problemOf(all.connect([hopTo('a')], limits, null));
    const waits = problemOf(all.connect([hopTo('b')], { ...limits, signal: abort.signal }, null));
    await vi.advanceTimersByTimeAsync(0);
    abort.abort();
    expect(await waits).toEqual(problems.loginInterrupted(hopTo('b').endpoint));
    await vi.advanceTimersByTimeAsync(10_000);
    await busy;
    expect(attempts).toHaveLength(1);
  });
});

describe('a host key that is not trusted', () => {
  const blobOf = (type: string): Uint8Array =>
    Buffer.concat([Buffer.from([0, 0, 0, type.length]), Buffer.from(type)]);
  const [ed, rsa] = [blobOf('ssh-ed25519'), blobOf('ssh-rsa')];
  const problem = problems.unknownHostKey('web', ed);
  const shows = (...shown: Uint8Array[]): Answer => ({ kind: 'host-key', shown, problem });
  const pin = 'SHA256:pinned';
  const pinned = hopTo('web', 2222, { pin });

  test('ends the login', async () => {
    const { client, attempts } = clientWith([shows(ed), inside()]);
    expect(await problemOf(logins(client).connect([web], limits, null))).toEqual(problem);
    expect(attempts).toHaveLength(1);
  });

  test('leads a pinned host to be asked for its other keys', async () => {
    const { client, attempts } = clientWith([shows(ed), shows(rsa), inside()]);
    await logins(client).connect([pinned], limits, null);
    expect(attempts.map(({ at }) => at.rejected)).toEqual([[], [ed], [ed, rsa]]);
  });

  test('ends the login of a pinned host when it shows no other key', async () => {
    for (const answers of [[shows(ed), shows(ed)], [shows()]]) {
      const { client } = clientWith(answers);
      expect(await problemOf(logins(client).connect([pinned], limits, null))).toEqual(problem);
    }
  });

  test('and no other to negotiate: the keys that were shown are the reason', async () => {
    const error = failure(true);
    const { client } = clientWith([shows(ed), { kind: 'failed', error }]);
    expect(await problemOf(logins(client).connect([pinned], limits, null))).toEqual(
      problems.pinMismatch('[web]:2222', pin, [ed]),
    );
    for (const hop of [web, pinned]) {
      const failing = clientWith([{ kind: 'failed', error }]);
      expect(await problemOf(logins(failing.client).connect([hop], limits, null))).toEqual(
        error.problem,
      );
    }
  });
});

describe('a jump host', () => {
  const bastion = hopTo('bastion');

  test('is logged in on once for all hosts, and again when its session has ended', async () => {
    const session = new FakeSession();
    const { client, attempts } = clientWith([inside(session), inside()]);
    const all = logins(client);
    await Promise.all([1, 2, 3].map(() => all.connect([bastion, web], limits, null)));
    const bastions = () => attempts.filter(({ hop }) => hop === bastion).length;
    expect(bastions()).toBe(1);
    expect(attempts.filter(({ jump }) => jump === session)).toHaveLength(3);
    session.end('gone');
    await all.connect([bastion, web], limits, null);
    expect(bastions()).toBe(2);
  });

  test('is one for each user, keys and way to it', async () => {
    const { client, attempts } = clientWith([inside()]);
    const all = logins(client);
    const other = hopTo('bastion', 22, { endpoint: { ...bastion.endpoint, user: 'root' } });
    const keys = hopTo('bastion', 22, {
      identities: { ...bastion.identities, allAgentKeys: false },
    });
    for (const hops of [[bastion], [other], [keys], [other, bastion]])
      await all.connect([...hops, web], limits, null);
    expect(attempts.filter(({ hop }) => hop !== web)).toHaveLength(4);
  });

  test('is not given up by the interrupt of one host', async () => {
    const abort = new AbortController();
    let finish: (outcome: Outcome<FakeSession>) => void = () => undefined;
    const { client } = clientWith([
      () =>
        new Promise((resolve) => {
          finish = resolve;
        }),
      inside(),
    ]);
    const all = logins(client);
    const first = problemOf(all.connect([bastion, web], { ...limits, signal: abort.signal }, null));
    const second = all.connect([bastion, web], limits, null);
    await vi.advanceTimersByTimeAsync(0);
    abort.abort();
    finish(inside());
    await second;
    expect(await first).toEqual(problems.loginInterrupted(endpoint));
  });

  test.each([true, false])(
    'that failed is tried again only when that may help: %j',
    async (transient) => {
      const { client, attempts } = clientWith([
        async () => {
          throw failure(transient);
        },
      ]);
      const all = logins(client);
      const first = await problemOf(all.connect([bastion, web], limits, null));
      const again = await problemOf(all.connect([bastion, web], limits, null));
      const { problem } = problems.ofJumpHost(failure(transient), 'ops@bastion') as ToolError;
      expect([first, again]).toEqual([problem, problem]);
      expect(attempts).toHaveLength(transient ? 2 : 1);
    },
  );

  test('and the client are closed at the end', async () => {
    const session = new FakeSession();
    const { client } = clientWith([inside(session), inside()]);
    const all = logins(client);
    await all.connect([bastion, web], limits, null);
    await all.close();
    await all.close();
    expect(session.closed).toBe(1);
    expect(client.close).toHaveBeenCalledTimes(2);
    expect(await all.jumpHost([], limits)).toBeNull();
  });
});

describe('a connection', () => {
  const options = { onOut() {}, onErr() {}, timeoutMs: 1000, signal: never };
  const connected = async () => {
    const session = new FakeSession();
    const connection = await logins(clientWith([inside(session)]).client).connect(
      [web],
      limits,
      null,
    );
    return { session, connection };
  };

  test('runs one command at a time', async () => {
    const { session, connection } = await connected();
    const channel = connection.start(['true'], options);
    expect(() => connection.start(['true'], options)).toThrow('a second command');
    session.ran[0]!.ended({ code: 0, signal: null });
    expect(await channel.exit).toEqual({ code: 0, signal: null });
    connection.start(['true'], options);
    expect(session.ran).toHaveLength(2);
  });

  test('that is lost fails its command and each one after it', async () => {
    const { session, connection } = await connected();
    const running = connection.start(['true'], options);
    session.end('the host closed it');
    const lost = problems.lost('ops@web:2222', 'the host closed it');
    expect(await problemOf(running.exit)).toEqual(lost);
    expect(await problemOf(connection.start(['true'], options).exit)).toEqual(lost);
    expect(session.ran).toHaveLength(1);
  });

  test('closes its command and its session', async () => {
    const { session, connection } = await connected();
    connection.close();
    const running = connection.start(['true'], options);
    connection.close();
    expect(await problemOf(running.exit)).toEqual(
      problems.lost('ops@web:2222', 'it was closed here'),
    );
    expect(session.closed).toBe(2);
  });
});
