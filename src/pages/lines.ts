/**
 * Texts of many lines that are mostly equal, as numbers: a line that is the same as in the first text of its name is
 * only counted, every other one is an index into a list that has each line once. Five thousand configurations that
 * differ in three lines take some twenty numbers each.
 */
export interface LineCoder {
  /** `name`: texts of one name resemble each other. Lines equal to those of the first one are counted below zero. */
  code(name: number, text: string): readonly number[];
}

/** @param idOf the index of a line; equal lines have the same */
export function openLineCoder(idOf: (line: string) => number): LineCoder {
  const first = new Map<number, readonly number[]>();
  return {
    code(name, text) {
      const ids = text.replace(/\n$/, '').split('\n').map(idOf);
      const base = first.get(name);
      if (!base) {
        first.set(name, ids);
        return ids;
      }
      const coded: number[] = [];
      let same = 0;
      for (const [i, id] of ids.entries()) {
        if (base[i] === id) same += 1;
        else {
          if (same > 0) coded.push(-same);
          same = 0;
          coded.push(id);
        }
      }
      if (same > 0) coded.push(-same);
      return coded;
    },
  };
}

/** The lines that were coded. @param base the first text of that name, coded; it is its own base */
export function decodeLines(coded: readonly number[], base: readonly number[]): readonly number[] {
  const ids: number[] = [];
  for (const one of coded) {
    if (one >= 0) ids.push(one);
    else for (let i = 0; i < -one; i += 1) ids.push(base[ids.length]!);
  }
  return ids;
}
