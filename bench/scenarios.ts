import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Lab, productCommand } from '../lab/lab.ts';
import { REPOSITORY_ROOT } from '../lab/root.ts';
import type { Measured } from './measure.ts';
import type { Asked, Peer } from './peers.ts';

/** A job that is measured, and the ways to do it; alloyup comes first. */
export interface Scenario {
  readonly id: 'start' | 'noop' | 'config' | 'upgrade' | 'first' | 'gone';
  readonly title: string;
  readonly ways: readonly Way[];
  /** Also measure peak memory, in the warm-up round. */
  readonly memory: boolean;
  /** Prepares the fleet; not measured. */
  before?(): Promise<void>;
  /** Whether the hosts are as asked after a command; not measured. @throws Error if one is not */
  after?(): Promise<void>;
}

export interface Way {
  readonly name: string;
  /** alloyup's wall time divided by this way's should be at most this; null: no target. */
  readonly target: number | null;
  command(): Measured;
}

/** The desired state of the hosts. */
interface State {
  readonly version: string;
  /** Two configurations that differ in one value. */
  readonly tenant: 'blue' | 'green';
}

const OLD = '1.17.0';
const NEW = '1.18.1';
const BASE: State = { version: NEW, tenant: 'blue' };
/** Connections at once, for every way: alloyup's default. */
const FORKS = 32;

/** `--version` against bare Node: from 22.8 on, Node keeps compiled code (`module.enableCompileCache`). */
const START_TARGET = Number(process.versions.node.split('.')[0]) >= 24 ? 1.25 : 1.5;

/** xargs ends at once where a command exits with 255, as ssh does for a host that it does not reach. */
const survivable = (command: string): string => `${command.replace(/^exec /, '')} || exit 1`;

/** One word for a shell. */
const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** Converges the fleet with alloyup, and takes the texts for the hand-written script from there. */
export async function scenarios(
  lab: Lab,
  watchS: number,
  peers: readonly Peer[],
): Promise<readonly Scenario[]> {
  const count = lab.hosts.length;
  const first = lab.hosts[0]!;
  let desired = BASE;

  /** An address of the lab's network that no host has. */
  const nowhere = first.address.replace(/\d+$/, '250');
  const write = (options: { readonly gone?: boolean } = {}): void => {
    lab.inventory({
      ...(options.gone ? { groups: { gone: { hosts: [nowhere] } } } : {}),
      defaults: {
        alloy: { version: desired.version },
        config: {
          template: 'otlp-gateway',
          vars: {
            metrics_url: 'http://127.0.0.1:9009/api/v1/push',
            metrics_tenant: desired.tenant,
            traces_url: 'http://127.0.0.1:4319',
            logs_url: 'http://127.0.0.1:3100/otlp',
          },
        },
      },
    });
  };
  const apply = (watch: number, says: RegExp, exits: readonly number[] = [0]): Measured => ({
    argv: productCommand([
      ...['apply', '--yes', '--no-diff', '--watch', `${watch}`, '--connect-timeout', '10'],
    ]),
    ...{ says, exits },
  });
  const changed = new RegExp(`${count} changed`);
  const unchanged = new RegExp(`${count} unchanged`);
  const converge = async (to: State): Promise<void> => {
    desired = to;
    write();
    const { argv } = apply(0, changed);
    const { exitCode, stdout, stderr } = await lab.run(argv);
    if (exitCode !== 0)
      throw new Error(`exit ${exitCode}: ${argv.join(' ')}\n${stdout}\n${stderr}`);
  };

  await converge({ ...BASE, tenant: 'green' });
  const green = first.read('/etc/alloy/config.alloy');
  await converge(BASE);
  const texts = {
    key: first.read('/etc/apt/keyrings/grafana.asc'),
    list: first.read('/etc/apt/sources.list.d/grafana.list'),
    environment: first.read('/etc/default/alloy'),
  };
  const configs = { blue: first.read('/etc/alloy/config.alloy'), green };

  const asked = (says: Asked['says']): Asked => ({
    files: { ...texts, config: configs[desired.tenant] },
    version: `${desired.version}-1`,
    hosts: [
      ...lab.hosts.map(({ name, address }) => [name, address] as const),
      ...(says === 'unreachable' ? [['gone', nowhere] as const] : []),
    ],
    says,
  });
  const byPeers = (says: Asked['says']): readonly Way[] =>
    peers.map(({ name, command }) => ({ name, target: null, command: () => command(asked(says)) }));
  /** Whichever way it was: the files, the package, and a service that runs that version. */
  const isAsAsked = async (): Promise<void> => {
    await Promise.all(
      lab.hosts.map(async (host) => {
        const { stdout } = await host.root(
          "dpkg-query -W -f '${Status} ${Version}\n' alloy; systemctl is-active alloy; systemctl is-enabled alloy",
        );
        const state = `hold ok installed ${desired.version}-1\nactive\nenabled`;
        const config = host.read('/etc/alloy/config.alloy');
        if (stdout !== state) throw new Error(`${host.name} is not as asked: ${stdout}`);
        if (config !== configs[desired.tenant])
          throw new Error(`${host.name} has another configuration`);
      }),
    );
  };

  const addresses = join(lab.home, 'addresses');
  writeFileSync(addresses, lab.hosts.map(({ address }) => `${address}\n`).join(''));
  const ssh = [
    ...['ssh', '-F', '/dev/null', '-i', lab.identity, '-o', 'IdentitiesOnly=yes'],
    ...['-o', 'BatchMode=yes', '-o', 'ControlMaster=no', '-o', 'LogLevel=ERROR'],
    ...['-o', 'ConnectTimeout=10'],
  ].join(' ');
  const oneMore = join(lab.home, 'addresses-and-one');
  writeFileSync(oneMore, `${readFileSync(addresses, 'utf8')}${nowhere}\n`);
  const everywhere = (command: string, says: RegExp, list = addresses): Measured => ({
    exits: list === addresses ? [0] : [123],
    argv: [
      'xargs',
      '-a',
      list,
      '-P',
      `${FORKS}`,
      '-I{}',
      'sh',
      '-c',
      list === addresses ? command : survivable(command),
    ],
    says,
  });
  const body = readFileSync(join(REPOSITORY_ROOT, 'bench/hand-written.sh'), 'utf8');
  const handWritten = (says: RegExp, list = addresses): Measured => {
    const script = join(lab.home, 'hand-written.sh');
    const set = {
      ...texts,
      config: configs[desired.tenant],
      version: `${desired.version}-1`,
      watch: `${watchS}`,
    };
    const head = Object.entries(set).map(([name, text]) => `${name}=${quote(text.trimEnd())}\n`);
    writeFileSync(script, [...head, body].join(''));
    return everywhere(`exec ${ssh} ops@{} sudo -n bash -s <${script}`, says, list);
  };
  const wrote = (what: string): RegExp => new RegExp(`^(${what}\n?){${count}}$`);

  const script = 'ssh + hand-written script';
  const nothing = (list = addresses): Measured =>
    everywhere(`exec ${ssh} -n ops@{} true`, /^$/, list);
  return [
    {
      id: 'start',
      title: 'start',
      memory: false,
      ways: [
        {
          name: 'alloyup --version',
          target: null,
          command: () => ({ argv: productCommand(['--version']), says: /^\d/ }),
        },
        {
          name: 'node -e 0',
          target: START_TARGET,
          command: () => ({ argv: [process.execPath, '-e', '0'], says: /^$/ }),
        },
      ],
    },
    {
      id: 'noop',
      title: 'nothing to do',
      memory: true,
      ways: [
        { name: 'alloyup apply --yes', target: null, command: () => apply(watchS, unchanged) },
        { name: script, target: 0.75, command: () => handWritten(/^$/) },
        { name: 'ssh HOST true', target: 0.85, command: () => nothing() },
        ...byPeers('unchanged'),
      ],
    },
    {
      id: 'config',
      title: 'one value of the configuration, reloaded',
      memory: true,
      // each way changes the value the previous one left
      async before() {
        desired = { ...BASE, tenant: desired.tenant === 'blue' ? 'green' : 'blue' };
        write();
      },
      ways: [
        { name: 'alloyup apply --yes', target: null, command: () => apply(watchS, changed) },
        {
          name: script,
          target: 1.15,
          command: () => handWritten(wrote('wrote /etc/alloy/config.alloy')),
        },
        ...byPeers('changed'),
      ],
      after: isAsAsked,
    },
    {
      id: 'upgrade',
      title: `${OLD} to ${NEW}, restarted`,
      memory: false,
      async before() {
        await converge({ ...BASE, version: OLD });
        desired = BASE;
        write();
      },
      ways: [
        { name: 'alloyup apply --yes', target: null, command: () => apply(watchS, changed) },
        {
          name: script,
          target: null,
          command: () => handWritten(wrote(`installed alloy ${NEW}-1`)),
        },
        ...byPeers('changed'),
      ],
      after: isAsAsked,
    },
    {
      id: 'first',
      title: 'first install',
      memory: false,
      async before() {
        await lab.reset();
        lab.resetController();
        desired = BASE;
        write();
      },
      ways: [
        { name: 'alloyup apply --yes', target: null, command: () => apply(watchS, changed) },
        { name: script, target: 1.05, command: () => handWritten(/enabled alloy/) },
        ...byPeers('changed'),
      ],
      after: isAsAsked,
    },
    {
      id: 'gone',
      title: 'nothing to do, and one more host that is not there',
      memory: false,
      async before() {
        write({ gone: true });
      },
      ways: [
        {
          name: 'alloyup apply --yes',
          target: null,
          command: () => apply(watchS, unchanged, [1]),
        },
        { name: script, target: null, command: () => handWritten(/^$/, oneMore) },
        { name: 'ssh HOST true', target: null, command: () => nothing(oneMore) },
        ...byPeers('unreachable'),
      ],
      after: isAsAsked,
    },
  ];
}
