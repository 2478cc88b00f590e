import { compareDebianVersions } from '../model/debian-version.ts';
import type { Facts } from '../model/facts.ts';
import type { ForeignFile, Planned, Step } from '../model/plan.ts';
import type { Problem, ProblemOf } from '../model/problem.ts';
import { table } from '../model/table.ts';
import { targetVersion } from '../steps/package.ts';
import { clusterProblems } from './cluster.ts';
import { pathsOf, placeProblems } from './places.ts';
import { versionFindings } from './version-findings.ts';

/** Upstream builds packages for these (packaging.mk); amd64 and arm64 are the supported ones. */
const ARCHITECTURES = ['amd64', 'arm64', 'ppc64el', 's390x'];
/** Oldest releases whose glibc runs the binary (grafana/alloy#3986: built on Debian 11). */
const OLDEST = table<string>({ debian: 'Debian 11', ubuntu: 'Ubuntu 20.04' });

/** Why a host must not be changed. Empty: go ahead. */
export function preflight(steps: readonly Step[], planned: Planned): readonly Problem[] {
  const { host, facts, changes } = planned;
  const unsupported = unsupportedBy(facts);
  return [
    ...(unsupported ? [{ code: 'host.unsupported', host, params: unsupported } as const] : []),
    ...steps.flatMap((step) => step.unmet?.(planned) ?? []),
    ...(changes.length === 0
      ? []
      : [
          ...steps.flatMap((step) => step.problems?.(planned) ?? []),
          ...irregularFiles(planned),
          ...placeProblems(planned),
          ...notAdopted(steps, planned),
          ...versionFindings(planned).problems,
          ...clusterProblems(planned),
          ...tooOld(planned),
        ]),
  ];
}

/** A version that the template or a fragment cannot use. A pinned one was compared before the first connection. */
function tooOld({ host, desired, facts, supplies }: Planned): readonly Problem[] {
  if (desired.package.policy === 'exact') return [];
  const version = targetVersion(desired, facts, supplies.versions);
  if (version === null) return [];
  const versionIs = version === facts.package.version ? 'running' : 'coming';
  return desired.needs.flatMap(({ by, at, alloy: oldest }): readonly Problem[] => {
    if (oldest === null || compareDebianVersions(version, oldest) >= 0) return [];
    const params = { reason: 'alloy', by, oldest, version, versionIs } as const;
    return [{ code: 'template.needs', host, params, at }];
  });
}

function unsupportedBy({
  os: { id, version, name, arch, systemd },
  missingTools,
}: Facts): ProblemOf<'host.unsupported'>['params'] | undefined {
  const oldest = OLDEST[id];
  if (oldest === undefined) return { reason: 'system', name: name || id || 'an unknown system' };
  if (Number.parseFloat(version) < Number(oldest.split(' ')[1]))
    return { reason: 'too-old', name, oldest };
  if (!ARCHITECTURES.includes(arch))
    return { reason: 'architecture', arch, supported: ARCHITECTURES };
  if (!systemd) return { reason: 'no-systemd' };
  if (missingTools.length > 0) return { reason: 'missing-tools', tools: missingTools };
  return undefined;
}

/** Paths to be changed that are no regular files. */
function irregularFiles({ host, facts, changes }: Planned): readonly Problem[] {
  return pathsOf(changes).flatMap((path): readonly Problem[] => {
    const kind = facts.files[path]?.kind;
    if (kind === undefined || kind === 'absent' || kind === 'file') return [];
    return [{ code: 'host.file', host, params: { reason: 'kind', path, kind } }];
  });
}

/** What somebody else wrote and this plan would overwrite: only with --adopt. */
export const foreignFiles = (steps: readonly Step[], planned: Planned): readonly ForeignFile[] =>
  // with a receipt alloyup has been in charge before: later edits are drift, and shown as a diff
  planned.facts.receipt !== null ? [] : steps.flatMap((step) => step.foreignFiles?.(planned) ?? []);

function notAdopted(steps: readonly Step[], planned: Planned): readonly Problem[] {
  if (planned.options.adopt) return [];
  const files = foreignFiles(steps, planned);
  if (files.length === 0) return [];
  return [{ code: 'host.adopt', host: planned.host, params: { reason: 'foreign', files } }];
}
