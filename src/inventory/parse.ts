import { fail, ok, type Problem, type Result } from '../model/problem.ts';
import { assemble } from './assemble.ts';
import { framesOf } from './mask.ts';
import { type Flaw, flawsOf, present, valueAt } from './problems.ts';
import { inventorySchema, type Written } from './schema.ts';
import { type Path, readTree, type Tree } from './tree.ts';
import type { WrittenInventory } from './written.ts';

/**
 * Reads an inventory (YAML 1.2 or JSON; also what an executable inventory printed). Gives all
 * problems of the text at once, in its order, each with its place and the lines around it.
 *
 * @param file how the user calls the text: stands in every place
 */
export const parseInventory = (text: string, file: string): Result<WrittenInventory> =>
  parseTree(readTree(text, file), text, file);

/** `parseInventory` of a text that was read as YAML already. */
export function parseTree(tree: Tree, text: string, file: string): Result<WrittenInventory> {
  const broken = (...more: readonly Problem[]) =>
    fail(...present([...tree.problems, ...more], text));
  if (tree.broken) return broken();
  if (tree.value === null || tree.value === undefined) {
    return broken({
      code: 'inventory.schema',
      message: 'the inventory is empty',
      hint: 'write "hosts:" and a host below it, or let the wizard ask: alloyup init',
      at: { file, line: 1, column: 1 },
    });
  }

  const parsed = inventorySchema.safeParse(tree.value);
  const flaws = parsed.success ? [] : flawsOf(parsed.error.issues, tree);
  const problems = flaws.map(({ problem }) => problem);
  const sound = parsed.success ? (tree.value as Written) : soundPart(tree.value, tree, flaws);
  if (!sound) return broken(...problems);

  const source = { file, place: tree.place, frame: framesOf(text) };
  const { inventory, problems: more } = assemble(sound, source, flaws.length > 0);
  if (problems.length + more.length + tree.problems.length > 0) return broken(...problems, ...more);
  return ok(inventory);
}

/**
 * The inventory without the values that broke the schema, so that its rules can be checked in the
 * same go. What is left of a map may break it again: a few rounds, then never mind.
 */
function soundPart(value: unknown, tree: Tree, flaws: readonly Flaw[]): Written | undefined {
  let rest: unknown = value;
  let found = flaws;
  for (let round = 0; round < 4; round++) {
    for (const { path } of found) {
      // taking one item out of a list would move the others away from their places
      const list = path.findIndex((step) => typeof step === 'number');
      const whole = list < 0 ? path : path.slice(0, list);
      rest = without(rest, valueAt(rest, whole) === undefined ? whole.slice(0, -1) : whole);
    }
    const parsed = inventorySchema.safeParse(rest);
    if (parsed.success) return rest as Written;
    found = flawsOf(parsed.error.issues, { ...tree, value: rest });
  }
  return undefined;
}

function without(value: unknown, path: Path): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return undefined;
  if (typeof value !== 'object' || value === null || !(step in value)) return value;
  const copy: Record<string | number, unknown> = Object.assign(Object.create(null), value);
  if (rest.length === 0) delete copy[step];
  else copy[step] = without(copy[step], rest);
  return copy;
}
