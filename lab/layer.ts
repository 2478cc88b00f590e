import { chmodSync, copyFileSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBase } from './base.ts';
import { certificatesIn } from './certificates.ts';
import { controllerOf } from './controller.ts';
import { attempt, run } from './run.ts';
import { labFolder, type Suite } from './state.ts';

/**
 * What all hosts of one lab and suite add to the base: the lab's certificate authority in the trust store, and
 * the key that logs in as `ops` and `root`. Created once and mounted below each host.
 *
 * @returns the read-only directories of a host, uppermost first.
 */
export async function ensureLayers(
  lab: string,
  suite: Suite,
  say: (line: string) => void,
  more: readonly string[] = [],
): Promise<readonly string[]> {
  const base = await ensureBase(suite, say, more);
  const layer = join(labFolder(lab), 'layers', suite);
  if (!existsSync(join(layer, 'ready'))) await makeLayer(lab, base, layer);
  return [join(layer, 'upper'), base];
}

async function makeLayer(lab: string, base: string, layer: string): Promise<void> {
  const [upper, work, root] = ['upper', 'work', 'root'].map((part) => join(layer, part)) as [
    string,
    string,
    string,
  ];
  for (const folder of [upper, work, root]) mkdirSync(folder, { recursive: true });
  const options = `lowerdir=${base},upperdir=${upper},workdir=${work}`;
  await run('mount', ['-t', 'overlay', 'overlay', '-o', options, root]);
  try {
    const { authority } = certificatesIn(join(labFolder(lab), 'tls'));
    copyFileSync(authority, join(root, 'usr/local/share/ca-certificates/alloyup-lab.crt'));
    await run('chroot', [root, 'update-ca-certificates']);
    for (const home of ['root', 'home/ops']) {
      const folder = join(root, home, '.ssh');
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      chmodSync(folder, 0o700);
      copyFileSync(`${controllerOf(lab).identity}.pub`, join(folder, 'authorized_keys'));
    }
    await run('chroot', [root, 'chown', '-R', 'ops:ops', '/home/ops/.ssh']);
  } finally {
    await attempt('umount', [root]);
    rmSync(work, { recursive: true, force: true });
  }
  mkdirSync(join(layer, 'ready'));
}
