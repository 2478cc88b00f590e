import type * as z from 'zod';
import { nearest } from '../model/frame.ts';
import { isWritten, type Position, type Problem } from '../model/problem.ts';
import { framesOf } from './mask.ts';
import type { KnownKeys } from './schema.ts';
import type { Path, Tree } from './tree.ts';

type Issue = z.core.$ZodIssue;

/** A problem of the schema, with the path whose value cannot be used. */
export interface Flaw {
  readonly path: Path;
  readonly problem: Problem;
  /** A key that no schema knows. */
  readonly unknown?: boolean;
}

/** Every problem in zod's issues, in our words and with places. */
export function flawsOf(issues: readonly Issue[], tree: Tree): readonly Flaw[] {
  const flaws = issues.flatMap((issue) => flawsOfIssue(issue, [], tree));
  // a mistyped key is not also missing
  const mistyped = new Set(
    flaws.filter(({ unknown }) => unknown).map(({ path }) => pathText(path.slice(0, -1))),
  );
  return flaws.filter(
    ({ path }) =>
      valueAt(tree.value, path) !== undefined || !mistyped.has(pathText(path.slice(0, -1))),
  );
}

function flawsOfIssue(issue: Issue, base: Path, tree: Tree): readonly Flaw[] {
  const path = [...base, ...(issue.path as Path)];
  const flaw = (message: string, hint: string, part: 'key' | 'value' = 'value'): Flaw => ({
    path,
    problem: {
      code: 'inventory.schema',
      message: path.length > 0 ? `${pathText(path)}: ${message}` : message,
      hint,
      at: tree.place(path, part),
    },
  });

  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownKey(path, key, JSON.parse(issue.message), tree));
    case 'invalid_union': {
      // the branch that the written value was meant for is the one whose outer type fits
      const meant = issue.errors.filter((branch) => !branch.some(isOuter));
      if (meant.length === 1) return meant[0]!.flatMap((inner) => flawsOfIssue(inner, path, tree));
      return [flaw(...said(issue))];
    }
    case 'invalid_key':
      return [flaw(...said(issue.issues[0] ?? issue), 'key')];
    case 'invalid_value': {
      const words = issue.values.map(String);
      const written = tree.source(path) ?? '';
      const near = nearest(written, words);
      return [
        flaw(
          `"${written}" is not one of ${words.join(', ')}`,
          near ? `did you mean "${near}"?` : `write one of ${words.join(', ')}`,
        ),
      ];
    }
    case 'invalid_type':
      return [
        issue.message.includes('\n') ? flaw(...said(issue)) : flaw(...wrongType(issue, path, tree)),
      ];
    default:
      return [flaw(...said(issue))];
  }
}

const isOuter = (issue: Issue): boolean =>
  issue.path.length === 0 && (issue.code === 'invalid_type' || issue.code === 'invalid_value');

/** Message and hint of an issue that words.ts worded; zod's own words, otherwise. */
function said({ message }: { readonly message: string }): [string, string] {
  const [what, hint] = message.split('\n');
  if (hint === undefined)
    return [lowerFirst(what ?? ''), 'see docs/inventory.md for what may stand here'];
  return [what ?? '', hint];
}

const NAMES: Record<string, string> = {
  string: 'a text',
  object: 'a map',
  record: 'a map',
  array: 'a list',
  tuple: 'a list',
  int: 'a whole number',
  number: 'a number',
};

function wrongType(
  issue: Extract<Issue, { code: 'invalid_type' }>,
  path: Path,
  tree: Tree,
): [string, string] {
  const wanted = NAMES[issue.expected] ?? `a ${issue.expected}`;
  const value = valueAt(tree.value, path);
  const source = tree.source(path);
  if (value === null || value === undefined) {
    return [`there is no value where ${wanted} belongs`, 'give it one, or take the line out'];
  }
  const found =
    typeof value === 'object'
      ? Array.isArray(value)
        ? 'a list'
        : 'a map'
      : typeof value === 'string'
        ? 'a text'
        : `${typeof value === 'number' ? 'the number' : 'the word'} ${source}`;
  const message = `expected ${wanted}, found ${found}`;
  if (wanted === 'a text' && typeof value !== 'object')
    return [message, `put it in quotes: "${source}"`];
  if (/number/.test(wanted) && /^-?\d+$/.test(String(value)))
    return [message, `take the quotes away: ${value}`];
  if (wanted === 'a list' && typeof value === 'string')
    return [message, 'write it in brackets: [one, two]'];
  if (wanted === 'a map' && Array.isArray(value))
    return [message, 'write "key: value" lines without the dashes'];
  if (wanted === 'a map') return [message, 'write "key: value" lines below it, indented'];
  return [message, `write ${wanted}`];
}

function unknownKey(
  path: Path,
  key: string,
  { known, later, inside }: KnownKeys,
  tree: Tree,
): Flaw {
  const full = [...path, key];
  const at = tree.place(full, 'key');
  const where = path.length > 0 ? `${pathText(path)}: ` : '';
  const say = (message: string, hint: string): Flaw => ({
    path: full,
    unknown: true,
    problem: { code: 'inventory.schema', message: `${where}${message}`, hint, at },
  });
  if (later.includes(key)) {
    return say(`"${key}" is not built yet`, 'take it out: it would have no effect in this version');
  }
  const near = nearest(key, known);
  const deeper = nearest(key, Object.keys(inside));
  return say(
    `there is no key "${key}"`,
    near
      ? `did you mean "${near}"?`
      : deeper
        ? `did you mean ${inside[deeper]}.${deeper}?`
        : `the keys here are ${known.join(', ')}`,
  );
}

/** `groups.web.hosts[2]`; keys with signs of their own in quotes: `hosts."web-01.example.com".ssh`. */
export const pathText = (path: Path): string =>
  path
    .map((step) =>
      typeof step === 'number' ? `[${step}]` : /^[\w-]+$/.test(step) ? `.${step}` : `."${step}"`,
    )
    .join('')
    .replace(/^\./, '');

export const valueAt = (value: unknown, path: Path): unknown =>
  path.reduce<unknown>(
    (inner, step) => (inner as Record<string | number, unknown> | null | undefined)?.[step],
    value,
  );

/** Later ones are told without their lines: a frame walks the whole text. */
const MOST_FRAMES = 100;

/** In the order of the file, each said once, with the lines around it; of several files: `frame`. */
export function present(
  problems: readonly Problem[],
  text: string | ((at: Position) => string),
): readonly Problem[] {
  const seen = new Set<string>();
  const frame = typeof text === 'string' ? framesOf(text) : text;
  return problems
    .filter((problem) => {
      const { at } = problem;
      const said = isWritten(problem) ? problem.message : JSON.stringify(problem.params);
      const id = `${at?.file}:${at?.line}:${at?.column}:${said}`;
      return !seen.has(id) && seen.add(id);
    })
    .sort(
      (a, b) => (a.at?.line ?? 0) - (b.at?.line ?? 0) || (a.at?.column ?? 0) - (b.at?.column ?? 0),
    )
    .map((problem, i) => {
      if (!problem.at || i >= MOST_FRAMES) return problem;
      const detail = frame(problem.at);
      return detail === '' ? problem : { ...problem, detail };
    });
}

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
