// `npm run bench`: boots a fleet and does each job with alloyup and in other ways, in interleaved rounds. Writes the
// tables, the chart and every sample to docs/benchmark.*; see bench/README.md.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, release as kernel, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { execa } from 'execa';
import { takeDownOnInterrupt } from '../lab/interrupt.ts';
import { Lab } from '../lab/lab.ts';
import { installPrerequisites, LAB_PROGRAMS, labObstacle } from '../lab/prerequisites.ts';
import { REPOSITORY_ROOT } from '../lab/root.ts';
import { isStopped } from '../lab/run.ts';
import { chart } from './chart.ts';
import { measure, peakMemory, type Sample } from './measure.ts';
import { installPeers, peersOf, peerVersions } from './peers.ts';
import { type Scenario, scenarios } from './scenarios.ts';
import { conditions, type Figures, type Job, tables } from './table.ts';

const ALL = 'start,noop,config,upgrade,first,gone';

const USAGE = `npm run bench -- [--quick] [--hosts N] [--minutes M] [--rounds N] [--changes N] [--watch S]
                 [--only ${ALL}] [--no-peers] [--[no-]write] [--name LAB]

--quick    4 hosts and few rounds, in less than 12 minutes; writes nothing unless --write
--minutes  no further round of a job begins when its share of so many minutes is over (60)
--rounds   rounds with nothing to do (8)
--changes  rounds of config changes, upgrades, first installs, and with a host that is gone (3)
--watch    seconds for which alloyup and the script watch a restarted service (0)`;

/** What hosts need for Ansible; alloyup and pyinfra need nothing. */
const FOR_PEERS = ['python3', 'python3-apt'];

const say = (line: string): void => console.error(`  ${line}`);

const load = (): number => Math.round(loadavg()[0]! * 10) / 10;

/**
 * Each round does the job once in each way, starting with another way each time. Where memory is measured, a round before
 * them does that, and warms up.
 */
async function run(lab: Lab, scenario: Scenario, rounds: number, shareMs: number): Promise<Job> {
  const samples: Sample[][] = scenario.ways.map(() => []);
  const peaks: number[] = [];
  const begun = performance.now();
  const first = scenario.memory || scenario.id === 'start' ? -1 : 0;
  for (let round = first; round < rounds; round += 1) {
    if (round > 0 && performance.now() - begun > shareMs * (round / (round + 1))) break;
    for (let turn = 0; turn < scenario.ways.length; turn += 1) {
      const index = (round + 1 + turn) % scenario.ways.length;
      const way = scenario.ways[index]!;
      await scenario.before?.();
      // sampling memory costs time
      if (round < 0 && scenario.memory) peaks[index] = await peakMemory(lab, way.command());
      else {
        const sample = await measure(lab, way.command());
        if (round >= 0) samples[index]!.push(sample);
      }
      await scenario.after?.();
    }
    process.stderr.write('.');
  }
  process.stderr.write(` ${scenario.title}\n`);
  const rows = scenario.ways.map(({ name, target }, index) => ({
    name,
    samples: samples[index]!,
    peakMemory: peaks[index] ?? null,
    target,
  }));
  return { title: scenario.title, rows };
}

async function versions(withPeers: boolean): Promise<Figures['versions']> {
  const { version } = JSON.parse(readFileSync(join(REPOSITORY_ROOT, 'package.json'), 'utf8')) as {
    version: string;
  };
  const { stderr } = await execa('ssh', ['-V']);
  return {
    alloyup: version,
    node: process.versions.node,
    openssh: /OpenSSH_([^\s,]+)/.exec(stderr)?.[1] ?? stderr,
    ...(withPeers ? await peerVersions() : {}),
  };
}

/** Replaces what the page shows of the last run. */
function write(figures: Figures): void {
  const to = (name: string): string => join(REPOSITORY_ROOT, 'docs', name);
  const page = readFileSync(to('benchmark.md'), 'utf8');
  const [before, rest] = page.split('<!-- results -->\n') as [string, string | undefined];
  const [, after] = rest?.split('<!-- end of results -->\n') ?? [];
  if (after === undefined) throw new Error('docs/benchmark.md has no place for results');
  const results = `![Wall times](benchmark.svg)\n\n${conditions(figures)}\nEvery sample, and the versions of all that took part, are in [benchmark.json](benchmark.json).\n\n${tables(figures)}`;
  writeFileSync(
    to('benchmark.md'),
    `${before}<!-- results -->\n${results}<!-- end of results -->\n${after}`,
  );
  writeFileSync(to('benchmark.svg'), chart(figures));
  writeFileSync(to('benchmark.json'), `${JSON.stringify(figures)}\n`);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    allowNegative: true,
    options: {
      quick: { type: 'boolean', default: false },
      hosts: { type: 'string' },
      minutes: { type: 'string' },
      rounds: { type: 'string' },
      changes: { type: 'string' },
      watch: { type: 'string', default: '0' },
      only: { type: 'string', default: ALL },
      peers: { type: 'boolean', default: true },
      write: { type: 'boolean' },
      name: { type: 'string', default: 'aubench' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return console.log(USAGE);
  const { quick } = values;
  const whole = (given: string | undefined, usual: number, fast: number): number => {
    const value = given === undefined ? (quick ? fast : usual) : Number(given);
    if (Number.isInteger(value) && value >= 0) return value;
    throw new Error(`${given} is no whole number\n${USAGE}`);
  };
  const hosts = Math.max(1, whole(values.hosts, 10, 4));
  const minutes = whole(values.minutes, 60, 7);
  const rounds = Math.max(1, whole(values.rounds, 8, 3));
  const changes = Math.max(1, whole(values.changes, 3, 1));
  const watchS = whole(values.watch, 0, 0);
  const only = values.only.split(',');
  await installPrerequisites(LAB_PROGRAMS, say);
  const obstacle = labObstacle();
  if (obstacle) throw new Error(obstacle);
  if (!existsSync(join(REPOSITORY_ROOT, 'dist/main.js')))
    await execa(process.execPath, ['build.mjs'], { cwd: REPOSITORY_ROOT });
  const missing = values.peers ? await installPeers(say) : 'not asked for';
  if (missing) say(`without Ansible, Mitogen and pyinfra: ${missing}`);

  const release = takeDownOnInterrupt(values.name, say);
  const lab = await Lab.up({
    ...{ name: values.name, count: hosts, say },
    ...(missing ? {} : { include: FOR_PEERS }),
  });
  try {
    const date = new Date().toISOString();
    const before = load();
    const jobs: Job[] = [];
    const all = await scenarios(lab, watchS, missing ? [] : peersOf(lab));
    const chosen = all.filter(({ id }) => only.includes(id));
    const begun = performance.now();
    for (const [i, scenario] of chosen.entries()) {
      const leftMs = minutes * 60_000 - (performance.now() - begun);
      const times = { start: 30, noop: rounds }[scenario.id as string] ?? changes;
      jobs.push(await run(lab, scenario, times, leftMs / (chosen.length - i)));
    }
    const figures: Figures = {
      date,
      versions: await versions(!missing),
      hosts,
      watchS,
      machine: {
        cpu: cpus()[0]!.model,
        cores: cpus().length,
        kernel: kernel(),
        memoryGb: Math.round(totalmem() / 2 ** 30),
        load: [before, load()],
      },
      skipped: missing ? [`Ansible, Mitogen and pyinfra (${missing})`] : [],
      jobs,
    };
    console.log(`${conditions(figures)}\n\n${tables(figures)}`);
    if (values.write ?? !quick) write(figures);
  } finally {
    if (!isStopped()) {
      await lab.down();
      release();
    }
  }
}

main().catch((error: unknown) => {
  if (isStopped()) return; // the interrupt handler reports
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});
