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
                       [--forks 32,256,512] [--rtt MS] [--rounds N] [--workers N]
                       [--write] [--json FILE]

With no option, all of it; a part of it, e.g. the plans of 10,000 hosts against the bare client:
  npm run bench:scale -- --hosts 10000 --faults 0 --apply "" --rounds 1 --write

--hosts    sizes of the fleets that are planned; "": none (100,1000,10000)
--apply    sizes of the fleets that are changed, 10 files each; "": none (200,2000)
--faults   size of the fleet of which 5% fail and 1% hang; 0: none (10000)
--forks    of the runs over that fleet (32,256,512)
--rtt      milliseconds by which everything that its hosts send is late (100)
--rounds   of each plan (3)
--workers  processes of the simulator (2)
--write    put the tables that were made into docs/scale.md, in place of the same ones`;

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
      const all = new RegExp(`^${hosts} of ${hosts}$`, 'm');
      for (let round = 0; round < rounds; round += 1) {
        const bare = await meter([program, key, `${fleet.port}`, '32', 'ops'], {
          home: fleet.home,
          input,
        });
        bares.push(expectEnd(bare, 0, all));
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
  readonly hosts: number;
  readonly forks: number;
  readonly run: Omit<Metered, 'out' | 'err'>;
  /** Lines that a terminal shows. */
  readonly lines: number;
}

const troubled = (
  hosts: number,
  forks: readonly number[],
  rttMs: number,
  workers: number,
): Promise<readonly Troubled[]> =>
  withFleet({ hosts, workers, mix: USUAL_MIX, link: { rttMs } }, async (fleet) => {
    const runs: Troubled[] = [];
    for (const n of forks) {
      const { out, err, ...run } = await alloyup(fleet, 'apply', '-y', '--forks', `${n}`);
      const lines = out.split('\n').length + err.split('\n').length;
      if (run.code !== 1) throw new Error(`exit ${run.code}: ${err}${out.slice(-2000)}`);
      runs.push({ hosts, forks: n, run, lines });
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

const whole = (n: number): string => String(Math.round(n));

const cpu = (all: readonly Metered[]): number[] => all.map(({ cpuMs }) => cpuMs);

function row(...cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

/** By the name of its place in docs/scale.md; only those that were measured. */
function tables(
  sizes: readonly Size[],
  faulty: readonly Troubled[],
  applies: readonly Applied[],
): ReadonlyMap<string, string> {
  const made = new Map<string, string>();
  const add = (name: string, head: readonly string[], rows: readonly string[]): void => {
    if (rows.length > 0)
      made.set(name, [row(...head), row(...head.map(() => '--:')), ...rows].join('\n'));
  };
  add(
    'plan',
    ['hosts', 'wall s', 'CPU s', 'ms of CPU a host', 'bare', 'ratio', 'peak MB', 'blocked ms'],
    sizes.map(({ hosts, plans, bares }) =>
      row(
        hosts.toLocaleString('en-US'),
        seconds(median(plans.map(({ wallMs }) => wallMs))),
        seconds(median(cpu(plans))),
        (median(cpu(plans)) / hosts).toFixed(2),
        (median(cpu(bares)) / hosts).toFixed(2),
        ratio(cpu(plans), cpu(bares)).toFixed(2),
        whole(Math.max(...plans.map(({ peakMb }) => peakMb))),
        whole(median(plans.map(({ blockedMs }) => blockedMs))),
      ),
    ),
  );
  add(
    'faults',
    ['hosts', 'forks', 'wall s', 'CPU s', 'peak MB', 'blocked ms', 'lines'],
    faulty.map(({ hosts, forks, run, lines: shown }) =>
      row(
        hosts.toLocaleString('en-US'),
        `${forks}`,
        seconds(run.wallMs),
        seconds(run.cpuMs),
        whole(run.peakMb),
        whole(run.blockedMs),
        `${shown}`,
      ),
    ),
  );
  add(
    'apply',
    ['hosts', 'wall s', 'CPU s', 'peak MB', 'blocked ms', 'log KB a host', 'JUnit KB a host'],
    applies.map(({ hosts, run, logBytes, junitBytes }) =>
      row(
        hosts.toLocaleString('en-US'),
        seconds(run.wallMs),
        seconds(run.cpuMs),
        whole(run.peakMb),
        whole(run.blockedMs),
        (logBytes / 1024 / hosts).toFixed(2),
        (junitBytes / 1024 / hosts).toFixed(2),
      ),
    ),
  );
  return made;
}

/** Replaces tables of the page by new ones. */
function write(made: ReadonlyMap<string, string>, conditions: string): void {
  const path = join(REPOSITORY_ROOT, 'docs/scale.md');
  let page = readFileSync(path, 'utf8');
  for (const [name, table] of made) {
    const [begin, end] = [`<!-- ${name} -->\n`, `<!-- end of ${name} -->`];
    const [before, rest] = page.split(begin) as [string, string | undefined];
    const after = rest?.slice(rest.indexOf(end));
    if (after === undefined) throw new Error(`docs/scale.md has no place for ${name}`);
    page = `${before}${begin}${conditions}\n\n${table}\n${after}`;
  }
  writeFileSync(path, page);
}

const { values } = parseArgs({
  options: {
    hosts: { type: 'string', default: '100,1000,10000' },
    apply: { type: 'string', default: '200,2000' },
    faults: { type: 'string', default: '10000' },
    forks: { type: 'string', default: '32,256,512' },
    rtt: { type: 'string', default: '100' },
    rounds: { type: 'string', default: '3' },
    workers: { type: 'string', default: '2' },
    json: { type: 'string' },
    write: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
if (values.help) {
  console.log(USAGE);
  process.exit(0);
}
const numbers = (list: string): readonly number[] => list.split(',').filter(Boolean).map(Number);
const { rounds, workers, faults, rtt } = Object.fromEntries(
  (['rounds', 'workers', 'faults', 'rtt'] as const).map((name) => [name, Number(values[name])]),
) as { readonly [name in 'rounds' | 'workers' | 'faults' | 'rtt']: number };
const given = [values.hosts, values.apply, values.forks].flatMap(numbers);
if (![rounds, workers, faults, rtt, ...given].every(Number.isInteger) || rounds < 1)
  throw new Error(USAGE);

const before = load();
const sizes: Size[] = [];
for (const hosts of numbers(values.hosts)) sizes.push(await planned(hosts, rounds, workers));
const faulty = faults > 0 ? await troubled(faults, numbers(values.forks), rtt, workers) : [];
const applies: Applied[] = [];
for (const hosts of numbers(values.apply)) applies.push(await applied(hosts, workers));

const { version } = JSON.parse(readFileSync(join(REPOSITORY_ROOT, 'package.json'), 'utf8')) as {
  version: string;
};
const machine = { node: process.version, cores: cpus().length, load: [before, load()] };
const conditions =
  `alloyup ${version}, Node ${machine.node}, ${machine.cores} cores shared with ${workers} processes of the simulator, ` +
  `load ${machine.load.join(' to ')}; rounds of a plan: ${rounds}.`;
const made = tables(sizes, faulty, applies);
console.log([conditions, ...made.values()].join('\n\n'));
if (values.write) write(made, conditions);
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
