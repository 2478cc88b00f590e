import { renamed } from '../alloy/rename.ts';
import type { Desired, Target } from '../model/desired.ts';
import { CONFIG_PATH, DROP_IN_PATH, ENVIRONMENT_PATH } from '../model/desired.ts';
import type { Facts } from '../model/facts.ts';
import type {
  Change,
  Expectation,
  Needs,
  Plan,
  PlanOptions,
  Proof,
  Step,
  Supplies,
} from '../model/plan.ts';
import type { Warning } from '../model/problem.ts';
import { accessStep } from '../steps/access.ts';
import { configStep } from '../steps/config.ts';
import { environmentStep } from '../steps/environment.ts';
import { packageStep, targetVersion } from '../steps/package.ts';
import { expiryWarning, listPathOf, repositoryStep, servingEntry } from '../steps/repository.ts';
import { serviceNeeds, serviceStep } from '../steps/service.ts';
import { unitStep } from '../steps/unit.ts';
import { foreignFiles, preflight } from './preflight.ts';

/** Every step, in the order in which a host takes them. Nothing else knows the order. */
export const STEPS: readonly Step[] = [
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
  { host, desired }: Target,
  facts: Facts,
  supplies: Supplies,
  options: PlanOptions,
): Plan {
  const changes: Change[] = [];
  for (const step of STEPS) {
    const change = step.diff({ desired, facts, supplies, earlier: changes, options });
    if (change) changes.push(change);
  }
  const problems = preflight({ host: host.name, desired, facts, supplies, changes, options });
  return {
    host: host.name,
    changes,
    warnings: warningsOf(desired, facts, supplies, changes, options),
    problems,
    expect: expectations(facts, changes, serviceNeeds(desired, facts, changes)),
    proof: proofOf(desired, facts, supplies, changes, options),
    listPath: listPathOf(desired.repository, facts, supplies.keyrings),
  };
}

/** What the plan rests on, file by file: the script compares before it touches anything. */
export function expectations(
  facts: Facts,
  changes: readonly Change[],
  needs: Needs,
): readonly Expectation[] {
  const paths = new Set(
    changes.flatMap(({ actions }) =>
      actions.flatMap((action) =>
        action.do === 'file' || action.do === 'delete' || action.do === 'mode' ? [action.path] : [],
      ),
    ),
  );
  const files = [...paths].flatMap((path): Expectation[] => {
    const fact = facts.files[path];
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

function proofOf(
  desired: Desired,
  facts: Facts,
  supplies: Supplies,
  changes: readonly Change[],
  options: PlanOptions,
): Proof {
  return {
    service: serviceNeeds(desired, facts, changes),
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
  };
}

function warningsOf(
  desired: Desired,
  facts: Facts,
  supplies: Supplies,
  changes: readonly Change[],
  options: PlanOptions,
): readonly Warning[] {
  const warnings: Warning[] = [];
  const serving = servingEntry(desired.repository, facts, supplies.keyrings);
  const keyring = supplies.keyrings.get(serving?.signedBy ?? '');
  const renewed = changes.some(({ step }) => step === 'repository');
  if (keyring && !renewed)
    warnings.push(...expiryWarning(keyring, desired.repository, facts.takenAt));
  if (changes.length > 0 && options.adopt)
    for (const path of foreignFiles({ desired, facts }))
      warnings.push({
        code: 'host.adopt',
        message: `${path} was not written by alloyup and is taken over`,
        hint: 'alloyup rollback puts it back',
      });
  warnings.push(...orphaned(desired, facts, changes));
  if (facts.sudoLog !== null && changes.length > 0)
    warnings.push({
      code: 'sudo.log-input',
      message: `sudo there keeps what it is sent, secrets too (log_input, ${facts.sudoLog})`,
      hint: 'switch it off for this user: Defaults:USER !log_input, in /etc/sudoers.d/',
    });
  if (facts.alloyup.unfinished !== null)
    warnings.push({
      code: 'run.unfinished',
      message: `run ${facts.alloyup.unfinished} did not come to its end here`,
      hint: 'apply takes it back first, then plans again',
    });
  const ill = (facts.components ?? []).filter(
    ({ id, health }) => health !== 'healthy' && !desired.tolerate.includes(id),
  );
  if (ill.length > 0 && changes.length === 0)
    warnings.push({
      code: 'alloy.components',
      message: `not healthy: ${ill.map(({ id, health }) => `${id} (${health})`).join(', ')}`,
      hint: 'see what it says: journalctl -u alloy -n 50',
      detail: ill.map(({ id, message }) => `${id}: ${message}`).join('\n'),
    });
  const others = facts.unit.dropIns.filter((path) => path !== DROP_IN_PATH);
  if (others.length > 0 && changes.some(({ needs }) => needs === 'restart'))
    warnings.push({
      code: 'unit.drop-ins',
      message: `others changed the unit: ${others.join(', ')}`,
      hint: 'read them: systemctl cat alloy',
    });
  if (
    facts.dpkg.lockedBy &&
    changes.some(({ step }) => step === 'package' || step === 'repository')
  )
    warnings.push({
      code: 'host.dpkg-lock',
      message: `${facts.dpkg.lockedBy.command} (pid ${facts.dpkg.lockedBy.pid}) holds the lock of dpkg`,
      hint: 'apply waits for it, five minutes at most',
    });
  return warnings;
}

/** A component that gets another label leaves its write-ahead log or positions behind under the old one. */
function orphaned(desired: Desired, facts: Facts, changes: readonly Change[]): readonly Warning[] {
  const before = facts.files[CONFIG_PATH]?.content;
  const changed = changes.some(({ step, needs }) => step === 'config' && needs !== 'nothing');
  if (!changed || typeof before !== 'string') return [];
  return renamed(before, desired.config).map(({ code, message, hint }) => ({
    code,
    message,
    hint,
  }));
}
