import { describe, expect, test } from 'vitest';
import { watchFleet } from '../../src/engine/watch.ts';
import type { Problem } from '../../src/model/problem.ts';
import { factsOf, NOW, targetOf } from '../builders.ts';
import {
  type Fleet,
  fleetOf,
  type HostScript,
  optionsOf,
  outdated,
  sentTo,
} from './scripted-hosts.ts';

const target = targetOf({ config: '// new\n' });
const facts = factsOf(target);

/** Watches for so many seconds, looking every five. */
async function watch(fleet: Fleet, seconds: number, forks = 10): Promise<void> {
  fleet.clock.after(seconds * 1000, () => fleet.stop.abort());
  const world = { ...fleet.world, abandon: fleet.stop.signal };
  const options = { ...optionsOf({ verb: 'status', forks }), intervalS: 5 };
  await fleet.clock.drive(watchFleet(fleet.targets, world, options));
  for (const host of Object.values(fleet.hosts)) expect(host.openLogins).toBe(0);
}

const fleetWith = (scripts: Readonly<Record<string, HostScript>>): Fleet =>
  fleetOf(
    Object.fromEntries(
      Object.entries(scripts).map(([name, script]) => [name, { target, facts, ...script }]),
    ),
  );

const ends = (fleet: Fleet, host: string): readonly (readonly [number, string])[] =>
  fleet.events.flatMap((e) =>
    e.type === 'host.finished' && e.host === host
      ? [[Math.floor(e.ms / 1000), e.outcome] as const]
      : [],
  );

test('every host is looked at again and again over one login, and nothing is changed', async () => {
  const fleet = fleetWith({ a: {}, b: {} });
  await watch(fleet, 60);
  for (const host of Object.values(fleet.hosts)) {
    expect(host.logins).toBe(1);
    expect(sentTo(host).length).toBeGreaterThan(8);
    expect(new Set(sentTo(host))).toEqual(new Set(['facts']));
  }
  expect(new Set(ends(fleet, 'a').map(([, outcome]) => outcome))).toEqual(new Set(['unchanged']));
});

test('with more hosts than forks, each look has a login of its own, and no more are open', async () => {
  const fleet = fleetWith({ a: {}, b: {}, c: {} });
  let most = 0;
  const count = (): void => {
    const open = Object.values(fleet.hosts).reduce((sum, one) => sum + one.openLogins, 0);
    most = Math.max(most, open);
  };
  const world = {
    ...fleet.world,
    emit: (event: Parameters<typeof fleet.world.emit>[0]) => {
      count();
      fleet.world.emit(event);
    },
  };
  await watch({ ...fleet, world }, 60, 2);
  expect(most).toBeLessThanOrEqual(2);
  for (const host of Object.values(fleet.hosts)) expect(host.logins).toBe(sentTo(host).length);
});

test('a change shows at the next look', async () => {
  const fleet = fleetWith({ a: {} });
  fleet.clock.after(21_000, () => {
    fleet.hosts.a!.facts = outdated(target);
  });
  await watch(fleet, 40);
  const outcomes = ends(fleet, 'a').map(([, outcome]) => outcome);
  expect(outcomes[0]).toBe('unchanged');
  expect(outcomes.at(-1)).toBe('pending');
});

describe('a host that is lost', () => {
  test('and answers again at once is not reported', async () => {
    const fleet = fleetWith({ a: {} });
    fleet.clock.after(22_000, () => fleet.hosts.a!.drop());
    await watch(fleet, 60);
    expect(new Set(ends(fleet, 'a').map(([, outcome]) => outcome))).toEqual(new Set(['unchanged']));
    expect(fleet.hosts.a!.logins).toBe(2);
  });

  test('is asked every time, until it answers', async () => {
    const gone: Problem = {
      code: 'ssh.unreachable',
      params: { reason: 'connection-refused', address: 'a', port: 22 },
    };
    const fleet = fleetWith({ a: { login: (n) => (n > 1 && n < 5 ? gone : undefined) } });
    fleet.clock.after(12_000, () => fleet.hosts.a!.drop());
    await watch(fleet, 60);
    const outcomes = ends(fleet, 'a').map(([, outcome]) => outcome);
    expect(outcomes.filter((one) => one === 'unreachable')).toHaveLength(3);
    expect(outcomes.at(-1)).toBe('unchanged');
  });
});

describe('a host that refuses', () => {
  test('the login is asked less and less often', async () => {
    const fleet = fleetWith({
      a: {
        login: () => ({ code: 'ssh.auth', params: { reason: 'no-key-of-ssh', endpoint: 'a' } }),
      },
    });
    await watch(fleet, 1200);
    // 0, 60, 180, 420, 720, 1020 s
    expect(fleet.hosts.a!.logins).toBe(6);
  });

  test('the password of sudo is not tried again', async () => {
    const refusal: Problem = {
      code: 'sudo.password',
      params: { reason: 'wrong', user: 'ops' } as never,
    };
    const fleet = fleetWith({ a: { login: () => refusal }, b: {} });
    await watch(fleet, 600);
    expect(fleet.hosts.a!.logins).toBe(1);
    expect(ends(fleet, 'b').length).toBeGreaterThan(20);
  });
});

test('a watch that is left in the middle of a look ends at once', async () => {
  const fleet = fleetWith({ a: { fault: () => ({ delay: 50_000 }) } });
  await watch(fleet, 3);
  expect(fleet.clock.now() - NOW).toBeLessThan(10_000);
});
