import { existsSync, readdirSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { endGroup, grouped, inside } from './group.ts';
import { nspawnFolders, unmount } from './leavings.ts';
import { restoreLimits } from './limits.ts';
import { checkLabName } from './names.ts';
import { networkLeftovers, removeNetwork } from './network.ts';
import { isLabFile, isLabFolder, labFolder, listLabs, releaseNetworks } from './state.ts';

/** Mount points below a directory, innermost first. */
function mountsBelow(folder: string): string[] {
  return readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[4] ?? '')
    .filter((path) => path === folder || path.startsWith(`${folder}/`))
    .reverse();
}

const machines = (lab: string): RegExp => new RegExp(`^${lab}-\\d+$`);

/** Descriptions of what remains of a lab on the machine; empty if nothing does. */
export function leftovers(lab: string): string[] {
  const { namespaces, links } = networkLeftovers(lab);
  return [
    ...inside(lab).map((pid) => `process ${pid}`),
    ...mountsBelow(labFolder(lab)).map((path) => `mount ${path}`),
    ...namespaces.map((name) => `network namespace ${name}`),
    ...links.map((name) => `link ${name}`),
    ...nspawnFolders(machines(lab)).map((path) => `folder ${path}`),
    ...(grouped().includes(lab) ? [`control group of ${lab}`] : []),
    ...(existsSync(labFolder(lab)) ? [`folder ${labFolder(lab)}`] : []),
  ];
}

/**
 * Removes everything a lab created, by its name: after a crash, half-created, or already removed. Its hosts are killed,
 * not shut down.
 */
export async function takeDown(lab: string): Promise<void> {
  checkLabName(lab);
  await endGroup(lab);
  for (const path of mountsBelow(labFolder(lab))) await unmount(path);
  await removeNetwork(lab);
  for (const path of nspawnFolders(machines(lab))) rmSync(path, { recursive: true, force: true });
  removeFolder(lab);
  releaseNetworks(lab);
  restoreLimits();
}

/** Removes the directory of a lab, but never another directory with its name. */
function removeFolder(lab: string): void {
  const folder = labFolder(lab);
  if (!existsSync(folder)) return;
  const mounts = mountsBelow(folder);
  if (mounts.length > 0) throw new Error(`cannot unmount ${mounts.join(', ')}`);
  if (isLabFolder(folder)) {
    // what says that it is a lab's goes last: a removal that is cut off can be taken up again
    for (const name of readdirSync(folder).filter((one) => !isLabFile(one)))
      rmSync(join(folder, name), { recursive: true, force: true });
    rmSync(folder, { recursive: true, force: true });
  } else if (readdirSync(folder).length === 0) rmdirSync(folder);
  else throw new Error(`${folder} is not a lab's directory: move it away, or use another --name`);
}

/** Labs of which anything exists. */
export const allLabs = (): string[] => [...new Set([...listLabs(), ...grouped()])].sort();
