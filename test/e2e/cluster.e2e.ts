import { beforeAll, expect, test } from 'vitest';
import type { Written } from '../../lab/inventory.ts';
import { sleep, until } from '../../lab/run.ts';
import type { RunReport } from '../../src/model/event.ts';
import { inventory, outcomes, pipeline, report } from './helpers.ts';
import { describeOnHosts, freshHosts, type Lab, type LabHost } from './lab-fixture.ts';

/** Its process ends five seconds after it started. */
const CRASHES = '1.17.90';

describeOnHosts('a cluster of five', () => {
  let lab: Lab;
  let hosts: readonly LabHost[];
  let file: string;
  const names = (): readonly string[] => hosts.map(({ name }) => name);

  const write = (alloy: Written = {}, interval = '30s', perHost = {}): void => {
    file = inventory(lab, hosts, pipeline({ interval }), {
      // members that were left alone are found by the others after a minute
      alloy: { cluster: { name: 'edge' }, args: ['--cluster.rejoin-interval=1h'], ...alloy },
      perHost,
    });
  };
  const apply = (...more: readonly string[]) =>
    report(lab, ['apply', '--yes', ...(more.length > 0 ? more : ['--watch', '1']), '-i', file]);
  const all = (word: string): readonly string[] => names().map((name) => `${name}: ${word}`);

  /** The peers that a member sees, by name, as the others reach it; null: it does not answer. */
  async function seenBy(host: LabHost): Promise<readonly string[] | null> {
    try {
      const response = await fetch(`http://${host.address}:12345/api/v0/web/peers`, {
        signal: AbortSignal.timeout(900),
      });
      const peers = (await response.json()) as readonly { name: string; state: string }[];
      return peers.flatMap(({ name, state }) => (state === 'participant' ? [name] : []));
    } catch {
      return null;
    }
  }

  /** How many members answered, each second, until the work was done. */
  async function measured<T>(work: Promise<T>): Promise<{ result: T; up: readonly number[] }> {
    const up: number[] = [];
    let over = false;
    const counting = (async () => {
      while (!over) {
        const answers = await Promise.all(hosts.map(seenBy));
        up.push(answers.filter((one) => one !== null).length);
        await sleep(1000);
      }
    })();
    const result = await work.finally(() => {
      over = true;
    });
    await counting;
    return { result, up };
  }

  const settled = () =>
    until('the members do not find each other', 60, async () => {
      const views = await Promise.all(hosts.map(seenBy));
      return views.every((names) => names?.length === hosts.length) ? true : undefined;
    });

  /** The state of each member, as status reports it. */
  async function states(...more: readonly string[]) {
    const status = await report(lab, ['status', '--detailed-exitcode', '-i', file, ...more]);
    const of = (run: RunReport) =>
      Object.values(run.hosts).map(({ facts }) => facts?.cluster?.state ?? null);
    return { exitCode: status.ended.exitCode, states: of(status.report) };
  }

  beforeAll(async () => {
    ({ lab, hosts } = await freshHosts(5));
  });

  test('is set up one member after the other, without a word of splits', async () => {
    write();
    const { ended, report: run } = await apply();
    expect([ended.exitCode, outcomes(run)]).toEqual([0, all('changed')]);
    const views = await Promise.all(hosts.map(seenBy));
    expect(views).toEqual(hosts.map(() => [...names()].sort()));
    expect(await states()).toEqual({ exitCode: 0, states: hosts.map(() => 'whole') });
  });

  test.each([
    ['configuration', () => write({}, '45s')],
    ['version', () => write({ version: '1.17.0' }, '45s')],
    ['environment', () => write({ version: '1.17.0', environment: { A: 'b' } }, '45s')],
  ] as const)('keeps four members up through a changed %s', async (_, change) => {
    change();
    const { result, up } = await measured(apply());
    expect([result.ended.exitCode, outcomes(result.report)]).toEqual([0, all('changed')]);
    expect(up.length).toBeGreaterThan(0);
    expect(Math.min(...up)).toBeGreaterThanOrEqual(4);
    await settled();
  });

  test('stops at a member that does not come back, and leaves the others as they are', async () => {
    const [, second, ...later] = hosts;
    const ids = () => Promise.all(later.map((host) => invocation(host)));
    const before = await ids();
    const changed = { version: '1.17.0', environment: { A: 'c' } };
    write(changed, '45s', { [second!.name]: { alloy: { version: CRASHES } } });
    const { ended, report: run } = await apply('--watch', '8');
    expect(ended.exitCode).toBe(1);
    expect(outcomes(run).slice(2)).toEqual(
      later.map(({ name }) => `${name}: skipped (rollout.stopped)`),
    );
    expect(run.hosts[later[0]!.name]!.problem!.params).toMatchObject({
      reason: 'cluster',
      cluster: 'edge',
      member: second!.name,
    });
    expect(await ids()).toEqual(before);
    write(changed, '45s');
    expect((await apply()).ended.exitCode).toBe(0);
    await settled();
  });

  const invocation = async (host: LabHost): Promise<string> =>
    (await host.root('systemctl show alloy -p InvocationID --value')).stdout.trim();

  /** Starts a member with other arguments than the inventory's, as somebody at its keyboard would. */
  async function restartWith(
    host: LabHost,
    change: (args: string) => string,
  ): Promise<() => Promise<void>> {
    const path = '/etc/default/alloy';
    const text = host.read(path);
    const restart = async (content: string): Promise<void> => {
      host.write(path, content, 0o600);
      // a start within 20 ms of it may have read the file of before: status would want another one
      await sleep(100);
      await host.root('systemctl restart alloy');
    };
    await restart(change(text));
    await sleep(4000);
    return async () => {
      await restart(text);
      await settled();
    };
  }

  test.each([
    ['a lone start', (a: string) => a.replace(/--cluster\.join-addresses=[^\s'"]+/, ''), 'lone'],
    [
      'a wrong join address',
      (a: string) =>
        a.replace(/--cluster\.join-addresses=[^\s'"]+/, '--cluster.join-addresses=127.0.0.1:1'),
      'lone',
    ],
    [
      'a doubled name',
      (a: string) => a.replace(/--cluster\.node-name=[^\s'"]+/, '--cluster.node-name=h1'),
      'duplicate',
    ],
    [
      'another cluster',
      (a: string) => a.replace('--cluster.name=edge', '--cluster.name=other'),
      'other-cluster',
    ],
  ] as const)('%s is reported as what it is', async (_, change, state) => {
    const restore = await restartWith(hosts[4]!, change);
    try {
      const found = await states();
      expect(found).toEqual({ exitCode: 2, states: ['split', 'split', 'split', 'split', state] });
      const { stdout } = await lab.alloyup(['status', '-i', file]);
      expect(stdout.replace(/\s+/g, ' ')).toMatch(
        /cluster edge: split, it sees 4 of 5 members, not h5/,
      );
    } finally {
      await restore();
    }
    expect(await states()).toEqual({ exitCode: 0, states: hosts.map(() => 'whole') });
  });
});
