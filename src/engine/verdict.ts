import type { Target } from '../model/desired.ts';
import type { Outcome } from '../model/event.ts';
import type { Plan, StepId } from '../model/plan.ts';
import { originOf } from '../model/plan.ts';
import type { Mask } from '../model/ports.ts';
import type { Problem, ProblemCode } from '../model/problem.ts';
import type { ScriptRecord, ScriptResult } from '../shell/records.ts';
import type { StreamEnd } from './script-run.ts';

/** What a script's records said, gathered while they came. */
export interface Account {
  readonly result: ScriptResult | null;
  readonly facts: string | null;
  readonly failed: { readonly step: StepId; readonly exit: number } | null;
  readonly problems: readonly {
    readonly code: ProblemCode;
    readonly text: string;
    readonly detail: readonly string[];
  }[];
  readonly stale: string | null;
  /** Runs that were taken back. */
  readonly earlier: readonly string[];
  /** Last lines of output before the failure. */
  readonly output: readonly string[];
}

export const emptyAccount: Account = {
  result: null,
  facts: null,
  failed: null,
  problems: [],
  stale: null,
  earlier: [],
  output: [],
};

const OUTPUT_KEPT = 15;

/** One more record, or one more line of output. */
export function hear(account: Account, record: ScriptRecord | undefined, line: string): Account {
  if (!record)
    return account.failed
      ? account
      : { ...account, output: [...account.output.slice(1 - OUTPUT_KEPT), line] };
  switch (record.verb) {
    case 'result':
      return { ...account, result: record.result };
    case 'facts':
      return { ...account, facts: record.json };
    case 'fail':
      return { ...account, failed: account.failed ?? record };
    case 'problem':
      return {
        ...account,
        problems: [...account.problems, { code: record.code, text: record.text, detail: [] }],
      };
    case 'detail': {
      const last = account.problems.at(-1);
      if (!last) return account;
      const more = { ...last, detail: [...last.detail, record.text] };
      return { ...account, problems: [...account.problems.slice(0, -1), more] };
    }
    case 'stale':
      return { ...account, stale: record.text };
    case 'earlier':
      return { ...account, earlier: [...account.earlier, record.text] };
    default:
      return account;
  }
}

const HINTS: Readonly<Partial<Record<ProblemCode, string>>> = {
  'alloy.validate': 'correct the template or its vars; alloyup render HOST shows the text',
  'alloy.reload':
    'correct the configuration: alloyup render HOST shows it, alloyup validate checks it',
  'alloy.start': 'read what Alloy said; then correct the configuration or its environment',
  'alloy.unready':
    'read what Alloy said: journalctl -u alloy; a long replay of its write-ahead log may need another try',
  'alloy.components': 'correct the component, or name it in alloy.tolerate when it may be so',
  'alloy.version': 'see what runs: systemctl status alloy',
  'apply.locked': 'wait for the other run, or give it longer: --lock-timeout 600',
  'apply.stuck': 'look at the host: its log lies in /var/lib/alloyup/runs, newest last',
  'host.disk': 'make room there, or make it writable, then run again',
  'host.file': 'look at that path on the host, then run again',
  'run.missing': 'see the runs of this machine: ls /var/lib/alloyup/runs on the host',
};

/** How one host's script ended, as an outcome and the problem that goes with it. */
export function verdictOf(
  { host, desired }: Target,
  account: Account,
  end: StreamEnd,
  mask: Mask,
): { readonly outcome: Outcome; readonly problem?: Problem } {
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
  const word = account.result ?? (typeof end === 'object' ? end.verdict : null);
  if (account.result === null && word === 'rolled-back')
    return {
      outcome: 'rolled-back',
      problem: {
        code: 'apply.failed',
        message: `${name} went down in the middle of the run, which was taken back when it came up`,
        hint: 'run again',
        transient: true,
      },
    };
  switch (word) {
    case 'ok':
      return { outcome: 'changed' };
    case 'stale':
      return {
        outcome: 'stale',
        problem: {
          code: 'apply.stale',
          message: `${name} changed since it was planned: ${account.stale ?? 'see its log'}`,
          hint: 'nothing was touched; run again to plan anew',
          transient: true,
        },
      };
    case 'locked':
      return { outcome: 'locked', problem: mainProblem(name, account, mask, 'apply.locked') };
    case 'rolled-back':
      return {
        outcome: 'rolled-back',
        problem: { ...mainProblem(name, account, mask), ...placeOf(desired, account) },
      };
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
          ? `${name}: the run still goes on there, and nobody waits for it any more`
          : `${name}: the run ended without a verdict`,
      hint: `it comes to its end or is taken back there by itself; see it with: alloyup status --limit ${name}`,
      transient: true,
    },
  };
}

/** The first thing that went wrong; what undoing met is told in its detail. */
function mainProblem(name: string, account: Account, mask: Mask, preferred?: ProblemCode): Problem {
  const { problems, failed, output } = account;
  const main = problems.find(({ code }) => code === preferred) ?? problems[0];
  if (main) {
    const others = problems.filter((one) => one !== main).map(({ text }) => text);
    const detail = [...main.detail, ...others].join('\n');
    return {
      code: main.code,
      message: mask(`${name}: ${main.text}`),
      hint: (HINTS[main.code] ?? HINTS['apply.stuck']!).replaceAll('HOST', name),
      ...(detail === '' ? {} : { detail: mask(detail) }),
    };
  }
  return {
    code: preferred ?? 'apply.failed',
    message: failed
      ? `${name}: the step ${failed.step} failed (exit ${failed.exit})`
      : `${name}: the run failed`,
    hint: 'read what it said, mend that, and run again',
    ...(output.length === 0 ? {} : { detail: mask(output.join('\n')) }),
  };
}

const placeOf = (desired: Target['desired'], account: Account) => {
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

/** What is still to be done when planning again from the facts of a finished run. */
export const driftProblem = (name: string, left: Plan): Problem => ({
  code: 'apply.drift',
  message: `${name}: after the run this is still to be done: ${left.changes.map(({ title }) => title).join('; ')}`,
  hint: 'something on the host works against it: look for cron jobs or another tool that writes these files',
});
