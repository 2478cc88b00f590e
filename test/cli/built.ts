import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** When the newest file below a directory was written, in milliseconds since the epoch. */
const youngest = (directory: string): number =>
  Math.max(
    ...readdirSync(join(ROOT, directory), { recursive: true, encoding: 'utf8' }).map(
      (name) => statSync(join(ROOT, directory, name)).mtimeMs,
    ),
  );

/** The command as it is installed; built first if the build is older than its sources. */
export function builtCommand(): string {
  const entry = statSync(join(ROOT, 'dist/main.js'), { throwIfNoEntry: false });
  // other tests may be running the build: it is only replaced if it is outdated
  if (!entry || entry.mtimeMs <= Math.max(youngest('src'), youngest('templates'))) {
    const built = spawnSync(process.execPath, ['build.mjs'], { cwd: ROOT, encoding: 'utf8' });
    if (built.status !== 0) throw new Error(`the build failed: ${built.stderr}`);
  }
  return join(ROOT, 'bin/alloyup.js');
}

export type Alloyup = (
  directory: string,
  args: readonly string[],
  options?: { readonly input?: string; readonly env?: Readonly<Record<string, string>> },
) => { readonly code: number | null; readonly out: string; readonly err: string };

/** Runs the built command in a directory, which is its home as well. */
export function builtAlloyup(): Alloyup {
  const bin = builtCommand();
  return (directory, args, { input = '', env = {} } = {}) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...args], {
      cwd: directory,
      input,
      encoding: 'utf8',
      env: { PATH: process.env.PATH, HOME: directory, ...env },
    });
    return { code: status, out: stdout, err: stderr };
  };
}
