import type { Block, Expression } from '../ast.ts';
import { attributeOf, blocksOf, boolOf, numberOf, stringOf, withoutParens } from '../ast-lookup.ts';
import type { AttributeRule } from '../table/component-table.ts';
import { goDuration } from './go-duration.ts';
import { byteSize } from './grammar/byte-size.ts';
import type { Part } from './model.ts';

/**
 * The text that an expression gives on every host: a string, or strings joined by `+`. undefined: not
 * a text, or one that depends on the host. A part of a text says nothing about the whole.
 */
export function textOf(expression: Expression): string | undefined {
  const value = withoutParens(expression);
  if (value.kind !== 'binary' || value.operator !== '+') return stringOf(value);
  const [left, right] = [textOf(value.left), textOf(value.right)];
  return left === undefined || right === undefined ? undefined : left + right;
}

/** Whether a block or argument has a value, as far as the text says: not known where the host decides. */
export type Presence = 'set' | 'empty' | 'unknown';

/** The presence of what an argument is given. Zero and false are what Alloy has where nothing is written. */
export function presenceOf(expression: Expression, type = 'string'): Presence {
  const value = withoutParens(expression);
  const text = textOf(value);
  if (text !== undefined) {
    const zero = type === 'duration' || type === 'bytes' || type === 'number';
    return text === '' || (zero && amountOf(value, type) === 0) ? 'empty' : 'set';
  }
  if (value.kind === 'array') return value.elements.length === 0 ? 'empty' : 'set';
  if (value.kind === 'object') return value.fields.length === 0 ? 'empty' : 'set';
  if (value.kind === 'literal' && value.type === 'null') return 'empty';
  const bool = boolOf(value);
  if (bool !== undefined) return bool ? 'set' : 'empty';
  const number = numberOf(value);
  if (number !== undefined) return number === 0 && type !== 'string' ? 'empty' : 'set';
  return 'unknown';
}

/** Milliseconds of a duration, bytes of a size, or a number, where it is written out and can be read. */
export function amountOf(expression: Expression, type: string): number | undefined {
  const text = textOf(expression);
  return amount(text ?? numberOf(expression), type);
}

function amount(value: string | number | undefined, type: string): number | undefined {
  if (value === undefined) return undefined;
  if (type === 'duration' || type === 'bytes') {
    const read = type === 'duration' ? goDuration(String(value)) : byteSize(String(value));
    return typeof read === 'number' ? read : undefined;
  }
  const number = Number(value);
  return value === '' || Number.isNaN(number) ? undefined : number;
}

/** The amount that holds where an argument is not written; undefined: not known. */
function defaultAmount(rule: AttributeRule): number | undefined {
  const { default: otherwise, type } = rule;
  if (otherwise === undefined) return rule.nullable ? undefined : 0;
  if (typeof otherwise !== 'string' && typeof otherwise !== 'number') return undefined;
  return amount(otherwise, type);
}

/** The amount of an argument, written or not; undefined: the argument or its amount is not known. */
export function amountIn({ block, rule }: Part, name: string): number | undefined {
  const attribute = rule?.attributes.get(name);
  if (!attribute) return undefined;
  const written = attributeOf(block.body, name);
  return written ? amountOf(written.value, attribute.type) : defaultAmount(attribute);
}

/** The text of an argument, written or by default; undefined: not known. */
export function wordIn({ block, rule }: Part, name: string): string | undefined {
  const written = attributeOf(block.body, name);
  if (written) return textOf(written.value);
  const otherwise = rule?.attributes.get(name)?.default;
  if (otherwise === undefined) return '';
  return typeof otherwise === 'string' ? otherwise : undefined;
}

/** Whether an argument or a block of a block has a value; one that is not written has none but its default. */
export function presenceIn(part: Part, name: string): Presence {
  const { block, rule } = part;
  if (blocksOf(block.body, name).length > 0) return 'set';
  const attribute = attributeOf(block.body, name);
  const type = rule?.attributes.get(name)?.type;
  if (attribute) return presenceOf(attribute.value, type);
  const known = rule?.attributes.get(name);
  if (!known || known.default === undefined) return 'empty';
  if (known.default === null) return 'unknown';
  const zero = known.default === 0 || known.default === false || known.default === '';
  return zero ? 'empty' : 'set';
}

/** Blocks of groups, `stage.json` of a stage.match: whether any begins with `prefix`. */
export const holdsBlocks = ({ body }: Block, prefix: string): boolean =>
  body.some(({ kind, name }) => kind === 'block' && name[0]?.name === prefix);
