import { plain } from '../report/plain.ts';

const MARKUP = Symbol('markup');

/** Markup: what came from outside is text in it, and nothing else. */
export interface Html {
  readonly [MARKUP]: string;
}

/** Markup stands as it is, everything else as text; `false`, null and undefined as nothing. */
export type Part = Html | string | number | false | null | undefined | readonly Part[];

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** A text in an element or in a quoted attribute: cleaned, and without any markup. */
const escaped = (text: string): string =>
  plain(text).replace(/[&<>"']/g, (char) => ENTITIES[char]!);

function written(part: Part): string {
  if (part === false || part === null || part === undefined) return '';
  if (typeof part !== 'object') return escaped(String(part));
  return MARKUP in part ? part[MARKUP] : part.map(written).join('');
}

/** Markup of ours, with values in it: in elements, and in attributes in double quotes. */
export const html = (words: TemplateStringsArray, ...values: readonly Part[]): Html =>
  trusted(String.raw({ raw: words }, ...values.map(written)));

/** Markup of another writer that is known to be safe, such as an SVG of src/graph. */
export const trusted = (text: string): Html => ({ [MARKUP]: text });

/** The text of a document. */
export const textOfHtml = (part: Html): string => part[MARKUP];
