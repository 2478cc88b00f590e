import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RawVersion } from './make-component-table.ts';

/**
 * Upstream's main of a day and the version that it became. Its facts stand in until there are facts of
 * a release of that minor version.
 */
const SNAPSHOTS: Readonly<Record<string, string>> = { 'main-2026-08-21': '1.19' };

/** The facts of a folder by minor version, oldest first; of several patch releases the newest. */
export function readVersions(folder: string): readonly (readonly [string, RawVersion])[] {
  const found = new Map<string, { readonly rank: number; readonly facts: RawVersion }>();
  for (const file of readdirSync(folder)) {
    const release = /^v(\d+\.\d+)\.(\d+)\.json$/.exec(file);
    const snapshot = SNAPSHOTS[file.replace(/\.json$/, '')];
    const minor = release?.[1] ?? snapshot;
    if (minor === undefined) continue;
    const rank = release ? Number(release[2]) : -1;
    if ((found.get(minor)?.rank ?? -2) > rank) continue;
    const facts = JSON.parse(readFileSync(join(folder, file), 'utf8')) as RawVersion;
    found.set(minor, { rank, facts });
  }
  const number = (minor: string) => minor.split('.').reduce((sum, part) => sum * 1000 + +part, 0);
  return [...found]
    .map(([minor, { facts }]) => [minor, facts] as const)
    .sort(([a], [b]) => number(a) - number(b));
}
