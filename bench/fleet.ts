// `npm run bench`: boots a fleet and does each job with alloyup and without it, in interleaved rounds.
// Prints a table; --json FILE writes every sample.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { execa } from 'execa';
import { takeDownOnInterrupt } from '../lab/interrupt.ts';
import { Lab } from '../lab/lab.ts';
import { installPrerequisites, LAB_PROGRAMS, labObstacle } from '../lab/prerequisites.ts';
import { REPOSITORY_ROOT } from '../lab/root.ts';
import { isStopped } from '../lab/run.ts';
import { measure, peakMemory, type Sample } from './measure.ts';
import { type Scenario, scenarios } from './scenarios.ts';
import { type Figures, type Job, table } from './table.ts';

const USAGE = `npm run bench -- [--hosts N] [--rounds N] [--changes N] [--watch S]
                 [--only start,noop,config,upgrade,first] [--json FILE] [--name LAB]

--rounds   no-op rounds; the first one is a warm-up (9)
--changes  rounds of config changes, upgrades and first installs, likewise (4)
--watch    seconds for which a restarted service is watched, in every way (5)`;

const say = (line: string): void => console.error(`  ${line}`);

const load = (): number => Math.round(loadavg()[0]! * 10) / 10;

/** Each round does the job once in each way, starting with another way each time. */
async function run(lab: Lab, scenario: Scenario, rounds: number): Promise<Job> {
  const samples: Sample[][] = scenario.ways.map(() => []);
  const peaks: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    for (let turn = 0; turn < scenario.ways.length; turn += 1) {
      const index = (round + turn) % scenario.ways.length;
      const way = scenario.ways[index]!;
      await scenario.before?.();
      // memory is measured in the warm-up round, since sampling it costs time
      if (round === 0 && scenario.memory) peaks[index] = await peakMemory(lab, way.command());
      else {
        const sample = await measure(lab, way.command());
        if (round > 0) samples[index]!.push(sample);
      }
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

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      hosts: { type: 'string', default: '10' },
      rounds: { type: 'string', default: '9' },
      changes: { type: 'string', default: '4' },
      watch: { type: 'string', default: '5' },
      only: { type: 'string', default: 'start,noop,config,upgrade,first' },
      json: { type: 'string' },
      name: { type: 'string', default: 'aubench' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return console.log(USAGE);
  const [hosts, rounds, changes, watchS] = [
    values.hosts,
    values.rounds,
    values.changes,
    values.watch,
  ].map(Number) as [number, number, number, number];
  if (![hosts, rounds, changes, watchS].every(Number.isInteger) || hosts < 1 || rounds < 2)
    throw new Error(`--hosts, --rounds, --changes and --watch take whole numbers\n${USAGE}`);
  const only = values.only.split(',');
  await installPrerequisites(LAB_PROGRAMS, say);
  const obstacle = labObstacle();
  if (obstacle) throw new Error(obstacle);
  if (!existsSync(join(REPOSITORY_ROOT, 'dist/main.js')))
    await execa(process.execPath, ['build.mjs'], { cwd: REPOSITORY_ROOT });

  const release = takeDownOnInterrupt(values.name, say);
  const lab = await Lab.up({ name: values.name, count: hosts, say });
  try {
    const before = load();
    const jobs: Job[] = [];
    for (const scenario of await scenarios(lab, watchS)) {
      if (!only.includes(scenario.id)) continue;
      const times = { start: 31, noop: rounds, config: changes, upgrade: changes, first: changes };
      jobs.push(await run(lab, scenario, times[scenario.id]));
    }
    const { version } = JSON.parse(readFileSync(join(REPOSITORY_ROOT, 'package.json'), 'utf8')) as {
      version: string;
    };
    const machine = {
      node: process.version,
      cores: cpus().length,
      load: [before, load()] as const,
    };
    const figures: Figures = { version, hosts, watchS, machine, jobs };
    console.log(`\n${table(figures)}`);
    if (values.json) writeFileSync(resolve(values.json), `${JSON.stringify(figures, null, 1)}\n`);
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
