import type { Desired, HostRead } from '../model/desired.ts';
import type { Barrier, Facts, ReadFact } from '../model/facts.ts';
import type { Change, Planned } from '../model/plan.ts';
import type { Warning } from '../model/problem.ts';
import { refusedReadable } from '../model/readable.ts';

/**
 * What user alloy cannot read of what its configuration names, as the host found by trying it as that user, with the
 * groups that the plan is going to add. Alloy itself stays healthy over it.
 */
export function readWarnings(planned: Planned): readonly Warning[] {
  const { host, desired, facts, changes } = planned;
  return desired.reads.flatMap((read): readonly Warning[] => {
    const fact = facts.reads[read.path];
    if (!fact || isGiven(read, changes)) return [];
    const { path, at } = read;
    if (fact.state === 'denied') return [deniedWarning(host, read, fact, facts, desired)];
    // a log comes with the application; whatever else is missing, Alloy does without or does not start
    const note = read.waits ? ({ severity: 'note' } as const) : {};
    const missing = { code: 'read.missing', host, at, ...note } as const;
    if (fact.state === 'absent') return [{ ...missing, params: { reason: 'absent', path } }];
    if (fact.state === 'none') return [{ ...missing, params: { reason: 'no-match', path } }];
    return [];
  });
}

/** The plan lets alloy read there. */
const isGiven = ({ path }: HostRead, changes: readonly Change[]): boolean =>
  changes
    .flatMap(({ actions }) => actions)
    .some((one) => one.do === 'acl' && one.gives && `${baseOf(path)}/`.startsWith(`${one.path}/`));

/** A path, or of a pattern the directory that all it matches lies in. */
export function baseOf(path: string): string {
  const special = path.search(/[*?[{\\]/);
  return special < 0 ? path : path.slice(0, path.lastIndexOf('/', special));
}

function deniedWarning(
  host: string,
  read: HostRead,
  { files, denied, barriers: [barrier] }: ReadFact,
  facts: Facts,
  desired: Desired,
): Warning {
  const { path, at } = read;
  const { path: blocker = path, mode = '', user = '', group = '' } = barrier ?? {};
  // a pattern of which some files can be read does most of what was meant
  const whole = files === denied;
  const params = { path, blocker, mode, owner: `${user}:${group}`, files, denied, whole };
  const common = { code: 'read.denied', host, at } as const;
  if (
    barrier &&
    mayRead(barrier) &&
    !facts.account.groups.includes(group) &&
    !desired.memberOf.includes(group)
  )
    return { ...common, params: { ...params, reason: 'group', group } };
  const base = baseOf(path);
  const directory = base === path ? path.slice(0, path.lastIndexOf('/')) : base;
  // logs are replaced by new ones, in the same directory
  const give = (read.waits ? [directory, base] : [path]).find(
    (one) => one !== '' && refusedReadable(one) === undefined,
  );
  return give === undefined || barrier?.refused === 'write'
    ? { ...common, params: { ...params, reason: 'elsewhere' } }
    : { ...common, params: { ...params, reason: 'readable', give } };
}

const NEEDED = { read: 4, write: 2, search: 1 } as const;

/** Members of its group may; those of root and alloy are no groups to join. */
const mayRead = ({ mode, group, refused }: Barrier): boolean =>
  (Number(mode.at(-2) ?? 0) & NEEDED[refused]) !== 0 && group !== 'root' && group !== 'alloy';
