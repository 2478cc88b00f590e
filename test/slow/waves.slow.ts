import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import type { RunReport } from '../../src/model/event.ts';
import { outcomes } from '../e2e/helpers.ts';
import { describeOnHosts, freshHosts, type Lab, type LabHost } from '../e2e/lab-fixture.ts';
import { settled } from '../e2e/stress/moments.ts';
import {
  agrees,
  checkLog,
  counted,
  differences,
  keepResult,
  leftovers,
  quiet,
  takeReference,
} from '../e2e/stress/rig.ts';
import { EARLIER } from '../e2e/stress/wanted.ts';
import { HOSTS, rolloutOf, WAVE_ROWS, WAVES, type WaveRow } from '../e2e/stress/wave-rows.ts';

const SET = 'waves-bookworm';
const PEACE = ['apply', '--yes', '--watch', '0'] as const;

describeOnHosts('waves on bookworm', () => {
  beforeAll(async () => {
    const { lab, hosts } = await freshHosts(1);
    await takeReference(lab, hosts[0]);
  });

  test.each(WAVE_ROWS.map((row) => [`${row.fault}, ${row.moment}`, row] as const))(
    '%s',
    async (_, row) => {
      const { lab, hosts } = await freshHosts(HOSTS);
      expect(await wrongWith(row, lab, hosts)).toBe('');
    },
  );
});

const states = async (hosts: readonly LabHost[]) =>
  Promise.all(
    hosts.map(async (host) => {
      await quiet(host);
      await settled(host);
      return host.snapshot();
    }),
  );

/** Carries a row out and keeps how it came out. Returns what is not as the row says. */
async function wrongWith(row: WaveRow, lab: Lab, hosts: readonly LabHost[]): Promise<string> {
  const began = performance.now();
  const wrong: string[] = [];
  const rollout = rolloutOf(lab, hosts, join(lab.home, 'waves.ndjson'));
  const inPeace = async (file: string): Promise<void> => {
    const { exitCode, stdout } = await lab.alloyup([...PEACE, '-i', file]);
    if (exitCode !== 0) wrong.push(`a run in peace ended ${exitCode}:\n${stdout}`);
  };
  if (row.start === 'converged') await inPeace(rollout.write({ wanted: EARLIER }));
  const before = await states(hosts);

  // nobody may wait for what another row has heard
  rmSync(rollout.log, { force: true });
  await row.strike?.(rollout);
  const { crashing, rollout: settings } = row;
  const file = rollout.write({
    ...(crashing ? { crashing } : {}),
    ...(settings ? { rollout: settings } : {}),
  });
  const running = lab.startAlloyup([
    ...['apply', '--yes', '--watch', '1', ...WAVES, '-i', file],
    ...['--output', 'json', '--log', rollout.log, ...(row.args ?? [])],
  ]);
  await row
    .during?.(rollout, { kill: (signal) => running.kill(signal), done: running })
    .catch((error: Error) => wrong.push(error.message));
  const ended = await running;
  const exit = ended.exitCode ?? (ended.signal === 'SIGKILL' ? 137 : 255);
  if (exit !== row.exit) wrong.push(`exit ${exit}, not ${row.exit}: ${ended.stderr}`);
  const report = ended.stdout.startsWith('{') ? (JSON.parse(ended.stdout) as RunReport) : null;
  const said = report
    ? outcomes(report).map((words, i) => words.replace(`${hosts[i]!.name}: `, ''))
    : [];
  const wanted = said.map((_, i) => row.says[i] ?? row.says.at(-1) ?? 'nothing');
  if (said.length === 0 && row.says.length > 0) wrong.push(`no report: ${ended.stderr}`);
  said.forEach((words, i) => {
    if (!agrees(words, wanted[i]!)) wrong.push(`${hosts[i]!.name}: "${words}", not ${wanted[i]}`);
  });
  if (existsSync(rollout.log) && exit !== 137) {
    const events = checkLog(rollout.log);
    if (row.tells && !events.some((event) => row.tells!.test(JSON.stringify(event))))
      wrong.push(`no event tells ${row.tells}`);
  }

  const after = await states(hosts);
  const ends = await Promise.all(
    hosts.map(async (host, i) => {
      const { fromBefore, fromTarget } = await differences(host, before[i]!, after[i]!);
      const wants = row.ends[i] === 'c' ? fromTarget : fromBefore;
      if (wants.length > 0) wrong.push(`${host.name} ends otherwise:\n${wants.join('\n')}`);
      return fromTarget.length === 0
        ? 'converged'
        : fromBefore.length === 0
          ? 'as before'
          : 'broken';
    }),
  );
  await row.mend?.(rollout);
  await inPeace(rollout.write());
  const last = await states(hosts);
  const lost = await Promise.all(
    hosts.map(async (host, i) => [
      ...(await differences(host, before[i]!, last[i]!)).fromTarget,
      ...(await leftovers(host)),
    ]),
  );
  if (lost.flat().length > 0) wrong.push(`after the next apply:\n${lost.flat().join('\n')}`);
  keepResult({
    set: SET,
    fault: row.fault,
    moment: row.moment,
    suite: 'bookworm',
    reported: counted(said) || '-',
    exit,
    end: wrong.length === 0 ? counted(ends) : 'broken',
    next: lost.flat().length === 0 ? 'converged' : 'broken',
    seconds: Math.round((performance.now() - began) / 1000),
    at: new Date().toISOString(),
  });
  return wrong.join('\n');
}
