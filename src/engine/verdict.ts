import type { Target } from '../model/desired.ts';
import type { Outcome } from '../model/event.ts';
import { originOf, type Plan } from '../model/plan.ts';
import type { Mask } from '../model/ports.ts';
import type { Problem } from '../model/problem.ts';
import { type Account, fromHost } from './account.ts';
import type { RunEnd } from './remote-run.ts';
import { writtenPlaces } from './written-places.ts';

/** How a host ended. */
export interface Verdict {
  readonly outcome: Outcome;
  readonly problem?: Problem;
}

/** What a run did to its host, by its records and by how following it ended. */
export function verdictOf(
  { host: { name: host }, desired }: Target,
  account: Account,
  end: RunEnd,
  mask: Mask,
): Verdict {
  if (end === 'never-started')
    return {
      outcome: 'unreachable',
      problem: {
        code: 'ssh.lost',
        host,
        params: { reason: 'nothing-started' },
        transient: true,
      },
    };
  const rebooted = account.result === null && typeof end === 'object' && 'verdict' in end;
  switch (rebooted ? end.verdict : account.result) {
    case 'ok':
      return { outcome: 'changed' };
    case 'rolled-back': {
      const outcome = 'rolled-back';
      if (rebooted) {
        const params = { reason: 'rolled-back-at-boot' } as const;
        return { outcome, problem: { code: 'apply.failed', host, params, transient: true } };
      }
      const problem = failure(host, account, mask);
      const written = problem.detail === undefined ? {} : writtenPlaces(problem.detail, desired);
      return {
        outcome,
        problem: { ...problem, ...originOfFailure(desired, account), ...written },
      };
    }
    case 'stale': {
      const problem = mainProblem(host, account, mask, 'apply.stale');
      return { outcome: 'stale', problem: { ...problem, transient: true } };
    }
    case 'locked':
      return { outcome: 'locked', problem: mainProblem(host, account, mask, 'apply.locked') };
    case 'stuck':
      return { outcome: 'stuck', problem: mainProblem(host, account, mask, 'apply.stuck') };
    case 'failed':
      return { outcome: 'failed', problem: failure(host, account, mask) };
  }
  const params =
    typeof end === 'object' && 'flooded' in end
      ? ({ reason: 'flooded', limitMb: end.flooded } as const)
      : ({ reason: end === 'left' ? 'in-progress' : 'no-verdict' } as const);
  return { outcome: 'unknown', problem: { code: 'apply.unknown', host, params, transient: true } };
}

/** Why a run failed: the first problem, else the first step that failed. */
function failure(host: string, account: Account, mask: Mask): Problem {
  const { problems, failed, output } = account;
  if (problems.length > 0 || !failed) return mainProblem(host, account, mask, 'apply.failed');
  return {
    code: 'apply.failed',
    host,
    params: { reason: 'step', step: failed.step, exit: failed.exit },
    ...(output.length === 0 ? {} : { detail: mask(output.join('\n')) }),
  };
}

/** The problem of this code, else the first one. What else went wrong is named in its detail. */
function mainProblem(
  host: string,
  { problems }: Account,
  mask: Mask,
  code: 'apply.stale' | 'apply.locked' | 'apply.stuck' | 'apply.failed',
): Problem {
  const preferred = code === 'apply.failed' ? undefined : problems.find((one) => one.code === code);
  const main = preferred ?? problems[0];
  if (!main) return { code, host, params: { reason: 'not-reported' } };
  const others = problems
    .filter((one) => one !== main)
    .map((one) => [`${one.code} (${one.params.reason})`, one.detail].filter(Boolean).join(': '));
  const detail = [main.detail, ...others].filter(Boolean).join('\n');
  return fromHost({ ...main, ...(detail === '' ? {} : { detail }) }, host, mask) as Problem;
}

/** Where the inventory asked for what failed. */
const originOfFailure = (desired: Target['desired'], account: Account) => {
  switch (account.problems[0]?.code ?? account.failed?.step) {
    case 'package':
    case 'alloy.version':
      return originOf(desired, 'alloy.version');
    case 'alloy.cluster':
      return originOf(desired, 'alloy.cluster');
    case 'alloy.validate':
    case 'alloy.reload':
    case 'alloy.start':
    case 'alloy.components':
    case 'config':
      return originOf(desired, 'config.template');
    default:
      return {};
  }
};

/** What planning again still finds to do after a finished run. */
export const driftProblem = (host: string, left: Plan): Problem => ({
  code: 'apply.drift',
  host,
  params: { reason: 'changes-remain', changes: left.changes.map(({ title }) => title) },
});
