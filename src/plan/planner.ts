import { renamed } from '../alloy/rename.ts';
import { hideSecrets } from '../alloy/secret-spans.ts';
import type { Desired, Target } from '../model/desired.ts';
import { CONFIG_PATH, DROP_IN_PATH, ENVIRONMENT_PATH } from '../model/desired.ts';
import type { Facts } from '../model/facts.ts';
import type {
  Change,
  Expectation,
  Needs,
  Plan,
  Planned,
  PlanOptions,
  Proof,
  Step,
  Supplies,
} from '../model/plan.ts';
import type { Warning } from '../model/problem.ts';
import type { Rollout } from '../model/rollout.ts';
import { sha256 } from '../model/secret.ts';
import { accessStep } from '../steps/access.ts';
import { configStep } from '../steps/config.ts';
import { environmentStep } from '../steps/environment.ts';
import { packageStep, targetVersion } from '../steps/package.ts';
import { listPathOf, repositoryStep } from '../steps/repository.ts';
import { serviceNeeds, serviceStep } from '../steps/service.ts';
import { unitStep } from '../steps/unit.ts';
import { pathsOf } from './places.ts';
import { foreignFiles, preflight } from './preflight.ts';
import { upgradeWarnings } from './upgrade-warnings.ts';
import { versionFindings } from './version-findings.ts';

/** Every step, in the order in which a host takes them. Nothing else knows the order. */
const STEPS: readonly Step[] = [
  repositoryStep,
  environmentStep,
  packageStep,
  accessStep,
  unitStep,
  configStep,
  serviceStep,
];

/** desired - facts = plan. Pure, so what was done is checked by planning again. */
export function planHost(
  { host, desired, cluster, rollout }: Target,
  facts: Facts,
  supplies: Supplies,
  options: PlanOptions,
): Plan {
  const changes: Change[] = [];
  for (const step of STEPS) {
    const change = step.diff({
      desired,
      facts,
      supplies,
      earlier: changes,
      options,
      hide: hideSecrets,
    });
    if (change) changes.push(change);
  }
  const planned: Planned = { host: host.name, desired, facts, supplies, changes, options };
  const needs = serviceNeeds(desired, facts, changes);
  return {
    host: host.name,
    changes,
    warnings: warningsOf(planned),
    problems: preflight(STEPS, planned),
    expect: expectations(facts, changes, needs),
    proof: {
      ...proofOf(planned, rollout, needs),
      cluster: clusterProof(desired, host.name, cluster),
    },
    listPath: listPathOf(desired.repository, facts, supplies.keyrings),
  };
}

/** What the plan rests on, file by file: the script compares before it touches anything. */
export function expectations(
  facts: Facts,
  changes: readonly Change[],
  needs: Needs,
): readonly Expectation[] {
  const files = pathsOf(changes).flatMap((path): Expectation[] => {
    const fact = facts.files[path];
    const source = facts.apt.sources.find((one) => one.path === path);
    if (source) return [{ of: 'file', path, sha256: sha256(source.text), mode: '', owner: '' }];
    if (!fact) return [];
    if (fact.kind === 'absent') return [{ of: 'file', path, sha256: null, mode: '', owner: '' }];
    if (fact.kind !== 'file' || fact.sha256 === null) return [];
    const owner = `${fact.user}:${fact.group}`;
    return [{ of: 'file', path, sha256: fact.sha256, mode: fact.mode, owner }];
  });
  const { status, version, held } = facts.package;
  return [
    ...files,
    { of: 'package', status, version: status === 'absent' ? null : version, held },
    // where a restart comes anyway it does not matter who runs now; and a service that dies again and
    // again would make every plan stale
    ...(needs === 'restart' ? [] : [{ of: 'invocation', id: facts.unit.invocation } as const]),
  ];
}

/** Over HTTP alone a member tells whom it sees. */
const clusterProof = (
  { check }: Desired,
  self: string,
  cluster: Target['cluster'],
): Proof['cluster'] => (cluster && check === 'http' ? { ...cluster, self, known: [] } : null);

const proofOf = (
  { desired, facts, supplies, options }: Planned,
  { delivery }: Rollout,
  needs: Needs,
): Omit<Proof, 'cluster'> => ({
  service: needs,
  check: desired.check,
  listen: desired.listen,
  components: desired.components,
  tolerate: desired.tolerate,
  version: targetVersion(desired, facts, supplies.versions),
  watchS: options.watchS,
  receiptFiles: [
    CONFIG_PATH,
    ENVIRONMENT_PATH,
    DROP_IN_PATH,
    ...desired.files.map(({ path }) => path),
  ],
  delivery: {
    mode: delivery,
    // what neither loads nor starts anything changes nothing about the data
    seconds:
      delivery === 'off' || desired.check !== 'http' || needs === 'nothing'
        ? 0
        : Math.max(0, ...Object.values(desired.deadlines)),
  },
});

function warningsOf(planned: Planned): readonly Warning[] {
  const { host, desired, facts, changes, options } = planned;
  const warnings: Warning[] = STEPS.flatMap((step) => step.warnings?.(planned) ?? []);
  if (options.adopt)
    for (const foreign of foreignFiles(STEPS, planned))
      warnings.push({ code: 'host.adopt', host, params: { reason: 'taken-over', ...foreign } });
  warnings.push(...orphaned(desired, facts));
  warnings.push(...versionFindings(planned).warnings, ...upgradeWarnings(planned));
  if (facts.sudoLog !== null && changes.length > 0)
    warnings.push({
      code: 'sudo.log-input',
      host,
      params: { reason: 'to-file', path: facts.sudoLog },
    });
  const { unfinished } = facts.alloyup;
  if (unfinished !== null)
    warnings.push({ code: 'run.unfinished', host, params: { reason: 'cut-off', run: unfinished } });
  return warnings;
}

/** A component with a new label leaves its write-ahead log or positions behind under the old one. */
function orphaned(desired: Desired, facts: Facts): readonly Warning[] {
  const before = facts.files[CONFIG_PATH]?.content;
  if (typeof before !== 'string' || before === desired.config) return [];
  return renamed(before, desired.config).map(({ code, message, hint }) => ({
    code,
    params: { reason: 'diagnostic', rule: code, said: message, advice: hint },
  }));
}
