import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Lab, productCommand } from '../lab/lab.ts';
import { REPOSITORY_ROOT } from '../lab/root.ts';
import type { Measured } from './measure.ts';

/** Something that a fleet's owner needs done, and the ways to do it; alloyup's comes first. */
export interface Duty {
  readonly id: 'start' | 'noop' | 'config' | 'upgrade' | 'first';
  readonly title: string;
  readonly ways: readonly Way[];
  /** Its peak memory says something. */
  readonly memory: boolean;
  /** Not measured: makes the fleet one that needs it. */
  before?(): Promise<void>;
}

export interface Way {
  readonly name: string;
  /** At most this share of its wall time is what alloyup should take; null: no aim. */
  readonly aim: number | null;
  command(): Measured;
}

/** What the hosts should be. */
interface Wish {
  readonly version: string;
  /** Two configurations that differ in one value. */
  readonly tenant: 'blue' | 'green';
}

const OLD = '1.17.0';
const NEW = '1.18.1';
const HOME: Wish = { version: NEW, tenant: 'blue' };
/** Connections at once, for all: alloyup's own default. */
const FORKS = 32;

/** Brings the fleet home and learns there what a script by hand would have to write. */
export async function duties(lab: Lab, watchS: number): Promise<readonly Duty[]> {
  const count = lab.hosts.length;
  const first = lab.hosts[0]!;
  let wish = HOME;

  const write = (): void => {
    lab.inventory({
      defaults: {
        alloy: { version: wish.version },
        config: {
          template: 'otlp-gateway',
          vars: {
            metrics_url: 'http://127.0.0.1:9009/api/v1/push',
            metrics_tenant: wish.tenant,
            traces_url: 'http://127.0.0.1:4319',
            logs_url: 'http://127.0.0.1:3100/otlp',
          },
        },
      },
    });
  };
  const apply = (watch: number, says: RegExp): Measured => ({
    argv: productCommand(['apply', '--yes', '--no-diff', '--watch', `${watch}`]),
    says,
  });
  const changed = new RegExp(`${count} changed`);
  const unchanged = new RegExp(`${count} unchanged`);
  const bring = async (to: Wish): Promise<void> => {
    wish = to;
    write();
    const { argv } = apply(0, changed);
    const { exitCode, stdout, stderr } = await lab.run(argv);
    if (exitCode !== 0)
      throw new Error(`exit ${exitCode}: ${argv.join(' ')}\n${stdout}\n${stderr}`);
  };

  await bring({ ...HOME, tenant: 'green' });
  const green = first.read('/etc/alloy/config.alloy');
  await bring(HOME);
  const texts = {
    key: first.read('/etc/apt/keyrings/grafana.asc'),
    list: first.read('/etc/apt/sources.list.d/grafana.list'),
    environment: first.read('/etc/default/alloy'),
  };
  const configs = { blue: first.read('/etc/alloy/config.alloy'), green };

  const addresses = join(lab.home, 'addresses');
  writeFileSync(addresses, lab.hosts.map(({ address }) => `${address}\n`).join(''));
  const ssh = [
    ...['ssh', '-F', '/dev/null', '-i', lab.identity, '-o', 'IdentitiesOnly=yes'],
    ...['-o', 'BatchMode=yes', '-o', 'ControlMaster=no', '-o', 'LogLevel=ERROR'],
  ].join(' ');
  const everywhere = (command: string, says: RegExp): Measured => ({
    argv: ['xargs', '-a', addresses, '-P', `${FORKS}`, '-I{}', 'sh', '-c', command],
    says,
  });
  const body = readFileSync(join(REPOSITORY_ROOT, 'bench/by-hand.sh'), 'utf8');
  const byHand = (says: RegExp): Measured => {
    const script = join(lab.home, 'by-hand.sh');
    const set = {
      ...texts,
      config: configs[wish.tenant],
      version: `${wish.version}-1`,
      watch: `${watchS}`,
    };
    const head = Object.entries(set).map(
      ([name, text]) => `${name}='${text.trimEnd().replaceAll("'", "'\\\\''")}'\n`,
    );
    writeFileSync(script, [...head, body].join(''));
    return everywhere(`exec ${ssh} ops@{} sudo -n bash -s <${script}`, says);
  };
  const wrote = (what: string): RegExp => new RegExp(`^(${what}\n?){${count}}$`);

  const script = 'ssh + script by hand';
  const nothing = (): Measured => everywhere(`exec ${ssh} -n ops@{} true`, /^$/);
  return [
    {
      id: 'start',
      title: 'start',
      memory: false,
      ways: [
        {
          name: 'alloyup --version',
          aim: null,
          command: () => ({ argv: productCommand(['--version']), says: /^\d/ }),
        },
        {
          name: 'node -e 0',
          aim: 1.25,
          command: () => ({ argv: [process.execPath, '-e', '0'], says: /^$/ }),
        },
      ],
    },
    {
      id: 'noop',
      title: 'nothing to do',
      memory: true,
      ways: [
        { name: 'alloyup apply --yes', aim: null, command: () => apply(watchS, unchanged) },
        { name: script, aim: 0.7, command: () => byHand(/^$/) },
        { name: 'ssh HOST true', aim: 1, command: nothing },
      ],
    },
    {
      id: 'config',
      title: 'one value of the configuration, reloaded',
      memory: true,
      // each way turns what the one before it left
      async before() {
        wish = { ...HOME, tenant: wish.tenant === 'blue' ? 'green' : 'blue' };
        write();
      },
      ways: [
        { name: 'alloyup apply --yes', aim: null, command: () => apply(watchS, changed) },
        { name: script, aim: 0.9, command: () => byHand(wrote('wrote /etc/alloy/config.alloy')) },
      ],
    },
    {
      id: 'upgrade',
      title: `${OLD} to ${NEW}, restarted`,
      memory: false,
      async before() {
        await bring({ ...HOME, version: OLD });
        wish = HOME;
        write();
      },
      ways: [
        { name: 'alloyup apply --yes', aim: null, command: () => apply(watchS, changed) },
        { name: script, aim: null, command: () => byHand(wrote(`installed alloy ${NEW}-1`)) },
      ],
    },
    {
      id: 'first',
      title: 'first install',
      memory: false,
      async before() {
        await lab.reset();
        lab.resetController();
        wish = HOME;
        write();
      },
      ways: [
        { name: 'alloyup apply --yes', aim: null, command: () => apply(watchS, changed) },
        { name: script, aim: 1.05, command: () => byHand(/enabled alloy/) },
      ],
    },
  ];
}
