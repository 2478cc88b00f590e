import { plain } from '../report/plain.ts';

/** Every text once. */
export interface Texts {
  /** -1 for nothing. */
  id(text: string | null | undefined): number;
  /** Texts by their ids. */
  readonly all: readonly string[];
}

/** What is put into it is cleaned, once for each text. */
export function openTexts(): Texts {
  const ids = new Map<string, number>();
  const all: string[] = [];
  return {
    id(text) {
      if (text === null || text === undefined) return -1;
      const known = ids.get(text);
      if (known !== undefined) return known;
      ids.set(text, all.length);
      all.push(plain(text));
      return all.length - 1;
    },
    all,
  };
}
