import { existsSync } from 'node:fs';
import { execa } from 'execa';
import { labObstacle } from '../../lab/prerequisites.ts';
import { takeDown } from '../../lab/takedown.ts';

/** The lab shared by all end-to-end files; with another name, two checkouts can test at the same time. */
export const E2E_LAB = process.env.ALLOYUP_E2E_LAB ?? 'aue2e';

/**
 * Builds the product before the test run, and takes the shared lab down afterwards. The first test that needs
 * hosts boots the lab. If this process is killed, the lab's helper takes it down.
 */
export async function setup(): Promise<() => Promise<void>> {
  process.env.ALLOYUP_E2E_OWNER = `${process.pid}`;
  if (existsSync('src/cli/main.ts')) await execa(process.execPath, ['build.mjs']);
  return async () => {
    if (labObstacle() === null) await takeDown(E2E_LAB);
  };
}
