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

/**
 * A number as Python keeps it: a float stays one when it becomes text (`10.0`), and an integer has
 * no largest value. What JavaScript's numbers cannot tell apart stays text.
 */
export function pythonNumber(written: string): number | string {
  const plain = written.replaceAll('_', '').replace(/^\+/, '');
  // JavaScript has no sign before 0x10
  const value = plain.startsWith('-') ? -Number(plain.slice(1)) : Number(plain);
  if (/^-?(\d+|0[xXoObB]\w+)$/.test(plain)) return Number.isSafeInteger(value) ? value : plain;
  return Number.isInteger(value) ? `${value}.0` : value;
}

/** What Python prints for a value where Ansible needs text; undefined for lists and maps. */
export function pythonText(value: unknown): string | undefined {
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return typeof value === 'object' || value === undefined ? undefined : String(value);
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
    const strings = this.#strings();
    if (strings.length > 0) return strings.join('');
    const word = this.#take(/[A-Za-z]+/y);
    if (word === null) return this.#number();
    if (!Object.hasOwn(CONSTANTS, word)) throw new NotALiteral();
    return CONSTANTS[word];
  }

  /** Adjacent strings are one. */
  #strings(): readonly string[] {
    const found: string[] = [];
    for (;;) {
      this.#take(/\s*/y);
      const string = this.#take(/[uU]?(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')/sy);
      if (string === null) return found;
      // an escape by number is too rare to be worth reading
      if (/(?<!\\)(?:\\\\)*\\[xuUN0-7]/.test(string)) throw new NotALiteral();
      found.push(
        string
          .replace(/^[uU]/, '')
          .slice(1, -1)
          .replace(/\\(.)/gs, (sequence, char: string) => ESCAPES[char] ?? sequence),
      );
    }
  }

  /** Python refuses leading zeros: `0644` stays text. */
  #number(): number | string {
    const digits = this.#take(
      /[-+]?(?:0[xX][0-9a-fA-F]+|0[oO][0-7]+|0[bB][01]+|(?:\d[\d_]*(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?)(?![\w.])/y,
    );
    if (digits === null || /^[-+]?0\d+$|_$|__/.test(digits)) throw new NotALiteral();
    return pythonNumber(digits);
  }

  #map(): Record<string, unknown> {
    const map: Record<string, unknown> = Object.create(null);
    this.#items('}', () => {
      const key = pythonText(this.value());
      if (key === undefined || !this.#skip(':')) throw new NotALiteral();
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
