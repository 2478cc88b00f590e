import type { Part } from './model.ts';

/** What the values of a block must be, beyond their types. Fields are names of arguments and blocks. */
export type Need =
  /** Each is more than `than`. */
  | { readonly kind: 'above'; readonly names: readonly string[]; readonly than: number }
  /** `least` and more, `most` and less. */
  | {
      readonly kind: 'range';
      readonly name: string;
      readonly least?: number;
      readonly most?: number;
    }
  /** One of some words, or each of a list. */
  | {
      readonly kind: 'words';
      readonly name: string;
      readonly words: readonly string[];
      /** Their case does not matter. */
      readonly fold: boolean;
    }
  /** None is empty. */
  | { readonly kind: 'filled'; readonly names: readonly string[] }
  /** At least, at most or exactly one of them has a value. */
  | { readonly kind: 'some' | 'most' | 'one'; readonly names: readonly string[] }
  /** Where `name` has a value, one of `needs` has one too. */
  | { readonly kind: 'with'; readonly name: string; readonly needs: readonly string[] }
  /** `low` is at most `high`, or less where `strict`; `open`: a `high` of 0 means no limit. */
  | {
      readonly kind: 'order';
      readonly low: string;
      readonly high: string;
      readonly strict: boolean;
      readonly open: boolean;
    }
  /** Anything else. The fields that are wrong, in order; none: fine. */
  | { readonly kind: 'own'; readonly wrong: (part: Part) => string | undefined };

/** One rule of one block. */
export interface Demand {
  /** Component, or `*` for each. */
  readonly component: string;
  /** The last block around it; '' for the component itself. */
  readonly block: string;
  /** The Go file that says so. */
  readonly source: string;
  /** First version of Alloy that does; undefined: all that have the block. */
  readonly since: string | undefined;
  readonly need: Need;
  /** What Alloy says; `NAME` stands for the field, `VALUE` for what it has. */
  readonly says: string;
  readonly fix: string;
}

type Said = readonly [says: string, fix: string];
type Made = Pick<Demand, 'need' | 'says' | 'fix'> & { readonly since?: string };

/** The demands of one block. */
export const at = (
  component: string,
  block: string,
  source: string,
  ...made: readonly Made[]
): readonly Demand[] => made.map((one) => ({ component, block, source, since: one.since, ...one }));

export const above = (
  than: number,
  names: readonly string[],
  ...[says, fix]: Partial<Said>
): Made => ({
  need: { kind: 'above', names, than },
  says: says ?? `NAME must be greater than ${than}`,
  fix: fix ?? 'Give NAME a larger value, or delete the line',
});

export const positive = (...names: readonly string[]): Made => above(0, names);

export const range = (
  name: string,
  [least, most]: readonly [number | undefined, number | undefined],
  ...[says, fix]: Said
): Made => ({
  need: {
    kind: 'range',
    name,
    ...(least === undefined ? {} : { least }),
    ...(most === undefined ? {} : { most }),
  },
  says,
  fix,
});

export const words = (name: string, list: string, says?: string): Made => ({
  need: { kind: 'words', name, words: list.split(' '), fold: false },
  says: says ?? `unrecognized ${name.replaceAll('_', ' ')} "VALUE"`,
  fix: `Use one of ${list.trim().replaceAll(' ', ', ')}`,
});

/** Words whose case does not matter. */
export const folded = (name: string, list: string, says?: string): Made => {
  const { need, ...rest } = words(name, list, says);
  return { need: { ...need, fold: true } as Need, ...rest };
};

export const filled = (names: readonly string[], ...[says, fix]: Partial<Said>): Made => ({
  need: { kind: 'filled', names },
  says: says ?? 'NAME must not be empty',
  fix: fix ?? 'Give NAME a value',
});

export const some = (names: readonly string[], ...[says, fix]: Said): Made => ({
  need: { kind: 'some', names },
  says,
  fix,
});

export const most = (names: readonly string[], ...[says, fix]: Partial<Said>): Made => ({
  need: { kind: 'most', names },
  says: says ?? `at most one of ${names.join(' and ')} must be configured`,
  fix: fix ?? 'Keep one of them',
});

export const one = (names: readonly string[], ...[says, fix]: Partial<Said>): Made => ({
  need: { kind: 'one', names },
  says: says ?? `exactly one of ${names.join(', ')} must be configured`,
  fix: fix ?? 'Give one of them',
});

export const needs = (name: string, others: readonly string[], ...[says, fix]: Said): Made => ({
  need: { kind: 'with', name, needs: others },
  says,
  fix,
});

export const order = (
  low: string,
  high: string,
  how: { readonly strict?: boolean; readonly open?: boolean },
  ...[says, fix]: Said
): Made => ({
  need: { kind: 'order', low, high, strict: how.strict ?? false, open: how.open ?? false },
  says,
  fix,
});

/** `wrong` names the field that is wrong, '' for the block, undefined for none. */
export const own = (wrong: (part: Part) => string | undefined, ...[says, fix]: Said): Made => ({
  need: { kind: 'own', wrong },
  says,
  fix,
});
