import type { HostProblem } from '../host/records.ts';
import type { Target } from '../model/desired.ts';
import type { Outcome } from '../model/event.ts';
import { originOf, type Plan } from '../model/plan.ts';
import type { Mask } from '../model/ports.ts';
import type { Problem, ProblemCode } from '../model/problem.ts';
import type { Account } from './account.ts';
import type { RunEnd } from './remote-run.ts';

/** How a host ended. */
export interface Verdict {
  readonly outcome: Outcome;
  readonly problem?: Problem;
}

/** What a run did to its host, by its records and by how following it ended. */
export function verdictOf(
  { host, desired }: Target,
  account: Account,
  end: RunEnd,
  mask: Mask,
): Verdict {
  const name = host.name;
  if (end === 'never-started')
    return {
      outcome: 'unreachable',
      problem: {
        code: 'ssh.lost',
        host: name,
        params: { reason: 'nothing-started' },
        transient: true,
      },
    };
  const fromReboot = account.result === null && typeof end === 'object';
  const result = fromReboot ? end.verdict : account.result;
  switch (result) {
    case 'ok':
      return { outcome: 'changed' };
    case 'rolled-back':
      if (fromReboot)
        return {
          outcome: 'rolled-back',
          problem: {
            code: 'apply.failed',
            message: `${name} went down during the run, which was rolled back at boot`,
            hint: 'Run again',
            transient: true,
          },
        };
      return {
        outcome: 'rolled-back',
        problem: { ...mainProblem(name, account, mask), ...originOfFailure(desired, account) },
      };
    case 'stale':
      return {
        outcome: 'stale',
        problem: { ...mainProblem(name, account, mask, 'apply.stale'), transient: true },
      };
    case 'locked':
      return { outcome: 'locked', problem: mainProblem(name, account, mask, 'apply.locked') };
    case 'stuck':
      return { outcome: 'stuck', problem: mainProblem(name, account, mask, 'apply.stuck') };
    case 'failed':
      return { outcome: 'failed', problem: mainProblem(name, account, mask) };
  }
  return {
    outcome: 'unknown',
    problem: {
      code: 'apply.unknown',
      message:
        end === 'left'
          ? `${name}: the run is still in progress there, and alloyup no longer waits for it`
          : `${name}: the run ended without a verdict`,
      hint: `The host finishes or rolls it back on its own. See how it ended: alloyup status --limit ${name}`,
      transient: true,
    },
  };
}

const HINTS: Readonly<Partial<Record<ProblemCode, string>>> = {};

/** The first thing that went wrong, unless one of `preferred` did. */
function mainProblem(name: string, account: Account, mask: Mask, preferred?: ProblemCode): Problem {
  const { problems, failed, output } = account;
  const main = problems.find(({ code }) => code === preferred) ?? problems[0];
  if (main) {
    const others = problems.filter((one) => one !== main).map(sentence);
    const detail = [...(main.detail ? [main.detail] : []), ...others].join('\n');
    return {
      code: main.code,
      message: mask(`${name}: ${sentence(main)}`),
      hint: HINTS[main.code] ?? 'See its log',
      ...(detail === '' ? {} : { detail: mask(detail) }),
    };
  }
  return {
    code: preferred ?? 'apply.failed',
    message: failed
      ? `${name}: the step ${failed.step} failed (exit ${failed.exit})`
      : `${name}: the run failed`,
    hint: 'Read its output, fix the cause, and run again',
    ...(output.length === 0 ? {} : { detail: mask(output.join('\n')) }),
  };
}

const sentence = ({ params: { reason } }: HostProblem): string => reason;

/** Where the inventory asked for what failed. */
const originOfFailure = (desired: Target['desired'], account: Account) => {
  switch (account.problems[0]?.code ?? account.failed?.step) {
    case 'package':
    case 'alloy.version':
      return originOf(desired, 'alloy.version');
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
export const driftProblem = (name: string, left: Plan): Problem => ({
  code: 'apply.drift',
  message: `${name}: changes remain after the run: ${left.changes.map(({ title }) => title).join('; ')}`,
  hint: 'Something on the host works against the run: look for cron jobs or other tools that write these files',
});
