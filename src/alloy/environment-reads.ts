import type { Body, Expression } from './ast.ts';
import { partsOf, stringOf, withoutParens } from './ast-lookup.ts';

/** A variable of the service's environment that a configuration reads, and where. */
interface EnvironmentRead {
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
    else for (const part of countedParts(expression)) walk(part);
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

/** What of an expression is ready for an empty variable is left out where it is read right there. */
function countedParts(expression: Expression): readonly Expression[] {
  const parts = partsOf(expression);
  const ready =
    expression.kind === 'call'
      ? calledName(expression.value) === 'coalesce'
      : expression.kind === 'binary' && /^[=!]=$/.test(expression.operator);
  return ready ? parts.filter((part) => readOf(withoutParens(part)) === undefined) : parts;
}
