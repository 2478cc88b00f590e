import type { Body, Expression } from './ast.ts';
import { stringOf, withoutParens } from './ast-lookup.ts';

/** A variable of the service's environment that a configuration reads, and where. */
export interface EnvironmentRead {
  readonly name: string;
  readonly start: number;
}

/**
 * The variables that a configuration counts on: `sys.env("NAME")`, and `env` as it was called before
 * 1.4. Left out is what is ready for an empty one: an argument of `coalesce`, or of a comparison.
 */
export function environmentReads(body: Body): readonly EnvironmentRead[] {
  const found: EnvironmentRead[] = [];
  const walk = (expression: Expression): void => {
    const name = readOf(expression);
    if (name !== undefined) found.push({ name, start: expression.start });
    else for (const part of partsOf(expression)) walk(part);
  };
  const walkBody = (statements: Body): void => {
    for (const statement of statements)
      if (statement.kind === 'attribute') walk(statement.value);
      else walkBody(statement.body);
  };
  walkBody(body);
  return found;
}

function readOf(expression: Expression): string | undefined {
  if (expression.kind !== 'call' || expression.args.length !== 1) return undefined;
  const called = calledName(expression.value);
  return called === 'sys.env' || called === 'env' ? stringOf(expression.args[0]!) : undefined;
}

function calledName(written: Expression): string {
  const value = withoutParens(written);
  if (value.kind === 'identifier') return value.name;
  return value.kind === 'access' ? `${calledName(value.value)}.${value.name.name}` : '';
}

/** The expressions inside one, without those that are ready for an empty variable. */
function partsOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'array':
      return expression.elements;
    case 'object':
      return expression.fields.map(({ value }) => value);
    case 'access':
    case 'unary':
      return [expression.value];
    case 'index':
      return [expression.value, expression.index];
    case 'call':
      return calledName(expression.value) === 'coalesce'
        ? withoutReads(expression.args)
        : [expression.value, ...expression.args];
    case 'binary': {
      const sides = [expression.left, expression.right];
      return expression.operator === '==' || expression.operator === '!='
        ? withoutReads(sides)
        : sides;
    }
    case 'paren':
      return [expression.inner];
    default:
      return [];
  }
}

const withoutReads = (parts: readonly Expression[]): readonly Expression[] =>
  parts.filter((part) => readOf(withoutParens(part)) === undefined);
