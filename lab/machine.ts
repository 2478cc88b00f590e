import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { execa } from 'execa';
import { startDetached } from './detached.ts';
import { endGroup, inGroup, inside } from './group.ts';
import { nspawnFolders, unmount } from './leavings.ts';
import { hostsFile, machineId, machineName } from './names.ts';
import { run, until } from './run.ts';
import { type HostState, labFolder } from './state.ts';

/**
 * One host: an overlay over the shared base, a network namespace, and systemd as pid 1 under
 * systemd-nspawn, which needs no systemd on the machine itself.
 */
export interface Machine {
  readonly lab: string;
  readonly network: string;
  readonly host: HostState;
  /** All hosts of the lab, for /etc/hosts. */
  readonly others: readonly HostState[];
  /** Read-only directories below its own, uppermost first. */
  readonly layers: readonly string[];
}

export const hostFolder = (lab: string, number: number): string =>
  join(labFolder(lab), 'hosts', `${number}`);
const rootFolder = (lab: string, number: number): string => join(hostFolder(lab, number), 'root');
export const upperFolder = (lab: string, number: number): string =>
  join(hostFolder(lab, number), 'upper');
const keysFolder = (lab: string, number: number): string => join(hostFolder(lab, number), 'keys');

/** Creates the SSH host keys, which survive resets. Returns "SHA256:...". */
export async function makeHostKeys(lab: string, number: number, name: string): Promise<string> {
  const folder = keysFolder(lab, number);
  mkdirSync(folder, { recursive: true });
  for (const type of ['ed25519', 'ecdsa']) {
    const file = join(folder, `ssh_host_${type}_key`);
    rmSync(file, { force: true });
    await run('ssh-keygen', ['-q', '-t', type, '-N', '', '-C', name, '-f', file]);
  }
  const shown = await run('ssh-keygen', ['-l', '-f', join(folder, 'ssh_host_ed25519_key.pub')]);
  return shown.split(' ')[1]!;
}

/** The lines of a known_hosts file for one host. */
export function knownHostLines(lab: string, host: HostState): string[] {
  return ['ed25519', 'ecdsa'].map((type) => {
    const file = join(keysFolder(lab, host.number), `ssh_host_${type}_key.pub`);
    const [algorithm, key] = readFileSync(file, 'utf8').split(' ');
    return `${host.name},${host.address} ${algorithm} ${key}`;
  });
}

/** Writes the files that differ between hosts: the only ones in a new host's upper directory. */
function dress({ lab, network, host, others }: Machine): void {
  const etc = join(upperFolder(lab, host.number), 'etc');
  mkdirSync(join(etc, 'ssh'), { recursive: true });
  writeFileSync(join(etc, 'hostname'), `${host.name}\n`);
  writeFileSync(join(etc, 'hosts'), hostsFile({ self: host.name, network, others }));
  writeFileSync(join(etc, 'resolv.conf'), '');
  writeFileSync(join(etc, 'machine-id'), `${machineId(lab, host.number)}\n`);
  cpSync(keysFolder(lab, host.number), join(etc, 'ssh'), { recursive: true });
  for (const type of ['ed25519', 'ecdsa'])
    chmodSync(join(etc, 'ssh', `ssh_host_${type}_key`), 0o600);
}

/** Mounts the host's root; without `keep`, everything it wrote is discarded. */
export async function mountMachine(machine: Machine, keep = false): Promise<void> {
  const { lab, host, layers } = machine;
  const folder = hostFolder(lab, host.number);
  const upper = upperFolder(lab, host.number);
  const work = join(folder, 'work');
  const root = rootFolder(lab, host.number);
  if (!keep) {
    rmSync(upper, { recursive: true, force: true });
    rmSync(work, { recursive: true, force: true });
  }
  for (const path of [upper, work, root]) mkdirSync(path, { recursive: true });
  if (!keep) dress(machine);
  const options = `lowerdir=${layers.join(':')},upperdir=${upper},workdir=${work}`;
  await run('mount', ['-t', 'overlay', 'overlay', '-o', options, root]);
}

/** Starts pid 1 and returns at once. */
export function startMachine({ lab, host }: Machine): void {
  const name = machineName(lab, host.number);
  const argv = inGroup(lab, `${host.number}`, [
    'systemd-nspawn',
    ...['--settings=no', '--register=no', '--keep-unit', '--quiet', '--boot'],
    ...['--machine', name, '--directory', rootFolder(lab, host.number)],
    ...['--network-namespace-path', `/run/netns/${name}`],
    ...['--resolv-conf=off', '--link-journal=no', '--timezone=off', '--console=pipe'],
  ]);
  startDetached(argv, {
    log: join(hostFolder(lab, host.number), 'console.log'),
    // cgroup version 2 only, as on any current Debian, even if the machine itself is hybrid
    env: { UNIFIED_CGROUP_HIERARCHY: '1' },
  });
}

/** The machine's pid of the host's pid 1; undefined: not running. */
export function leaderOf(lab: string, number: number): number | undefined {
  return inside(lab, `${number}`).find((pid) => {
    try {
      const status = readFileSync(`/proc/${pid}/status`, 'utf8');
      return /^NSpid:\t\d+\t1$/m.test(status);
    } catch {
      return false;
    }
  });
}

const lastWords = (lab: string, number: number): string => {
  const file = join(hostFolder(lab, number), 'console.log');
  const lines = existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : [];
  return lines.slice(-3).join('\n');
};

/** Waits until systemd has finished booting and sshd answers. */
export async function awaitMachine({ lab, host }: Machine): Promise<void> {
  const complaint = () => `${host.name} did not boot: ${lastWords(lab, host.number)}`;
  await until(complaint, 60, () => greets(host.address));
  await until(complaint, 60, async () => {
    const leader = leaderOf(lab, host.number);
    if (leader === undefined) return undefined;
    // logins are refused until the boot has ended; "degraded" is an end, too
    const words = await execa(
      'nsenter',
      [...enter(leader), 'systemctl', 'is-system-running', '--wait'],
      {
        reject: false,
        stdin: 'ignore',
      },
    );
    return /running|degraded/.test(words.stdout) ? true : undefined;
  });
}

/** Arguments of nsenter that enter a host. */
export const enter = (leader: number): string[] => [
  ...['--target', `${leader}`, '--mount', '--uts', '--ipc', '--net', '--pid', '--cgroup', '--'],
];

/** Whether an SSH server answers. */
function greets(address: string): Promise<true | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port: 22, timeout: 1000 });
    const end = (answer: true | undefined) => {
      socket.destroy();
      resolve(answer);
    };
    socket.on('data', (data) => end(data.toString('latin1').startsWith('SSH-') ? true : undefined));
    socket.on('error', () => end(undefined));
    socket.on('timeout', () => end(undefined));
    socket.on('close', () => end(undefined));
  });
}

/** Cuts the power. What the host wrote stays. */
export async function stopMachine(lab: string, number: number): Promise<void> {
  await endGroup(lab, `${number}`);
  await unmount(rootFolder(lab, number));
  const name = machineName(lab, number);
  for (const path of nspawnFolders(new RegExp(`^${name}$`)))
    rmSync(path, { recursive: true, force: true });
}
