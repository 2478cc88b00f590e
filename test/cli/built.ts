import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Milliseconds since the epoch at which the youngest file below a folder was written. */
const youngest = (folder: string): number =>
  Math.max(
    ...readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map(
      (name) => statSync(join(ROOT, folder, name)).mtimeMs,
    ),
  );

/** The command as it is installed; built first when what is there is older than its sources. */
export function builtCommand(): string {
  const entry = statSync(join(ROOT, 'dist/main.js'), { throwIfNoEntry: false });
  // others may be running what is built: it is only replaced when it is old
  if (!entry || entry.mtimeMs <= Math.max(youngest('src'), youngest('templates'))) {
    const built = spawnSync(process.execPath, ['build.mjs'], { cwd: ROOT, encoding: 'utf8' });
    if (built.status !== 0) throw new Error(`the build failed: ${built.stderr}`);
  }
  return join(ROOT, 'bin/alloyup.js');
}
