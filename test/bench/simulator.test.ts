import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { addressOf, numberOf, rangesOf } from '../../bench/simulator/addresses.ts';
import { FAULTS, type Fault, faultsOf, USUAL_MIX } from '../../bench/simulator/faults.ts';
import { type FleetOptions, type SimulatedFleet, startFleet } from '../../bench/simulator/fleet.ts';
import type { RunEvent } from '../../src/model/event.ts';
import { builtCommand } from '../cli/built.ts';
import { useFolder } from '../cli/folder.ts';

// each starts the command several times
vi.setConfig({ testTimeout: 180_000 });

const folder = useFolder();
let fleet: SimulatedFleet | null = null;
afterEach(async () => {
  await fleet?.stop();
  fleet = null;
});

async function start(
  options: Omit<FleetOptions, 'directory'> & { readonly directory?: string },
): Promise<SimulatedFleet> {
  fleet = await startFleet({
    directory: join(folder.path(), 'fleet'),
    pace: { readingMs: 20 },
    ...options,
  });
  return fleet;
}

/** Runs the built command over the fleet. */
async function alloyup({ home, inventory }: SimulatedFleet, ...args: readonly string[]) {
  const argv = [builtCommand(), ...args, '-i', inventory, '--output', 'ndjson'];
  const child = spawn(process.execPath, argv, {
    env: { PATH: process.env.PATH, HOME: home },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  const [code] = await once(child, 'close');
  const events: readonly RunEvent[] = out
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
  const ends = new Map<string, string>();
  for (const event of events)
    if (event.type === 'host.finished')
      ends.set(
        event.host,
        [event.outcome, event.problem?.code, event.problem?.params.reason]
          .filter(Boolean)
          .join(' '),
      );
  return { code, err, events, ends, outcomes: [...ends.values()] };
}

test('a number has an address, an address a number, and ranges are all of them', () => {
  for (const n of [0, 249, 250, 9999]) expect(numberOf(addressOf(7, n))).toBe(n);
  expect(rangesOf(1, 10_000)).toEqual(['127.1.[0:39].[1:250]']);
  expect(rangesOf(1, 251)).toEqual(['127.1.0.[1:250]', '127.1.1.1']);
  expect(rangesOf(2, 3)).toEqual(['127.2.0.[1:3]']);
});

test('of 10,000 hosts, 5% fail and 1% hang, in each hundred about as many', () => {
  const faults = faultsOf(10_000, USUAL_MIX);
  const hangs = ['no-greeting', 'silent-shell', 'no-answer'];
  expect(faults.filter((one) => one !== null && !hangs.includes(one))).toHaveLength(500);
  expect(faults.filter((one) => one !== null && hangs.includes(one))).toHaveLength(100);
});

describe('a fleet that is outdated', () => {
  test('is planned, changed once, proven, and rolled back', async () => {
    const at = await start({ hosts: 6, state: 'outdated', files: 3, workers: 2 });
    expect((await alloyup(at, 'apply', '-y')).outcomes).toEqual(Array(6).fill('changed'));
    expect((await alloyup(at, 'apply', '-y')).outcomes).toEqual(Array(6).fill('unchanged'));
    const changed = await at.notes();
    expect(changed.hosts.map(({ changes }) => changes)).toEqual(Array(6).fill(1));
    expect((await alloyup(at, 'rollback', '-y')).outcomes).toEqual(Array(6).fill('changed'));
    expect((await alloyup(at, 'plan')).outcomes).toEqual(Array(6).fill('pending'));
    const { hosts } = await at.notes();
    const runs = hosts.map((one) => one.runs.map(({ does, result }) => `${does} ${result}`));
    expect(runs).toEqual(Array(6).fill(['apply ok', 'rollback rolled-back']));
  });

  test('is changed by one of two at the same time', async () => {
    const at = await start({ hosts: 5, state: 'outdated', pace: { stepMs: 200, readingMs: 20 } });
    const [one, other] = await Promise.all([
      alloyup(at, 'apply', '-y'),
      alloyup(at, 'apply', '-y'),
    ]);
    const pairs = at.names.map((name) => [one.ends.get(name), other.ends.get(name)].sort());
    expect(pairs).toEqual(Array(5).fill(['changed', 'unchanged']));
    expect((await at.notes()).hosts.map(({ changes }) => changes)).toEqual(Array(5).fill(1));
  });
});

test('each fault is reported as what it is, and a repaired host is changed', async () => {
  const faults: readonly (Fault | null)[] = [null, ...FAULTS];
  const at = await start({
    hosts: faults.length,
    faults,
    state: 'outdated',
    pace: { stepMs: 50, readingMs: 20 },
  });
  const limits = ['--connect-timeout', '8', '--timeout', '16'];
  const { code, ends } = await alloyup(at, 'apply', '-y', ...limits);
  expect(code).toBe(1);
  const outcomes = Object.fromEntries(
    at.names.map((name, n) => [faults[n] ?? 'none', ends.get(name)]),
  );
  expect(outcomes).toEqual({
    none: 'changed',
    'refused-key': 'unreachable ssh.auth refused',
    'wrong-host-key': 'unreachable ssh.host-key changed',
    // whichever comes first to this side: that the connection is there, or that it is gone
    'reset-at-accept': expect.stringMatching(
      /^unreachable ssh\.unreachable (no-connection|dropped)$/,
    ),
    'reset-in-answer': 'unreachable ssh.lost dropped',
    'broken-answer': 'failed host.probe nonsense',
    'no-sudo': 'failed sudo.password password-required',
    'no-greeting': 'unreachable ssh.timeout login',
    'silent-shell': 'unreachable ssh.shell silent',
    'no-answer': 'unreachable ssh.timeout command',
    'failing-apply': 'rolled-back alloy.start unit-failed',
    'lost-in-apply': 'changed',
    'slow-link': 'changed',
  });
  const { hosts } = await at.notes();
  const changes = Object.fromEntries(faults.map((fault, n) => [fault, hosts[n]!.changes]));
  expect(changes).toMatchObject({
    null: 1,
    'failing-apply': 0,
    'lost-in-apply': 1,
    'slow-link': 1,
  });
  await at.repair();
  const again = await alloyup(at, 'apply', '-y');
  expect(again.code).toBe(0);
  const repaired = (await at.notes()).hosts.map((one) => one.changes);
  expect(repaired).toEqual(faults.map(() => 1));
});

test('it ends with whoever started it', async () => {
  const at = await start({ hosts: 1 });
  const { address, port } = at.hosts[0]!;
  const opens = (): Promise<boolean> =>
    new Promise((resolve) => {
      const socket = connect(port, address);
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
  expect(await opens()).toBe(true);
  await at.stop();
  expect(await opens()).toBe(false);
});

test('what is told of a host that changes does not grow with the fleet', async () => {
  const told = async (hosts: number) => {
    const directory = join(folder.path(), `${hosts}`);
    const started = await start({ directory, hosts, state: 'outdated', files: 10 });
    const { events, outcomes } = await alloyup(started, 'apply', '-y');
    await started.stop();
    expect(outcomes).toEqual(Array.from({ length: hosts }, () => 'changed'));
    // how often somebody waits is chance
    const own = events.filter((event) => 'host' in event && event.type !== 'host.waiting');
    return { events: own.length / hosts, bytes: JSON.stringify(own).length / hosts };
  };
  const [few, many] = [await told(4), await told(40)];
  expect(many.events).toBe(few.events);
  expect(many.bytes / few.bytes).toBeCloseTo(1, 1);
});
