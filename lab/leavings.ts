import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { attempt } from './run.ts';

/** systemd-nspawn tidies up when it ends in its own time; ours are thrown away, so we do it. */
const NSPAWN = '/run/systemd/nspawn';

/** Where nspawn notes that a root folder is in use. */
function lockOf(root: string): string | null {
  const stat = statSync(root, { throwIfNoEntry: false });
  return stat ? join(NSPAWN, 'locks', `inode-${stat.dev}:${stat.ino}`) : null;
}

/** Unmounts a host's root, or anything else of a lab, and removes nspawn's note about it. */
export async function unmount(path: string): Promise<void> {
  const lock = lockOf(path);
  if (lock) rmSync(lock, { force: true });
  await attempt('umount', ['--lazy', path]);
}

/** nspawn's own folders for machines whose name matches. */
export function nspawnFolders(machines: RegExp): string[] {
  return ['propagate', 'unix-export']
    .map((kind) => join(NSPAWN, kind))
    .filter(existsSync)
    .flatMap((folder) =>
      readdirSync(folder)
        .filter((name) => machines.test(name))
        .map((name) => join(folder, name)),
    );
}
