import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { attempt } from './run.ts';

/** systemd-nspawn cleans up when it ends normally; lab hosts are killed, so the lab does it. */
const NSPAWN = '/run/systemd/nspawn';

/** Where nspawn marks a root directory as used. */
function lockOf(root: string): string | null {
  const stat = statSync(root, { throwIfNoEntry: false });
  return stat ? join(NSPAWN, 'locks', `inode-${stat.dev}:${stat.ino}`) : null;
}

/** Unmounts a host's root, or anything else of a lab, and removes nspawn's mark. */
export async function unmount(path: string): Promise<void> {
  const lock = lockOf(path);
  if (lock) rmSync(lock, { force: true });
  await attempt('umount', ['--lazy', path]);
}

/** nspawn's directories for machines whose name matches. */
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
