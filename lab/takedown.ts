import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { endGroup, grouped, inside } from './group.ts';
import { restoreLimits } from './limits.ts';
import { networkLeftovers, removeNetwork } from './network.ts';
import { attempt } from './run.ts';
import { labFolder, listLabs, readState, releaseNetwork } from './state.ts';

/** Mount points below a folder, the innermost first. */
function mountsBelow(folder: string): string[] {
  return readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[4] ?? '')
    .filter((path) => path === folder || path.startsWith(`${folder}/`))
    .reverse();
}

/** Names of nspawn's own folders for a lab's hosts. */
function nspawnLeftovers(lab: string): string[] {
  return ['propagate', 'unix-export']
    .map((kind) => join('/run/systemd/nspawn', kind))
    .filter(existsSync)
    .flatMap((folder) =>
      readdirSync(folder)
        .filter((name) => new RegExp(`^${lab}-\\d+$`).test(name))
        .map((name) => join(folder, name)),
    );
}

/** What of a lab is still on the machine, in words; empty when nothing is. */
export function leftovers(lab: string): string[] {
  const { namespaces, links } = networkLeftovers(lab);
  return [
    ...inside(lab).map((pid) => `process ${pid}`),
    ...mountsBelow(labFolder(lab)).map((path) => `mount ${path}`),
    ...namespaces.map((name) => `network namespace ${name}`),
    ...links.map((name) => `link ${name}`),
    ...nspawnLeftovers(lab).map((path) => `folder ${path}`),
    ...(grouped().includes(lab) ? [`control group of ${lab}`] : []),
    ...(existsSync(labFolder(lab)) ? [`folder ${labFolder(lab)}`] : []),
  ];
}

/**
 * Removes everything a lab made, by its name alone: also after a crash, also when half of it was
 * made, also twice. Its hosts are not asked to shut down: they are thrown away.
 */
export async function takeDown(lab: string): Promise<void> {
  await endGroup(lab);
  for (const path of mountsBelow(labFolder(lab))) await attempt('umount', ['--lazy', path]);
  await removeNetwork(lab);
  for (const path of nspawnLeftovers(lab)) rmSync(path, { recursive: true, force: true });
  const state = readState(lab);
  rmSync(labFolder(lab), { recursive: true, force: true });
  if (state) releaseNetwork(state.network);
  restoreLimits();
}

/** Labs that are there in any form. */
export const allLabs = (): string[] => [...new Set([...listLabs(), ...grouped()])].sort();
