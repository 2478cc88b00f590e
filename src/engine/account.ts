import type { HostProblem, HostRecord, RunResult } from '../host/records.ts';
import type { Happening } from '../model/event.ts';
import type { StepId } from '../model/plan.ts';
import type { Mask } from '../model/ports.ts';
import type { Warning } from '../model/problem.ts';

/** What a run's records said so far. */
export interface Account {
  readonly result: RunResult | null;
  /** As the host gave them; null: not yet. */
  readonly facts: unknown;
  /** The first step that failed. */
  readonly failed: { readonly step: StepId; readonly exit: number } | null;
  readonly problems: readonly HostProblem[];
  /** The last lines of output before the failure. */
  readonly output: readonly string[];
}

export const emptyAccount: Account = {
  result: null,
  facts: null,
  failed: null,
  problems: [],
  output: [],
};

const OUTPUT_LINES = 15;
/** A run meets one, or one for each action that it cannot undo. */
const MAX_PROBLEMS = 50;

/** Adds a record, or a line of output. */
export function extend(account: Account, record: HostRecord | undefined, line: string): Account {
  if (!record) {
    if (account.failed) return account;
    return { ...account, output: [...account.output, line].slice(-OUTPUT_LINES) };
  }
  switch (record.type) {
    case 'result':
      return { ...account, result: record.result };
    case 'facts':
      return { ...account, facts: record.facts };
    case 'fail':
      return { ...account, failed: account.failed ?? record };
    case 'problem':
      if (account.problems.length >= MAX_PROBLEMS) return account;
      return { ...account, problems: [...account.problems, record.problem] };
    default:
      return account;
  }
}

/**
 * The event that a record, or a line of output, stands for; undefined: none. Lines are not masked yet: who
 * takes in the events masks them in their order, since a secret may go on in the next one.
 */
export function happeningOf(
  host: string,
  record: HostRecord | undefined,
  line: string,
  step: StepId | null,
  mask: Mask,
): Happening | undefined {
  if (!record) return { type: 'change.output', host, step, line };
  switch (record.type) {
    case 'begin':
      return { type: 'change.started', host, step: record.step };
    case 'end':
      return { type: 'change.finished', host, step: record.step };
    case 'fail':
      return { type: 'change.failed', host, step: record.step, exit: record.exit };
    case 'undone':
      return { type: 'change.undone', host, step: record.step };
    case 'wait': {
      const { what, seconds, limitS } = record;
      return { type: 'host.waiting', host, for: mask(what), seconds, limitS };
    }
    case 'warning':
      return {
        type: 'host.warning',
        host,
        warning: fromHost(record.warning, host, mask) as Warning,
      };
    case 'earlier': {
      const params = { reason: 'rolled-back', run: record.run } as const;
      return { type: 'host.warning', host, warning: { code: 'run.taken-back', host, params } };
    }
    default:
      return undefined;
  }
}

/**
 * A problem or warning as the host reported it, with secrets masked. It comes from the host program of
 * this very version, which was sent along, so its params are those of its code.
 */
export function fromHost(
  { code, params, detail }: Omit<HostProblem, 'code'> & { readonly code: string },
  host: string,
  mask: Mask,
): unknown {
  const { reason } = params;
  return {
    code,
    host,
    params: { ...(masked(params, mask) as object), reason },
    ...(detail === undefined ? {} : { detail: mask(detail) }),
  };
}

const masked = (value: unknown, mask: Mask): unknown => {
  if (typeof value === 'string') return mask(value);
  if (Array.isArray(value)) return value.map((one) => masked(one, mask));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, masked(one, mask)]));
};
