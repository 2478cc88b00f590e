import type { DeliveryFact, DeliveryReading, FlowFact, Sample } from '../model/facts.ts';
import { list, map, number, type Raw, strings, text, utf8 } from './raw.ts';

/** What `status` reads of the data that is sent; null: nothing. */
export function deliveryFact(raw: Raw | undefined): DeliveryFact | null {
  if (raw === undefined || raw === null) return null;
  const { first, second, seconds, log } = map(raw);
  return {
    before: strings(first).flatMap(readSample),
    after: strings(second).flatMap(readSample),
    seconds: number(seconds),
    log: logOf(log),
  };
}

/** What was read of the data that flows; null: nobody answered. */
export function readFlow(reported: unknown): FlowFact | null {
  const { flow } = map(reported as Raw);
  const read = deliveryFact(flow);
  return read && { ...read, cut: text(map(flow).cut) === '1' };
}

/** One of several readings: record `reading`. */
export const deliveryReading = (raw: { readonly [key: string]: Raw }): DeliveryReading => ({
  at: number(raw.at) * 1000,
  samples: strings(raw.lines).flatMap(readSample),
  log: logOf(raw.log),
});

const logOf = (raw: Raw | undefined): DeliveryFact['log'] =>
  list(raw).map((entry) => {
    const [at, line] = list(entry);
    return { at: number(at) * 1000, line: utf8(text(line)) };
  });

/** Characters; the host program cuts longer ones. */
const LONGEST_SAMPLE = 2000;
const LABEL = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)",?/g;
const ESCAPES: Readonly<Record<string, string>> = { n: '\n' };

/** https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format */
function readSample(line: string): readonly Sample[] {
  if (line.length > LONGEST_SAMPLE) return [];
  const [, name, labels = '', value] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
  if (name === undefined || !Number.isFinite(Number(value))) return [];
  const pairs = [...labels.matchAll(LABEL)].map(([, key, written]) => [
    key,
    written!.replace(/\\(.)/g, (_, char: string) => ESCAPES[char] ?? char),
  ]);
  return [{ name, labels: Object.fromEntries(pairs), value: Number(value) }];
}
