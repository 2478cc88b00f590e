import type { Desired } from '../model/desired.ts';
import type { Facts, TreeFact } from '../model/facts.ts';
import { type Action, originOf, type Planned } from '../model/plan.ts';
import type { Problem, Warning } from '../model/problem.ts';

/** An action, and what to say of it. */
interface Access {
  readonly title: string;
  readonly action: Action;
}

/** Files and directories below one path; the host program stops there (`$MOST` in acl.pl). */
const MOST = 100_000;

const treeOf = (facts: Facts, path: string): TreeFact | undefined => facts.readable?.trees[path];

/** What user alloy is let read, and no longer: an ACL that somebody removed is given again. */
export function readableAccess(desired: Desired, facts: Facts): readonly Access[] {
  const { readable } = desired;
  const taken = withdrawals(facts, readable);
  const given = readable.flatMap((path): readonly Access[] => {
    const tree = treeOf(facts, path);
    if (tree && (isMissing(tree) || isAsAsked(tree))) return [];
    const search = tree?.closed ?? [];
    const above = search.length > 0 ? ` and search ${search.join(', ')}` : '';
    return [
      {
        title: `alloy may read ${path}${above} (ACL)`,
        action: { do: 'acl', path, gives: true, search },
      },
    ];
  });
  return [...taken, ...given];
}

/** Takes back all that was given but for these paths. What a directory above is still searched for stays. */
export const withdrawals = (facts: Facts, keep: readonly string[]): readonly Access[] => {
  const kept = keep.flatMap((path) => facts.given[path] ?? []);
  return Object.entries(facts.given)
    .filter(([path]) => !keep.includes(path))
    .map(([path, searched]) => ({
      title: `alloy may no longer read ${path} (ACL)`,
      action: {
        do: 'acl',
        path,
        gives: false,
        search: searched.filter((directory) => !kept.includes(directory)),
      },
    }));
};

const isMissing = ({ kind, error }: TreeFact): boolean => error === null && kind === 'absent';
const isAsAsked = ({ lacking, closed, error, kind }: TreeFact): boolean =>
  error === null &&
  lacking === 0 &&
  closed.length === 0 &&
  (kind === 'directory' || kind === 'file');

/** Why it cannot be given. */
export function readableProblems({ host, desired, facts }: Planned): readonly Problem[] {
  const origin = originOf(desired, 'config.readable');
  const paths = desired.readable;
  if (paths.length > 0 && facts.readable && !facts.readable.tools)
    return [{ code: 'host.acl', host, params: { reason: 'no-tools', paths }, ...origin }];
  return paths.flatMap((path): readonly Problem[] => {
    const tree = treeOf(facts, path);
    if (!tree) return [];
    const { kind, error } = tree;
    if (error === 'too large') {
      const params = { reason: 'too-large', path, most: MOST } as const;
      return [{ code: 'host.acl', host, params, ...origin }];
    }
    // of a link on the way, which others can put there
    if (error === 'failed')
      return [{ code: 'host.file', host, params: { reason: 'symlink', path }, ...origin }];
    if (error !== null)
      return [
        { code: 'host.acl', host, params: { reason: 'unknown', path, said: error }, ...origin },
      ];
    if (kind === 'symlink' || kind === 'other')
      return [{ code: 'host.file', host, params: { reason: 'kind', path, kind }, ...origin }];
    return [];
  });
}

/** Paths that are not there yet. */
export const readableWarnings = ({ host, desired, facts }: Planned): readonly Warning[] =>
  desired.readable.flatMap((path): readonly Warning[] => {
    const tree = treeOf(facts, path);
    if (!tree || !isMissing(tree)) return [];
    const params = { reason: 'no-path', path } as const;
    return [{ code: 'access.absent', host, params, ...originOf(desired, 'config.readable') }];
  });
