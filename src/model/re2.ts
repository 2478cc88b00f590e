/**
 * What RE2 (Go's regexp) has against a pattern, in its words; undefined: it takes it. Follows
 * regexp/syntax, but for its limits on the size of what it compiles.
 */
export function re2Problem(pattern: string): string | undefined {
  try {
    new Reader(pattern).read();
    return undefined;
  } catch (error) {
    if (error instanceof Refused) return error.message;
    throw error;
  }
}

class Refused extends Error {}

const refuse = (what: string, text: string): never => {
  throw new Refused(`${what}: \`${text}\``);
};

const ESCAPE = 'invalid escape sequence';
const RANGE = 'invalid character class range';
const REPEAT = 'invalid repeat count';
/** Repetitions may multiply to this. */
const MOST_REPEATS = 1000;
const DEEPEST = 1000;

/** What stands before the place that is read: how often its innermost part is repeated; null: nothing to repeat. */
type Atom = { readonly repeats: number } | null;

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  read(): void {
    /** By open group: the largest repetition inside, and what stands before. */
    const groups: { most: number }[] = [{ most: 1 }];
    let before: Atom = null;
    /** Where the repetition operator right before begins; undefined: none. */
    let repeated: number | undefined;
    const follow = (repeats: number) => {
      before = { repeats };
      groups.at(-1)!.most = Math.max(groups.at(-1)!.most, repeats);
    };
    while (this.#at < this.#text.length) {
      const start = this.#at;
      const char = this.#text[start]!;
      const last: number | undefined = repeated;
      repeated = undefined;
      switch (char) {
        case '(': {
          const opens = this.#text[start + 1] === '?' ? this.#flags() : this.#skip(1);
          if (!opens) break;
          if (groups.length >= DEEPEST)
            throw new Refused(`expression nests too deeply: \`${this.#text}\``);
          groups.push({ most: 1 });
          before = null;
          break;
        }
        case ')': {
          if (groups.length === 1) refuse('unexpected )', this.#text);
          const { most } = groups.pop()!;
          this.#at++;
          follow(most);
          break;
        }
        case '|':
          this.#at++;
          before = null;
          break;
        case '[':
          this.#charClass();
          follow(1);
          break;
        case '\\':
          this.#escape();
          follow(1);
          break;
        case '*':
        case '+':
        case '?':
        case '{': {
          const counted = char === '{' ? this.#count() : undefined;
          if (char === '{' && !counted) {
            this.#at++;
            follow(1);
            break;
          }
          const length = counted?.length ?? 1;
          const [least, most] = [counted?.least ?? 0, counted?.most];
          if (
            counted &&
            (least < 0 || least > 1000 || (most ?? 0) > 1000 || least > (most ?? least))
          ) {
            refuse(REPEAT, counted.text);
          }
          this.#at += length;
          if (this.#text[this.#at] === '?') this.#at++;
          if (last !== undefined) {
            refuse('invalid nested repetition operator', this.#text.slice(last, this.#at));
          }
          if (!before)
            refuse('missing argument to repetition operator', this.#text.slice(start, this.#at));
          const inside: number = before!.repeats;
          const times = counted ? (most ?? least) : 1;
          const repeats: number = times === 0 ? 1 : times * inside;
          if (counted && (least >= 2 || (most ?? 0) >= 2) && repeats > MOST_REPEATS) {
            refuse(REPEAT, this.#text.slice(start, this.#at));
          }
          follow(repeats);
          repeated = start;
          break;
        }
        default:
          this.#at += char.length;
          follow(1);
      }
    }
    if (groups.length > 1) refuse('missing closing )', this.#text);
  }

  #skip(count: number): true {
    this.#at += count;
    return true;
  }

  /** Reads `(?`: whether it opens a group. */
  #flags(): boolean {
    const rest = this.#text.slice(this.#at);
    const named = /^\(\?P?<(?=[\s\S])/.exec(rest);
    if (named) {
      const end = rest.indexOf('>');
      if (end < 0) refuse('invalid named capture', rest);
      const name = rest.slice(named[0].length, end);
      if (!/^\w+$/.test(name)) refuse('invalid named capture', rest.slice(0, end + 1));
      return this.#skip(end + 1);
    }
    const flags = /^\(\?([imsU]*(?:-[imsU]+)?)(:|\))/.exec(rest);
    if (!flags) {
      const shown = /^\(\?[imsU]*-?[imsU]*[\s\S]?/u.exec(rest)![0];
      return refuse('invalid or unsupported Perl syntax', shown);
    }
    this.#at += flags[0].length;
    return flags[2] === ':';
  }

  /** `{2}`, `{2,}` or `{2,3}` here; undefined: the brace is itself. */
  #count():
    | {
        readonly length: number;
        readonly text: string;
        readonly least: number;
        readonly most: number | undefined;
      }
    | undefined {
    const found = /^\{(0|[1-9]\d*)(?:(,)(0|[1-9]\d*)?)?\}/.exec(this.#text.slice(this.#at));
    if (!found) return undefined;
    const [text, first = '', comma, second] = found;
    const least = Number(first);
    const most = comma ? (second === undefined ? undefined : Number(second)) : least;
    return { length: text.length, text, least, most };
  }

  /** Reads what begins with a backslash outside of a class. */
  #escape(): void {
    const next = this.#text[this.#at + 1];
    if (next === 'Q') {
      const end = this.#text.indexOf('\\E', this.#at + 2);
      this.#at = end < 0 ? this.#text.length : end + 2;
      return;
    }
    if (next === 'C') refuse(ESCAPE, '\\C');
    if (next !== undefined && 'AbBz'.includes(next)) {
      this.#at += 2;
      return;
    }
    if (!this.#unicode() && !this.#perl()) this.#char();
  }

  /** Reads `\d` and the like. */
  #perl(): boolean {
    return /^\\[dDsSwW]/.test(this.#text.slice(this.#at, this.#at + 2)) && this.#skip(2);
  }

  /** Reads `\pL` and `\p{Greek}`. */
  #unicode(): boolean {
    const rest = this.#text.slice(this.#at);
    if (!/^\\[pP]/.test(rest)) return false;
    const found = /^\\[pP](?:\{(\^?)([^}]*)\}|([\s\S]))/u.exec(rest);
    const name = found?.[2] ?? found?.[3];
    if (!found || name === undefined || !isUnicodeClass(name)) {
      refuse(RANGE, found?.[0] ?? (rest.startsWith('{', 2) ? rest : rest.slice(0, 2)));
    }
    return this.#skip(found![0].length);
  }

  /** Reads an escape that stands for one character: its code point. */
  #char(): number {
    const rest = this.#text.slice(this.#at);
    const first = rest.codePointAt(1);
    if (first === undefined) throw new Refused('trailing backslash at end of expression: ``');
    const char = String.fromCodePoint(first);
    const hex = /^\\x(?:\{([0-9A-Fa-f]+)\}|([0-9A-Fa-f]{2}))/.exec(rest);
    if (hex) {
      const code = Number.parseInt(hex[1] ?? hex[2]!, 16);
      if (code <= 0x10ffff) {
        this.#at += hex[0].length;
        return code;
      }
    }
    const octal = /^\\(0[0-7]{0,2}|[1-7][0-7]{1,2})/.exec(rest);
    if (octal) {
      this.#at += octal[0].length;
      return Number.parseInt(octal[1]!, 8);
    }
    const control = 'aftnrv'.indexOf(char);
    if (control >= 0) {
      this.#at += 2;
      return [7, 12, 9, 10, 13, 11][control]!;
    }
    if (first >= 0x80 || /[0-9A-Za-z]/.test(char)) {
      refuse(ESCAPE, /^\\x(?:\{[0-9A-Fa-f]*[\s\S]?|[\s\S]{0,2})/u.exec(rest)?.[0] ?? `\\${char}`);
    }
    this.#at += 1 + char.length;
    return first;
  }

  /** Reads `[...]`. */
  #charClass(): void {
    const start = this.#at;
    this.#at++;
    if (this.#text[this.#at] === '^') this.#at++;
    let first = true;
    while (this.#text[this.#at] !== ']' || first) {
      first = false;
      if (this.#text.startsWith('[:', this.#at)) {
        const end = this.#text.indexOf(':]', this.#at + 2);
        if (end >= 0) {
          const name = this.#text.slice(this.#at, end + 2);
          if (!POSIX.test(name)) refuse(RANGE, name);
          this.#at = end + 2;
          continue;
        }
      }
      if (this.#unicode() || this.#perl()) continue;
      const from = this.#at;
      const low = this.#classChar(start);
      const [dash, after] = [this.#text[this.#at], this.#text[this.#at + 1]];
      if (dash !== '-' || after === undefined || after === ']') continue;
      this.#at++;
      const high = this.#classChar(start);
      if (high < low) refuse(RANGE, this.#text.slice(from, this.#at));
    }
    this.#at++;
  }

  #classChar(start: number): number {
    const code = this.#text.codePointAt(this.#at);
    if (code === undefined) return refuse('missing closing ]', this.#text.slice(start));
    if (code === 0x5c) return this.#char();
    this.#at += code > 0xffff ? 2 : 1;
    return code;
  }
}

const POSIX =
  /^\[:\^?(?:alnum|alpha|ascii|blank|cntrl|digit|graph|lower|print|punct|space|upper|word|xdigit):\]$/;

/** Categories and scripts; the names that only newer versions of Go know count as known. */
function isUnicodeClass(name: string): boolean {
  if (name === 'Any') return true;
  return [name, `Script=${name}`].some((one) => {
    try {
      new RegExp(`\\p{${one}}`, 'u');
      return /^\w+$/.test(name);
    } catch {
      return false;
    }
  });
}
