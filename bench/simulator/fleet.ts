import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readCommandLine } from '../../src/cli/args/parse-command-line.ts';
import { readHosts } from '../../src/cli/hosts/chosen-hosts.ts';
import { makeTargets } from '../../src/cli/hosts/make-targets.ts';
import { CONFIG_PATH, type Target } from '../../src/model/desired.ts';
import type { Facts } from '../../src/model/facts.ts';
import { sha256 } from '../../src/model/secret.ts';
import { factsOf, NOW } from '../../test/builders.ts';
import { memoryTerminal } from '../../test/cli/terminal.ts';
import { makeKey } from '../../test/sources/fake-repository.ts';
import { rangesOf } from './addresses.ts';
import { faultsOf, type Mix } from './faults.ts';
import { type Simulator, type SimulatorOptions, startSimulator } from './simulator.ts';

export interface FleetOptions extends Omit<SimulatorOptions, 'facts'> {
  /** How many hosts. */
  readonly hosts: number;
  /** A new directory that becomes the home of whoever runs alloyup. */
  readonly directory: string;
  /** `outdated`: managed by alloyup, with another configuration and other files. Default `converged`. */
  readonly state?: 'converged' | 'outdated';
  /** Files beside the configuration; default 0. */
  readonly files?: number;
  /** More of the inventory: lines below `defaults:`, and whole sections. */
  readonly defaults?: readonly string[];
  readonly sections?: readonly string[];
  readonly mix?: Mix;
}

/** A simulated fleet, and a home with an inventory, a key and known host keys for it. */
export interface SimulatedFleet extends Simulator {
  readonly home: string;
  readonly inventory: string;
  /** In the order of the hosts' numbers; they are named by their addresses. */
  readonly names: readonly string[];
}

/** Starts hosts that are, or are not yet, as the inventory that is written for them asks. */
export async function startFleet(options: FleetOptions): Promise<SimulatedFleet> {
  const { directory: home, hosts, network = 1, state = 'converged', files = 0, mix = {} } = options;
  mkdirSync(join(home, '.ssh'), { recursive: true, mode: 0o700 });
  const { fingerprint, armored } = await makeKey();
  for (let i = 0; i < files; i += 1) writeFileSync(join(home, `file-${i}.txt`), textOf(i, 'new'));
  const inventory = join(home, 'inventory.yaml');
  const write = (port: number): void =>
    writeFileSync(inventory, inventoryOf(options, fingerprint, port, rangesOf(network, hosts)));

  // what is asked of a host does not depend on the port
  write(22);
  const targets = await targetsOf(inventory);
  const facts = factsOfEach(targets, (target) => stateOf(target, armored, state));
  const faults = options.faults ?? faultsOf(hosts, mix);
  const simulator = await startSimulator({ ...options, facts, faults });
  write(simulator.port);
  writeFileSync(join(home, '.ssh/id_ed25519'), simulator.loginKey, { mode: 0o600 });
  const known = simulator.hosts.map(
    ({ address, port }) => `[${address}]:${port} ${simulator.hostKey}\n`,
  );
  writeFileSync(join(home, '.ssh/known_hosts'), known.join(''));
  return { ...simulator, home, inventory, names: targets.map(({ host }) => host.name) };
}

function inventoryOf(
  { files = 0, defaults = [], sections = [] }: FleetOptions,
  fingerprint: string,
  port: number,
  ranges: readonly string[],
): string {
  const written = Array.from(
    { length: files },
    (_, i) => `      ${pathOf(i)}: { source: ./file-${i}.txt }`,
  );
  return [
    'defaults:',
    `  ssh: { user: ops, port: ${port}, identity: ~/.ssh/id_ed25519 }`,
    `  repository: { fingerprints: [${fingerprint}] }`,
    '  alloy: { version: present }',
    '  config:',
    '    template: linux-host',
    '    vars:',
    '      metrics_url: https://prometheus.example.com/api/v1/write',
    '      logs_url: https://loki.example.com/loki/api/v1/push',
    ...(files > 0 ? ['    files:', ...written] : []),
    ...defaults.map((line) => `  ${line}`),
    ...sections,
    'hosts:',
    ...ranges.map((range) => `  ${range}:`),
    '',
  ].join('\n');
}

const pathOf = (i: number): string => `/etc/alloy/file-${i}.txt`;

const textOf = (i: number, age: 'old' | 'new'): string =>
  Array.from({ length: 40 }, (_, line) => `${age} ${i}.${line}: what Alloy reads\n`).join('');

/** The targets of an inventory, as a run makes them; secrets are not read. */
async function targetsOf(inventory: string): Promise<readonly Target[]> {
  const order = readCommandLine(['plan', '-i', inventory], memoryTerminal());
  if (typeof order === 'number') throw new Error('the command line is wrong');
  const { targets, problems } = await makeTargets(await readHosts(order.invocation), {
    planned: true,
  });
  if (problems.length > 0) throw new Error(JSON.stringify(problems[0]));
  return targets;
}

/** The facts of each target; equal targets share theirs. */
function factsOfEach(
  targets: readonly Target[],
  make: (target: Target) => Facts,
): readonly Facts[] {
  const made = new Map<string, Facts>();
  return targets.map((target) => {
    const { config, files, environment } = target.desired;
    const key = JSON.stringify([config, files, [...environment]]);
    const facts = made.get(key) ?? make(target);
    made.set(key, facts);
    return facts;
  });
}

function stateOf(target: Target, armored: string, state: 'converged' | 'outdated'): Facts {
  const { desired } = target;
  const is: Target =
    state === 'converged'
      ? target
      : {
          ...target,
          desired: {
            ...desired,
            config: `// old\n${desired.config}`,
            files: desired.files.map((file, i) => ({ ...file, content: textOf(i, 'old') })),
          },
        };
  const facts = factsOf(is);
  const [ring] = facts.apt.keyrings;
  const keyrings = [{ ...ring!, content: Buffer.from(armored), sha256: sha256(armored) }];
  const paths = [CONFIG_PATH, ...desired.files.map(({ path }) => path)];
  return {
    ...facts,
    apt: { ...facts.apt, keyrings },
    receipt: {
      schema: 1,
      run: 'r0',
      invocation: facts.unit.invocation,
      files: Object.fromEntries(paths.map((path) => [path, facts.files[path]!.sha256!])),
      groups: facts.account.groups,
      unhealthy: {},
      at: NOW,
    },
  };
}
