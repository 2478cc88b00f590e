import { isDeepStrictEqual } from 'node:util';
import {
  failWith,
  ok,
  type Position,
  type Problem,
  type Result,
  type Warning,
} from '../model/problem.ts';
import type { Inventory } from './members.ts';
import { isLeaf } from './merge.ts';
import { validate } from './parse-inventory.ts';
import { pathText } from './schema-problems.ts';
import type { Locate, Path, YamlTree } from './yaml.ts';
import { valueAt } from './yaml.ts';

/** One of the files of an inventory, in alloyup's own form but not yet checked. */
export interface InventoryPart extends Pick<Inventory, 'file' | 'place' | 'frame'> {
  readonly value: unknown;
  /** With its files of variables; absent: `file` alone. */
  readonly files?: readonly string[];
  readonly source?: YamlTree['source'];
  readonly problems: readonly Problem[];
  readonly warnings: readonly Warning[];
}

interface Found {
  readonly value: unknown;
  readonly part: InventoryPart;
}

/**
 * Several files as one inventory. Maps merge key by key and lists of members add up. Whatever else two files set must be
 * equal, as with groups. Hosts are in the order of the files.
 */
export function mergeInventories(parts: readonly InventoryPart[]): Result<Inventory> {
  const conflicts: Problem[] = [];
  const disagree = (path: Path, [one, other]: readonly [Found, Found]): void => {
    const places = [one, other].map(({ part }) => part.place(path)) as [Position, Position];
    const params = {
      reason: 'files-disagree',
      setting: pathText(path),
      places: places.map(({ file, line }) => ({ file, line })),
    } as const;
    conflicts.push({ code: 'inventory.rule', params, at: places[1] });
  };

  const merge = (path: Path, found: readonly Found[]): unknown => {
    // a section without anything in it says nothing
    const said = path.length > 2 ? found : found.filter(({ value }) => value !== null);
    const [first, ...others] = said;
    if (!first) return null;
    if (others.length === 0) return first.value;
    if (isMembers(path) && said.every(({ value }) => Array.isArray(value)))
      return said.flatMap(({ value }) => value as readonly unknown[]);
    if (said.every(({ value }) => isMap(value, path))) {
      const keys = new Set(said.flatMap(({ value }) => Object.keys(value as object)));
      const merged: Record<string, unknown> = Object.create(null);
      for (const key of keys)
        merged[key] = merge(
          [...path, key],
          said
            .filter(({ value }) => Object.hasOwn(value as object, key))
            .map(({ value, part }) => ({ value: (value as Record<string, unknown>)[key], part })),
        );
      return merged;
    }
    const other = others.find(({ value }) => !isDeepStrictEqual(value, first.value));
    if (other) disagree(path, [first, other]);
    return first.value;
  };

  const value = merge(
    [],
    parts.map((part) => ({ value: part.value, part })),
  );
  const files = parts.map(({ file }) => file);
  const earlier = [...parts.flatMap(({ problems }) => problems), ...conflicts];
  const made = validate(
    value,
    {
      file: files.join(', '),
      files: parts.flatMap((part) => part.files ?? [part.file]),
      place: placeIn(parts),
      source: (path) => parts.map((part) => part.source?.(path)).find((one) => one !== undefined),
      frame: (at) => parts.map((part) => part.frame(at)).find((frame) => frame !== '') ?? '',
    },
    earlier,
  );
  const rank = ({ at }: Problem): number => (at ? files.indexOf(at.file) : -1);
  if (!made.ok) return failWith([...made.problems].sort((a, b) => rank(a) - rank(b)));
  const warnings = [...parts.flatMap((part) => part.warnings), ...made.value.warnings];
  return ok({ ...made.value, warnings });
}

/** `groups.NAME.hosts` and `hosts.NAME.groups`. */
const isMembers = ([section, , key, ...more]: Path): boolean =>
  more.length === 0 &&
  ((section === 'groups' && key === 'hosts') || (section === 'hosts' && key === 'groups'));

function isMap(value: unknown, path: Path): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return !isLeaf(value, path.slice(path[0] === 'defaults' ? 1 : 2));
}

/** In the first file that has the value; where none has it, in the one that has most of the way to it. */
const placeIn =
  (parts: readonly InventoryPart[]): Locate =>
  (path, which) => {
    const index = path[3];
    if (isMembers(path.slice(0, 3)) && typeof index === 'number') {
      const [list, rest] = [path.slice(0, 3), path.slice(4)];
      let before = 0;
      for (const part of parts) {
        const own = valueAt(part.value, list);
        const length = Array.isArray(own) ? own.length : 0;
        if (index < before + length) return part.place([...list, index - before, ...rest], which);
        before += length;
      }
    }
    const [best] = parts
      .map((part) => ({ part, depth: depthOf(part.value, path) }))
      .sort((a, b) => b.depth - a.depth);
    return best!.part.place(path, which);
  };

const depthOf = (value: unknown, path: Path): number => {
  let depth = path.length;
  while (depth > 0 && valueAt(value, path.slice(0, depth)) === undefined) depth -= 1;
  return depth;
};
