import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import {
  fileRefs,
  fragmentRefs,
  type HostSettings,
  templateRef,
} from '../../inventory/settings.ts';
import { besideInventory } from '../../sources/directories.ts';
import type { ChosenHosts } from '../hosts/chosen-hosts.ts';

/**
 * What decides how hosts are made, apart from secrets: the inventory's text, and the files that these hosts name in it,
 * by path as written. Two machines with equal digests make the same of a host.
 */
export function inventoryDigest(chosen: Pick<ChosenHosts, 'sha256' | 'settings' | 'base'>): string {
  const hash = createHash('sha256').update(chosen.sha256);
  for (const [path, file] of filesOf(chosen)) hash.update(`\0${path}\0${contentOf(file)}`);
  return hash.digest('hex');
}

/** Changes whenever one of the files does. */
export function filesState(
  chosen: Pick<ChosenHosts, 'settings' | 'base'>,
  more: readonly string[],
) {
  const files = [...filesOf(chosen).map(([, file]) => file), ...more];
  return (): string =>
    files
      .map((file) => {
        const found = statSync(file, { throwIfNoEntry: false });
        return found ? `${found.ino} ${found.size} ${found.mtimeMs}` : '';
      })
      .join('\n');
}

function filesOf({ settings, base }: Pick<ChosenHosts, 'settings' | 'base'>) {
  const paths = new Set<string>();
  for (const host of settings) for (const path of pathsOf(host)) paths.add(path);
  return [...paths].sort().map((path) => [path, besideInventory(path, base)] as const);
}

function pathsOf(host: HostSettings): readonly string[] {
  const refs = [templateRef(host), ...fragmentRefs(host).map(([, ref]) => ref)];
  const templates = refs.flatMap((ref) => (ref.kind === 'file' ? [ref.path] : []));
  return [
    // a template's parameters are declared beside it
    ...templates.flatMap((path) => [path, path.replace(/(?:\.alloy)?$/, '.yaml')]),
    ...fileRefs(host).map(({ path }) => path),
  ];
}

function contentOf(file: string): string {
  try {
    return createHash('sha256').update(readFileSync(file)).digest('hex');
  } catch {
    // it is told where it is needed
    return 'unreadable';
  }
}
