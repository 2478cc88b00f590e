// `npm run bench:scale`: fleets of simulated hosts of growing size, on the same cores as the client. Compares a plan
// that finds nothing to do with the least client over the same ssh2, in interleaved rounds; shows what hosts that fail
// and hang do to a run, and what an apply costs.
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { REPOSITORY_ROOT } from '../lab/root.ts';
import { median, ratio } from './measure.ts';
import { type Metered, meter } from './meter.ts';
import { buildProgram } from './simulator/build-program.ts';
import { USUAL_MIX } from './simulator/faults.ts';
import { type FleetOptions, type SimulatedFleet, startFleet } from './simulator/fleet.ts';

const USAGE = `npm run bench:scale -- [--hosts 100,1000,10000] [--apply 200,2000] [--faults N]
                       [--forks 32,128,512] [--rounds N] [--workers N] [--json FILE]

--hosts    sizes of the fleets that are planned; "": none (100,1000,10000)
--apply    sizes of the fleets that are changed, 10 files each; "": none (200,2000)
--faults   size of the fleet of which 5% fail and 1% hang; 0: none (10000)
--forks    of the runs over that fleet (32,128,512)
--rounds   of each plan (3)
--workers  processes of the simulator (2)`;

const BIN = join(REPOSITORY_ROOT, 'bin/alloyup.js');
const say = (line: string): void => console.error(`  ${line}`);
const load = (): number => Math.round(loadavg()[0]! * 10) / 10;

async function withFleet<T>(
  options: Omit<FleetOptions, 'directory'>,
  work: (fleet: SimulatedFleet) => Promise<T>,
): Promise<T> {
  const directory = mkdtempSync(join(tmpdir(), 'alloyup-scale-'));
  const fleet = await startFleet({ ...options, directory: join(directory, 'home') });
  try {
    return await work(fleet);
  } finally {
    await fleet.stop();
    rmSync(directory, { recursive: true });
  }
}

const alloyup = (fleet: SimulatedFleet, ...args: readonly string[]): Promise<Metered> =>
  meter([BIN, ...args, '-i', fleet.inventory], { home: fleet.home });

/** @throws Error when a program did not do its work: its figures would mean nothing */
function expectEnd(metered: Metered, code: number, says: RegExp): Metered {
  const { out, err } = metered;
  if (metered.code === code && says.test(out)) return metered;
  throw new Error(`exit ${metered.code}: ${err.slice(-2000)}${out.slice(-2000)}`);
}

interface Size {
  readonly hosts: number;
  readonly plans: readonly Metered[];
  readonly bares: readonly Metered[];
}

async function planned(hosts: number, rounds: number, workers: number): Promise<Size> {
  const { program, remove } = await buildProgram('bare');
  try {
    return await withFleet({ hosts, workers }, async (fleet) => {
      const plans: Metered[] = [];
      const bares: Metered[] = [];
      const key = join(fleet.home, '.ssh/id_ed25519');
      const input = fleet.names.map((name) => `${name}\n`).join('');
      const whole = new RegExp(`^${hosts} of ${hosts}$`, 'm');
      for (let round = 0; round < rounds; round += 1) {
        const bare = await meter([program, key, `${fleet.port}`, '32', 'ops'], {
          home: fleet.home,
          input,
        });
        bares.push(expectEnd(bare, 0, whole));
        plans.push(expectEnd(await alloyup(fleet, 'plan'), 0, /No changes|unchanged|nothing/i));
        say(`${hosts} hosts: ${text(plans.at(-1)!)} (bare ${text(bare)})`);
      }
      return { hosts, plans, bares };
    });
  } finally {
    remove();
  }
}

interface Troubled {
  readonly forks: number;
  readonly run: Omit<Metered, 'out' | 'err'>;
  /** Lines that a terminal shows. */
  readonly lines: number;
}

const troubled = (
  hosts: number,
  forks: readonly number[],
  workers: number,
): Promise<readonly Troubled[]> =>
  withFleet({ hosts, workers, mix: USUAL_MIX }, async (fleet) => {
    const runs: Troubled[] = [];
    for (const n of forks) {
      const { out, err, ...run } = await alloyup(fleet, 'apply', '-y', '--forks', `${n}`);
      const lines = out.split('\n').length + err.split('\n').length;
      if (run.code !== 1) throw new Error(`exit ${run.code}: ${err}${out.slice(-2000)}`);
      runs.push({ forks: n, run, lines });
      say(`${hosts} hosts with faults, ${n} forks: ${text(run)}, ${lines} lines`);
    }
    return runs;
  });

interface Applied {
  readonly hosts: number;
  readonly run: Omit<Metered, 'out' | 'err'>;
  readonly logBytes: number;
  readonly junitBytes: number;
}

const applied = (hosts: number, workers: number): Promise<Applied> =>
  withFleet({ hosts, workers, state: 'outdated', files: 10 }, async (fleet) => {
    const [log, junit] = ['run.ndjson', 'junit.xml'].map((name) => join(fleet.home, name)) as [
      string,
      string,
    ];
    const flags = ['-y', '--no-diff', '--log', log, '--junit', junit];
    const { out, err, ...run } = expectEnd(
      await alloyup(fleet, 'apply', ...flags),
      0,
      new RegExp(`${hosts} changed`),
    );
    const { hosts: notes } = await fleet.notes();
    if (notes.some(({ changes }) => changes !== 1)) throw new Error('a host was not changed once');
    say(`${hosts} hosts changed: ${text(run)}`);
    return { hosts, run, logBytes: statSync(log).size, junitBytes: statSync(junit).size };
  });

const seconds = (ms: number): string => (ms / 1000).toFixed(1);
const text = (one: Omit<Metered, 'out' | 'err'>): string =>
  `${seconds(one.wallMs)} s, CPU ${seconds(one.cpuMs)} s, ${Math.round(one.peakMb)} MB, ` +
  `blocked ${Math.round(one.blockedMs)} ms`;

const cpu = (all: readonly Metered[]): number[] => all.map(({ cpuMs }) => cpuMs);

function row(...cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

function report(
  sizes: readonly Size[],
  faulty: readonly Troubled[],
  applies: readonly Applied[],
): string {
  const lines: string[] = [];
  if (sizes.length > 0)
    lines.push(
      row('hosts', 'wall s', 'CPU s', 'ms of CPU a host', 'bare', 'ratio', 'peak MB', 'blocked ms'),
      row('---', '---', '---', '---', '---', '---', '---', '---'),
      ...sizes.map(({ hosts, plans, bares }) =>
        row(
          String(hosts),
          seconds(median(plans.map(({ wallMs }) => wallMs))),
          seconds(median(cpu(plans))),
          (median(cpu(plans)) / hosts).toFixed(2),
          (median(cpu(bares)) / hosts).toFixed(2),
          ratio(cpu(plans), cpu(bares)).toFixed(2),
          String(Math.round(Math.max(...plans.map(({ peakMb }) => peakMb)))),
          String(Math.round(median(plans.map(({ blockedMs }) => blockedMs)))),
        ),
      ),
      '',
    );
  if (faulty.length > 0)
    lines.push(
      row('forks', 'wall s', 'CPU s', 'peak MB', 'blocked ms', 'lines'),
      row('---', '---', '---', '---', '---', '---'),
      ...faulty.map(({ forks, run, lines: shown }) =>
        row(
          String(forks),
          seconds(run.wallMs),
          seconds(run.cpuMs),
          String(Math.round(run.peakMb)),
          String(Math.round(run.blockedMs)),
          String(shown),
        ),
      ),
      '',
    );
  if (applies.length > 0)
    lines.push(
      row('hosts', 'wall s', 'CPU s', 'peak MB', 'blocked ms', 'log KB a host', 'JUnit KB a host'),
      row('---', '---', '---', '---', '---', '---', '---'),
      ...applies.map(({ hosts, run, logBytes, junitBytes }) =>
        row(
          String(hosts),
          seconds(run.wallMs),
          seconds(run.cpuMs),
          String(Math.round(run.peakMb)),
          String(Math.round(run.blockedMs)),
          (logBytes / 1024 / hosts).toFixed(2),
          (junitBytes / 1024 / hosts).toFixed(2),
        ),
      ),
    );
  return lines.join('\n');
}

const { values } = parseArgs({
  options: {
    hosts: { type: 'string', default: '100,1000,10000' },
    apply: { type: 'string', default: '200,2000' },
    faults: { type: 'string', default: '10000' },
    forks: { type: 'string', default: '32,128,512' },
    rounds: { type: 'string', default: '3' },
    workers: { type: 'string', default: '2' },
    json: { type: 'string' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
if (values.help) {
  console.log(USAGE);
  process.exit(0);
}
const numbers = (list: string): readonly number[] => list.split(',').filter(Boolean).map(Number);
const [rounds, workers, faultyHosts] = [values.rounds, values.workers, values.faults].map(
  Number,
) as [number, number, number];
const given = [values.hosts, values.apply, values.forks].flatMap(numbers);
if (![rounds, workers, faultyHosts, ...given].every(Number.isInteger) || rounds < 1)
  throw new Error(USAGE);

const before = load();
const sizes: Size[] = [];
for (const hosts of numbers(values.hosts)) sizes.push(await planned(hosts, rounds, workers));
const faulty = faultyHosts > 0 ? await troubled(faultyHosts, numbers(values.forks), workers) : [];
const applies: Applied[] = [];
for (const hosts of numbers(values.apply)) applies.push(await applied(hosts, workers));

const { version } = JSON.parse(readFileSync(join(REPOSITORY_ROOT, 'package.json'), 'utf8')) as {
  version: string;
};
const machine = { node: process.version, cores: cpus().length, load: [before, load()] };
console.log(
  `alloyup ${version}, Node ${machine.node}, ${machine.cores} cores shared with ${workers} processes of the simulator, ` +
    `load ${machine.load.join(' to ')}, ${rounds} rounds\n`,
);
console.log(report(sizes, faulty, applies));
if (values.json) {
  const plain = sizes.map(({ hosts, plans, bares }) => ({
    hosts,
    plans: plans.map(withoutText),
    bares: bares.map(withoutText),
  }));
  const figures = { version, machine, plans: plain, faults: faulty, applies };
  writeFileSync(resolve(values.json), `${JSON.stringify(figures, null, 1)}\n`);
}

function withoutText({ out: _, err: __, ...figures }: Metered): Omit<Metered, 'out' | 'err'> {
  return figures;
}
