/** Signals that a text is no literal; nothing else is thrown in here. */
class NoLiteral extends Error {}

/**
 * A value of an INI inventory: Python's literals (`80`, `True`, `None`, `'text'`, lists, tuples,
 * dicts) are read as such, whatever follows a `#` left out; anything else is the text as it stands.
 */
export function pythonLiteral(text: string): unknown {
  try {
    const reader = new Reader(text);
    const value = reader.value();
    reader.end();
    return value;
  } catch (error) {
    if (error instanceof NoLiteral) return text;
    throw error;
  }
}

const WORDS: Readonly<Record<string, unknown>> = { True: true, False: false, None: null };
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
    this.#blanks();
    if (this.#at < this.#text.length && this.#text[this.#at] !== '#') throw new NoLiteral();
  }

  value(): unknown {
    this.#blanks();
    const char = this.#text[this.#at] ?? '';
    if (char === '[') return this.#list(']');
    if (char === '(') return this.#list(')');
    if (char === '{') return this.#map();
    if (char === '"' || char === "'") return this.#string(char);
    const word = this.#take(/[A-Za-z]+/y);
    if (word !== null) {
      if (Object.hasOwn(WORDS, word)) return WORDS[word];
      throw new NoLiteral();
    }
    return this.#number();
  }

  /** Python refuses leading zeros: `0644` stays a text. */
  #number(): number {
    const digits = this.#take(
      /[-+]?(?:0[xX][0-9a-fA-F]+|0[oO][0-7]+|(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)(?![\w.])/y,
    );
    if (digits === null || /^[-+]?0\d+$/.test(digits)) throw new NoLiteral();
    return Number(digits.replaceAll('_', ''));
  }

  #list(close: string): readonly unknown[] {
    this.#at += 1;
    const items: unknown[] = [];
    for (;;) {
      if (this.#skip(close)) return items;
      items.push(this.value());
      if (!this.#skip(',')) {
        if (this.#skip(close)) return items;
        throw new NoLiteral();
      }
    }
  }

  #map(): Record<string, unknown> {
    this.#at += 1;
    const map: Record<string, unknown> = Object.create(null);
    for (;;) {
      if (this.#skip('}')) return map;
      const key = this.value();
      if (!this.#skip(':')) throw new NoLiteral();
      map[String(key)] = this.value();
      if (!this.#skip(',')) {
        if (this.#skip('}')) return map;
        throw new NoLiteral();
      }
    }
  }

  #string(quote: string): string {
    this.#at += 1;
    let text = '';
    for (; this.#at < this.#text.length; this.#at += 1) {
      const char = this.#text[this.#at]!;
      if (char === quote) {
        this.#at += 1;
        return text;
      }
      if (char !== '\\') {
        text += char;
        continue;
      }
      this.#at += 1;
      const next = this.#text[this.#at] ?? '';
      text += ESCAPES[next] ?? `\\${next}`;
    }
    throw new NoLiteral();
  }

  #skip(char: string): boolean {
    this.#blanks();
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

  #blanks(): void {
    while (/\s/.test(this.#text[this.#at] ?? '')) this.#at += 1;
  }
}
