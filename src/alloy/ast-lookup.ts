import {
  type Attribute,
  type Block,
  type Body,
  blockName,
  type Expression,
  type Statement,
} from './ast.ts';
import type { Diagnostic } from './diagnostic.ts';
import type { Parsed } from './parser.ts';
import { positionAt, type Span } from './position.ts';
import { stringValue } from './string-literal.ts';

/** The first attribute of that name. */
export const attributeOf = (body: Body, name: string): Attribute | undefined =>
  body.find(
    (statement): statement is Attribute =>
      statement.kind === 'attribute' && statement.name.name === name,
  );

/** Every block of that name, in order. */
export const blocksOf = (body: Body, name: string): readonly Block[] =>
  body.filter(
    (statement): statement is Block => statement.kind === 'block' && blockName(statement) === name,
  );

/** `prometheus.scrape.web`; without a label the name alone. */
export const blockId = (block: Block): string =>
  block.label ? `${blockName(block)}.${block.label.text}` : blockName(block);

/** An attribute's or block's name as written. */
export const statementName = (statement: Statement): string =>
  statement.kind === 'block' ? blockName(statement) : statement.name.name;

/** The expressions directly inside one. */
export function partsOf(expression: Expression): readonly Expression[] {
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
      return [expression.value, ...expression.args];
    case 'binary':
      return [expression.left, expression.right];
    case 'paren':
      return [expression.inner];
    default:
      return [];
  }
}

/** The expression without the parentheses around it. */
export function withoutParens(expression: Expression): Expression {
  let inner = expression;
  while (inner.kind === 'paren') inner = inner.inner;
  return inner;
}

/** The value of a string constant; undefined when it is anything else, a broken string too. */
export function stringOf(expression: Expression): string | undefined {
  const inner = withoutParens(expression);
  return inner.kind === 'literal' && inner.type === 'string' ? decoded(inner.text) : undefined;
}

function decoded(text: string): string | undefined {
  const closed = text.length > 1 && text.at(-1) === text[0];
  return closed ? stringValue(text) : undefined;
}

/**
 * Whether something holds of the value of a string constant; false where it is anything else. Ask like this where most
 * strings pass: texts that differ in a string share what is found as long as the answers are the same.
 */
export function isString(expression: Expression, test: (value: string) => boolean): boolean {
  const inner = withoutParens(expression);
  if (inner.kind !== 'literal' || inner.type !== 'string') return false;
  const question = (text: string): boolean => {
    const value = decoded(text);
    return value !== undefined && test(value);
  };
  return inner.ask ? inner.ask(question) : question(inner.text);
}

/** true or false where it is written as such. */
export function boolOf(expression: Expression): boolean | undefined {
  const inner = withoutParens(expression);
  if (inner.kind !== 'literal' || inner.type !== 'bool') return undefined;
  return inner.text === 'true';
}

/** The number of a numeric constant, a sign before it included; a leading 0 is octal, as in Alloy. */
export function numberOf(expression: Expression): number | undefined {
  const inner = withoutParens(expression);
  if (inner.kind === 'unary' && inner.operator === '-') {
    const value = numberOf(inner.value);
    return value === undefined ? undefined : -value;
  }
  if (inner.kind !== 'literal') return undefined;
  if (inner.type === 'float') return Number(inner.text);
  if (inner.type !== 'number') return undefined;
  return /^0[0-7]+$/.test(inner.text) ? Number.parseInt(inner.text, 8) : Number(inner.text);
}

/** `[]` */
export function isEmptyList(expression: Expression): boolean {
  const list = withoutParens(expression);
  return list.kind === 'array' && list.elements.length === 0;
}

/** A diagnostic of a stretch of text, with its line and column counted. */
export function diagnosticAt(
  parsed: Parsed,
  { start, end }: Span,
  what: Pick<Diagnostic, 'severity' | 'code' | 'message' | 'hint'>,
): Diagnostic {
  return { ...what, start, end, ...positionAt(parsed.source, start, parsed.file.lineStarts) };
}
