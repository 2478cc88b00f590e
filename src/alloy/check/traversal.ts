import { type Block, blockName, type Expression, type Identifier } from '../ast.ts';
import { partsOf } from '../ast-lookup.ts';
import type { Reference } from './model.ts';

/** Every chain of names in a block. A foreach's template is a module of its own. */
export function traversalsOf(block: Block): readonly Reference[] {
  const found: Reference[] = [];
  collect(block, [], found);
  return found;
}

function collect(block: Block, path: readonly string[], into: Reference[]): void {
  for (const statement of block.body) {
    if (statement.kind === 'attribute') {
      chains(statement.value, null, false, statement, path, into);
    } else {
      const name = blockName(statement);
      if (path.length === 0 && name === 'template' && blockName(block) === 'foreach') continue;
      collect(statement, [...path, name], into);
    }
  }
}

function chains(
  expression: Expression,
  called: readonly Expression[] | null,
  indexed: boolean,
  attribute: Reference['attribute'],
  path: readonly string[],
  into: Reference[],
): void {
  const visit = (inner: Expression) => chains(inner, null, false, attribute, path, into);
  switch (expression.kind) {
    case 'identifier':
    case 'access': {
      const names = namesOf(expression);
      if (names) {
        const { start, end } = expression;
        into.push({ start, end, names, called, indexed, attribute, path });
      } else partsOf(expression).forEach(visit);
      return;
    }
    case 'call':
      chains(expression.value, expression.args, false, attribute, path, into);
      expression.args.forEach(visit);
      return;
    case 'index':
      chains(expression.value, null, true, attribute, path, into);
      visit(expression.index);
      return;
    default:
      partsOf(expression).forEach(visit);
  }
}

/** The names of `a.b.c`; undefined when something else stands at its head. */
export function namesOf(expression: Expression): readonly Identifier[] | undefined {
  const names: Identifier[] = [];
  let at = expression;
  while (at.kind === 'access') {
    names.push(at.name);
    at = at.value;
  }
  if (at.kind !== 'identifier') return undefined;
  names.push(at);
  return names.reverse();
}

export const textOf = ({ names }: Pick<Reference, 'names'>): string =>
  names.map(({ name }) => name).join('.');
