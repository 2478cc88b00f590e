import { existsSync, readdirSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { endGroup, grouped, inside } from './group.ts';
import { nspawnFolders, unmount } from './leavings.ts';
import { restoreLimits } from './limits.ts';
import { checkLabName } from './names.ts';
import { networkLeftovers, removeNetwork } from './network.ts';
import { isLabFolder, labFolder, listLabs, releaseNetworks } from './state.ts';

/** Mount points below a folder, the innermost first. */
function mountsBelow(folder: string): string[] {
  return readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[4] ?? '')
    .filter((path) => path === folder || path.startsWith(`${folder}/`))
    .reverse();
}

const machines = (lab: string): RegExp => new RegExp(`^${lab}-\\d+$`);

/** What of a lab is still on the machine, in words; empty when nothing is. */
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
 * Removes everything a lab made, by its name alone: also after a crash, also when half of it was
 * made, also twice. Its hosts are not asked to shut down: they are thrown away.
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

/** Removes the folder of a lab, and never another one that happens to have its name. */
function removeFolder(lab: string): void {
  const folder = labFolder(lab);
  if (!existsSync(folder)) return;
  const mounts = mountsBelow(folder);
  if (mounts.length > 0) throw new Error(`cannot unmount ${mounts.join(', ')}`);
  if (isLabFolder(folder)) rmSync(folder, { recursive: true, force: true });
  else if (readdirSync(folder).length === 0) rmdirSync(folder);
  else throw new Error(`${folder} is no lab's folder: move it away, or use another --name`);
}

/** Labs that are there in any form. */
export const allLabs = (): string[] => [...new Set([...listLabs(), ...grouped()])].sort();
