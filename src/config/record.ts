import type { Parameter } from './template-model.ts';

/** A map of parsed YAML; empty where it is none. */
export const record = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : {};

/** `{ collect: [metrics] }`. */
export function conditionOf(value: unknown): Parameter['when'] {
  const [first] = Object.entries(record(value));
  return first && Array.isArray(first[1]) ? { name: first[0], words: first[1].map(String) } : null;
}
