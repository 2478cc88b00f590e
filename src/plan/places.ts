import { CONFIG_PATH } from '../model/desired.ts';
import type { Facts } from '../model/facts.ts';
import type { Change, Planned } from '../model/plan.ts';
import type { Problem } from '../model/problem.ts';
import { includes } from '../steps/change.ts';

const STATE = '/var/lib/alloyup';
/** What a run writes to in any case, and what dpkg does. */
const ALWAYS = ['/etc', '/var/lib', STATE];
const FOR_PACKAGE = [
  '/usr',
  '/usr/bin',
  '/usr/bin/alloy',
  '/var/lib/dpkg',
  '/var/cache/apt/archives',
];
/** Of the journal, what is kept for the undo, and files beside those that are replaced. */
const NEEDED_INODES = 200;

/** Every path that is to be changed, once. */
export const pathsOf = (changes: readonly Change[]): readonly string[] => [
  ...new Set(
    changes.flatMap(({ actions }) =>
      actions.flatMap((action) => ('path' in action ? [action.path] : [])),
    ),
  ),
];

const parentOf = (path: string): string => path.slice(0, path.lastIndexOf('/')) || '/';

/** Why the places that the changes write to cannot be written safely, or at all: told before anything is touched. */
export function placeProblems({
  host,
  facts,
  changes,
}: Pick<Planned, 'host' | 'facts' | 'changes'>): readonly Problem[] {
  const fileProblem = (
    reason: 'symlink' | 'not-a-directory' | 'no-staging',
    path: string,
  ): Problem => ({ code: 'host.file', host, params: { reason, path } });
  const state = facts.directories[STATE]?.kind ?? 'absent';
  const paths = pathsOf(changes);
  // every run has to do with the configuration, if only in its proof or its undo
  const parents = [...new Set([CONFIG_PATH, ...paths].map(parentOf))];
  const isBelow = (path: string): boolean => `${path}/`.startsWith('/etc/alloy/');
  const package_ = includes(changes, 'install') || includes(changes, 'uninstall');
  const needed = [...ALWAYS, ...paths, ...parents, ...(package_ ? FOR_PACKAGE : [])];
  const fixed = facts.fixed.filter((path) => needed.includes(path));
  return [
    ...(state === 'absent' || state === 'directory' ? [] : [fileProblem('not-a-directory', STATE)]),
    ...parents
      .filter((path) => isBelow(path) && facts.directories[path]?.kind === 'symlink')
      .map((path) => fileProblem('symlink', path)),
    ...parents
      .filter((path) => facts.mounted.includes(path) && !isOfRootAlone(facts.directories[path]))
      .map((path) => fileProblem('no-staging', path)),
    ...(fixed.length === 0
      ? []
      : [{ code: 'host.disk', host, params: { reason: 'read-only', paths: fixed } } as const]),
    ...noInodes({ host, facts }),
  ];
}

/** Nobody else can put a link where root is about to write. */
const isOfRootAlone = (fact: Facts['directories'][string] | undefined): boolean =>
  fact?.user === 'root' && (Number.parseInt(fact.mode, 8) & 0o022) === 0;

export const noInodes = ({ host, facts }: Pick<Planned, 'host' | 'facts'>): readonly Problem[] =>
  Object.entries(facts.freeInodes)
    .filter(([, free]) => free < NEEDED_INODES)
    .map(([directory, free]) => ({
      code: 'host.disk',
      host,
      params: { reason: 'no-inodes', directory, free, needed: NEEDED_INODES },
    }));
