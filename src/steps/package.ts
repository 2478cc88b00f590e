import type { Desired } from '../model/desired.ts';
import type { Facts } from '../model/facts.ts';
import { type Action, originOf, type Planned, type Step, type StepInput } from '../model/plan.ts';
import type { Problem, Warning } from '../model/problem.ts';
import { pinsAgainst } from './apt-pins.ts';
import { change, includes } from './change.ts';

/** Free bytes that an installation needs: a package is 116 MB to fetch and over 400 MB on the disk. */
const NEEDED_ROOM: Readonly<Record<string, number>> = { '/usr': 450 << 20, '/var': 250 << 20 };

/** apt's temporary files take less than 1 MB. */
const NEEDED_TMP = 4 << 20;

/** dpkg is done with the package, and it works. */
export const isInstalled = ({ package: { status, reinstRequired } }: Facts): boolean =>
  status === 'installed' && !reinstRequired;

/** `dpkg --configure` is all that it lacks. */
export const canBeFinished = ({ package: { status, reinstRequired } }: Facts): boolean =>
  !reinstRequired && !['installed', 'half-installed', 'absent', 'config-files'].includes(status);

/**
 * The version that will be installed in the end; null: only the repository's index can say (see
 * `neededSupplies`), or the repository has none.
 */
export function targetVersion(
  desired: Desired,
  facts: Facts,
  versions: readonly string[] | null,
): string | null {
  const wanted = desired.package;
  if (wanted.policy === 'exact') return wanted.version;
  const { status, version } = facts.package;
  // half-installed: it has to be fetched again, where that can be done
  const stays =
    status === 'half-installed'
      ? version !== null && (versions === null || versions.includes(version))
      : status !== 'absent' && status !== 'config-files';
  return wanted.policy === 'present' && stays ? version : (versions?.[0] ?? null);
}

/** Present, latest, or pinned and held so that unattended-upgrades cannot move it (grafana/alloy#1007). */
export const packageStep: Step = {
  id: 'package',

  diff(input: StepInput) {
    const { desired, facts, supplies, earlier } = input;
    const { status, version: installed, held } = facts.package;
    const version = targetVersion(desired, facts, supplies.versions);
    const actions: Action[] = [];
    const halfDone = !['installed', 'absent', 'config-files'].includes(status);
    const works = isInstalled(facts) || canBeFinished(facts);
    const install = version !== null && (installed !== version || !works);
    // apt refuses to work beside a journal that a dpkg has left which was cut off
    const cutOff = facts.dpkg.journal && facts.dpkg.lockedBy === null && (install || halfDone);
    if (cutOff || (halfDone && !facts.package.reinstRequired))
      actions.push({ do: 'configure-dpkg' });
    if (install) {
      // the index on the host may be older than the one the plan was made from
      if (!includes(earlier, 'refresh')) actions.push({ do: 'refresh' });
      actions.push({ do: 'install', version });
    }
    const hold = holdOf(desired, held);
    // installing a held package on purpose releases it
    if (hold !== held || (hold && install)) actions.push({ do: 'hold', held: hold });
    if (actions.length === 0) return undefined;

    const before = status === 'config-files' ? null : installed;
    const title = install
      ? before === null
        ? `install alloy ${version}${hold ? ', held' : ''}`
        : before === version
          ? `install alloy ${version} again (${status})`
          : `alloy ${before} -> ${version}${hold ? ', held' : ''}`
      : halfDone
        ? `finish the installation of alloy ${installed} (${status})`
        : `${hold ? 'hold' : 'release'} alloy ${installed}`;
    return change('package', title, {
      before,
      after: version,
      actions,
      needs: install || halfDone ? 'restart' : 'nothing',
    });
  },

  problems: (input) => [
    ...versionMissing(input),
    ...(touchesPackage(input) ? [...dpkgBroken(input), ...noRoom(input)] : []),
    ...(touchesPackage(input) || includes(input.changes, 'refresh') ? tmpFull(input) : []),
  ],

  warnings(planned) {
    const { facts, changes, host } = planned;
    const { dpkg } = facts;
    const pins = pinWarnings(planned);
    const waits = changes.some(({ step }) => step === 'package' || step === 'repository');
    if (!dpkg.lockedBy || !waits) return pins;
    return [
      ...pins,
      { code: 'host.dpkg-lock', host, params: { reason: 'held', ...dpkg.lockedBy } },
    ];
  },
};

/** apt itself would move away from the version, at its next upgrade. */
function pinWarnings({ desired, facts, supplies, host }: Planned): readonly Warning[] {
  const version = targetVersion(desired, facts, supplies.versions);
  const asItIs = desired.package.policy === 'present' && version === facts.package.version;
  if (version === null || asItIs) return [];
  const repository = new URL(desired.repository.url).hostname;
  return pinsAgainst(version, repository, facts.apt.preferences).map((pin) => ({
    code: 'apt.pin',
    host,
    params: { reason: 'against', version, ...pin },
  }));
}

const touchesPackage = ({ changes }: Planned): boolean =>
  includes(changes, 'install') || includes(changes, 'configure-dpkg');

function versionMissing({ host, desired, facts, supplies }: Planned): readonly Problem[] {
  const available = supplies.versions;
  if (available === null) return [];
  const version = targetVersion(desired, facts, available);
  const { url } = desired.repository;
  const { arch } = facts.os;
  if (version === null)
    return [
      {
        code: 'repository.version',
        host,
        params: { reason: 'no-package', url, arch },
        ...originOf(desired, 'repository.url'),
      },
    ];
  const works = isInstalled(facts) || canBeFinished(facts);
  if (available.includes(version) || (works && facts.package.version === version)) return [];
  return [
    {
      code: 'repository.version',
      host,
      params: { reason: 'not-found', version, url, arch, available },
      ...originOf(desired, 'alloy.version'),
    },
  ];
}

/** Packages that dpkg was interrupted in: it installs nothing else before they are finished. */
export const dpkgBroken = ({ host, facts }: Pick<Planned, 'host' | 'facts'>): readonly Problem[] =>
  facts.dpkg.broken.length === 0
    ? []
    : [{ code: 'host.dpkg', host, params: { reason: 'broken', packages: facts.dpkg.broken } }];

export const noRoom = ({ host, facts }: Pick<Planned, 'host' | 'facts'>): readonly Problem[] =>
  Object.entries(NEEDED_ROOM).flatMap(([directory, needed]): readonly Problem[] => {
    const free = facts.freeBytes[directory];
    if (free === undefined || free >= needed) return [];
    const params = {
      reason: 'no-room',
      directory,
      freeMb: Math.floor(free / (1 << 20)),
      neededMb: needed >> 20,
    } as const;
    return [{ code: 'host.disk', host, params }];
  });

/**
 * apt checks signatures with files in /tmp: without room it says that the repository is not signed, or
 * that its key is missing.
 */
export const tmpFull = ({ host, facts }: Pick<Planned, 'host' | 'facts'>): readonly Problem[] => {
  const free = facts.freeBytes['/tmp'];
  if (free === undefined || free >= NEEDED_TMP) return [];
  const params = {
    reason: 'tmp-full',
    freeMb: Math.floor(free / (1 << 20)),
    neededMb: NEEDED_TMP >> 20,
  } as const;
  return [{ code: 'host.disk', host, params }];
};

/** `present` leaves a hold as it is: somebody else's, or of an earlier pin. */
function holdOf(desired: Desired, held: boolean): boolean {
  switch (desired.package.policy) {
    case 'exact':
      return true;
    case 'latest':
      return false;
    case 'present':
      return held;
  }
}
