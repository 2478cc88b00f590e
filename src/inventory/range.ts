import type { RangeMistake } from '../model/problems/inventory-problems.ts';

/** Names that one pattern may stand for: one zero too many must not make a million hosts. */
export const MAX_NAMES = 20_000;

const RANGES = /\[([^\][]*)\]/;
const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';

export type Expanded =
  | { readonly ok: true; readonly value: readonly string[] }
  | { readonly ok: false; readonly mistake: RangeMistake };

const ok = (value: readonly string[]): Expanded => ({ ok: true, value });
const wrong = (mistake: RangeMistake): Expanded => ({ ok: false, mistake });

/**
 * The names that `web-[01:20].example.com` stands for, in order. As in Ansible inventories: both
 * ends count, `[01:20]` keeps its zeros, `[a:f]` counts letters (lower case comes before upper
 * case), `[:3]` starts at 0, `[1:20:2]` takes every second, several ranges in a name multiply.
 */
export function expandName(pattern: string): Expanded {
  // between the ranges stand texts, one more than there are ranges
  const parts = pattern.split(RANGES);
  const ranges: (readonly string[])[] = [];
  for (let i = 1; i < parts.length; i += 2) {
    const members = expandRange(parts[i]!, pattern);
    if (!members.ok) return members;
    ranges.push(members.value);
  }
  let names: readonly string[] = [parts.at(-1)!];
  if (/[[\]]/.test(names[0]!)) return wrong({ reason: 'unclosed-bracket', pattern });
  for (const [i, members] of [...ranges.entries()].reverse()) {
    const count = members.length * names.length;
    if (count > MAX_NAMES) return tooMany(pattern, count);
    const tails = names;
    names = members.flatMap((member) => tails.map((tail) => `${parts[2 * i]}${member}${tail}`));
  }
  return ok(names);
}

const tooMany = (pattern: string, count: number) =>
  wrong({ reason: 'too-many-names', pattern, count, limit: MAX_NAMES });

function expandRange(range: string, pattern: string): Expanded {
  const parts = range.split(':');
  const [begin = '', end = '', stepText = '1'] = parts;
  if (parts.length < 2 || parts.length > 3 || end === '' || !/^[1-9]\d{0,8}$/.test(stepText))
    return wrong({ reason: 'not-a-range', pattern, range });
  const ends = [begin, end];
  const numbers = /^\d{0,9}$/.test(begin) && /^\d{1,9}$/.test(end);
  if (!numbers && !ends.every((one) => /^[A-Za-z]$/.test(one)))
    return wrong({ reason: 'mixed-range', pattern, range });
  const padded = numbers && begin.length > 1 && begin.startsWith('0');
  if (padded && begin.length !== end.length)
    return wrong({ reason: 'uneven-range', pattern, begin, end });

  const [first, last] = ends.map((one) => (numbers ? Number(one) : LETTERS.indexOf(one)));
  if (first! > last!) return wrong({ reason: 'backward-range', pattern, begin, end });
  const step = Number(stepText);
  const size = Math.floor((last! - first!) / step) + 1;
  if (size > MAX_NAMES) return tooMany(pattern, size);
  const counted = Array.from({ length: size }, (_, i) => first! + i * step);
  const width = padded ? begin.length : 0;
  return ok(counted.map((n) => (numbers ? String(n).padStart(width, '0') : LETTERS[n]!)));
}
