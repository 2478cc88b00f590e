import { isDeepStrictEqual } from 'node:util';
import type { Inventory, InventoryHost } from './members.ts';
import type { SettingsInput } from './schema.ts';
import type { Path } from './yaml.ts';

type Plain = Readonly<Record<string, unknown>>;

/** One section of the inventory that applies to a host; later layers win. */
export interface Layer {
  readonly value: Plain;
  /** The path of `value` in the inventory. */
  readonly path: Path;
}

/** Keys of a layer that are not settings. */
const MEMBERSHIP: ReadonlySet<string> = new Set(['hosts', 'groups']);

type Source = Pick<Inventory, 'input'>;

/** The sections that apply to a host, the weakest first. */
export function layersOf(inventory: Source, { groups, key }: InventoryHost): readonly Layer[] {
  const { defaults, hosts } = inventory.input;
  const own = key === null ? undefined : hosts?.[key];
  return [
    ...(defaults ? [{ value: defaults, path: ['defaults'] }] : []),
    ...groupLayers(inventory, groups),
    ...(own ? [{ value: own, path: ['hosts', key!] }] : []),
  ];
}

export const groupLayers = ({ input }: Source, groups: readonly string[]): readonly Layer[] =>
  groups.flatMap((group) => {
    const value = input.groups?.[group];
    return value ? [{ value, path: ['groups', group] }] : [];
  });

/**
 * Maps merge key by key, everything else replaces. `origins`: where each map and each value was set
 * last, by its dotted path in the settings.
 */
export function mergeLayers(layers: readonly Layer[]) {
  const origins = new Map<string, Path>();
  return { settings: mergeMaps(layers, [], origins) as SettingsInput, origins };
}

function mergeMaps(layers: readonly Layer[], prefix: Path, origins: Map<string, Path>): Plain {
  const merged: Record<string, unknown> = Object.create(null);
  for (const key of new Set(layers.flatMap(({ value }) => Object.keys(value)))) {
    if (prefix.length === 0 && MEMBERSHIP.has(key)) continue;
    const path = [...prefix, key];
    const values = layers
      .filter(({ value }) => Object.hasOwn(value, key))
      .map((layer) => ({ value: layer.value[key], path: [...layer.path, key] }))
      .map((one) => (isFragment(path) ? asMap(one) : isReadable(path) ? asPaths(one) : one));
    const last = values.at(-1)!;
    origins.set(path.join('.'), last.path);
    if (isLeaf(last.value, path)) {
      merged[key] = last.value;
      continue;
    }
    const after = values.findLastIndex(({ value }) => isLeaf(value, path)) + 1;
    const maps = values.slice(after) as readonly Layer[];
    const own = isFile(path) ? oneContent(maps) : isFragment(path) ? oneTemplate(maps) : maps;
    merged[key] = mergeMaps(own, path, origins);
  }
  return merged;
}

const isFile = (path: Path): boolean =>
  path.length === 3 && path[0] === 'config' && path[1] === 'files';

/** A file has one content: a later `secret` replaces an earlier `source`. */
function oneContent(maps: readonly Layer[]): readonly Layer[] {
  const from = maps.findLastIndex(({ value }) => 'source' in value || 'secret' in value);
  return maps.map((layer, i) => {
    if (i >= from) return layer;
    const { source: _source, secret: _secret, ...rest } = layer.value;
    return { ...layer, value: rest };
  });
}

const isFragment = (path: Path): boolean =>
  path.length === 3 && path[0] === 'config' && path[1] === 'fragments';

/** `nginx: ./nginx.alloy` is short for a map with this template. */
const asMap = <L extends { readonly value: unknown }>(layer: L): L =>
  typeof layer.value === 'string' ? { ...layer, value: { template: layer.value } } : layer;

const isReadable = (path: Path): boolean =>
  path.length === 2 && path[0] === 'config' && path[1] === 'readable';

/** `[/var/log/app]` is short for `{ /var/log/app: true }`, so that lists of several sections add up. */
const asPaths = <L extends { readonly value: unknown }>(layer: L): L =>
  Array.isArray(layer.value)
    ? { ...layer, value: Object.fromEntries(layer.value.map((path) => [path, true])) }
    : layer;

/** A later template replaces the fragment; a layer with variables alone adds to it. */
const oneTemplate = (maps: readonly Layer[]): readonly Layer[] =>
  maps.slice(
    Math.max(
      0,
      maps.findLastIndex(({ value }) => 'template' in value),
    ),
  );

/** What is replaced as a whole: scalars and lists, but also a secret, and `sudo`. */
export function isLeaf(value: unknown, path: Path): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return true;
  const [section, part] = path;
  return (
    section === 'sudo' ||
    (path.length === 3 && section === 'alloy' && part === 'environment') ||
    (path.length === 4 && section === 'config' && part === 'files')
  );
}

/** Two layers of equal precedence that give one key different values. */
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

/** Stands for a map, so that a map and a text conflict. */
const MAP = Symbol('map');

export function conflictsOf(layers: readonly Layer[]): readonly Conflict[] {
  const seen = new Map<string, Leaf>();
  const conflicts: Conflict[] = [];
  for (const layer of layers) {
    for (const [key, leaf] of leavesOf(layer)) {
      const other = seen.get(key);
      if (!other) seen.set(key, leaf);
      else if (!isDeepStrictEqual(other.value, leaf.value))
        conflicts.push({ key, first: other.path, second: leaf.path });
    }
  }
  return conflicts;
}

/** Whether a layer overrides the key: it sets the value, or replaces a map above it. */
export function overrides(layer: Layer, key: string): boolean {
  const leaves = leavesOf(layer);
  const steps = key.split('.');
  const above = steps.flatMap((_, i) => leaves.get(steps.slice(0, i).join('.')) ?? []);
  return leaves.has(key) || above.some(({ value }) => value !== MAP);
}

function leavesOf({ value, path }: Layer): ReadonlyMap<string, Leaf> {
  const leaves = new Map<string, Leaf>();
  const walk = (map: Plain, inner: Path): void => {
    for (const [name, written] of Object.entries(map)) {
      if (inner.length === 0 && MEMBERSHIP.has(name)) continue;
      const at = [...inner, name];
      const item = isReadable(at) ? asPaths({ value: written }).value : written;
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
