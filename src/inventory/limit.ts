import { runInNewContext } from 'node:vm';
import { nearest } from '../model/frame.ts';
import { type Glob, globOf } from '../model/glob.ts';
import { fail, failWith, ok, type Problem, type Result } from '../model/problem.ts';
import type { InventoryProblems } from '../model/problems/inventory-problems.ts';

/** The names that a pattern may match, in the order of the inventory. */
export interface Names {
  readonly hosts: readonly string[];
  readonly groups: ReadonlyMap<string, readonly string[]>;
  /** The order in which a glob finds hosts, where it is not the inventory's. */
  readonly mentioned?: readonly string[] | undefined;
}

const wrong = (params: InventoryProblems['inventory.limit']): Problem => ({
  code: 'inventory.limit',
  params,
});

/** The files that `--limit` names with `@`; `limitHosts` takes their text. */
export const limitFiles = (limit: string): readonly string[] => [
  ...new Set(
    splitPattern(limit)
      .filter((part) => part.startsWith('@'))
      .map((part) => part.slice(1)),
  ),
];

/**
 * The hosts that an Ansible pattern selects, in the order of the inventory.
 *
 * Parts are separated by `,` or `:`. Whatever their order, plain parts first add their hosts (all
 * hosts if there is no plain part), then each `&part` keeps only its own, then each `!part` removes
 * its own. A part is a host, a group, `all` or `*`, `ungrouped`, a glob (`web*.example.com`), a
 * regular expression that matches from the start (`~web\d+`), or `@file` with one part per line.
 * All but a regular expression may have an index: `web[0]`, `web[-1]`, `web[0:2]` (both ends
 * count), `web[1:]`. A plain name that is both a host and a group means the host.
 *
 * @param files text of each file in `limitFiles(limit)`, by name
 */
export function limitHosts(
  names: Names,
  limit: string,
  files: ReadonlyMap<string, string> = new Map(),
): Result<readonly string[]> {
  const all = splitPattern(limit).flatMap((part) =>
    part.startsWith('@') ? linesOf(files.get(part.slice(1)) ?? '') : [part],
  );
  // a part that is repeated says nothing new, and a group may have every host
  const parts = [...new Set(all)];
  if (parts.length === 0) return fail(wrong({ reason: 'empty', limit }));

  const problems: Problem[] = [];
  const matcher = new Matcher(names);
  const signOf = (part: string): string => /^[&!]/.exec(part)?.[0] ?? '';
  const found = (part: string, sign: Sign): readonly string[] => {
    const result = matcher.match(part, sign);
    if (result.ok) return result.value;
    for (const one of result.problems) problems.push(one);
    return [];
  };
  /** Works on one set, however many parts there are: a list may name every host. */
  const each = (sign: Sign, work: (names: readonly string[]) => void): number => {
    const signed = parts.filter((part) => signOf(part) === sign);
    for (const part of signed) work(found(part, sign));
    return signed.length;
  };
  let chosenNames = new Set<string>();
  const added = each('', (more) => {
    for (const name of more) chosenNames.add(name);
  });
  if (added === 0) chosenNames = new Set(names.hosts);
  each('&', (kept) => {
    chosenNames = new Set(kept.filter((name) => chosenNames.has(name)));
  });
  each('!', (removed) => {
    for (const name of removed) chosenNames.delete(name);
  });
  if (problems.length > 0) return failWith(problems);

  const chosen = names.hosts.filter((name) => chosenNames.has(name));
  return chosen.length > 0 ? ok(chosen) : fail(wrong({ reason: 'no-hosts-left', limit }));
}

/** One part a line, not split further, as Ansible reads them. A line that starts with `#` is a comment. */
const linesOf = (text: string): readonly string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));

/** Splits at commas, even in brackets; without any, at colons and spaces, unless it is an address. */
export function splitPattern(pattern: string): readonly string[] {
  const parts = pattern.includes(',')
    ? pattern.split(',')
    : isAddress(pattern)
      ? [pattern]
      : (pattern.match(/(?:[^\s:[\]]|\[[^\]]*\])+/g) ?? []);
  return parts.map((part) => part.trim()).filter((part) => part !== '');
}

/** An IPv6 address, or a host with a port. */
const isAddress = (text: string): boolean =>
  (/^[0-9A-Fa-f:.]+$/.test(text) && (text.includes('::') || text.split(':').length === 8)) ||
  /^[\w.-]+:\d+$/.test(text);

/** One of these stands for whichever of them is in the inventory. */
const LOCALHOST = ['localhost', '127.0.0.1', '::1'];

type Sign = '&' | '!' | '';

/** Names whose nearest one is looked up, which compares them with every other. */
const MOST_NEAREST = 10;

class Matcher {
  readonly #groups: ReadonlyMap<string, readonly string[]>;
  readonly #hosts: readonly string[];
  readonly #known: ReadonlySet<string>;
  #compared = 0;

  constructor({ hosts, groups, mentioned = hosts }: Names) {
    const grouped = new Set([...groups.values()].flat());
    const ungrouped = hosts.filter((host) => !grouped.has(host));
    this.#groups = new Map([['all', hosts], ['ungrouped', ungrouped], ...groups]);
    this.#hosts = mentioned;
    this.#known = new Set(hosts);
  }

  match(signed: string, sign: Sign): Result<readonly string[]> {
    const part = signed.slice(sign.length);
    if (part === '') return fail(wrong({ reason: 'empty-part' }));
    if (sign === '' && this.#known.has(part)) return ok([part]);
    if (part.startsWith('~')) return this.#expression(part, sign === '!');

    const { name, from, to } = splitIndex(part);
    const isGlob = /[*?[]/.test(name);
    const { found, groups } = isGlob
      ? this.#matching(globOf(name, { sets: true }), true)
      : this.#named(name);
    if (found.length === 0 && LOCALHOST.includes(name))
      found.push(...this.#hosts.filter((host) => LOCALHOST.includes(host)).slice(0, 1));
    // there may just be nothing to remove
    if (found.length === 0 && groups === 0 && !(isGlob && sign === '!'))
      return fail(this.#missing(part, name, isGlob));
    if (from === undefined || found.length === 0) return ok(found);
    const picked = to === undefined ? [found.at(from)].filter(isName) : found.slice(from, to + 1);
    if (picked.length > 0 || (sign === '!' && to !== undefined)) return ok(picked);
    return fail(wrong({ reason: 'index-out-of-range', part, name, count: found.length }));
  }

  #missing(part: string, name: string, isGlob: boolean): Problem {
    const [, indexed = ''] = /^(.+)\[:\d*\]$/.exec(part) ?? [];
    if (indexed !== '') return wrong({ reason: 'open-range', part, name: indexed });
    if (isGlob) return wrong({ reason: 'no-match', part });
    const groups = [...this.#groups.keys()].slice(2);
    this.#compared += 1;
    const near =
      this.#compared > MOST_NEAREST ? null : (nearest(name, [...groups, ...this.#hosts]) ?? null);
    return wrong({ reason: 'unknown-name', name, near, groups: groups.slice(0, 10) });
  }

  #expression(part: string, mayMiss: boolean): Result<readonly string[]> {
    const expression = pythonExpression(part.slice(1));
    if (typeof expression === 'string')
      return fail(wrong({ reason: 'regular-expression', part, said: expression }));
    const found = this.#selected(expression);
    if (found === null)
      return fail(wrong({ reason: 'regular-expression', part, said: 'it takes too long' }));
    return found.length > 0 || mayMiss ? ok(found) : fail(wrong({ reason: 'no-match', part }));
  }

  /** What a name without wildcards stands for: a name with a dot is the host's, too, if it is also a group's. */
  #named(name: string): { found: string[]; groups: number } {
    const members = this.#groups.get(name);
    const isHost = this.#known.has(name) && (members === undefined || name.includes('.'));
    const found = [...(members ?? []), ...(isHost ? [name] : [])];
    return { found, groups: members === undefined ? 0 : 1 };
  }

  /** Null: the expression takes too long. Nobody can tell beforehand: "(a+)+$" takes 2^n steps. */
  #selected(expression: RegExp): string[] | null {
    const matching = testWithin(EXPRESSION_MS, expression, [
      ...this.#groups.keys(),
      ...this.#hosts,
    ]);
    if (matching === null) return null;
    return this.#matching({ test: (name) => matching.has(name) }, true).found;
  }

  /**
   * The hosts of each group that matches, then those that match themselves, which count only for a
   * pattern if a group matches, too. An index counts a host as often as it is found.
   */
  #matching(expression: Glob, hostsToo: boolean): { found: string[]; groups: number } {
    const groups = [...this.#groups].filter(([group]) => expression.test(group));
    const found = groups.flatMap(([, hosts]) => hosts);
    if (groups.length === 0 || hostsToo)
      for (const name of this.#hosts) if (expression.test(name)) found.push(name);
    return { found, groups: groups.length };
  }
}

/** Milliseconds for a regular expression over all names; a harmless one takes 50 for 100,000. */
const EXPRESSION_MS = 2000;

/** The names that match; null: not known in time. */
function testWithin(
  limitMs: number,
  { source, flags }: RegExp,
  names: readonly string[],
): ReadonlySet<string> | null {
  const script =
    'const expression = new RegExp(source, flags); names.filter((name) => expression.test(name))';
  try {
    return new Set(runInNewContext(script, { source, flags, names }, { timeout: limitMs }));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return null;
    throw error;
  }
}

const isName = (name: string | undefined): name is string => name !== undefined;

/** Takes `[0]`, `[-1]`, `[0:2]` or `[1:]` off the end. */
function splitIndex(part: string): {
  readonly name: string;
  readonly from?: number;
  /** Included; undefined: a single one. */
  readonly to?: number | undefined;
} {
  const [, name = part, one, start, end] = /^(.+)\[(?:(-?\d+)|(\d+)[:-](\d*))\]$/.exec(part) ?? [];
  if (one !== undefined) return { name, from: Number(one) };
  if (start === undefined) return { name };
  // as in Ansible, where 0 as the end is no end
  const to = end === '' ? Number.MAX_SAFE_INTEGER - 1 : Number(end) || undefined;
  return { name, from: Number(start), to };
}

/** A regular expression of Python's that matches at the start; what is wrong with it as text. */
function pythonExpression(source: string): RegExp | string {
  const [, flags = '', rest = source] = /^\(\?([aiLmsux]+)\)(.*)$/s.exec(source) ?? [];
  if (rest === '') return 'it is empty';
  if (/[Lx]/.test(flags)) return `the flags ${flags} are not supported`;
  const [unknown] = /(?<!\\)(?:\\\\)*\\(?![AbBdDsSwWZafnrtvxuU\d\W_])./.exec(rest) ?? [];
  if (unknown) return `bad escape ${unknown}`;
  const translated = rest
    .replace(/\(\?P</g, '(?<')
    .replace(/\(\?P=(\w+)\)/g, '\\k<$1>')
    .replace(/\{,(?=\d+\})/g, '{0,')
    .replace(/(?<!\\)((?:\\\\)*)\\A/g, '$1(?<![\\s\\S])')
    .replace(/(?<!\\)((?:\\\\)*)\\Z/g, '$1(?![\\s\\S])');
  try {
    return new RegExp(`^(?:${translated})`, flags.replace(/[au]/g, ''));
  } catch (error) {
    return (error as Error).message.replace(/^.*: /, '');
  }
}
