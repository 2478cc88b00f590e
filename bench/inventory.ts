// `npm run bench:inventory`: what `validate` takes for many hosts. Hosts with the built-in linux-host alone, as one range,
// with an address that each host sets, with five fragments that are equal on all hosts, with five that read the host's name,
// so that no two texts are equal, and with a variable that each host sets to a value of its own.
// Compares CPU times of whole processes in interleaved rounds; the first round is a warm-up. Touches no host.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { REPOSITORY_ROOT } from '../lab/root.ts';
import { median, ratio } from './measure.ts';

const USAGE = `npm run bench:inventory -- [--hosts N] [--rounds N]

--hosts    hosts of each inventory (1000)
--rounds   counted rounds (5)`;

const FRAGMENTS = ['api', 'cache', 'queue', 'search', 'worker'];

interface Kind {
  readonly name: string;
  /** What `instance` is in the five fragments; absent: there are no fragments. */
  readonly instance?: string;
  /** The hosts are one line. */
  readonly range?: boolean;
  /** What each host sets. */
  readonly own?: 'address' | 'variable';
}

const INVENTORIES: readonly Kind[] = [
  { name: 'no fragments' },
  { name: 'a range of hosts', range: true },
  { name: 'an address of its own', own: 'address' },
  { name: '5 equal fragments', instance: 'one' },
  { name: '5 fragments that differ', instance: '{{ host.name }}' },
  { name: 'a variable of its own', own: 'variable' },
];

const fragment = (name: string, port: number, instance: string): string =>
  `prometheus.scrape "${name}" {
	targets         = [{"__address__" = "127.0.0.1:${port}", "instance" = "${instance}"}]
	forward_to      = [{{ metrics_to }}]
	scrape_interval = "30s"
}
`;

function hostLines(hosts: number, { range, own }: Kind): string {
  if (range) return `  "host-[1:${hosts}].example.com": {}\n`;
  const settings = (i: number): string =>
    own === 'address'
      ? `{ ssh: { address: 10.${i >> 16}.${(i >> 8) & 255}.${i & 255} } }`
      : own === 'variable'
        ? `{ config: { vars: { instance: host-${i} } } }`
        : '{}';
  return Array.from({ length: hosts }, (_, i) => `  host-${i}.example.com: ${settings(i)}\n`).join(
    '',
  );
}

function inventory(hosts: number, kind: Kind): string {
  const fragments = FRAGMENTS.map((name) => `      ${name}: ./${name}.alloy\n`).join('');
  return `defaults:
  config:
    template: linux-host
    vars:
      metrics_url: https://metrics.example.com/api/v1/write
      logs_url: https://logs.example.com/loki/api/v1/push
${kind.instance === undefined ? '' : `    fragments:\n${fragments}`}hosts:
${hostLines(hosts, kind)}`;
}

function write(folder: string, hosts: number, kind: Kind): void {
  mkdirSync(folder);
  writeFileSync(join(folder, 'inventory.yaml'), inventory(hosts, kind));
  const { instance } = kind;
  if (instance === undefined) return;
  for (const [i, name] of FRAGMENTS.entries())
    writeFileSync(join(folder, `${name}.alloy`), fragment(name, 9001 + i, instance));
}

const STOPWATCH = 'TIMEFORMAT="%3U %3S"; time "$@"';

/**
 * Milliseconds of user and system time, of all threads.
 *
 * @throws Error when there is anything to report
 */
function validate(folder: string): number {
  const alloyup = [process.execPath, join(REPOSITORY_ROOT, 'bin/alloyup.js')];
  const command = [...alloyup, 'validate', '--quiet', '-i', join(folder, 'inventory.yaml')];
  const { stdout, stderr, status } = spawnSync('bash', ['-c', STOPWATCH, 'bash', ...command], {
    encoding: 'utf8',
  });
  const [, user, system] = /^([\d.]+) ([\d.]+)\n$/.exec(stderr) ?? [];
  if (status !== 0 || stdout !== '' || !user)
    throw new Error(`exit ${status}: ${command.join(' ')}\n${stdout}${stderr}`);
  return (Number(user) + Number(system)) * 1000;
}

function numberOf(text: string, option: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number > 0) return number;
  throw new Error(`--${option}: ${text} is not a number above 0\n${USAGE}`);
}

const { values } = parseArgs({
  options: {
    hosts: { type: 'string', default: '1000' },
    rounds: { type: 'string', default: '5' },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) console.log(USAGE);
else {
  const hosts = numberOf(values.hosts, 'hosts');
  const rounds = numberOf(values.rounds, 'rounds');
  const home = mkdtempSync(join(tmpdir(), 'alloyup-bench-'));
  try {
    const folders = INVENTORIES.map((kind) => {
      const folder = join(home, kind.name);
      write(folder, hosts, kind);
      return folder;
    });
    const samples = folders.map((): number[] => []);
    for (let round = 0; round <= rounds; round += 1) {
      for (const [i, folder] of folders.entries()) {
        const cpuMs = validate(folder);
        if (round > 0) samples[i]!.push(cpuMs);
      }
    }
    console.log(`validate of ${hosts} hosts, medians of ${rounds} rounds\n`);
    console.log(`${''.padEnd(28)}  CPU ms   ratio`);
    for (const [i, { name }] of INVENTORIES.entries()) {
      const cpuMs = median(samples[i]!).toFixed(0).padStart(8);
      const times = i === 0 ? '' : ratio(samples[i]!, samples[0]!).toFixed(2).padStart(8);
      console.log(`${name.padEnd(28)}${cpuMs}${times}`);
    }
  } finally {
    rmSync(home, { recursive: true });
  }
}
