import {
  type Dirent,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { groupName } from './names.ts';
import { until } from './run.ts';

/**
 * The control groups of a lab. Everything it starts runs in one of them, so that taking it down ends every host
 * and helper, whatever happened to the process that started them.
 */

/** The cgroup hierarchy to use: version 2, alone or beside version 1 ("hybrid", as in many sandboxes). */
function hierarchies(): string[] {
  const hybrid = ['/sys/fs/cgroup/unified', '/sys/fs/cgroup/systemd'].filter((path) =>
    existsSync(join(path, 'cgroup.procs')),
  );
  return hybrid.length > 0 ? hybrid : ['/sys/fs/cgroup'];
}

const roots = (lab: string): string[] => hierarchies().map((path) => join(path, groupName(lab)));

/** Creates the group `member` of a lab and returns the argument vector that runs a program in it. */
export function inGroup(lab: string, member: string, argv: readonly string[]): string[] {
  const folders = roots(lab).map((root) => join(root, member));
  for (const folder of folders) mkdirSync(folder, { recursive: true });
  const join_ = folders.map((folder) => `echo $$ >${folder}/cgroup.procs`).join(' && ');
  return ['sh', '-c', `${join_} && exec "$@"`, member, ...argv];
}

/** Moves this process out of the lab's groups, so that it can remove them. */
export function leaveGroup(): void {
  for (const path of hierarchies()) writeFileSync(join(path, 'cgroup.procs'), `${process.pid}`);
}

/** Directories of a tree, deepest first. */
function tree(folder: string): string[] {
  let below: Dirent[];
  try {
    below = readdirSync(folder, { withFileTypes: true });
  } catch {
    return []; // a unit of the host that has ended in the meantime
  }
  const folders = below.filter((entry) => entry.isDirectory());
  return [...folders.flatMap(({ name }) => tree(join(folder, name))), folder];
}

function members(folder: string): number[] {
  try {
    return readFileSync(join(folder, 'cgroup.procs'), 'utf8')
      .split('\n')
      .map(Number)
      .filter((pid) => pid > 0);
  } catch {
    return []; // ended in the meantime
  }
}

/** Processes in all of a lab's groups, or in one. */
export const inside = (lab: string, member = ''): number[] => [
  ...new Set(
    roots(lab)
      .flatMap((root) => tree(join(root, member)))
      .flatMap(members),
  ),
];

/** CPU time of a member since it was started, in milliseconds: user and system, of all that ran in it. */
export function groupCpuMs(lab: string, member: string): number {
  const [root] = roots(lab) as [string];
  const [, usec] =
    /^usage_usec (\d+)/.exec(readFileSync(join(root, member, 'cpu.stat'), 'utf8')) ?? [];
  return Number(usec) / 1000;
}

/** Kills every process of a lab, or of one member, and removes the groups. */
export async function endGroup(lab: string, member = ''): Promise<void> {
  await until(
    `some processes of the lab ${lab} do not end`,
    20,
    () => {
      const pids = inside(lab, member).filter((pid) => pid !== process.pid);
      for (const pid of pids) {
        try {
          process.kill(pid, 'SIGKILL');
        } catch {
          // ended by itself
        }
      }
      return pids.length === 0 ? true : undefined;
    },
    10,
  );
  for (const folder of roots(lab).flatMap((root) => tree(join(root, member)))) {
    await until(
      `${folder} cannot be removed`,
      5,
      () => {
        try {
          rmdirSync(folder);
          return true;
        } catch {
          return existsSync(folder) ? undefined : true;
        }
      },
      10,
    ).catch(() => undefined); // this process may be in it
  }
}

/** Labs that have groups, with or without a directory. */
export const grouped = (): string[] => [
  ...new Set(
    hierarchies()
      .flatMap((path) => readdirSync(path))
      .filter((name) => name.startsWith('alloyup-'))
      .map((name) => name.slice('alloyup-'.length)),
  ),
];
