import type { Warning } from '../model/problem.ts';
import { alike, isPlain, type Learned } from './held.ts';
import type { Origin } from './liquid.ts';
import type { Joints, Template } from './template-model.ts';

type Values = Readonly<Record<string, unknown>>;

/** A stretch of a text that holds a plain text from the values as it is, inside a string. */
export interface Hole {
  readonly start: number;
  readonly end: number;
}

/** What a template becomes for all values of which the same holds; they may differ in what stands in the holes. */
export interface Form {
  /** Of the rendering that it was made of. */
  readonly values: Values;
  readonly learned: Learned;
  readonly warnings: readonly Warning[];
  readonly joints: Joints;
  /** What stands around the holes, in order: one more than these. */
  readonly around: readonly string[];
  readonly fillings: readonly ((values: Values) => unknown)[];
  /** The parts of the template that wrote it, in order, by the offset in `around` put together. */
  readonly parts: readonly Part[];
}

interface Part {
  readonly start: number;
  /** How many holes are in front of it. */
  readonly holes: number;
  readonly origin: Origin;
}

/** A form with its holes filled. */
export interface Filled {
  readonly form: Form;
  readonly text: string;
  readonly holes: readonly Hole[];
}

/** Characters of a rendered configuration: more is a loop gone wrong. */
export const MAX_TEXT = 4_000_000;

/** Forms of a template that are remembered: values that a template looks at make more of them than are of use. */
const KEPT = 16;

/** Forms that templates have become: make one for a run. */
export class Forms {
  readonly #byTemplate = new Map<Template, Form[]>();

  /** What the template becomes with these values; undefined: it must be rendered. */
  find(template: Template, values: Values): Filled | undefined {
    for (const form of this.#byTemplate.get(template) ?? []) {
      if (!alike(form.values, values) || !form.learned.holdsFor(values)) continue;
      const filled = fill(form, values);
      if (filled) return filled;
    }
    return undefined;
  }

  add(template: Template, form: Form): void {
    const kept = this.#byTemplate.get(template) ?? [];
    this.#byTemplate.set(template, [form, ...kept].slice(0, KEPT));
  }
}

export function fill(form: Form, values: Values): Filled | undefined {
  const holes: Hole[] = [];
  let text = form.around[0]!;
  for (const [i, filling] of form.fillings.entries()) {
    const value = filling(values);
    if (!isPlain(value)) return undefined;
    const start = text.length;
    text += value;
    holes.push({ start, end: text.length });
    text += form.around[i + 1]!;
  }
  return text.length > MAX_TEXT ? undefined : { form, text, holes };
}

/** The offset in the template that a character of the text comes from. */
export function sourceOf({ form, holes }: Filled): (offset: number) => number {
  let starts: readonly number[] | undefined;
  return (offset) => {
    if (!starts) {
      let filled = 0;
      const before = [0, ...holes.map(({ start, end }) => (filled += end - start))];
      starts = form.parts.map((part) => part.start + before[part.holes]!);
    }
    const i = starts.findLastIndex((start) => start <= offset);
    const origin = form.parts[i]?.origin;
    if (!origin) return 0;
    return origin.offset + (origin.verbatim ? offset - starts[i]! : 0);
  };
}
