import { failWith, ok, type Problem, type Result } from '../model/problem.ts';
import { framesOf, withExcerpts } from './excerpt.ts';
import { type Inventory, membersOf } from './members.ts';
import { violationsOf, warningsOf } from './rules.ts';
import { type InventoryInput, inventorySchema } from './schema.ts';
import { type Mismatch, mismatchesOf, pathText } from './schema-problems.ts';
import { type Path, readYaml, valueAt, type YamlTree } from './yaml.ts';

/** Where the values of an inventory come from. */
export interface InventorySource extends Pick<Inventory, 'file' | 'place' | 'frame'> {
  readonly source?: YamlTree['source'];
  /** Where it is not `file` alone. */
  readonly files?: readonly string[];
  /** The flag that set the value at a path; undefined: the file did. */
  readonly flagAt?: (path: Path) => string | undefined;
}

/**
 * Reads an inventory (YAML 1.2 or JSON). Reports all problems of the text at once, in its order,
 * each with its position, in which `file` stands as given, and the lines around it.
 */
export const parseInventory = (text: string, file: string): Result<Inventory> =>
  parseTree(readYaml(text, file), text, file);

/** `parseInventory` for a text that was already read as YAML. */
export function parseTree(tree: YamlTree, text: string, file: string): Result<Inventory> {
  const frame = framesOf(text);
  if (tree.broken) return failWith(withExcerpts(tree.problems, frame));
  if (tree.value === null || tree.value === undefined) {
    const at = { file, line: 1, column: 1 };
    const empty: Problem = { code: 'inventory.schema', params: { reason: 'empty' }, at };
    return failWith(withExcerpts([...tree.problems, empty], frame));
  }
  const { value, place, source, problems } = tree;
  return validate(value, { file, place, source, frame }, problems);
}

/** Checks a value against the schema, then the rules. `earlier`: problems to report as well. */
export function validate(
  value: unknown,
  source: InventorySource,
  earlier: readonly Problem[] = [],
): Result<Inventory> {
  const tree = { value, source: source.source ?? (() => undefined) };
  const mismatches = mismatchesIn(value, tree);
  const problems = [...earlier, ...mismatches.map((one) => problemOf(one, source))];
  const input = mismatches.length > 0 ? validPart(value, tree, mismatches) : value;
  if (input === undefined) return failWith(withExcerpts(problems, source.frame));

  const { file, files = [file], place, frame } = source;
  const { problems: naming, ...members } = membersOf(input as InventoryInput, place);
  for (const one of naming) problems.push(one);
  const inventory = { file, files, place, frame, input: input as InventoryInput, ...members };
  for (const one of violationsOf(inventory, problems.length > 0)) problems.push(one);
  return problems.length > 0
    ? failWith(withExcerpts(problems, frame))
    : ok({ ...inventory, warnings: warningsOf(inventory) });
}

function mismatchesIn(value: unknown, tree: Pick<YamlTree, 'value' | 'source'>) {
  const parsed = inventorySchema.safeParse(value);
  return parsed.success ? [] : mismatchesOf(parsed.error.issues, tree);
}

function problemOf({ path, part, mistake }: Mismatch, source: InventorySource): Problem {
  const flag = source.flagAt?.(path);
  if (flag !== undefined)
    return { code: 'usage', params: { reason: 'invalid-flag-value', flag, mistake } };
  const isKey = mistake.reason === 'unknown-key';
  const params = { ...mistake, setting: pathText(isKey ? path.slice(0, -1) : path) };
  return { code: 'inventory.schema', params, at: source.place(path, part) };
}

/**
 * The value without what does not match the schema, so that the rules can check the rest in the
 * same run. What is left of a map may not match either: a few rounds, then undefined.
 */
function validPart(
  value: unknown,
  tree: Pick<YamlTree, 'value' | 'source'>,
  mismatches: readonly Mismatch[],
): unknown {
  let rest = value;
  let found = mismatches;
  for (let round = 0; round < 4 && found.length > 0; round++) {
    const before = rest;
    const gone = found.map(({ path }) => {
      // removing one item from a list would shift the positions of the others
      const list = path.findIndex((step) => typeof step === 'number');
      const whole = list < 0 ? path : path.slice(0, list);
      return valueAt(before, whole) === undefined ? whole.slice(0, -1) : whole;
    });
    rest = without(rest, gone);
    found = mismatchesIn(rest, { ...tree, value: rest });
  }
  return found.length > 0 ? undefined : rest;
}

/** Copies each map once, however many of its values go: a typing error may stand in every host. */
function without(value: unknown, paths: readonly Path[]): unknown {
  if (paths.some((path) => path.length === 0)) return undefined;
  if (typeof value !== 'object' || value === null) return value;
  const copy: Record<string | number, unknown> = Object.assign(Object.create(null), value);
  const inside = new Map<string | number, Path[]>();
  for (const [step, ...rest] of paths) {
    const others = inside.get(step!);
    if (others) others.push(rest);
    else inside.set(step!, [rest]);
  }
  for (const [step, rests] of inside) {
    if (!(step in value)) continue;
    if (rests.some((rest) => rest.length === 0)) delete copy[step];
    else copy[step] = without(copy[step], rests);
  }
  return copy;
}
