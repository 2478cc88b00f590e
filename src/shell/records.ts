import type { StepId } from '../model/plan.ts';
import { STEP_IDS } from '../model/plan.ts';
import type { ProblemCode } from '../model/problem.ts';
import { PROBLEM_CODES } from '../model/problem.ts';

/** How a script ended, in its own word. `failed`: and was left as it is, as asked. */
export type ScriptResult = 'ok' | 'rolled-back' | 'stuck' | 'stale' | 'locked' | 'failed';

/** One line of a script that is the script's own. */
export type ScriptRecord =
  | { readonly verb: 'begin' | 'end' | 'undone'; readonly step: StepId }
  | { readonly verb: 'fail'; readonly step: StepId; readonly exit: number }
  | {
      readonly verb: 'wait';
      readonly seconds: number;
      readonly limitS: number | null;
      readonly what: string;
    }
  | { readonly verb: 'problem'; readonly code: ProblemCode; readonly text: string }
  | { readonly verb: 'detail' | 'warning' | 'stale' | 'earlier'; readonly text: string }
  | { readonly verb: 'facts'; readonly json: string }
  | { readonly verb: 'result'; readonly result: ScriptResult };

const RESULTS: readonly string[] = ['ok', 'rolled-back', 'stuck', 'stale', 'locked', 'failed'];
const isStep = (word: string): word is StepId => STEP_IDS.some((id) => id === word);
const isCode = (word: string): word is ProblemCode => PROBLEM_CODES.some((code) => code === word);

/**
 * Reads one line of a script. A record starts with the run's nonce, so that no package script can
 * forge one; every other line, and a record that makes no sense, is output (undefined).
 */
export function readRecord(line: string, nonce: string): ScriptRecord | undefined {
  if (!line.startsWith(`${nonce} `)) return undefined;
  const rest = line.slice(nonce.length + 1);
  const space = rest.indexOf(' ');
  const verb = space < 0 ? rest : rest.slice(0, space);
  const text = space < 0 ? '' : rest.slice(space + 1);
  const [first = '', second = ''] = text.split(' ');
  switch (verb) {
    case 'begin':
    case 'end':
    case 'undone':
      return isStep(first) ? { verb, step: first } : undefined;
    case 'fail':
      return isStep(first) ? { verb, step: first, exit: Number(second) || 1 } : undefined;
    case 'wait': {
      const limit = Number(second);
      return {
        verb,
        seconds: Number(first) || 0,
        limitS: limit > 0 ? limit : null,
        what: text.split(' ').slice(2).join(' '),
      };
    }
    case 'problem':
      return isCode(first) ? { verb, code: first, text: text.slice(first.length + 1) } : undefined;
    case 'detail':
    case 'warning':
    case 'stale':
    case 'earlier':
      return { verb, text };
    case 'facts':
      return { verb, json: text };
    case 'result':
      return RESULTS.includes(first) ? { verb, result: first as ScriptResult } : undefined;
    default:
      return undefined;
  }
}

/**
 * Puts bytes together to lines and counts them, so that a cut stream is picked up at the byte where
 * it was left. A half line waits for its end; UTF-8 is decoded by whole lines.
 */
export function createLineReader(onLine: (line: string) => void): {
  push(bytes: Uint8Array): void;
  /** Bytes taken in so far. */
  readonly received: number;
} {
  const decoder = new TextDecoder();
  let pending: Uint8Array[] = [];
  let received = 0;
  return {
    push(bytes) {
      received += bytes.length;
      let from = 0;
      for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, from)) {
        const parts = [...pending, bytes.subarray(from, end)];
        pending = [];
        from = end + 1;
        onLine(decoder.decode(parts.length === 1 ? parts[0] : Buffer.concat(parts)));
      }
      if (from < bytes.length) pending.push(bytes.slice(from));
    },
    get received() {
      return received;
    },
  };
}
