import { Token, Tokenizer } from 'liquidjs';

/**
 * Liquid's tokenizer, which searches for the ends of tags and of the texts between them: Liquid's own asks at
 * each character for each delimiter, three quarters of the time that a template took to read.
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

  override readToDelimiter(delimiter: string, respectQuoted = false): number {
    if (respectQuoted) return super.readToDelimiter(delimiter, respectQuoted);
    this.skipBlank();
    const end = this.input.indexOf(delimiter, this.p) + delimiter.length;
    const found = end >= this.p + delimiter.length && end <= this.N;
    this.p = found ? end : this.N;
    return found ? end : -1;
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

/** Where the lines of the text begin that was asked about last. */
let known: { readonly text: string; readonly starts: readonly number[] } = {
  text: '',
  starts: [0],
};

function startsOf(text: string): readonly number[] {
  if (known.text === text) return known.starts;
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  known = { text, starts };
  return starts;
}

/** Line and column, from 1, of each variable: Liquid's own walks to it from the first character, each time. */
Token.prototype.getPosition = function (this: Token): number[] {
  const starts = startsOf(this.input);
  let line = 0;
  for (let end = starts.length; end - line > 1; ) {
    const middle = (line + end) >> 1;
    if (starts[middle]! <= this.begin) line = middle;
    else end = middle;
  }
  return [line + 1, this.begin - starts[line]! + 1];
};
