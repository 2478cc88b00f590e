import { Drop } from 'liquidjs';
import { Reference } from './encode.ts';

type Values = Readonly<Record<string, unknown>>;

/**
 * A text in which nothing has to be escaped, wherever in quotes it stands, and whose characters are bytes. Short: what
 * is shared counts towards no limit.
 */
export const isPlain = (value: unknown): value is string =>
  typeof value === 'string' && /^[ !#-[\]-_a-~]{0,500}$/.test(value);

/** What a rendering has learned of the values that it was given: others of which the same holds give the same text. */
export class Learned {
  readonly #values = new Map<(values: Values) => unknown, unknown>();

  note(read: (values: Values) => unknown, value: unknown): void {
    this.#values.set(read, value);
  }

  holdsFor(values: Values): boolean {
    for (const [read, value] of this.#values) if (!Object.is(read(values), value)) return false;
    return true;
  }
}

/**
 * A plain text that a template can hand on and write without looking at it. Whoever looks at it is noted: see `Learned`.
 * Liquid takes the value of a drop by `valueOf`, before it does anything with it.
 */
export class Held extends Drop {
  readonly #value: string;
  readonly #learned: Learned;
  /** What it is with other values. */
  readonly read: (values: Values) => unknown;

  constructor(value: string, read: (values: Values) => unknown, learned: Learned) {
    super();
    this.#value = value;
    this.#learned = learned;
    this.read = read;
  }

  override valueOf(): string {
    this.#learned.note(this.read, this.#value);
    return this.#value;
  }

  override toString(): string {
    return this.valueOf();
  }

  toJSON(): string {
    return this.valueOf();
  }

  /** Liquid reads a property, such as `size`. */
  toLiquid(): string {
    return this.valueOf();
  }

  /** The text, for whoever learns nothing from it: what is written of it is written of any. */
  written(): string {
    return this.#value;
  }

  /** Only that is noted. */
  is(text: string): boolean {
    const { read } = this;
    const is = this.#value === text;
    this.#learned.note((values) => read(values) === text, is);
    return is;
  }

  /** A text that was made of this one alone. */
  mapped(value: string, make: (text: string) => unknown): Held {
    const { read } = this;
    const again = (values: Values): unknown => {
      const text = read(values);
      return typeof text === 'string' ? make(text) : undefined;
    };
    return new Held(value, again, this.#learned);
  }
}

/** Values with every plain text in them held, in lists and maps too. */
export function held(values: Values, learned: Learned): Values {
  const copy = (value: unknown, read: (values: Values) => unknown): unknown => {
    if (isPlain(value)) return new Held(value, read, learned);
    if (!isCollection(value)) return value;
    const inside = (key: string | number) => (all: Values) =>
      (read(all) as Record<string | number, unknown>)[key];
    const made = Array.isArray(value)
      ? value.map((item, i) => copy(item, inside(i)))
      : mapOf(
          value,
          Object.entries(value).map(([key, item]) => [key, copy(item, inside(key))]),
        );
    openedOf.set(made, value);
    return made;
  };
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, copy(value, (all) => all[name])]),
  );
}

/** Lists and maps with nothing held, by those that hold what is in them. */
const openedOf = new WeakMap<object, object>();

/** The same with what is held looked at; of one list or map always the same one. */
export function opened(value: unknown): unknown {
  if (value instanceof Held) return value.valueOf();
  if (!isCollection(value)) return value;
  const known = openedOf.get(value);
  if (known === undefined && !holdsAny(value)) return value;
  const made = replaced(value, (one) => one.valueOf()) as object;
  if (known === undefined) openedOf.set(value, made);
  return known ?? made;
}

/** Something is held in it. */
export const holdsAny = (value: unknown): boolean =>
  value instanceof Held || (isCollection(value) && Object.values(value).some(holdsAny));

/** The same with something else in place of what is held. */
export function replaced(value: unknown, by: (one: Held) => unknown): unknown {
  if (value instanceof Held) return by(value);
  if (Array.isArray(value)) return value.map((item) => replaced(item, by));
  if (!isCollection(value)) return value;
  return mapOf(
    value,
    Object.entries(value).map(([key, item]) => [key, replaced(item, by)]),
  );
}

function mapOf(like: object, entries: readonly (readonly [string, unknown])[]): object {
  const map: object = Object.fromEntries(entries);
  return Object.getPrototypeOf(like) === null ? Object.assign(Object.create(null), map) : map;
}

/** A list, or a map of an inventory. */
export function isCollection(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

/** Two values that differ in plain texts alone, and in which the same places are the same object. */
export function alike(one: Values, other: Values): boolean {
  const pairs = new Map<object, object>();
  const back = new Map<object, object>();
  const same = (a: unknown, b: unknown): boolean => {
    if (!isObject(a) || !isObject(b)) return Object.is(a, b) || (isPlain(a) && isPlain(b));
    if (pairs.has(a) || back.has(b)) return pairs.get(a) === b && back.get(b) === a;
    pairs.set(a, b);
    back.set(b, a);
    if (a instanceof Reference) return b instanceof Reference && a.name === b.name;
    if (!isCollection(a) || !isCollection(b)) return a === b;
    if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
    const [keys, others] = [Object.keys(a), Object.keys(b)];
    return (
      keys.length === others.length &&
      keys.every((key, i) => key === others[i] && same((a as Values)[key], (b as Values)[key]))
    );
  };
  return same(one, other);
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
