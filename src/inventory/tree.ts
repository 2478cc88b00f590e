import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Pair,
  parseDocument,
  visit,
  type YAMLMap,
} from 'yaml';
import type { Position, Problem } from '../model/problem.ts';
import { syntaxProblem, tagProblem, unclosedQuote } from './syntax.ts';

export type Path = readonly (string | number)[];

/** Finds the place of a value, or of the key that names it; of the nearest parent that is there, else. */
export type Locate = (path: Path, part?: 'key' | 'value') => Position;

/** A YAML text as plain values, with the place of each kept. */
export interface Tree {
  /** Maps are objects without a prototype; a repeated anchor is the same object. */
  readonly value: unknown;
  readonly place: Locate;
  /** The scalar at `path` as it was typed: `1.10` of the number 1.1; undefined where there is no scalar. */
  source(path: Path): string | undefined;
  /** What is wrong with the text as YAML. */
  readonly problems: readonly Problem[];
  /** The text could not be understood to its end: anything said about its values may be wrong. */
  readonly broken: boolean;
}

/** Values that aliases may add in all; a bomb of nine lines makes a billion. */
const MOST_REPEATED = 1_000_000;

interface Anchored {
  /** undefined while the node is being read: an alias to it would hold itself. */
  readonly node: unknown;
  readonly value: unknown;
  readonly size: number;
}

/** Words of YAML that only others' files may hold. */
export interface Dialect {
  /** `yes` is true, `<<` merges. */
  readonly version: '1.1';
  /** The value of a tagged scalar; undefined: the tag is as unknown as any. */
  readonly tagged: (tag: string, text: string) => { readonly value: unknown } | undefined;
}

/** Reads YAML 1.2 (JSON is a part of it), or a dialect. Never throws. */
export function readTree(text: string, file: string, dialect?: Dialect): Tree {
  const lines = new LineCounter();
  const problems: Problem[] = [];
  const position = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(1, line), column: Math.max(1, col) };
  };

  let document: ReturnType<typeof parseDocument>;
  try {
    document = parseDocument(text, {
      lineCounter: lines,
      prettyErrors: false,
      uniqueKeys: false,
      ...(dialect ? { version: dialect.version } : {}),
    });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const at = { file, line: 1, column: 1 };
    const problem = {
      code: 'inventory.syntax',
      message: 'the text is nested too deeply to be read',
      hint: 'look for a long row of opening brackets',
      at,
    } as const;
    const place = () => at;
    return { value: undefined, place, source: () => undefined, problems: [problem], broken: true };
  }
  const unclosed = document.errors.find(({ message }) => /closing ['"]quote/.test(message));
  if (unclosed) {
    // it swallows the rest of the file: what is said after it is an echo
    problems.push(unclosedQuote(position(lastQuote(document.contents) ?? unclosed.pos[0])));
  }
  const told = new Set<number>();
  for (const error of document.errors) {
    if (unclosed && error.pos[0] >= unclosed.pos[0]) break;
    if (told.has(error.pos[0])) continue;
    told.add(error.pos[0]);
    problems.push(syntaxProblem(error, position(error.pos[0])));
  }
  for (const warning of document.warnings) {
    const tag = text.slice(warning.pos[0], warning.pos[1]);
    if (dialect?.tagged(tag, '')) continue;
    problems.push(tagProblem(warning, tag, position(warning.pos[0])));
  }

  const anchors = new Map<string, Anchored>();
  const targets = new WeakMap<object, unknown>();
  const indexes = new WeakMap<object, ReadonlyMap<string, Pair>>();
  let repeated = 0;
  let stopped = false;

  const complain = (node: unknown, message: string, hint: string): void => {
    problems.push({ code: 'inventory.syntax', message, hint, at: position(startOf(node)) });
  };

  function read(node: unknown): { readonly value: unknown; readonly size: number } {
    if (isAlias(node)) return follow(node);
    const anchor = isMap(node) || isSeq(node) || isScalar(node) ? node.anchor : undefined;
    if (anchor) anchors.set(anchor, { node: undefined, value: undefined, size: 0 });
    const got = isMap(node) ? readMap(node) : isSeq(node) ? readList(node) : readScalar(node);
    if (anchor) anchors.set(anchor, { node, ...got });
    return got;
  }

  function follow(node: { readonly source: string }): { value: unknown; size: number } {
    const target = anchors.get(node.source);
    if (!target?.node) {
      complain(
        node,
        target
          ? `"*${node.source}" holds itself`
          : `no anchor "&${node.source}" stands before this`,
        target ? 'write the inner value out' : `set "&${node.source}" at the first use, above`,
      );
      return { value: null, size: 1 };
    }
    targets.set(node, target.node);
    repeated += target.size;
    if (repeated <= MOST_REPEATED) return target;
    if (!stopped) {
      stopped = true;
      complain(
        node,
        'aliases repeat each other beyond all measure (an "alias bomb")',
        'write the values out: an alias of aliases of aliases is never needed here',
      );
    }
    return { value: null, size: 1 };
  }

  function readMap(node: YAMLMap): { value: unknown; size: number } {
    const value: Record<string, unknown> = Object.create(null);
    const index = new Map<string, Pair>();
    const merged: Readonly<Record<string, unknown>>[] = [];
    let size = 1;
    for (const pair of node.items) {
      const key = nameOf(pair.key);
      const got = read(pair.value);
      size += got.size;
      if (key === undefined) {
        complain(pair.key, 'a key must be a plain word', 'write a word before the colon');
        continue;
      }
      if (key === '<<' && dialect) {
        for (const one of Array.isArray(got.value) ? got.value : [got.value])
          merged.push((one ?? {}) as Record<string, unknown>);
        continue;
      }
      if (key === '__proto__' || key === '<<') {
        complain(
          pair.key,
          `"${key}" cannot be a key`,
          key === '<<'
            ? 'YAML 1.2 has no merge keys: put what hosts share under "groups" or "defaults"'
            : 'choose another name',
        );
        continue;
      }
      const first = index.get(key);
      if (first) {
        const { line } = position(startOf(first.key));
        complain(
          pair.key,
          `the key "${key}" stands twice, first in line ${line}`,
          'merge the two or take one out: only one would count',
        );
        continue;
      }
      index.set(key, pair);
      value[key] = got.value;
    }
    // what is written beside a merge wins over it, and an earlier merge over a later one
    for (const [key, inherited] of merged.flatMap((one) => Object.entries(one)))
      if (!(key in value)) value[key] = inherited;
    indexes.set(node, index);
    return { value, size };
  }

  function readList(node: { readonly items: readonly unknown[] }): {
    value: unknown;
    size: number;
  } {
    const got = node.items.map(read);
    return {
      value: got.map(({ value }) => value),
      size: got.reduce((sum, { size }) => sum + size, 1),
    };
  }

  const readScalar = (node: unknown) => {
    if (!isScalar(node)) return { value: null, size: 1 };
    const own = node.tag ? dialect?.tagged(node.tag, node.source ?? '') : undefined;
    return { value: own ? own.value : (node.value ?? null), size: 1 };
  };

  /** Walks down as far as the path is there. */
  function find(path: Path): {
    readonly key: unknown;
    readonly value: unknown;
    readonly full: boolean;
  } {
    let key: unknown = document.contents;
    let value: unknown = document.contents;
    for (const step of path) {
      const node = isAlias(value) ? targets.get(value) : value;
      if (isMap(node)) {
        const pair = indexes.get(node)?.get(String(step));
        if (!pair) return { key, value, full: false };
        key = pair.key;
        value = pair.value ?? pair.key;
      } else if (isSeq(node) && typeof step === 'number' && step < node.items.length) {
        key = node.items[step];
        value = key;
      } else {
        return { key, value, full: false };
      }
    }
    return { key, value, full: true };
  }

  const value = read(document.contents).value;
  return {
    value,
    place: (path, part = 'value') => {
      const found = find(path);
      return position(startOf(part === 'key' || !found.full ? found.key : found.value));
    },
    source: (path) => {
      const { value: node, full } = find(path);
      return full && isScalar(node) ? node.source : undefined;
    },
    problems,
    broken: document.errors.length > 0 || stopped,
  };
}

/** Where the last quoted text begins. */
function lastQuote(contents: unknown): number | undefined {
  let last: number | undefined;
  visit(contents as Parameters<typeof visit>[0], {
    Scalar: (_, node) => {
      if (node.type?.startsWith('QUOTE') && node.range) last = Math.max(last ?? 0, node.range[0]);
    },
  });
  return last;
}

const startOf = (node: unknown): number =>
  (node as { range?: readonly [number, number, number] | null } | null)?.range?.[0] ?? 0;

/** A key as text: numbers and words as typed; undefined for null, lists and maps. */
function nameOf(key: unknown): string | undefined {
  if (!isScalar(key) || key.value === null || key.value === '') return undefined;
  return typeof key.value === 'string' ? key.value : (key.source ?? String(key.value));
}
