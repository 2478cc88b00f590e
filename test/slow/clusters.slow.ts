import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { sleep, until } from '../../lab/run.ts';
import type { RunReport } from '../../src/model/event.ts';
import { inventory, outcomes, pipeline } from '../e2e/helpers.ts';
import { describeOnHosts, freshHosts, type Lab, type LabHost } from '../e2e/lab-fixture.ts';
import { CLUSTER_ROWS, type ClusterRow } from '../e2e/stress/cluster-rows.ts';
import { agrees, counted, differences, keepResult, leftovers, quiet } from '../e2e/stress/rig.ts';

const SET = 'clusters-bookworm';

describeOnHosts('a cluster of five', () => {
  let lab: Lab;
  let hosts: readonly LabHost[];
  beforeAll(async () => {
    ({ lab, hosts } = await freshHosts(5));
  });

  test.each(CLUSTER_ROWS.map((row, i) => [`${row.fault}, ${row.moment}`, row, i] as const))(
    '%s',
    async (_, row, i) => {
      expect(await wrongWith(row, lab, hosts, i)).toBe('');
    },
  );
});

/** Whether a member answers, as the others reach it. */
async function answers(host: LabHost): Promise<boolean> {
  try {
    const { ok } = await fetch(`http://${host.address}:12345/-/ready`, {
      signal: AbortSignal.timeout(900),
    });
    return ok;
  } catch {
    return false;
  }
}

/** The fewest members that answered at once, looked at each second until the work was done. */
async function fewestUp(hosts: readonly LabHost[], work: Promise<unknown>): Promise<number> {
  let fewest = hosts.length;
  let over = false;
  void work.finally(() => {
    over = true;
  });
  while (!over) {
    const up = await Promise.all(hosts.map(answers));
    fewest = Math.min(fewest, up.filter(Boolean).length);
    await sleep(1000);
  }
  return fewest;
}

/** What a host is told to be, as far as these rows change it. */
const environmentOf = (host: LabHost): string => host.read('/etc/default/alloy');

/** Carries a row out and keeps how it came out. Returns what is not as the row says. */
async function wrongWith(
  row: ClusterRow,
  lab: Lab,
  hosts: readonly LabHost[],
  index: number,
): Promise<string> {
  const began = performance.now();
  const wrong: string[] = [];
  const write = (mark: string, crashing: readonly number[] = []): string =>
    inventory(lab, hosts, pipeline(), {
      file: 'cluster.yaml',
      alloy: { cluster: { name: 'edge' }, environment: { MARK: mark } },
      perHost: Object.fromEntries(
        crashing.map((i) => [hosts[i]!.name, { alloy: { version: '1.17.90' } }]),
      ),
    });
  const inPeace = async (file: string): Promise<void> => {
    const { exitCode, stdout } = await lab.alloyup([
      ...['apply', '--yes', '--watch', '0', '-i', file],
    ]);
    if (exitCode !== 0) wrong.push(`a run in peace ended ${exitCode}:\n${stdout}`);
  };
  const whole = () =>
    until('the members do not find each other', 90, async () => {
      const { exitCode } = await lab.alloyup([
        ...['status', '--detailed-exitcode', '-i', join(lab.home, 'cluster.yaml')],
      ]);
      return exitCode === 0 ? true : undefined;
    });

  await inPeace(write(`before-${index}`));
  await whole();
  const before = await Promise.all(hosts.map((host) => host.snapshot()));

  await row.strike?.(hosts);
  const mark = `after-${index}`;
  const running = lab.startAlloyup([
    ...['apply', '--yes', '--watch', '8', '-i', write(mark, row.crashing), '--output', 'json'],
  ]);
  const counting = fewestUp(hosts, running);
  await row
    .during?.(hosts, { kill: (signal) => running.kill(signal), done: running })
    .catch((error: Error) => wrong.push(error.message));
  const ended = await running;
  const up = await counting;
  if (up < hosts.length - 1) wrong.push(`only ${up} members were up at once`);
  const exit = ended.exitCode ?? (ended.signal === 'SIGKILL' ? 137 : 255);
  if (exit !== row.exit) wrong.push(`exit ${exit}, not ${row.exit}: ${ended.stderr}`);
  const report = ended.stdout.startsWith('{') ? (JSON.parse(ended.stdout) as RunReport) : null;
  const said = report
    ? outcomes(report).map((words, i) => words.replace(`${hosts[i]!.name}: `, ''))
    : [];
  if (said.length === 0 && row.says.length > 0) wrong.push(`no report: ${ended.stderr}`);
  said.forEach((words, i) => {
    const wanted = row.says[i] ?? row.says.at(-1)!;
    if (!agrees(words, wanted)) wrong.push(`${hosts[i]!.name}: "${words}", not ${wanted}`);
  });

  for (const host of hosts) await quiet(host);
  await until('a member that was stopped does not come up', 60, async () => {
    return (await Promise.all(hosts.map(answers))).every(Boolean) ? true : undefined;
  });
  const ends = hosts.map((host, i) => {
    const text = environmentOf(host);
    const end = text.includes(mark) ? 'c' : 'b';
    if (end !== row.ends[i]) wrong.push(`${host.name} ends with ${text}`);
    return end === 'c' ? 'converged' : 'as before';
  });
  for (const [i, host] of hosts.entries()) {
    if (row.ends[i] !== 'b') continue;
    const { fromBefore } = await differences(host, before[i]!, await host.snapshot());
    if (fromBefore.length > 0)
      wrong.push(`${host.name} is not as before:\n${fromBefore.join('\n')}`);
  }

  await row.mend?.(hosts);
  await inPeace(write(mark));
  await whole().catch((error: Error) => wrong.push(error.message));
  const left = (await Promise.all(hosts.map(leftovers))).flat();
  if (left.length > 0) wrong.push(`left behind: ${left.join('\n')}`);
  keepResult({
    set: SET,
    fault: row.fault,
    moment: row.moment,
    suite: 'bookworm',
    reported: counted(said) || '-',
    exit,
    end: wrong.length === 0 ? counted(ends) : 'broken',
    next: wrong.length === 0 ? 'converged' : 'broken',
    seconds: Math.round((performance.now() - began) / 1000),
    at: new Date().toISOString(),
  });
  return wrong.join('\n');
}
