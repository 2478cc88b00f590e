import { isDeepStrictEqual } from 'node:util';
import type { WrittenSettings } from './schema.ts';
import type { Path } from './tree.ts';

type Plain = Readonly<Record<string, unknown>>;

/** One place in the inventory that says something about a host; later layers win. */
export interface Layer {
  readonly value: Plain;
  /** Where `value` stands in the inventory. */
  readonly path: Path;
}

export interface Merged {
  readonly settings: WrittenSettings;
  /** Where each map and each value was written last, by its dotted path in the settings. */
  readonly origins: ReadonlyMap<string, Path>;
}

/** Keys of a layer that are no settings. */
const OWN: ReadonlySet<string> = new Set(['hosts', 'groups']);

/** Maps merge key by key, everything else replaces. */
export function mergeLayers(layers: readonly Layer[]): Merged {
  const origins = new Map<string, Path>();
  return { settings: mergeMaps(layers, [], origins) as WrittenSettings, origins };
}

function mergeMaps(layers: readonly Layer[], prefix: Path, origins: Map<string, Path>): Plain {
  const merged: Record<string, unknown> = Object.create(null);
  for (const key of new Set(layers.flatMap(({ value }) => Object.keys(value)))) {
    if (prefix.length === 0 && OWN.has(key)) continue;
    const path = [...prefix, key];
    const said = layers
      .filter(({ value }) => Object.hasOwn(value, key))
      .map((layer) => ({ value: layer.value[key], path: [...layer.path, key] }));
    const last = said.at(-1)!;
    origins.set(path.join('.'), last.path);
    if (isLeaf(last.value, path)) {
      merged[key] = last.value;
      continue;
    }
    const after = said.findLastIndex(({ value }) => isLeaf(value, path)) + 1;
    const maps = said.slice(after) as readonly Layer[];
    merged[key] = mergeMaps(isFile(path) ? oneContent(maps) : maps, path, origins);
  }
  return merged;
}

const isFile = (path: Path): boolean =>
  path.length === 3 && path[0] === 'config' && path[1] === 'files';

/** A file has one content: a later `secret` takes the place of an earlier `source`. */
function oneContent(maps: readonly Layer[]): readonly Layer[] {
  const from = maps.findLastIndex(({ value }) => 'source' in value || 'secret' in value);
  return maps.map((layer, i) => {
    if (i >= from) return layer;
    const { source: _source, secret: _secret, ...rest } = layer.value;
    return { ...layer, value: rest };
  });
}

/** What is replaced as a whole: texts and lists, but also a secret, and how to become root. */
function isLeaf(value: unknown, path: Path): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return true;
  const [section, part] = path;
  return (
    section === 'sudo' ||
    (path.length === 3 && section === 'alloy' && part === 'environment') ||
    (path.length === 4 && section === 'config' && part === 'files')
  );
}

/** Two layers of the same rank that give one key different values. */
export interface Conflict {
  /** Dotted path in the settings. */
  readonly key: string;
  readonly first: Path;
  readonly second: Path;
}

interface Leaf {
  readonly value: unknown;
  readonly path: Path;
}

/** Stands for a map, so that a map against a text is a conflict too. */
const MAP = Symbol('map');

export function conflictsOf(layers: readonly Layer[]): readonly Conflict[] {
  const seen = new Map<string, Leaf>();
  const conflicts: Conflict[] = [];
  for (const layer of layers) {
    for (const [key, leaf] of leavesOf(layer)) {
      const other = seen.get(key);
      if (other && !isDeepStrictEqual(other.value, leaf.value)) {
        conflicts.push({ key, first: other.path, second: leaf.path });
      }
      if (!other) seen.set(key, leaf);
    }
  }
  return conflicts;
}

/** Whether a layer settles the key by itself: it gives the value, or replaces a map above it. */
export function says(layer: Layer, key: string): boolean {
  const leaves = leavesOf(layer);
  const steps = key.split('.');
  if (leaves.has(key)) return true;
  return steps.some((_, i) => {
    const above = leaves.get(steps.slice(0, i).join('.'));
    return above !== undefined && above.value !== MAP;
  });
}

function leavesOf({ value, path }: Layer): ReadonlyMap<string, Leaf> {
  const leaves = new Map<string, Leaf>();
  const walk = (map: Plain, inner: Path): void => {
    for (const [name, item] of Object.entries(map)) {
      if (inner.length === 0 && OWN.has(name)) continue;
      const at = [...inner, name];
      const leaf = isLeaf(item, at);
      const key = isFile(inner) && /^(source|secret)$/.test(name) ? [...inner, 'content'] : at;
      leaves.set(key.join('.'), {
        value: !leaf ? MAP : key === at ? item : { [name]: item },
        path: [...path, ...at],
      });
      if (!leaf) walk(item as Plain, at);
    }
  };
  walk(value, []);
  return leaves;
}
