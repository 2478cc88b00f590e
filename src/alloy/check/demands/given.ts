import { attributeOf, withoutParens } from '../../ast-lookup.ts';
import { presenceIn, textOf } from '../constants.ts';
import type { Part } from '../model.ts';

export const set = (part: Part, name: string): boolean => presenceIn(part, name) === 'set';

export const empty = (part: Part, name: string): boolean => presenceIn(part, name) === 'empty';

export const firstSet = (part: Part, ...names: readonly string[]): string | undefined =>
  names.find((name) => attributeOf(part.block.body, name) && set(part, name));

/** The texts of a list that is written out; undefined: not known in full. */
export function listIn(part: Part, name: string): readonly string[] | undefined {
  const written = attributeOf(part.block.body, name);
  const value = written && withoutParens(written.value);
  if (value?.kind !== 'array') return undefined;
  const texts = value.elements.map(textOf);
  return texts.includes(undefined) ? undefined : (texts as string[]);
}
