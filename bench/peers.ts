import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import type { Lab } from '../lab/lab.ts';
import { REPOSITORY_ROOT } from '../lab/root.ts';
import type { Measured } from './measure.ts';

/** The versions that are compared, from PyPI. */
const PACKAGES = ['ansible-core==2.19.14', 'mitogen==0.3.54', 'pyinfra==3.10.0'];

const VENV = join(REPOSITORY_ROOT, '.build/bench/venv');
const SOURCES = join(REPOSITORY_ROOT, 'bench/peers');

/** What the peers are asked for: files as they shall be on the hosts, and the package's version. */
export interface Asked {
  readonly files: Readonly<Record<'key' | 'list' | 'environment' | 'config', string>>;
  /** With its Debian revision. */
  readonly version: string;
  /** Name and address of each host. */
  readonly hosts: readonly (readonly [name: string, address: string])[];
  /** How the tool may say that it did it, and with which exit codes. */
  readonly says: 'unchanged' | 'changed' | 'unreachable';
}

export interface Peer {
  readonly name: string;
  command(asked: Asked): Measured;
}

/** Installs the peers into .build/bench once, or says why it cannot. */
export async function installPeers(say: (line: string) => void): Promise<string | null> {
  if (existsSync(join(VENV, 'complete'))) return null;
  say(`installing ${PACKAGES.join(', ')} into .build/bench, once`);
  rmSync(VENV, { recursive: true, force: true });
  try {
    await execa('python3', ['-m', 'venv', VENV]);
    await execa(join(VENV, 'bin/pip'), ['install', '--quiet', ...PACKAGES]);
    writeFileSync(join(VENV, 'complete'), `${PACKAGES.join('\n')}\n`);
    return null;
  } catch (error) {
    const [line = ''] = String((error as { stderr?: string }).stderr ?? error).split('\n');
    return line;
  }
}

/** What was installed, with everything that came along. */
export async function peerVersions(): Promise<Readonly<Record<string, string>>> {
  const { stdout } = await execa(join(VENV, 'bin/pip'), ['list', '--format=json']);
  const list = JSON.parse(stdout) as readonly { readonly name: string; readonly version: string }[];
  const { stdout: python } = await execa(join(VENV, 'bin/python'), ['--version']);
  return {
    python: python.replace('Python ', ''),
    ...Object.fromEntries(list.map(({ name, version }) => [name, version])),
  };
}

/** Ansible as it comes and tuned, with Mitogen, and pyinfra. */
export function peersOf(lab: Lab): readonly Peer[] {
  const folder = join(lab.home, 'peers');
  for (const sub of ['files', 'ansible']) mkdirSync(join(folder, sub), { recursive: true });
  for (const file of readdirSync(SOURCES)) copyFileSync(join(SOURCES, file), join(folder, file));
  const [python = ''] = readdirSync(join(VENV, 'lib'));
  const strategies = join(VENV, 'lib', python, 'site-packages/ansible_mitogen/plugins/strategy');
  const common = ['LC_ALL=C.UTF-8', `PATH=${join(VENV, 'bin')}:/usr/bin:/bin`];

  const prepare = ({ files, hosts }: Asked): void => {
    for (const [name, text] of Object.entries(files))
      writeFileSync(join(folder, 'files', name), text);
    const list = hosts.map(([name, address]) => `${name} ${address}\n`);
    writeFileSync(join(folder, 'hosts'), list.join(''));
    const ini = hosts.map(([name, address]) => `${name} ansible_host=${address}\n`);
    writeFileSync(
      join(folder, 'hosts.ini'),
      `${ini.join('')}\n[all:vars]\nansible_user=ops\nansible_ssh_private_key_file=${lab.identity}\n`,
    );
    // every run makes its own connections, as a job of a pipeline does
    rmSync(join(folder, 'ansible/cp'), { recursive: true, force: true });
  };

  const ansible = (name: string, config: string, facts: boolean, more: readonly string[] = []) => ({
    name,
    command(asked: Asked): Measured {
      prepare(asked);
      const { says, hosts, version } = asked;
      const up = hosts.length - (says === 'unreachable' ? 1 : 0);
      const changed = says === 'changed' ? '[1-9]\\d*' : '0';
      const recap = `ok=[1-9]\\d* +changed=${changed} +unreachable=0 +failed=0`;
      return {
        argv: [
          ...['env', ...common, ...more],
          ...[`ANSIBLE_CONFIG=${join(folder, config)}`, `ANSIBLE_HOME=${join(folder, 'ansible')}`],
          'ANSIBLE_TIMEOUT=10',
          ...['ansible-playbook', '-i', join(folder, 'hosts.ini'), join(folder, 'playbook.yml')],
          ...['-e', `files=${join(folder, 'files')}`, '-e', `version=${version}`],
          ...['-e', `facts=${facts}`],
        ],
        says: new RegExp(`^(?:[^]*?${recap}){${up}}`),
        exits: says === 'unreachable' ? [4] : [0],
      };
    },
  });

  return [
    {
      name: 'pyinfra',
      command(asked) {
        prepare(asked);
        return {
          argv: [
            ...['env', ...common],
            `BENCH_HOSTS=${join(folder, 'hosts')}`,
            `BENCH_KEY=${lab.identity}`,
            `BENCH_FILES=${join(folder, 'files')}`,
            `BENCH_VERSION=${asked.version}`,
            ...['pyinfra', '-y', join(folder, 'inventory.py'), join(folder, 'deploy.py')],
          ],
          says: /^/,
          exits: asked.says === 'unreachable' ? [0, 1] : [0],
        };
      },
    },
    ansible('Ansible, tuned, Mitogen', 'ansible-tuned.cfg', false, [
      `ANSIBLE_STRATEGY_PLUGINS=${strategies}`,
      'ANSIBLE_STRATEGY=mitogen_linear',
    ]),
    ansible('Ansible, tuned', 'ansible-tuned.cfg', false),
    ansible('Ansible, as it comes', 'ansible.cfg', true),
  ];
}
