import { existsSync, realpathSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import type { FileFailure } from '../model/problems/file-problems.ts';

/** Why a path must not be read; null: it may be, if it can. */
export type MayRead = (path: string) => FileFailure | null;

export const anywhere: MayRead = () => null;

/**
 * Only what is below `root`, with links followed: what a stranger's pull request may name. A path out of it is
 * refused before anything looks at it, so not even its existence shows.
 */
export function onlyBelow(root: string): MayRead {
  const outside = { kind: 'outside', root } as const;
  const top = existsSync(root) ? realpathSync(root) : resolve(root);
  return (path) => {
    const named = resolve(path);
    if (!isBelow(named, resolve(root)) && !isBelow(named, top)) return outside;
    try {
      return isBelow(realpathSync(named), top) ? null : outside;
    } catch {
      // whoever reads it says why it cannot be read
      return null;
    }
  };
}

function isBelow(path: string, root: string): boolean {
  const way = relative(root, path);
  return way !== '..' && !way.startsWith('../') && !isAbsolute(way);
}

/** The nearest directory with `.git`, from one upwards. */
export function repositoryOf(directory: string): string | undefined {
  if (existsSync(join(directory, '.git'))) return directory;
  const above = dirname(directory);
  return above === directory ? undefined : repositoryOf(above);
}
