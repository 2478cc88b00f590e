import {
  type ComponentTable,
  firstAfter,
  isSnapshot,
  knownVersions,
  lastBefore,
  newestVersion,
} from '../table/component-table.ts';
import type { CheckOptions, Config, FileSpan, Report } from './model.ts';

/** A name that the version's table does not have. */
interface Unknown {
  readonly at: FileSpan;
  /** "stage.luhn { skip_regex }" */
  readonly what: string;
  /** Whether the table of another version has it. */
  readonly has: (table: ComponentTable) => boolean;
  /** What to use where it was removed. */
  readonly instead?: string | undefined;
}

/**
 * Says which other version has the name, or that nobody here knows one as new. false: no version has it,
 * and this one is known.
 */
export function reportVersion(
  { table, beyond, options }: Config,
  { at, what, has, instead }: Unknown,
  report: Report,
): boolean {
  if (beyond) {
    report(
      'version.newer',
      at,
      `${what} is not known: alloyup knows Alloy up to ${newestVersion()}, and ${versionIn(options)}`,
      `Nothing to do if ${options.version} has it: alloy validate on the host decides`,
    );
    return true;
  }
  const added = firstAfter(table, has);
  const last = lastBefore(table, has);
  // what was there before, is not now, and comes back: the nearer end counts
  if (last === undefined && added === undefined) return false;
  if (last === undefined) {
    report(
      'stability.version',
      at,
      `${what} was added in ${added}; ${versionIn(options)}`,
      `${options.versionIs === 'asked' ? 'Use' : 'Pin'} ${added} or newer, or remove it`,
    );
    return true;
  }
  const removed = knownVersions()[knownVersions().indexOf(last) + 1]!;
  // nothing is certain where the version is not known, or its facts are those of a day before its release
  const sure = Boolean(options.version) && !isSnapshot(removed);
  report(
    'version.removed',
    at,
    `${what} was removed in ${removed}${options.version ? `; ${versionIn(options)}` : ''}`,
    instead ?? 'Remove it, or stay with an older version',
    sure ? 'language' : undefined,
  );
  return true;
}

/** Why it is this version: "version 1.17.0 is pinned". */
export function versionIn({ version, versionIs = 'pinned' }: CheckOptions): string {
  switch (versionIs) {
    case 'pinned':
      return `version ${version} is pinned`;
    case 'running':
      return `the host runs ${version}`;
    case 'coming':
      return `the host will run ${version}`;
    case 'asked':
      return `this is checked for ${version}`;
  }
}

/** Whether a version, `1.17.0` or `1.17.0-1`, comes before another; one that is not known never does. */
export function olderThan(version: string | null | undefined, since: string | undefined): boolean {
  const [one, other] = [version, since].map((text) =>
    /^v?(\d+)\.(\d+)/
      .exec(text ?? '')
      ?.slice(1)
      .map(Number),
  );
  if (!one || !other) return false;
  return one[0]! < other[0]! || (one[0] === other[0] && one[1]! < other[1]!);
}
