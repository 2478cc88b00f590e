import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/**
 * Where alloyup keeps its own files, by the XDG rules: a relative path in a variable counts as unset.
 * `cache` can be deleted at any time; `state` has the run logs.
 */
export function ownDirectories(env: Readonly<Record<string, string | undefined>>) {
  const home = env.HOME && isAbsolute(env.HOME) ? env.HOME : homedir();
  const directory = (variable: string, ...fallback: readonly string[]): string => {
    const set = env[variable];
    return join(set && isAbsolute(set) ? set : join(home, ...fallback), 'alloyup');
  };
  const cache = directory('XDG_CACHE_HOME', '.cache');
  return { cache, state: directory('XDG_STATE_HOME', '.local', 'state') };
}

/** A path of the inventory: `~/` is the home directory; relative paths start at the directory of the inventory. */
export function besideInventory(path: string, base: string, home = homedir()): string {
  if (path === '~' || path.startsWith('~/')) return join(home, path.slice(1));
  return isAbsolute(path) ? path : join(base, path);
}
