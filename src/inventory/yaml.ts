import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Pair,
  parseDocument,
  type Tags,
  visit,
  type YAMLMap,
} from 'yaml';
import type { Position, Problem } from '../model/problem.ts';
import type { InventoryProblems } from '../model/problems/inventory-problems.ts';

export type Path = readonly (string | number)[];

/** Finds a value, or the key that names it; where it is missing, its nearest parent. */
export type Locate = (path: Path, part?: 'key' | 'value') => Position;

/** A YAML text as plain values, with the position of each. */
export interface YamlTree {
  /** Maps are objects without a prototype; a repeated anchor is the same object. */
  readonly value: unknown;
  readonly place: Locate;
  /** The scalar at `path` as it was typed: `1.10` for the number 1.1; undefined where there is no scalar. */
  source(path: Path): string | undefined;
  /** What is wrong with the text as YAML. */
  readonly problems: readonly Problem[];
  /** The parser gave up somewhere: the values may be wrong. */
  readonly broken: boolean;
}

/** Values that aliases may add in total; an "alias bomb" of nine lines makes a billion. */
const MAX_REPEATED = 1_000_000;

interface Read {
  readonly value: unknown;
  readonly size: number;
}

interface Anchored extends Read {
  /** undefined while the node is being read: an alias to it would contain itself. */
  readonly node: unknown;
}

/** YAML features that only Ansible's files may use. */
export interface Dialect {
  /** `<<` merges. */
  readonly version: '1.1';
  /** How scalars without quotes and tags are read. */
  readonly tags: (tags: Tags) => Tags;
  /** The value of a tagged scalar; undefined for an unknown tag. */
  readonly tagged: (tag: string, text: string) => { readonly value: unknown } | undefined;
}

/** Reads YAML 1.2 (of which JSON is a subset), or a dialect. Never throws. */
export function readYaml(text: string, file: string, dialect?: Dialect): YamlTree {
  const lines = new LineCounter();
  const problems: Problem[] = [];
  const position = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(1, line), column: Math.max(1, col) };
  };
  const report = (params: InventoryProblems['inventory.syntax'], at: Position): void => {
    problems.push({ code: 'inventory.syntax', params, at });
  };

  let document: ReturnType<typeof parseDocument>;
  try {
    document = parseDocument(text, {
      lineCounter: lines,
      prettyErrors: false,
      uniqueKeys: false,
      ...(dialect ? { version: dialect.version, customTags: dialect.tags } : {}),
    });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const at = { file, line: 1, column: 1 };
    report({ reason: 'nested-too-deeply' }, at);
    const source = (): undefined => undefined;
    return { value: undefined, place: () => at, source, problems, broken: true };
  }
  const unclosed = document.errors.find(({ message }) => /closing ['"]quote/.test(message));
  if (unclosed) {
    report({ reason: 'unclosed-quote' }, position(lastQuote(document.contents) ?? unclosed.pos[0]));
  }
  const reported = new Set<number>();
  for (const { code, message, pos } of document.errors) {
    // an open quote swallows the rest of the file: later errors only follow from it
    if (unclosed && pos[0] >= unclosed.pos[0]) break;
    if (reported.has(pos[0])) continue;
    reported.add(pos[0]);
    report({ reason: 'yaml', error: code, said: message }, position(pos[0]));
  }
  for (const { code, message, pos } of document.warnings) {
    // an unknown tag would silently become plain text
    const tag = text.slice(pos[0], pos[1]);
    if (dialect?.tagged(tag, '')) continue;
    report(
      code === 'TAG_RESOLVE_FAILED'
        ? { reason: 'unknown-tag', tag }
        : { reason: 'yaml', error: code, said: message },
      position(pos[0]),
    );
  }

  const anchors = new Map<string, Anchored>();
  const targets = new WeakMap<object, unknown>();
  const indexes = new WeakMap<object, ReadonlyMap<string, Pair>>();
  let repeated = 0;
  let stopped = false;
  /** Anchors of aliases that stand for nothing: whatever is checked behind one would be about that. */
  const missing = new Set<string>();

  const reportAt = (node: unknown, params: InventoryProblems['inventory.syntax']): void =>
    report(params, position(startOf(node)));

  function read(node: unknown): Read {
    if (isAlias(node)) return follow(node);
    const anchor = isMap(node) || isSeq(node) || isScalar(node) ? node.anchor : undefined;
    if (anchor) anchors.set(anchor, { node: undefined, value: undefined, size: 0 });
    const got = isMap(node) ? readMap(node) : isSeq(node) ? readList(node) : readScalar(node);
    if (anchor) anchors.set(anchor, { node, ...got });
    return got;
  }

  function follow(node: { readonly source: string }): Read {
    const target = anchors.get(node.source);
    if (!target?.node) {
      const reason = target ? 'recursive-alias' : 'unknown-anchor';
      if (!missing.has(node.source)) reportAt(node, { reason, anchor: node.source });
      missing.add(node.source);
      return { value: null, size: 1 };
    }
    targets.set(node, target.node);
    repeated += target.size;
    if (repeated <= MAX_REPEATED) return target;
    if (!stopped) {
      stopped = true;
      reportAt(node, { reason: 'alias-bomb' });
    }
    return { value: null, size: 1 };
  }

  function readMap(node: YAMLMap): Read {
    const value: Record<string, unknown> = Object.create(null);
    const index = new Map<string, Pair>();
    const merged: Readonly<Record<string, unknown>>[] = [];
    let size = 1;
    for (const pair of node.items) {
      const key = nameOf(pair.key);
      const got = read(pair.value);
      size += got.size;
      if (key === undefined) {
        reportAt(pair.key, { reason: 'complex-key' });
        continue;
      }
      if (key === '<<' && dialect) {
        for (const one of Array.isArray(got.value) ? got.value : [got.value])
          merged.push((one ?? {}) as Record<string, unknown>);
        continue;
      }
      if (key === '__proto__' || key === '<<') {
        reportAt(pair.key, { reason: 'reserved-key', key });
        continue;
      }
      const first = index.get(key);
      if (first) {
        const { line } = position(startOf(first.key));
        reportAt(pair.key, { reason: 'duplicate-key', key, line });
        continue;
      }
      index.set(key, pair);
      value[key] = got.value;
    }
    // a key of the map itself wins over a merged one, and an earlier merge over a later one
    for (const [key, inherited] of merged.flatMap((one) => Object.entries(one)))
      if (!(key in value)) value[key] = inherited;
    indexes.set(node, index);
    return { value, size };
  }

  function readList(node: { readonly items: readonly unknown[] }): Read {
    const got = node.items.map(read);
    const size = got.reduce((sum, one) => sum + one.size, 1);
    return { value: got.map(({ value }) => value), size };
  }

  const readScalar = (node: unknown): Read => {
    if (!isScalar(node)) return { value: null, size: 1 };
    const own = node.tag ? dialect?.tagged(node.tag, node.source ?? '') : undefined;
    return { value: own ? own.value : (node.value ?? null), size: 1 };
  };

  /** Follows the path as far as it exists. */
  function find(path: Path) {
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
    broken: document.errors.length > 0 || stopped || missing.size > 0,
  };
}

/** Where the last quoted scalar begins. */
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

/** A key as text, numbers and booleans as typed; undefined for null, lists and maps. */
function nameOf(key: unknown): string | undefined {
  if (!isScalar(key) || key.value === null || key.value === '') return undefined;
  return typeof key.value === 'string' ? key.value : (key.source ?? String(key.value));
}

export const valueAt = (value: unknown, path: Path): unknown =>
  path.reduce<unknown>(
    (inner, step) => (inner as Record<string | number, unknown> | null | undefined)?.[step],
    value,
  );
