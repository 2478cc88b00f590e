import { describe, expect, test } from 'vitest';
import type { Problem } from '../../src/model/problem.ts';
import { textOf } from '../../src/report/text-of.ts';
import { bareFactsOf, NOW, targetOf } from '../builders.ts';
import {
  type Fault,
  fleetOf,
  type HostScript,
  lost,
  outdated,
  run,
  sentTo,
} from './scripted-hosts.ts';

/** A fault of the nth command of a kind. */
const fault =
  (kind: string, fault: Fault, nth = 1): NonNullable<HostScript['fault']> =>
  (of, n) =>
    of === kind && n === nth ? fault : undefined;

async function runOne(script: HostScript, options: Parameters<typeof run>[1] = {}) {
  const fleet = fleetOf({ a: script });
  const ended = await run(fleet, options);
  const host = fleet.hosts.a!;
  const reconnects = fleet.events.flatMap((one) =>
    one.type === 'host.reconnecting' ? [one.attempt] : [],
  );
  return { ...ended, fleet, host, reconnects, sent: sentTo(host) };
}

describe('a login that fails', () => {
  test.each<Problem>([
    {
      code: 'ssh.unreachable',
      params: { reason: 'connection-refused', address: 'a.example.com', port: 22 },
    },
    { code: 'ssh.auth', params: { reason: 'no-key-of-ssh', endpoint: 'ops@a' } },
    { code: 'ssh.host-key', params: { reason: 'distrusted', address: 'a.example.com' } },
    { code: 'ssh.timeout', params: { reason: 'login-interrupted', endpoint: 'ops@a' } },
    { code: 'ssh.lost', params: { reason: 'nothing-started' } },
    { code: 'ssh.unsupported', params: { reason: 'no-ssh-command' } },
  ])('with $code makes the host unreachable', async (problem) => {
    const ended = await runOne({ login: () => problem });
    expect(ended).toMatchObject({ outcome: 'unreachable', problem });
  });

  test('with anything else fails the host', async () => {
    const problem: Problem = { code: 'sudo.refused', params: { reason: 'not-root' } };
    expect(await runOne({ login: () => problem })).toMatchObject({ outcome: 'failed', problem });
  });
});

describe('facts', () => {
  test('a host that breaks the connection before it answers is unreachable', async () => {
    for (const cut of [{ cutBefore: true }, { cutAfter: 0 }, { cutAfter: 20 }] as const) {
      const { outcome, problem, sent } = await runOne({ fault: fault('facts', cut) });
      expect([outcome, problem!.code]).toEqual(['unreachable', 'ssh.lost']);
      expect(sent.filter((one) => one !== 'facts')).toEqual([]);
    }
  });

  test('a host that does not answer is given up after a minute', async () => {
    const slow = await runOne({ fault: fault('facts', { delay: 59_000 }) });
    expect(slow.outcome).toBe('changed');
    const stuck = await runOne({ fault: fault('facts', { delay: 61_000 }) });
    expect([stuck.outcome, stuck.problem!.code]).toEqual(['unreachable', 'ssh.timeout']);
    expect(stuck.fleet.events.at(-1)!.ms).toBe(60_020);
  });

  test('and sooner with a shorter --timeout', async () => {
    const stuck = await runOne({ fault: fault('facts', { delay: 61_000 }) }, { timeoutS: 5 });
    expect([stuck.outcome, stuck.problem!.code]).toEqual(['unreachable', 'ssh.timeout']);
    expect(stuck.problem!.params).toMatchObject({ seconds: 5, limit: '--timeout' });
    expect(stuck.fleet.events.at(-1)!.ms).toBeLessThan(5_100);
  });

  test('a login and the facts have one time limit', async () => {
    const slow = { login: () => 3000, fault: fault('facts', { delay: 3000 }) };
    const { outcome, problem, fleet } = await runOne(slow, { timeoutS: 5 });
    expect([outcome, problem!.params]).toMatchObject(['unreachable', { limit: '--timeout' }]);
    expect(fleet.events.at(-1)!.ms).toBeLessThan(5_600);
  });

  test('a repository that does not answer has it, too', async () => {
    const repository = {
      signingKey: () => new Promise<never>(() => undefined),
      versions: () => new Promise<never>(() => undefined),
      inspectKeyring: () => new Promise<never>(() => undefined),
    };
    const target = targetOf({ config: '// new\n' });
    const fleet = fleetOf({ a: { target, facts: bareFactsOf(target) } }, { repository });
    const { outcome, problem } = await run(fleet, { timeoutS: 5 });
    expect([outcome, problem!.code]).toEqual(['failed', 'repository.unreachable']);
    expect(fleet.events.at(-1)!.ms).toBeLessThan(5_600);
  });

  test('a host that goes on once it has answered is not waited for', async () => {
    const goesOn = fleetOf({ a: {} });
    const { transport } = goesOn.world;
    const endless: typeof transport = {
      ...transport,
      async connect(...args) {
        const connection = await transport.connect(...args);
        return {
          ...connection,
          start(argv, options) {
            const channel = connection.start(argv, options);
            return { ...channel, exit: new Promise<never>(() => undefined) };
          },
        };
      },
    };
    const fleet = { ...goesOn, world: { ...goesOn.world, transport: endless } };
    expect(await run(fleet, { verb: 'plan' })).toMatchObject({ outcome: 'pending' });
    expect(goesOn.events.at(-1)!.ms).toBeLessThan(2_500);
  });

  test('a login shell may print anything before them', async () => {
    for (const motd of ['', 'x', 'Welcome\n# ', '{"type":"facts"} '])
      expect((await runOne({ motd })).outcome).toBe('changed');
  });

  test('facts that cannot be read are not shown: they may hold secrets', async () => {
    const { problem } = await runOne({ fault: fault('facts', { torn: 900 }) });
    expect(problem!.detail).toBe('motd');
  });

  test.each([
    [{ exit: 1, err: 'sudo: a password is required\n' }, 'sudo.password', {}],
    [{ exit: 127, out: 'no perl' }, 'host.probe', { reason: 'no-facts', exit: '127' }],
    [{ torn: 900 }, 'host.probe', { reason: 'no-facts', exit: '0' }],
    [{ exit: null, err: 'killed' }, 'host.probe', { reason: 'no-facts', exit: 'KILL' }],
  ] as const)('a host that answers something else (%j) fails', async (answer, code, params) => {
    const { outcome, problem } = await runOne({ fault: fault('facts', answer) });
    expect(outcome).toBe('failed');
    expect(problem).toMatchObject({ code, params });
  });

  test('of what a host answers instead, the end is kept', async () => {
    const said = `${'x'.repeat(3000)}the end  \n`;
    const { problem } = await runOne({ fault: fault('facts', { exit: 1, out: said }) });
    expect(problem?.detail).toBe(`${'x'.repeat(1993)}the end`);
  });
});

describe('a run whose connection breaks', () => {
  test('is followed from the byte where it broke, wherever that is', async () => {
    const whole = await runOne({});
    const kinds = (fleet: typeof whole.fleet) =>
      fleet.events
        .map(({ type }) => type)
        .filter((type) => type !== 'host.connected' && type !== 'host.reconnecting');
    let cuts = 0;
    for (let bytes = 0; ; bytes += 13) {
      const cut = await runOne({ fault: fault('launch', { cutAfter: bytes }) });
      expect(cut.outcome).toBe('changed');
      expect(kinds(cut.fleet)).toEqual(kinds(whole.fleet));
      if (cut.reconnects.length === 0) break;
      cuts += 1;
      expect(cut.reconnects).toEqual([1]);
      expect(cut.host.logins).toBe(2);
    }
    expect(cuts).toBeGreaterThan(20);
  });

  test('is followed over as many connections as it takes', async () => {
    const { outcome, reconnects, host, sent } = await runOne({
      fault: (kind) => (kind === 'facts' ? undefined : { cutAfter: 60 }),
    });
    expect(outcome).toBe('changed');
    expect(reconnects.length).toBeGreaterThan(3);
    expect(host.logins).toBe(reconnects.length + 1);
    const from = sent.flatMap((one) => /^follow r1 (\d+)$/.exec(one)?.[1] ?? []).map(Number);
    expect(from[0]).toBe(60 - 'alloyup: started\n'.length);
    expect(from[1]! - from[0]!).toBe(60);
  });

  test('pauses longer after each attempt in vain, and briefly again after progress', async () => {
    const refused = lost().problem;
    const { outcome, fleet } = await runOne({
      run: (sent, _, host) => [() => host.drop(), 100_000, ...host.usual(sent)],
      login: (n) => (n > 1 && n < 9 ? refused : 0),
      fault: fault('follow', { cutAfter: 30 }),
    });
    expect(outcome).toBe('changed');
    const at = fleet.events.flatMap((e) => (e.type === 'host.reconnecting' ? [e.ms] : []));
    const pauses = at.slice(1).map((ms, i) => ms - at[i]!);
    expect(pauses.slice(0, 7)).toEqual([500, 1000, 2000, 4000, 8000, 8000, 8000]);
    // the one that got through brought something
    expect(pauses.at(-1)).toBeGreaterThan(8000);
    const last = fleet.events.find((e) => e.type === 'host.connected' && e.ms > at.at(-1)!)!;
    expect(last.ms - at.at(-1)!).toBe(500);
  });

  test.each([75, 137, 141, null, 1])('is followed again after exit code %s', async (exit) => {
    const { outcome, reconnects, host } = await runOne({
      fault: (kind, n) => {
        if (kind === 'launch') return { cutAfter: 60 };
        return kind === 'follow' && n === 1 ? { exit } : undefined;
      },
    });
    expect([outcome, reconnects]).toEqual(['changed', [1, 2]]);
    expect(host.logins).toBe(3);
  });

  test('is followed again where its own follower ended early', async () => {
    const { outcome, reconnects } = await runOne({
      fault: fault('launch', { exit: 75, out: 'alloyup: started\n' }),
    });
    // the host knows nothing of it: only that it was started
    expect([outcome, reconnects]).toEqual(['unknown', [1]]);
  });

  test('is left alone when its time is over, and that is said', async () => {
    const { outcome, problem, fleet } = await runOne(
      { run: () => [3_600_000, { type: 'result', result: 'ok' }] },
      { timeoutS: 100 },
    );
    expect(outcome).toBe('unknown');
    expect(problem).toMatchObject({ code: 'apply.unknown', transient: true });
    expect(problem).toMatchObject({ params: { reason: 'in-progress' } });
    expect(fleet.events.at(-1)!.ms).toBe(100_020);
  });

  test('has at least a second, however late it is', async () => {
    const { outcome } = await runOne(
      { run: () => [800, { type: 'result', result: 'stuck' }] },
      { timeoutS: 0 },
    );
    expect(outcome).toBe('stuck');
  });

  test('shows and logs a bounded part of what it prints, and no record that makes no sense', async () => {
    const { outcome, fleet } = await runOne({
      run: (sent, _, host) => [
        'x'.repeat(100_000),
        `${sent.nonce} {"type":`,
        `${sent.nonce} {"type":"warning","warning":{"code":"c","params":${'['.repeat(50_000)}${']'.repeat(50_000)}}}`,
        ...Array.from({ length: 20_000 }, (_, i) => `line ${i}`),
        ...host.usual(sent),
      ],
    });
    const lines = fleet.events.flatMap((one) => (one.type === 'change.output' ? [one.line] : []));
    expect(outcome).toBe('changed');
    expect(lines.length).toBeLessThanOrEqual(5000);
    expect(lines.filter((line) => line.includes('@@'))).toEqual([]);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(5000);
  });

  test('that does not stop printing is left alone, and that is said', async () => {
    const line = 'x'.repeat(1 << 20);
    const { outcome, problem, reconnects } = await runOne({
      run: () => [...Array.from({ length: 80 }, () => line), { type: 'result', result: 'ok' }],
    });
    expect(outcome).toBe('unknown');
    expect(problem!.params).toEqual({ reason: 'flooded', limitMb: 64 });
    expect(reconnects).toEqual([]);
  });

  test('has its own time limit: that of the plan does not count', async () => {
    const { outcome } = await runOne(
      {
        login: () => 80_000,
        run: (sent, _, host) => [80_000, ...host.usual(sent)],
      },
      { timeoutS: 100 },
    );
    expect(outcome).toBe('changed');
  });

  test('is not followed any more after the second interrupt', async () => {
    const fleet = fleetOf({ a: { run: (_s, _n, host) => [() => host.drop(), 3_600_000] } });
    fleet.clock.after(300, () => fleet.abandon.abort());
    const { outcome, problem } = await run(fleet);
    expect(outcome).toBe('unknown');
    expect(problem).toMatchObject({ params: { reason: 'in-progress' } });
    expect(fleet.events.at(-1)!.ms).toBe(300);
    expect(fleet.hosts.a!.logins).toBe(1);
  });
});

describe('the hint for a wait that was too short', () => {
  const slowFacts: HostScript = { fault: fault('facts', { delay: 61_000 }) };
  const heldBack = (problem: Problem): HostScript => ({
    run: () => [
      { type: 'problem', problem: problem as never },
      { type: 'result', result: 'locked' },
    ],
  });
  test.each<[string, string | null, HostScript, number]>([
    ['facts that take longer than --timeout', '--timeout', slowFacts, 5],
    ['a login that takes longer than --timeout', '--timeout', { login: () => 9000 }, 5],
    ['facts that take longer than anybody waits for them', null, slowFacts, 1800],
    [
      'a lock of dpkg',
      '--lock-timeout',
      heldBack({
        code: 'apply.locked',
        params: { reason: 'dpkg', pid: '812', command: 'apt-get', seconds: 5 } as never,
      }),
      1800,
    ],
    [
      'the lock of another run',
      '--lock-timeout',
      heldBack({ code: 'apply.locked', params: { reason: 'run', seconds: 5 } as never }),
      1800,
    ],
  ])(
    'names the flag that allows more time, if one does: %s, %s',
    async (_, flag, script, timeoutS) => {
      const { problem } = await runOne(script, { timeoutS });
      const named = /--[a-z-]*timeout/.exec(textOf(problem!).hint)?.[0] ?? null;
      expect([problem!.code, named]).toEqual([expect.stringMatching(/timeout|locked/), flag]);
    },
  );
});

describe('what a host is said to do once nobody is connected to it', () => {
  const GOES_ON = /continue|go(?:es|ne)? on|finish|roll(?:s|ed)? back/;
  const always =
    (kind: string, as: Fault): NonNullable<HostScript['fault']> =>
    (of) =>
      of === kind ? as : undefined;
  test.each<[string, HostScript]>([
    ['its login breaks', { login: () => lost().problem }],
    ['its facts are cut off', { fault: always('facts', { cutAfter: 20 }) }],
    ['its run was never started', { fault: always('launch', { cutBefore: true }) }],
  ])('is nothing where nothing was begun: %s', async (_, script) => {
    const { problem } = await runOne(script);
    expect(problem!.code).toBe('ssh.lost');
    expect(textOf(problem!).hint).not.toMatch(GOES_ON);
  });

  test('is the rest of a run that was begun', async () => {
    const { problem } = await runOne(
      {
        run: (_s, _n, host) => [() => host.drop(), 3_600_000],
        login: (n) => (n > 1 ? lost().problem : 0),
      },
      { timeoutS: 100 },
    );
    expect(problem!.code).toBe('apply.unknown');
    expect(textOf(problem!).hint).toMatch(GOES_ON);
  });
});

describe('a run that was never started', () => {
  const cut: Fault = { cutBefore: true };

  test('is no success, and nothing was changed', async () => {
    const { outcome, problem, sent } = await runOne({
      fault: (kind) => (kind === 'launch' ? cut : undefined),
    });
    expect(outcome).toBe('unreachable');
    expect(problem).toMatchObject({ code: 'ssh.lost', transient: true });
    expect(sent).toEqual(['facts', 'follow r1 0', 'follow r1-2 0']);
  });

  test('because its login had broken while it was idle is started again, under another name', async () => {
    const fleet = fleetOf({ a: {} });
    const confirm = async () => {
      fleet.hosts.a!.drop();
      return true;
    };
    const { outcome } = await run({ ...fleet, world: { ...fleet.world, confirm } });
    expect(outcome).toBe('changed');
    expect(sentTo(fleet.hosts.a)).toEqual(['facts', 'apply r1-2']);
    expect(fleet.hosts.a!.logins).toBe(2);
  });

  test('because its host is gone since then is unreachable at once, with the reason', async () => {
    const gone: Problem = {
      code: 'ssh.unreachable',
      params: { reason: 'connection-refused', address: 'a', port: 22 },
    };
    const fleet = fleetOf({ a: { login: (n) => (n > 1 ? gone : undefined) } });
    const confirm = async () => {
      fleet.hosts.a!.drop();
      return true;
    };
    const { outcome, problem } = await run({ ...fleet, world: { ...fleet.world, confirm } });
    expect(outcome).toBe('unreachable');
    expect(problem).toMatchObject(gone);
    expect(fleet.clock.now() - NOW).toBeLessThan(10_000);
  });

  test('is tried twice at most, and only if the login was not fresh', async () => {
    const { sent } = await runOne(
      {
        fault: (kind, n) => (kind === 'launch' && n > 1 ? cut : undefined),
        run: (_s, n, host) => [
          ...(n === 1 ? [() => host.reboot({ r1: 'stale' })] : []),
          { type: 'result', result: 'ok' },
        ],
      },
      { unattended: true },
    );
    expect(sent.filter((one) => one.startsWith('apply'))).toEqual(['apply r1']);
    expect(sent.filter((one) => one.startsWith('follow'))).toEqual([
      'follow r1 0',
      'follow r1-2 0',
      'follow r1-3 0',
    ]);
  });

  test.each([
    [{ exit: 74, out: 'alloyup: no systemd\n' }, 'host.unsupported', 'no-systemd'],
    [{ exit: 77, out: 'alloyup: not root\n' }, 'sudo.refused', 'not-root'],
    [{ exit: 1, err: 'ops is not in the sudoers file.\n' }, 'sudo.refused', 'not-allowed'],
    [{ exit: 71, out: 'alloyup: no unit\n', err: 'Failed\n' }, 'apply.failed', 'not-launched'],
    [{ exit: null }, 'apply.failed', 'not-launched'],
  ] as const)('because the host says %j is not tried again', async (answer, code, reason) => {
    const { outcome, problem, sent, reconnects } = await runOne({ fault: fault('launch', answer) });
    expect(outcome).toBe('failed');
    expect(problem).toMatchObject({ code, params: { reason } });
    expect([sent, reconnects]).toEqual([['facts'], []]);
  });

  test('says what the host said', async () => {
    const { problem } = await runOne({
      fault: fault('launch', { exit: 71, out: 'alloyup: no unit\n', err: 'Failed to start\n' }),
    });
    expect(problem).toMatchObject({ detail: 'alloyup: no unit\nFailed to start', transient: true });
    expect(problem).toMatchObject({ params: { reason: 'not-launched', exit: '71' } });
  });
});

describe('a host that reboots during the run', () => {
  const reboot = (verdicts: Readonly<Record<string, string>>): HostScript => ({
    run: (_s, _n, host) => [{ type: 'begin', step: 'config' }, 10, () => host.reboot(verdicts)],
  });

  test.each([
    ['rolled-back', 'rolled-back', 'apply.failed'],
    ['stuck', 'stuck', 'apply.stuck'],
    ['failed', 'failed', 'apply.failed'],
  ])('and writes the verdict %s ended as %s', async (verdict, outcome, code) => {
    const ended = await runOne(reboot({ r1: verdict }));
    expect([ended.outcome, ended.problem!.code]).toEqual([outcome, code]);
  });

  test('after it was done has changed, and is checked', async () => {
    const { outcome, sent } = await runOne({
      run: (_s, _n, host) => [() => host.reboot({ r1: 'ok' })],
    });
    expect(sent).toEqual(['facts', 'apply r1', 'follow r1 0', 'facts', 'facts']);
    expect(outcome).toBe('drift');
  });

  test('and leaves no verdict is unknown: something was started there', async () => {
    const { outcome, problem } = await runOne(reboot({}));
    expect([outcome, problem!.code]).toEqual(['unknown', 'apply.unknown']);
    expect(problem).toMatchObject({ params: { reason: 'no-verdict' } });
  });

  test('and was rolled back at boot is worth another try', async () => {
    const { problem } = await runOne(reboot({ r1: 'rolled-back' }));
    expect(problem).toMatchObject({ transient: true });
  });
});

test('a log that looks like a verdict is a log', async () => {
  const { outcome, fleet } = await runOne({
    run: (sent, _n, host) => [
      () => host.drop(),
      1000,
      'alloyup: verdict ok',
      1000,
      'alloy',
      ...host.usual(sent),
    ],
  });
  expect(outcome).toBe('changed');
  expect(fleet.events.flatMap((e) => (e.type === 'change.output' ? [e.line] : []))).toEqual([
    'alloyup: verdict ok',
    'alloy',
  ]);
});

test('a login is made as the inventory says', async () => {
  const target = targetOf({ config: '// new\n' }, { sudo: { kind: 'none' } });
  const fleet = fleetOf({ a: { target, facts: outdated(target) } });
  const asked: object[] = [];
  const transport = {
    ...fleet.world.transport,
    connect: (...args: Parameters<typeof fleet.world.transport.connect>) => {
      asked.push(args[1]);
      return fleet.world.transport.connect(...args);
    },
  };
  await run({ ...fleet, world: { ...fleet.world, transport } }, { connectTimeoutS: 7 });
  expect(asked).toMatchObject([{ timeoutMs: 7000, signal: fleet.abandon.signal }]);
  expect(fleet.hosts.a!.commands[0]!.slice(4)).toEqual(['perl', '-']);
});
