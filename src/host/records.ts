import { byteBuffer } from '../model/byte-buffer.ts';
import type { DeliveryReading } from '../model/facts.ts';
import { STEP_IDS, type StepId } from '../model/plan.ts';
import type { ProblemCode } from '../model/problem.ts';
import { type Raw, utf8 } from './raw.ts';
import { deliveryReading } from './samples.ts';

/** How a run on a host ended, in its own word. `failed`: and it was left as it is, as asked. */
export type RunResult = 'ok' | 'rolled-back' | 'stuck' | 'stale' | 'locked' | 'failed';

/** The codes that the program reports. */
export const HOST_CODES = [
  'host.acl',
  'host.disk',
  'host.file',
  'apply.locked',
  'apply.stale',
  'apply.failed',
  'apply.stuck',
  'alloy.validate',
  'alloy.reload',
  'alloy.start',
  'alloy.unready',
  'alloy.cluster',
  'alloy.components',
  'alloy.version',
  'alloy.delivery',
  'run.missing',
] as const satisfies readonly ProblemCode[];
export type HostCode = (typeof HOST_CODES)[number];

/** A problem as the host reports it. */
export interface HostProblem {
  readonly code: HostCode;
  readonly params: { readonly reason: string; readonly [key: string]: unknown };
  /** What a program said about it. */
  readonly detail?: string;
}

/** One line that the program itself printed. */
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
  | {
      readonly type: 'warning';
      readonly warning: Omit<HostProblem, 'code'> & { readonly code: string };
    }
  /** An earlier run is undone. */
  | { readonly type: 'earlier'; readonly run: string }
  /** As they were found, for `readFacts`. */
  | { readonly type: 'facts'; readonly facts: unknown }
  /** What Alloy's metrics say of the data that it sends, while that is watched. */
  | { readonly type: 'reading'; readonly reading: DeliveryReading }
  | { readonly type: 'result'; readonly result: RunResult };

const RESULTS: readonly string[] = ['ok', 'rolled-back', 'stuck', 'stale', 'locked', 'failed'];
const isStep = (word: unknown): word is StepId => STEP_IDS.some((id) => id === word);
const isCode = (word: unknown): word is HostCode => HOST_CODES.some((code) => code === word);

/**
 * Reads one line of a host: `NONCE {json}`. Every other line, and a record that makes no sense, is output
 * (undefined): a package's script cannot guess the nonce, so it cannot forge a record.
 */
export function readRecord(line: string, nonce: string): HostRecord | undefined {
  if (!line.startsWith(`${nonce} {`)) return undefined;
  const json = line.slice(nonce.length + 1);
  if (!isModest(json)) return undefined;
  let raw: { readonly [key: string]: Raw };
  try {
    raw = JSON.parse(json);
  } catch {
    return undefined;
  }
  if (raw.type === 'facts') return { type: 'facts', facts: raw.facts };
  if (raw.type === 'reading') return { type: 'reading', reading: deliveryReading(raw) };
  const said = decoded(raw) as Record<string, unknown>;
  const { type, step } = said;
  switch (type) {
    case 'begin':
    case 'end':
    case 'undone':
      return isStep(step) ? { type, step } : undefined;
    case 'fail':
      return isStep(step) ? { type, step, exit: Number(said.exit) || 1 } : undefined;
    case 'wait':
      return {
        type,
        seconds: Number(said.seconds) || 0,
        limitS: Number(said.limit) || null,
        what: String(said.what ?? ''),
      };
    case 'problem': {
      const problem = reported(said.problem);
      return problem && isCode(problem.code)
        ? { type, problem: { ...problem, code: problem.code } }
        : undefined;
    }
    case 'warning': {
      const warning = reported(said.warning);
      return warning && { type, warning };
    }
    case 'earlier':
      return { type, run: String(said.run ?? '') };
    case 'result':
      return RESULTS.includes(String(said.result))
        ? { type, result: said.result as RunResult }
        : undefined;
    default:
      return undefined;
  }
}

/** Ours has a depth of 6, and a list for each component. */
const MAX_DEPTH = 32;
const MAX_LISTS = 200_000;

/** Whether parsing it costs a reasonable amount of memory, and whoever walks it no more than a little stack. */
function isModest(json: string): boolean {
  let depth = 0;
  let lists = 0;
  for (let at = 0; at < json.length; at += 1) {
    switch (json.charCodeAt(at)) {
      case QUOTE:
        at = endOfString(json, at);
        break;
      case BRACKET:
      case BRACE:
        depth += 1;
        lists += 1;
        if (depth > MAX_DEPTH || lists > MAX_LISTS) return false;
        break;
      case BRACKET + 2:
      case BRACE + 2:
        depth -= 1;
    }
  }
  return true;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const BRACKET = 0x5b;
const BRACE = 0x7b;

function endOfString(json: string, from: number): number {
  for (let at = from + 1; at < json.length; at += 1) {
    const char = json.charCodeAt(at);
    if (char === QUOTE) return at;
    if (char === BACKSLASH) at += 1;
  }
  return json.length;
}

function reported(
  value: unknown,
): (Omit<HostProblem, 'code'> & { readonly code: string }) | undefined {
  const { code, params, detail } = (value ?? {}) as Partial<HostProblem>;
  if (typeof code !== 'string' || typeof params?.reason !== 'string') return undefined;
  return { code, params, ...(typeof detail === 'string' ? { detail } : {}) };
}

/** The program prints each byte as one character; here they become text again. */
const decoded = (value: Raw): unknown =>
  typeof value === 'string'
    ? utf8(value)
    : Array.isArray(value)
      ? value.map(decoded)
      : value === null || typeof value !== 'object'
        ? value
        : Object.fromEntries(Object.entries(value).map(([key, each]) => [key, decoded(each)]));

/** Bytes of a line; what follows is dropped. The longest is the record with a host's facts. */
const LINE_LIMIT = 8 << 20;

/**
 * Puts bytes together to lines and counts them, so that a stream that was cut is picked up at the byte where it
 * was left. Half a line waits for its end; UTF-8 is decoded by whole lines.
 */
export function createLineReader(onLine: (line: string) => void): {
  push(bytes: Uint8Array): void;
  /** Bytes taken in so far. */
  readonly received: number;
} {
  const decoder = new TextDecoder();
  const half = byteBuffer(LINE_LIMIT);
  let received = 0;
  return {
    push(bytes) {
      received += bytes.length;
      let from = 0;
      for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, from)) {
        const rest = bytes.subarray(from, end);
        from = end + 1;
        if (half.size > 0) half.push(rest);
        const line = decoder.decode(half.size > 0 ? half.bytes() : rest);
        half.clear();
        onLine(line);
      }
      if (from < bytes.length) half.push(bytes.subarray(from));
    },
    get received() {
      return received;
    },
  };
}
