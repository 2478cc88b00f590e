import { nearest } from '../model/frame.ts';
import { globToRegExp } from '../model/glob.ts';
import { fail, ok, type Problem, type Result } from '../model/problem.ts';
import type { InventoryProblems } from '../model/problems/inventory-problems.ts';

/** The names that a pattern may match, in the order of the inventory. */
export interface Names {
  readonly hosts: readonly string[];
  readonly groups: ReadonlyMap<string, readonly string[]>;
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
 * its own. A part is a group, a host, `all` or `*`, `ungrouped`, a glob (`web*.example.com`), a
 * regular expression that matches from the start (`~web\d+`), or `@file` with one part per line.
 * All but a regular expression may have an index: `web[0]`, `web[-1]`, `web[0:2]` (both ends
 * count), `web[1:]`, `web[:3]`. A name that is both a group and a host means the group.
 *
 * @param files text of each file in `limitFiles(limit)`, by name
 */
export function limitHosts(
  names: Names,
  limit: string,
  files: ReadonlyMap<string, string> = new Map(),
): Result<readonly string[]> {
  const parts = splitPattern(limit).flatMap((part) =>
    part.startsWith('@') ? linesOf(files.get(part.slice(1)) ?? '') : [part],
  );
  if (parts.length === 0) return fail(wrong({ reason: 'empty', limit }));

  const problems: Problem[] = [];
  const matcher = new Matcher(names);
  const sets = (sign: '&' | '!' | ''): readonly ReadonlySet<string>[] =>
    parts
      .filter((part) => (/^[&!]/.exec(part)?.[0] ?? '') === sign)
      .map((part) => {
        const found = matcher.match(part.slice(sign.length), sign === '!');
        if (!found.ok) problems.push(...found.problems);
        return new Set(found.ok ? found.value : []);
      });
  const added = sets('');
  const kept = sets('&');
  const removed = sets('!');
  if (problems.length > 0) return fail(...problems);

  const chosen = names.hosts.filter(
    (name) =>
      (added.length === 0 || added.some((set) => set.has(name))) &&
      kept.every((set) => set.has(name)) &&
      !removed.some((set) => set.has(name)),
  );
  return chosen.length > 0 ? ok(chosen) : fail(wrong({ reason: 'no-hosts-left', limit }));
}

/** `#` starts a comment: such files are also written by hand. */
const linesOf = (text: string): readonly string[] =>
  text
    .split(/\r?\n/)
    .map((line) => line.replace(/(^|\s)#.*$/, '').trim())
    .filter((line) => line !== '')
    .flatMap(splitPattern);

/** Splits at commas, and each piece at colons, unless it is an address or a regular expression in a list. */
export function splitPattern(pattern: string): readonly string[] {
  const pieces = splitOutside(pattern, ',').map((piece) => piece.trim());
  return pieces
    .flatMap((piece) => {
      const name = piece.replace(/^[&!]/, '');
      if (isIPv6(name) || (pieces.length > 1 && name.startsWith('~'))) return [piece];
      return splitOutside(piece, ':').map((part) => part.trim());
    })
    .filter((part) => part !== '');
}

const isIPv6 = (text: string): boolean =>
  /^[0-9A-Fa-f:]+(%\w+)?$/.test(text) && (text.includes('::') || text.split(':').length === 8);

/** Inside brackets (indexes, ranges and sets) a separator does not count. */
function splitOutside(text: string, separator: string): readonly string[] {
  const parts: string[] = [];
  let from = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '[') {
      const close = text.indexOf(']', i);
      if (close > 0) i = close;
    } else if (text[i] === separator) {
      parts.push(text.slice(from, i));
      from = i + 1;
    }
  }
  return [...parts, text.slice(from)];
}

class Matcher {
  readonly #names: Names;
  readonly #hosts: ReadonlySet<string>;

  constructor(names: Names) {
    this.#names = names;
    this.#hosts = new Set(names.hosts);
  }

  /** @param mayMiss matching no host is not a mistake: there is just nothing to remove */
  match(part: string, mayMiss: boolean): Result<readonly string[]> {
    if (part === '') return fail(wrong({ reason: 'empty-part' }));
    if (part.startsWith('~')) return this.#expression(part, mayMiss);

    const { name, from, to, one } = splitIndex(part);
    if (from === '' && to === '') return fail(wrong({ reason: 'open-range', part, name }));
    const found = /[*?[]/.test(name)
      ? this.#matching(globToRegExp(name, { sets: true }), part, mayMiss)
      : this.#named(name);
    if (!found.ok || (one ?? to) === undefined) return found;
    const hosts = found.value;
    const end = to === '' ? undefined : Number(to) + 1;
    const picked =
      one === undefined ? hosts.slice(Number(from), end) : [hosts.at(Number(one))].filter(isName);
    if (picked.length > 0 || mayMiss) return ok(picked);
    return fail(wrong({ reason: 'index-out-of-range', part, name, count: hosts.length }));
  }

  #named(name: string): Result<readonly string[]> {
    const { hosts, groups } = this.#names;
    if (name === 'all') return ok(hosts);
    const members = groups.get(name);
    if (members) return ok(members);
    if (this.#hosts.has(name)) return ok([name]);
    if (name === 'ungrouped') {
      const grouped = new Set([...groups.values()].flat());
      return ok(hosts.filter((host) => !grouped.has(host)));
    }
    const near = nearest(name, [...groups.keys(), ...hosts]) ?? null;
    return fail(
      wrong({ reason: 'unknown-name', name, near, groups: [...groups.keys()].slice(0, 10) }),
    );
  }

  #expression(part: string, mayMiss: boolean): Result<readonly string[]> {
    let expression: RegExp;
    try {
      expression = new RegExp(`^(?:${part.slice(1)})`);
    } catch (error) {
      const said = (error as Error).message.replace(/^.*: /, '');
      return fail(wrong({ reason: 'regular-expression', part, said }));
    }
    return this.#matching(expression, part, mayMiss);
  }

  /** Groups first, then hosts, each once. */
  #matching(expression: RegExp, part: string, mayMiss: boolean): Result<readonly string[]> {
    const members = [...this.#names.groups].flatMap(([group, hosts]) =>
      expression.test(group) ? hosts : [],
    );
    const hosts = this.#names.hosts.filter((name) => expression.test(name));
    const found = [...new Set([...members, ...hosts])];
    return found.length > 0 || mayMiss ? ok(found) : fail(wrong({ reason: 'no-match', part }));
  }
}

const isName = (name: string | undefined): name is string => name !== undefined;

/** Takes `[0]`, `[-1]`, `[0:2]`, `[1:]` or `[:3]` off the end. */
function splitIndex(part: string) {
  const [, name = part, one, from, to] = /^(.+)\[(?:(-?\d+)|(\d*):(\d*))\]$/.exec(part) ?? [];
  return { name, one, from, to };
}
