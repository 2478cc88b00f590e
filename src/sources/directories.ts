import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

export interface Folders {
  /** Everything in it can be fetched again. */
  readonly cache: string;
  /** Run logs; they cannot be made again. */
  readonly state: string;
}

/** Where alloyup keeps its own files, by the XDG rules: a relative path in a variable counts as unset. */
export function ownFolders(env: Readonly<Record<string, string | undefined>>): Folders {
  const home = env.HOME && isAbsolute(env.HOME) ? env.HOME : homedir();
  const folder = (variable: string, ...fallback: readonly string[]): string => {
    const set = env[variable];
    return join(set && isAbsolute(set) ? set : join(home, ...fallback), 'alloyup');
  };
  return {
    cache: folder('XDG_CACHE_HOME', '.cache'),
    state: folder('XDG_STATE_HOME', '.local', 'state'),
  };
}

/** A path of the inventory: `~/` is the home folder, and what is relative lies beside the inventory. */
export function besideInventory(path: string, base: string, home = homedir()): string {
  if (path === '~' || path.startsWith('~/')) return join(home, path.slice(1));
  return isAbsolute(path) ? path : join(base, path);
}
