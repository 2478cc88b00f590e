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
 * Control groups of a lab. Everything it starts lives in one of them, so that nothing escapes
 * whoever takes it down: neither a host nor a helper, whatever became of the process that began it.
 */

/** Where groups are made: version 2 alone, or beside version 1 ("hybrid", as in many sandboxes). */
function hierarchies(): string[] {
  const hybrid = ['/sys/fs/cgroup/unified', '/sys/fs/cgroup/systemd'].filter((path) =>
    existsSync(join(path, 'cgroup.procs')),
  );
  return hybrid.length > 0 ? hybrid : ['/sys/fs/cgroup'];
}

const roots = (lab: string): string[] => hierarchies().map((path) => join(path, groupName(lab)));

/** Makes the group `member` of a lab and returns the argument vector that runs a program in it. */
export function inGroup(lab: string, member: string, argv: readonly string[]): string[] {
  const folders = roots(lab).map((root) => join(root, member));
  for (const folder of folders) mkdirSync(folder, { recursive: true });
  const join_ = folders.map((folder) => `echo $$ >${folder}/cgroup.procs`).join(' && ');
  return ['sh', '-c', `${join_} && exec "$@"`, member, ...argv];
}

/** Takes this process out of its lab's groups: one that is to remove them. */
export function leaveGroup(): void {
  for (const path of hierarchies()) writeFileSync(join(path, 'cgroup.procs'), `${process.pid}`);
}

/** Folders of a tree, deepest first. */
function tree(folder: string): string[] {
  let below: Dirent[];
  try {
    below = readdirSync(folder, { withFileTypes: true });
  } catch {
    return []; // a unit of the host's that has ended meanwhile
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
    return []; // gone meanwhile
  }
}

/** Processes in a lab's groups, or in one of them. */
export const inside = (lab: string, member = ''): number[] => [
  ...new Set(
    roots(lab)
      .flatMap((root) => tree(join(root, member)))
      .flatMap(members),
  ),
];

/** Ends every process of a lab, or of one member, at once and for good, and removes the groups. */
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
    ).catch(() => undefined); // we may sit in it ourselves
  }
}

/** Labs whose groups are there, whatever became of their folders. */
export const grouped = (): string[] => [
  ...new Set(
    hierarchies()
      .flatMap((path) => readdirSync(path))
      .filter((name) => name.startsWith('alloyup-'))
      .map((name) => name.slice('alloyup-'.length)),
  ),
];
