import type { Plan } from '../model/plan.ts';
import { Secret, sha256 } from '../model/secret.ts';

/** Of so many parts the plans of a fleet are made; past it all are forgotten, and later plans share among themselves. */
const MOST = 5000;
/** V8 tells longer texts apart by their length alone: those of a fleet would all be compared. */
const LONGEST = 10_000;

const parts = new Map<string, object>();
const texts = new Map<string, number>();
const numbers = new WeakMap<object, number>();
let last = 0;

/**
 * A plan that has each part that an earlier plan has, too, in common with it: a fleet waits with the plans of all its hosts, which
 * are equal for the most part. Whoever reads many plans knows by a part itself that it was read before.
 */
export const withSharedParts = (plan: Plan): Plan => {
  if (parts.size > MOST) {
    parts.clear();
    texts.clear();
  }
  return {
    ...plan,
    changes: shared(plan.changes),
    expect: shared(plan.expect),
    proof: shared(plan.proof),
  };
};

function shared<T>(part: T): T {
  if (typeof part !== 'object' || part === null || part instanceof Secret) return part;
  const isList = Array.isArray(part);
  const names = isList ? '' : JSON.stringify(Object.keys(part));
  const before: unknown[] = isList ? part : Object.values(part);
  const after = before.map(shared);
  const key = `${names}[${after.map(keyOf).join()}]`;
  const known = parts.get(key);
  if (known) return known as T;
  const own = after.every((each, i) => each === before[i]) ? part : rebuilt(part, after);
  last += 1;
  numbers.set(own as object, last);
  parts.set(key, own as object);
  return own as T;
}

const rebuilt = (part: object, values: readonly unknown[]): object =>
  Array.isArray(part)
    ? values
    : Object.fromEntries(Object.keys(part).map((name, i) => [name, values[i]]));

/** Equal for equal values. */
function keyOf(value: unknown): string {
  if (value instanceof Secret) return `!${value.sha256()}`;
  if (typeof value === 'object' && value !== null) return `#${numbers.get(value)}`;
  if (typeof value !== 'string') return String(value);
  if (value.length > LONGEST) return `$${sha256(value)}`;
  let number = texts.get(value);
  if (number === undefined) {
    last += 1;
    number = last;
    texts.set(value, number);
  }
  return `$${number}`;
}
