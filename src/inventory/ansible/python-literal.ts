class NotALiteral extends Error {}

/**
 * A value in an INI inventory. Python literals (`80`, `True`, `None`, `'text'`, lists, tuples,
 * dicts) are evaluated, ignoring a `#` and what follows it; anything else is text, unchanged.
 */
export function pythonLiteral(text: string): unknown {
  try {
    const reader = new Reader(text);
    const value = reader.value();
    reader.end();
    return value;
  } catch (error) {
    if (error instanceof NotALiteral) return text;
    throw error;
  }
}

const CONSTANTS: Readonly<Record<string, unknown>> = { True: true, False: false, None: null };
const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  '\\': '\\',
  "'": "'",
  '"': '"',
};

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  end(): void {
    this.#take(/\s*/y);
    if (this.#at < this.#text.length && this.#text[this.#at] !== '#') throw new NotALiteral();
  }

  value(): unknown {
    if (this.#skip('[')) return this.#items(']', () => this.value());
    if (this.#skip('(')) return this.#items(')', () => this.value());
    if (this.#skip('{')) return this.#map();
    const string = this.#take(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/sy);
    if (string !== null)
      return string
        .slice(1, -1)
        .replace(/\\(.)/gs, (sequence, char: string) => ESCAPES[char] ?? sequence);
    const word = this.#take(/[A-Za-z]+/y);
    if (word === null) return this.#number();
    if (!Object.hasOwn(CONSTANTS, word)) throw new NotALiteral();
    return CONSTANTS[word];
  }

  /** Python refuses leading zeros: `0644` stays text. */
  #number(): number {
    const digits = this.#take(
      /[-+]?(?:0[xX][0-9a-fA-F]+|0[oO][0-7]+|(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)(?![\w.])/y,
    );
    if (digits === null || /^[-+]?0\d+$/.test(digits)) throw new NotALiteral();
    return Number(digits.replaceAll('_', ''));
  }

  #map(): Record<string, unknown> {
    const map: Record<string, unknown> = Object.create(null);
    this.#items('}', () => {
      const key = String(this.value());
      if (!this.#skip(':')) throw new NotALiteral();
      map[key] = this.value();
    });
    return map;
  }

  #items<T>(close: string, read: () => T): readonly T[] {
    const items: T[] = [];
    while (!this.#skip(close)) {
      items.push(read());
      if (this.#skip(',')) continue;
      if (this.#skip(close)) break;
      throw new NotALiteral();
    }
    return items;
  }

  #skip(char: string): boolean {
    this.#take(/\s*/y);
    if (this.#text[this.#at] !== char) return false;
    this.#at += 1;
    return true;
  }

  #take(pattern: RegExp): string | null {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found === undefined) return null;
    this.#at += found.length;
    return found;
  }
}
