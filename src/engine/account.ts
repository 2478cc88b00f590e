import type { HostProblem, HostRecord, RunResult } from '../host/records.ts';
import type { Happening } from '../model/event.ts';
import type { StepId } from '../model/plan.ts';
import type { Mask } from '../model/ports.ts';

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
      return { ...account, problems: [...account.problems, record.problem] };
    default:
      return account;
  }
}

/** The event that a record, or a line of output, stands for; undefined: none. */
export function happeningOf(
  host: string,
  record: HostRecord | undefined,
  line: string,
  step: StepId | null,
  mask: Mask,
): Happening | undefined {
  if (!record) return { type: 'change.output', host, step, line: mask(line) };
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
        warning: {
          code: 'host',
          message: mask(record.warning.params.reason),
          hint: 'See the log of the run',
        },
      };
    case 'earlier':
      return {
        type: 'host.warning',
        host,
        warning: {
          code: 'run.taken-back',
          message: `run ${record.run} is being rolled back`,
          hint: `See what it did: alloyup runs show ${record.run}`,
        },
      };
    default:
      return undefined;
  }
}
