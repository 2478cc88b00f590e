import { Tokenizer } from 'liquidjs';

/**
 * Liquid's tokenizer, which searches for the end of a text between tags: Liquid's own asks at each character
 * for each delimiter, three quarters of the time that a template took to read.
 */
export class TextTokenizer extends Tokenizer {
  /** Where each delimiter stands next; asked for again only behind that, or many tags would cost their square. */
  readonly #next = new Map<string, number>();

  override readHTMLToken(delimiters: string[]): ReturnType<Tokenizer['readHTMLToken']> {
    const begin = this.p;
    this.p = Math.min(this.N, ...delimiters.map((delimiter) => this.#find(delimiter, begin)));
    const token = super.readHTMLToken(delimiters);
    token.begin = begin;
    return token;
  }

  #find(delimiter: string, from: number): number {
    const known = this.#next.get(delimiter) ?? -1;
    if (known >= from) return known;
    const found = this.input.indexOf(delimiter, from);
    const at = found < 0 ? Number.POSITIVE_INFINITY : found;
    this.#next.set(delimiter, at);
    return at;
  }
}
