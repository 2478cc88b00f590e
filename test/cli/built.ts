import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll } from 'vitest';
import { useFolder } from './folder.ts';

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
  const build = statSync(join(ROOT, 'build.mjs')).mtimeMs;
  if (!entry || entry.mtimeMs <= Math.max(youngest('src'), youngest('templates'), build)) {
    const built = spawnSync(process.execPath, ['build.mjs'], { cwd: ROOT, encoding: 'utf8' });
    if (built.status !== 0) throw new Error(`the build failed: ${built.stderr}`);
  }
  return join(ROOT, 'bin/alloyup.js');
}

interface RunOptions {
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** The built command, run in a new directory for each test, which is its home as well. */
export function useAlloyup() {
  let bin = '';
  beforeAll(() => {
    bin = builtCommand();
  }, 120_000);
  const folder = useFolder();
  const alloyup = (args: readonly string[], { input = '', env = {} }: RunOptions = {}) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...args], {
      cwd: folder.path(),
      input,
      encoding: 'utf8',
      env: { PATH: process.env.PATH, HOME: folder.path(), ...env },
    });
    return { code: status, out: stdout, err: stderr };
  };
  return { alloyup, ...folder };
}
