// A fleet of simulated hosts, until it is interrupted: `node build.mjs run bench/simulator/main.ts --hosts N DIRECTORY`.
// The directory becomes a home with an inventory, a login key and known_hosts; SIGUSR2 writes what each host has done to
// notes.json in it.
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { FAULTS, isFault, type Mix, USUAL_MIX } from './faults.ts';
import { startFleet } from './fleet.ts';

const USAGE = `usage: node build.mjs run bench/simulator/main.ts [OPTIONS] DIRECTORY

DIRECTORY      made new: a home with inventory.yaml, .ssh/id_ed25519 and .ssh/known_hosts
--hosts N      (100)
--state WORD   converged, or outdated: each host gets another configuration (converged)
--files N      files beside the configuration (0)
--faults LIST  "usual" (5% fail, 1% hang), or percentages such as refused-key=2,no-answer=1
--facts-ms N   how long a host takes to read its facts (0)
--step-ms N    how long it takes for each step of a run (0)
--rtt-ms N     by how much everything that hosts send is late (0)
--workers N    processes (2)
--network N    addresses are 127.N.x.y (1)

Faults: ${FAULTS.join(', ')}`;

function usage(why: string): never {
  console.error(`${why}\n\n${USAGE}`);
  process.exit(64);
}

function mixOf(text: string): Mix {
  if (text === '') return {};
  if (text === 'usual') return USUAL_MIX;
  const entries = text.split(',').map((part) => {
    const [fault = '', percent] = part.split('=');
    if (!isFault(fault) || !(Number(percent) >= 0)) usage(`--faults: "${part}" is no fault`);
    return [fault, Number(percent)] as const;
  });
  return Object.fromEntries(entries);
}

const { values, positionals } = (() => {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        hosts: { type: 'string', default: '100' },
        state: { type: 'string', default: 'converged' },
        files: { type: 'string', default: '0' },
        faults: { type: 'string', default: '' },
        'facts-ms': { type: 'string', default: '0' },
        'step-ms': { type: 'string', default: '0' },
        'rtt-ms': { type: 'string', default: '0' },
        workers: { type: 'string', default: '2' },
        network: { type: 'string', default: '1' },
      },
    });
  } catch (error) {
    return usage((error as Error).message);
  }
})();

const number = (name: Exclude<keyof typeof values, 'state' | 'faults'>): number => {
  const value = Number(values[name]);
  if (!Number.isInteger(value) || value < 0) usage(`--${name}: "${values[name]}" is no number`);
  return value;
};
const [folder, ...others] = positionals;
if (folder === undefined || others.length > 0) usage('one directory has to be named');
const { state } = values;
if (state !== 'converged' && state !== 'outdated') usage(`--state: "${state}"`);

const directory = resolve(folder);
const ready = join(directory, 'ready');
rmSync(ready, { force: true });
const fleet = await startFleet({
  directory,
  hosts: number('hosts'),
  state,
  files: number('files'),
  mix: mixOf(values.faults),
  workers: number('workers'),
  network: number('network'),
  pace: { factsMs: number('facts-ms'), stepMs: number('step-ms') },
  link: { rttMs: number('rtt-ms') },
});
writeFileSync(ready, '');
console.log(`${fleet.hosts.length} hosts on port ${fleet.port}; ${fleet.inventory}`);

process.on('SIGUSR2', () => {
  void fleet.notes().then((notes) => {
    const file = join(directory, 'notes.json');
    writeFileSync(`${file}.new`, JSON.stringify(notes));
    renameSync(`${file}.new`, file);
  });
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.once(signal, () => {
    rmSync(ready, { force: true });
    void fleet.stop().then(() => process.exit(0));
  });
