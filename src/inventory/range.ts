import { fail, ok, type Result } from '../model/problem.ts';

/** Names that one pattern may make: a typed zero too many shall not make a million hosts. */
export const MOST_NAMES = 20_000;

const RANGE = /\[([^\][]*)\]/;
const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';

const wrong = (message: string, hint: string): Result<never> =>
  fail({ code: 'inventory.schema', message, hint });

/**
 * The names that `web-[01:20].example.com` stands for, in order. As in Ansible inventories: both
 * ends count, `[01:20]` keeps its zeros, `[a:f]` counts letters (small ones come before capital
 * ones), `[:3]` starts at 0, `[1:20:2]` takes every second, several ranges in a name multiply.
 */
export function expandName(pattern: string): Result<readonly string[]> {
  const found = RANGE.exec(pattern);
  if (!found) {
    return /[[\]]/.test(pattern)
      ? wrong(`a bracket in "${pattern}" is not closed`, 'write a range as [01:20]')
      : ok([pattern]);
  }
  const members = expandRange(found[1]!, pattern);
  if (!members.ok) return members;
  const rest = expandName(pattern.slice(found.index + found[0].length));
  if (!rest.ok) return rest;
  const count = members.value.length * rest.value.length;
  if (count > MOST_NAMES) return tooMany(pattern, count);
  const head = pattern.slice(0, found.index);
  return ok(members.value.flatMap((m) => rest.value.map((tail) => `${head}${m}${tail}`)));
}

const tooMany = (pattern: string, count: number) =>
  wrong(
    `"${pattern}" stands for ${count} hosts, more than ${MOST_NAMES}`,
    'check the ends of the range, or split it',
  );

function expandRange(range: string, pattern: string): Result<readonly string[]> {
  const parts = range.split(':');
  const [begin = '', end = '', stepText = '1'] = parts;
  if (parts.length < 2 || parts.length > 3 || end === '' || !/^[1-9]\d{0,8}$/.test(stepText)) {
    return wrong(
      `"[${range}]" in "${pattern}" is not a range`,
      'write it as [01:20], [a:f] or [1:20:2]',
    );
  }
  const step = Number(stepText);
  if (/^\d{0,9}$/.test(begin) && /^\d{1,9}$/.test(end)) return numbers(begin, end, step, pattern);
  if (/^[A-Za-z]$/.test(begin) && /^[A-Za-z]$/.test(end)) {
    const [first, last] = [LETTERS.indexOf(begin), LETTERS.indexOf(end)];
    if (first > last) return backwards(begin, end, pattern);
    return ok(count(first, last, step).map((i) => LETTERS[i]!));
  }
  return wrong(
    `"[${range}]" in "${pattern}" mixes what cannot be counted`,
    'count numbers or single letters: [01:20], [a:f]',
  );
}

function numbers(begin: string, end: string, step: number, pattern: string) {
  const [first, last] = [Number(begin), Number(end)];
  const padded = begin.length > 1 && begin.startsWith('0');
  if (padded && begin.length !== end.length) {
    return wrong(
      `"[${begin}:${end}]" in "${pattern}" starts with ${begin.length} digits and ends with ${end.length}`,
      `write both with the same digits: [${begin.padStart(end.length, '0')}:${end.padStart(begin.length, '0')}]`,
    );
  }
  if (first > last) return backwards(begin, end, pattern);
  const size = Math.floor((last - first) / step) + 1;
  if (size > MOST_NAMES) return tooMany(pattern, size);
  const width = padded ? begin.length : 0;
  return ok(count(first, last, step).map((n) => String(n).padStart(width, '0')));
}

const backwards = (begin: string, end: string, pattern: string) =>
  wrong(
    `the range in "${pattern}" runs backwards`,
    `write the smaller end first: [${end}:${begin}]`,
  );

const count = (first: number, last: number, step: number): readonly number[] =>
  Array.from({ length: Math.floor((last - first) / step) + 1 }, (_, i) => first + i * step);
