import type { Problem } from '../model/problem.ts';
import type { TextFile } from '../model/text-files.ts';
import { framesOf } from './excerpt.ts';
import type { InventoryPart } from './several.ts';
import { type Path, readYaml, valueAt, type YamlTree } from './yaml.ts';

/** A `config.varsFile`, as written. */
export interface VarsFile {
  /** Of the section that names it. */
  readonly section: Path;
  readonly path: string;
}

type Plain = Readonly<Record<string, unknown>>;

const isMap = (value: unknown): value is Plain =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Those that an inventory names. */
export function varsFilesOf(value: unknown): readonly VarsFile[] {
  const sections: readonly Path[] = [
    ['defaults'],
    ...['groups', 'hosts'].flatMap((kind) => {
      const all = valueAt(value, [kind]);
      return isMap(all) ? Object.keys(all).map((name) => [kind, name]) : [];
    }),
  ];
  return sections.flatMap((section) => {
    const path = valueAt(value, [...section, 'config', 'varsFile']);
    return typeof path === 'string' ? [{ section, path }] : [];
  });
}

/**
 * The inventory with the variables of these files below its own: what a section says itself wins. Each keeps its place.
 *
 * @param read each file by its path as written
 */
export function withVarsFiles(
  part: InventoryPart,
  read: ReadonlyMap<string, TextFile>,
): InventoryPart {
  const problems: Problem[] = [];
  const trees = new Map<string, YamlTree>();
  const frames = new Map<string, ReturnType<typeof framesOf>>();
  for (const [path, { file, text }] of read) {
    const tree = readYaml(text, file);
    trees.set(path, tree);
    frames.set(file, framesOf(text));
    problems.push(...tree.problems);
    if (!isMap(tree.value ?? {}) && tree.problems.length === 0)
      problems.push({
        code: 'inventory.file',
        params: { reason: 'vars-file-form', path },
        at: { file, line: 1, column: 1 },
      });
  }
  let { value } = part;
  const below = new Map<string, YamlTree>();
  for (const { section, path } of varsFilesOf(part.value)) {
    const tree = trees.get(path);
    if (!tree || !isMap(tree.value)) continue;
    const config = valueAt(value, [...section, 'config']) as Plain;
    const own = config.vars ?? {};
    if (!isMap(own)) continue;
    const { varsFile: _, ...others } = config;
    const vars = Object.assign(Object.create(null), tree.value, own);
    value = replaced(value, [...section, 'config'], { ...others, vars });
    below.set(JSON.stringify(section), tree);
  }
  return {
    ...part,
    files: [part.file, ...frames.keys()],
    value,
    problems: [...part.problems, ...problems],
    place: (path, which) => {
      const at = path.indexOf('config');
      const [, vars, name] = path.slice(at);
      const tree = below.get(JSON.stringify(path.slice(0, at)));
      const isOwn = valueAt(part.value, path.slice(0, at + 3)) !== undefined;
      return tree && vars === 'vars' && name !== undefined && !isOwn
        ? tree.place(path.slice(at + 2), which)
        : part.place(path, which);
    },
    frame: (at) => frames.get(at.file)?.(at) ?? part.frame(at),
  };
}

/** A copy with another value at a path that it has. */
function replaced(value: unknown, [step, ...rest]: Path, by: unknown): unknown {
  if (step === undefined) return by;
  const copy: Record<string | number, unknown> = Object.assign(Object.create(null), value);
  copy[step] = replaced(copy[step], rest, by);
  return copy;
}
