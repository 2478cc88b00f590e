import type { Parameter } from './template-model.ts';

/** A map of parsed YAML; empty where it is none. */
export const record = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : {};

/** A word of parsed YAML. A list or map, which no word is, may have a key `toString`. */
export const textOf = (value: unknown): string =>
  typeof value === 'object' ? JSON.stringify(value) : String(value);

/** `{ collect: [metrics], scrape: given }`. */
export const conditionsOf = (value: unknown): Parameter['when'] =>
  Object.entries(record(value)).map(([name, found]) => ({
    name,
    words: (Array.isArray(found) ? found : [found]).map(textOf),
  }));
