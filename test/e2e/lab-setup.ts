import { existsSync } from 'node:fs';
import { execa } from 'execa';
import { labObstacle } from '../../lab/prerequisites.ts';
import { takeDown } from '../../lab/takedown.ts';

/** The lab that all end-to-end files share; another name lets two checkouts test at the same time. */
export const E2E_LAB = process.env.ALLOYUP_E2E_LAB ?? 'aue2e';

/**
 * Around the whole run: builds the product, and takes the shared lab down. The lab itself is booted
 * by the first test that asks for hosts. When this process is killed, the lab's helper takes it down.
 */
export async function setup(): Promise<() => Promise<void>> {
  process.env.ALLOYUP_E2E_OWNER = `${process.pid}`;
  if (existsSync('src/cli/main.ts')) await execa(process.execPath, ['build.mjs']);
  return async () => {
    if (labObstacle() === null) await takeDown(E2E_LAB);
  };
}
