import type { Desired } from '../model/desired.ts';
import { CONFIG_PATH, ENVIRONMENT_PATH } from '../model/desired.ts';
import type { Facts } from '../model/facts.ts';
import type { Change, PlanOptions, Supplies } from '../model/plan.ts';
import { originOf } from '../model/plan.ts';
import type { Problem } from '../model/problem.ts';
import { vanishing } from '../steps/environment.ts';
import { isInstalled, targetVersion } from '../steps/package.ts';

/** Upstream builds debs for these (packaging.mk); amd64 and arm64 are the supported ones. */
const ARCHITECTURES = ['amd64', 'arm64', 'ppc64el', 's390x'];
/** Oldest releases whose glibc runs the binary (grafana/alloy#3986: built on Debian 11). */
const OLDEST: Readonly<Record<string, number>> = { debian: 11, ubuntu: 20.04 };
/** A real package is 116 MB to fetch and over 400 MB on the disk. */
export const ROOM: Readonly<Record<string, number>> = { '/usr': 450 << 20, '/var': 250 << 20 };

/** md5 of config.alloy as upstream has shipped it: 1.0 to 1.3, and since 1.4. */
const PRISTINE_CONFIG = ['036f33820e4e308864b391f24ba821b0', 'e54dfb3181e3bc3bf6499b46a4548be6'];
/** md5 of /etc/default/alloy as upstream has always shipped it. */
const PRISTINE_ENVIRONMENT = ['ccfea04564365fecee977e4e631a5376'];

export interface PreflightInput {
  readonly host: string;
  readonly desired: Desired;
  readonly facts: Facts;
  readonly supplies: Supplies;
  readonly changes: readonly Change[];
  readonly options: PlanOptions;
}

/** What keeps a host from being touched at all. Empty: go ahead. */
export const preflight = (input: PreflightInput): readonly Problem[] => [
  ...unsupported(input),
  ...(input.changes.length === 0
    ? []
    : [
        ...versionMissing(input),
        ...dpkgBroken(input),
        ...noRoom(input),
        ...portTaken(input),
        ...oddFiles(input),
        ...unitTrouble(input),
        ...unknownGroups(input),
        ...toAdopt(input),
      ]),
];

function unsupported({ host, facts }: PreflightInput): readonly Problem[] {
  const { id, version, name, arch, systemd } = facts.os;
  const problem = (message: string, hint: string): Problem => ({
    code: 'host.unsupported',
    message,
    hint,
  });
  const oldest = OLDEST[id];
  if (oldest === undefined)
    return [
      problem(
        `${host} runs ${name || id || 'an unknown system'}`,
        'take it out of the inventory: alloyup knows Debian and Ubuntu',
      ),
    ];
  if (Number.parseFloat(version) < oldest)
    return [
      problem(
        `${host} runs ${name}, and Alloy needs ${id === 'debian' ? 'Debian' : 'Ubuntu'} ${oldest === 20.04 ? '20.04' : oldest} or newer`,
        'upgrade the host, or take it out of the inventory',
      ),
    ];
  if (!ARCHITECTURES.includes(arch))
    return [
      problem(
        `${host} is ${arch}, and there is no package of Alloy for it`,
        `take it out of the inventory: packages are built for ${ARCHITECTURES.join(', ')}`,
      ),
    ];
  if (!systemd)
    return [
      problem(
        `${host} does not run systemd`,
        'take it out of the inventory: the package brings a systemd unit only',
      ),
    ];
  if (facts.missingTools.length > 0)
    return [
      problem(
        `${host} lacks ${facts.missingTools.join(', ')}`,
        `install them: apt-get install --reinstall util-linux coreutils passwd`,
      ),
    ];
  return [];
}

function versionMissing({ host, desired, facts, supplies }: PreflightInput): readonly Problem[] {
  if (supplies.versions === null) return [];
  const wanted = targetVersion(desired, facts, supplies.versions);
  if (wanted === null)
    return [
      {
        code: 'repository.version',
        message: `${desired.repository.url} has no package of Alloy for ${facts.os.arch}, which ${host} is`,
        hint: 'check repository.url, suite and components in the inventory',
        ...originOf(desired, 'repository.url'),
      },
    ];
  if (
    supplies.versions.includes(wanted) ||
    (facts.package.version === wanted && isInstalled(facts))
  )
    return [];
  const there = supplies.versions.slice(0, 6).join(', ');
  const more = supplies.versions.length - 6;
  return [
    {
      code: 'repository.version',
      message: `Alloy ${wanted} is not in ${desired.repository.url} for ${facts.os.arch}`,
      hint: `set alloy.version to one of: ${there}${more > 0 ? ` (and ${more} older)` : ''}`,
      ...originOf(desired, 'alloy.version'),
    },
  ];
}

const touchesPackage = ({ changes }: PreflightInput): boolean =>
  changes.some(({ actions }) =>
    actions.some((action) => action.do === 'install' || action.do === 'mend-dpkg'),
  );

function dpkgBroken(input: PreflightInput): readonly Problem[] {
  const { broken } = input.facts.dpkg;
  if (broken.length === 0 || !touchesPackage(input)) return [];
  const names = broken.map(({ name, status }) => `${name} is ${status}`).join(', ');
  return [
    {
      code: 'host.dpkg',
      message: `on ${input.host} dpkg was cut off before: ${names}`,
      hint: `finish it first: ssh ${input.host} sudo dpkg --configure -a`,
    },
  ];
}

function noRoom(input: PreflightInput): readonly Problem[] {
  if (!touchesPackage(input)) return [];
  return Object.entries(ROOM).flatMap(([folder, needed]) => {
    const free = input.facts.freeBytes[folder];
    if (free === undefined || free >= needed) return [];
    return [
      {
        code: 'host.disk',
        message: `${input.host} has ${Math.floor(free / (1 << 20))} MB free in ${folder}, and the package takes ${needed >> 20}`,
        hint: `make room in ${folder}: ssh ${input.host} sudo du -xh --max-depth=2 ${folder}`,
      } as const,
    ];
  });
}

function portTaken({ host, desired, facts }: PreflightInput): readonly Problem[] {
  const owner = facts.http.portOwner;
  if (owner === null || owner === 'alloy') return [];
  const { address, port } = desired.listen;
  return [
    {
      code: 'host.port',
      message: `${owner} already listens on ${address}:${port} of ${host}`,
      hint: `stop ${owner}, or set alloy.listen to another port`,
      ...originOf(desired, 'alloy.listen'),
    },
  ];
}

function oddFiles({ host, facts, changes }: PreflightInput): readonly Problem[] {
  const touched = new Set(
    changes.flatMap(({ actions }) =>
      actions.flatMap((action) =>
        'path' in action && action.do !== 'folder' && action.do !== 'delete-tree'
          ? [action.path]
          : [],
      ),
    ),
  );
  return [...touched].flatMap((path) => {
    const kind = facts.files[path]?.kind;
    if (kind === undefined || kind === 'absent' || kind === 'file') return [];
    return [
      {
        code: 'host.file',
        message: `${path} on ${host} is ${kind === 'symlink' ? 'a symbolic link' : kind === 'directory' ? 'a folder' : 'no plain file'}`,
        hint: `put a plain file there, or move it away: alloyup follows no links where others may write`,
      } as const,
    ];
  });
}

function unitTrouble({ host, facts }: PreflightInput): readonly Problem[] {
  const { load, enabled, fragment } = facts.unit;
  if (load === 'masked' || enabled === 'masked')
    return [
      {
        code: 'host.unit',
        message: `alloy.service is masked on ${host}: somebody wants it never to run`,
        hint: `ask who, then: ssh ${host} sudo systemctl unmask alloy`,
      },
    ];
  if (fragment.startsWith('/etc/systemd/system/'))
    return [
      {
        code: 'host.unit',
        message: `${fragment} on ${host} shadows the unit of the package`,
        hint: `move what it adds into a drop-in, then remove it: ssh ${host} sudo systemctl revert alloy`,
      },
    ];
  return [];
}

/** Groups that the package does not make, and that the host does not have either. */
function unknownGroups({ host, desired, facts }: PreflightInput): readonly Problem[] {
  const unknown = desired.memberOf.filter(
    (group) => group !== 'alloy' && !facts.account.known.includes(group),
  );
  if (unknown.length === 0) return [];
  return [
    {
      code: 'host.unsupported',
      message: `${host} has no group ${unknown.join(', ')}`,
      hint: 'take it out of alloy.memberOf, or install what makes the group first',
      ...originOf(desired, 'alloy.memberOf'),
    },
  ];
}

/** What somebody else wrote and this plan would overwrite: only with a yes. */
export function foreignFiles({
  desired,
  facts,
}: Pick<PreflightInput, 'desired' | 'facts'>): readonly string[] {
  // a receipt says that alloyup has been in charge before: later edits are drift, and shown as a diff
  if (facts.receipt !== null) return [];
  const found: string[] = [];
  const config = facts.files[CONFIG_PATH];
  if (config?.kind === 'file' && config.content !== desired.config) {
    const pristine = [...PRISTINE_CONFIG, facts.package.conffiles[CONFIG_PATH]];
    if (config.size > 0 && !pristine.includes(config.md5 ?? '')) found.push(CONFIG_PATH);
  }
  const environment = facts.files[ENVIRONMENT_PATH];
  if (environment?.kind === 'file') {
    const pristine = [...PRISTINE_ENVIRONMENT, facts.package.conffiles[ENVIRONMENT_PATH]];
    const lost = vanishing(environment.content, desired.environment);
    if (lost.length > 0 && !pristine.includes(environment.md5 ?? ''))
      found.push(`${ENVIRONMENT_PATH} (${lost.join(', ')} would vanish)`);
  }
  return found;
}

function toAdopt(input: PreflightInput): readonly Problem[] {
  if (input.options.adopt) return [];
  const found = foreignFiles(input);
  if (found.length === 0) return [];
  return [
    {
      code: 'host.adopt',
      message: `${input.host} has what alloyup never wrote: ${found.join('; ')}`,
      hint: 'read the diff in the plan, then run again with --adopt to take it over (a backup is kept on the host)',
    },
  ];
}
