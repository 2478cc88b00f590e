import { STEP_IDS, type StepId } from '../model/plan.ts';
import { PROBLEM_CODES, type ProblemCode } from '../model/problem.ts';

export type RunResult = 'ok' | 'rolled-back' | 'stuck' | 'stale' | 'locked' | 'failed';

/** A problem as the host reports it. */
export interface HostProblem {
  readonly code: ProblemCode;
  readonly params: { readonly reason: string } & Readonly<Record<string, unknown>>;
  readonly detail?: string;
}

export type HostRecord =
  | { readonly type: 'begin' | 'end' | 'undone'; readonly step: StepId }
  | { readonly type: 'fail'; readonly step: StepId; readonly exit: number }
  | {
      readonly type: 'wait';
      readonly seconds: number;
      readonly limitS: number | null;
      readonly what: string;
    }
  | { readonly type: 'problem'; readonly problem: HostProblem }
  | { readonly type: 'warning'; readonly warning: HostProblem }
  | { readonly type: 'earlier'; readonly run: string }
  | { readonly type: 'facts'; readonly facts: unknown }
  | { readonly type: 'result'; readonly result: RunResult };

const RESULTS: readonly unknown[] = ['ok', 'rolled-back', 'stuck', 'stale', 'locked', 'failed'];

/** A record line is `NONCE {json}`; any other line is output. */
export function readRecord(line: string, nonce: string): HostRecord | undefined {
  if (!line.startsWith(`${nonce} `)) return undefined;
  let record: HostRecord;
  try {
    record = JSON.parse(line.slice(nonce.length + 1));
  } catch {
    return undefined;
  }
  if ('step' in record && !STEP_IDS.includes(record.step)) return undefined;
  if (record.type === 'result' && !RESULTS.includes(record.result)) return undefined;
  if (record.type === 'problem' && !PROBLEM_CODES.includes(record.problem.code)) return undefined;
  return record;
}

/** Joins bytes into lines and counts them. */
export function createLineReader(onLine: (line: string) => void): {
  push(bytes: Uint8Array): void;
  readonly received: number;
} {
  let pending = Buffer.alloc(0);
  let received = 0;
  return {
    push(bytes) {
      received += bytes.length;
      pending = Buffer.concat([pending, bytes]);
      for (let end = pending.indexOf(10); end >= 0; end = pending.indexOf(10)) {
        const line = pending.subarray(0, end).toString();
        pending = pending.subarray(end + 1);
        onLine(line);
      }
    },
    get received() {
      return received;
    },
  };
}
