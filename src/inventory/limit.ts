import { nearest } from '../model/frame.ts';
import { fail, ok, type Problem, type Result } from '../model/problem.ts';

/** The names that a pattern may speak of, in the order of the inventory. */
export interface Names {
  readonly hosts: readonly string[];
  readonly groups: ReadonlyMap<string, readonly string[]>;
}

const wrong = (message: string, hint: string): Problem => ({
  code: 'inventory.limit',
  message,
  hint,
});

/** Files that `--limit` names with `@`: their text is handed to `limitHosts`. */
export const limitFiles = (limit: string): readonly string[] => [
  ...new Set(
    splitPattern(limit)
      .filter((part) => part.startsWith('@'))
      .map((part) => part.slice(1)),
  ),
];

/**
 * The hosts that an Ansible pattern means, in the order of the inventory.
 *
 * Parts are split at `,` or `:`. Whatever their order: first every plain part adds its hosts (none:
 * all hosts), then each `&part` keeps only its own, then each `!part` takes its own out. A part is a
 * group, a host, `all` or `*`, `ungrouped`, a glob (`web*.example.com`), a regular expression that
 * fits from the start (`~web\d+`), `@file` with one part a line, or any but a regular expression with
 * an index: `web[0]`, `web[-1]`, `web[0:2]` (both ends count), `web[1:]`, `web[:3]`. A name that is
 * a group and a host means the group.
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
  if (parts.length === 0) {
    return fail(
      wrong(`--limit "${limit}" names nothing`, 'name hosts or groups, or leave --limit out'),
    );
  }

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
  if (chosen.length > 0) return ok(chosen);
  return fail(
    wrong(`--limit "${limit}" leaves no host`, 'see which hosts there are: alloyup hosts'),
  );
}

/** `#` starts a comment: retry files are also written by hand. */
const linesOf = (text: string): readonly string[] =>
  text
    .split(/\r?\n/)
    .map((line) => line.replace(/(^|\s)#.*$/, '').trim())
    .filter((line) => line !== '')
    .flatMap(splitPattern);

/** At commas; each piece also at colons, unless it is an address or a regular expression in a list. */
export function splitPattern(pattern: string): readonly string[] {
  const pieces = splitOutside(pattern, ',').map((piece) => piece.trim());
  return pieces
    .flatMap((piece) => {
      const bare = piece.replace(/^[&!]/, '');
      if (isIPv6(bare) || (pieces.length > 1 && bare.startsWith('~'))) return [piece];
      return splitOutside(piece, ':').map((part) => part.trim());
    })
    .filter((part) => part !== '');
}

const isIPv6 = (text: string): boolean =>
  /^[0-9A-Fa-f:]+(%\w+)?$/.test(text) && (text.includes('::') || text.split(':').length === 8);

/** Brackets hold subscripts, ranges and sets: no separator counts in them. */
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

  /** `mayMiss`: nothing to take out is no mistake for a glob. */
  match(part: string, mayMiss: boolean): Result<readonly string[]> {
    if (part === '')
      return fail(wrong('a part of --limit is empty', 'write a name after "!" and "&"'));
    if (part.startsWith('~')) return this.#expression(part.slice(1), part, mayMiss);

    const { name, index, problem } = splitIndex(part);
    if (problem) return fail(problem);
    const found = isGlob(name)
      ? this.#expression(globSource(name), part, mayMiss)
      : this.#named(name);
    if (!found.ok || !index) return found;
    const picked = index(found.value);
    if (picked.length > 0 || mayMiss) return ok(picked);
    return fail(
      wrong(
        `"${part}" points past the end: "${name}" has ${found.value.length} hosts`,
        'count from 0',
      ),
    );
  }

  #named(name: string): Result<readonly string[]> {
    if (name === 'all') return ok(this.#names.hosts);
    const members = this.#names.groups.get(name);
    if (members) return ok(members);
    if (this.#hosts.has(name)) return ok([name]);
    if (name === 'ungrouped') return ok(this.#ungrouped());
    const near = nearest(name, [...this.#names.groups.keys(), ...this.#hosts]);
    const groups = [...this.#names.groups.keys()].slice(0, 10);
    return fail(
      wrong(
        `there is no host and no group "${name}"`,
        near
          ? `did you mean "${near}"?`
          : `see which hosts there are: alloyup hosts${groups.length > 0 ? `; the groups are ${groups.join(', ')}` : ''}`,
      ),
    );
  }

  #ungrouped(): readonly string[] {
    const grouped = new Set([...this.#names.groups.values()].flat());
    return this.#names.hosts.filter((name) => !grouped.has(name));
  }

  /** Groups first, then hosts, each once. */
  #expression(source: string, part: string, mayMiss: boolean): Result<readonly string[]> {
    let form: RegExp;
    try {
      form = new RegExp(`^(?:${source})`);
    } catch (error) {
      return fail(
        wrong(
          `"${part}" is not a regular expression: ${(error as Error).message.replace(/^.*: /, '')}`,
          'after "~" write a regular expression, such as ~web-\\d+',
        ),
      );
    }
    const members = [...this.#names.groups].flatMap(([group, hosts]) =>
      form.test(group) ? hosts : [],
    );
    const found = new Set([...members, ...this.#names.hosts.filter((name) => form.test(name))]);
    if (found.size > 0 || mayMiss) return ok([...found]);
    return fail(
      wrong(`no host and no group fits "${part}"`, 'see which hosts there are: alloyup hosts'),
    );
  }
}

type Pick = (hosts: readonly string[]) => readonly string[];

/** Takes `[0]`, `[-1]`, `[0:2]`, `[1:]` or `[:3]` off the end. */
function splitIndex(part: string): { name: string; index?: Pick; problem?: Problem } {
  const [, name, one, from, to] = /^(.+)\[(?:(-?\d+)|(\d*):(\d*))\]$/.exec(part) ?? [];
  if (name === undefined) return { name: part };
  if (one !== undefined) {
    return {
      name,
      index: (hosts) =>
        hosts
          .slice(Number(one))
          .slice(0, 1)
          .filter(() => Number(one) >= -hosts.length),
    };
  }
  if (from === '' && to === '') {
    return { name, problem: wrong(`"${part}" has no ends`, `write ${name} for all of it`) };
  }
  return {
    name,
    index: (hosts) => hosts.slice(Number(from), to === '' ? undefined : Number(to) + 1),
  };
}

const isGlob = (name: string): boolean => /[*?[]/.test(name);

/** As fnmatch: `*`, `?`, `[abc]`, `[!abc]`, over the whole name. */
const globSource = (glob: string): string =>
  `${glob.replace(
    /\[(!?)([^\]]+)\]|[.+^${}()|\\[\]*?]/g,
    (sign, not: string | undefined, set: string | undefined) => {
      if (set !== undefined) return `[${not ? '^' : ''}${set.replace(/[\\^[]/g, '\\$&')}]`;
      return sign === '*' ? '.*' : sign === '?' ? '.' : `\\${sign}`;
    },
  )}$`;
