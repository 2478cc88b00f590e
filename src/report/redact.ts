import type { Happening } from '../model/event.ts';
import type { Mask } from '../model/ports.ts';
import type { Secret } from '../model/secret.ts';
import { oneLine, plain } from './plain.ts';

/** What stands where a secret stood. */
export const HIDDEN = '[secret]';

/**
 * Shorter secrets are not hidden: three characters occur in every second line, and hiding them all
 * would leave nothing to read. `tooShort` finds them, so that a run can warn.
 */
export const SHORTEST = 4;

/** The secrets that are too short to hide. */
export const tooShort = (secrets: readonly Secret[]): readonly Secret[] =>
  secrets.filter((secret) => {
    const { length } = secret.reveal().trim();
    return length > 0 && length < SHORTEST;
  });

/** Takes every known secret out of a text. */
export interface ValueMask extends Mask {
  /** For the lines of one output, in order: also hides what goes on in the next line. */
  lines(): Mask;
}

/**
 * A mask that hides every secret in a text, in each form in which tools write values: as it is, line
 * by line, percent-encoded (any mix of characters, twice at most), in base64 (at any offset, wrapped),
 * in hex, with escapes of JSON, Go, C, XML or a shell, and across the end of a line. Overlapping finds
 * are hidden together, and the whole of a base64 word that contains one. A line that ends with the
 * beginning of a secret, because it was cut, is hidden, too.
 *
 * Costs one lookup per character, however many secrets there are.
 */
export function createMask(secrets: readonly Secret[]): ValueMask {
  const index = indexOf(formsOf(textsOf(secrets)));
  if (index.longest === 0)
    return Object.assign((text: string) => text, { lines: () => (text: string) => text });
  const findsIn = (text: string): Find[] => {
    const finds: Find[] = [];
    for (const view of viewsOf(text)) findAll(view, index, finds);
    return finds;
  };
  return Object.assign((text: string) => hide(text, findsIn(text)), {
    lines: () => {
      let before = '';
      return (line: string) => {
        const at = before.length;
        const text = before + line;
        const finds = findsIn(text).filter(([, end]) => end > at);
        // escapes make a character six times as long, and twice written ones more
        before = `${text.slice(-8 * index.longest)}\n`;
        return hide(
          line,
          finds.map(([start, end]) => [Math.max(0, start - at), end - at]),
        );
      };
    },
  });
}

/** In characters of the text that is masked. */
type Find = readonly [start: number, end: number];

/**
 * What a text says, as bytes, one character for each. Tools encode different sets of characters, so the
 * text is decoded instead of the secret being encoded in each way.
 */
interface View {
  readonly bytes: string;
  /** Where in the text each byte begins and ends; null: where it is in `bytes`. */
  readonly from: Uint32Array | null;
  readonly to: Uint32Array | null;
  /** Lines are joined: their ends mean nothing. */
  readonly joined: boolean;
}

/** A way of writing that can be taken back: what to look for, and the bytes that it stands for. */
interface Decoder {
  readonly pattern: RegExp;
  readonly decode: (match: RegExpExecArray) => string;
}

const codePoint = (hex: string): string => {
  const code = Number.parseInt(hex, 16);
  return code > 0x10ffff ? '' : byteString(String.fromCodePoint(code));
};

const C_ESCAPES: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  e: '\u001b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
};

const PERCENT: Decoder = {
  pattern: /%([0-9A-Fa-f]{2})/g,
  decode: ([, hex]) => String.fromCharCode(Number.parseInt(hex!, 16)),
};

/** Escapes of JSON, JavaScript, Go, C, Python and shells. */
const ESCAPES: Decoder = {
  pattern:
    /\\(?:u([Dd][89ABab][0-9A-Fa-f]{2})\\u([Dd][C-Fc-f][0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|u\{([0-9A-Fa-f]{1,6})\}|U([0-9A-Fa-f]{8})|x([0-9A-Fa-f]{2})|([0-3][0-7]{2})|\r?(\n)|([\s\S]))/g,
  decode: ([, high, low, short, braced, long, byte, octal, newline, char]) => {
    if (high && low)
      return byteString(String.fromCharCode(Number.parseInt(high, 16), Number.parseInt(low, 16)));
    const code = short ?? braced ?? long;
    if (code) return codePoint(code);
    if (byte) return String.fromCharCode(Number.parseInt(byte, 16));
    if (octal) return String.fromCharCode(Number.parseInt(octal, 8));
    return newline ? '' : (C_ESCAPES[char!] ?? char!);
  },
};

const MARKUP: Decoder = {
  pattern: /&(?:#(\d{1,7})|#[xX]([0-9A-Fa-f]{1,6})|(amp|lt|gt|quot|apos));/g,
  decode: ([, decimal, hex, name]) =>
    name ? ENTITIES[name]! : codePoint(hex ?? Number(decimal).toString(16)),
};

const NEWLINES: Decoder = { pattern: /\r?\n[ \t]*/g, decode: () => '' };

const DECODERS = [PERCENT, ESCAPES, MARKUP, NEWLINES];

/** So many ways of writing may lie one in another. */
const DEPTH = 2;

/** The text as it is, and what it says if it is written in one way or another. */
function viewsOf(text: string): readonly View[] {
  const whole = viewOf(text);
  const joined = decoded(whole, NEWLINES);
  let views: readonly View[] = joined ? [whole, joined] : [whole];
  const all = new Map(views.map((view) => [view.bytes, view]));
  for (let depth = 0; depth < DEPTH; depth += 1) {
    views = views.flatMap((view) => DECODERS.flatMap((decoder) => decoded(view, decoder) ?? []));
    for (const view of views) if (!all.has(view.bytes)) all.set(view.bytes, view);
  }
  return [...all.values()];
}

function viewOf(text: string): View {
  if (/^[\u0000-\u007f]*$/.test(text)) return { bytes: text, from: null, to: null, joined: false };
  const bytes = byteString(text);
  const [from, to] = [new Uint32Array(bytes.length), new Uint32Array(bytes.length)];
  let size = 0;
  let at = 0;
  for (const char of text) {
    const code = char.codePointAt(0)!;
    const length = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    from.fill(at, size, size + length);
    at += char.length;
    to.fill(at, size, size + length);
    size += length;
  }
  return { bytes, from, to, joined: false };
}

/** undefined: nothing in it is written that way. */
function decoded(view: View, { pattern, decode }: Decoder): View | undefined {
  const { bytes } = view;
  pattern.lastIndex = 0;
  let match = pattern.exec(bytes);
  if (!match) return undefined;
  const [from, to] = [new Uint32Array(bytes.length), new Uint32Array(bytes.length)];
  let out = '';
  let done = 0;
  const copy = (end: number): void => {
    for (let at = done; at < end; at += 1) {
      from[out.length + at - done] = view.from?.[at] ?? at;
      to[out.length + at - done] = view.to?.[at] ?? at + 1;
    }
    out += bytes.slice(done, end);
    done = end;
  };
  for (; match; match = pattern.exec(bytes)) {
    copy(match.index);
    done = match.index + match[0].length;
    // never longer than what it was written as
    const said = decode(match).slice(0, match[0].length);
    from.fill(view.from?.[match.index] ?? match.index, out.length, out.length + said.length);
    to.fill(view.to?.[done - 1] ?? done, out.length, out.length + said.length);
    out += said;
  }
  copy(bytes.length);
  return { bytes: out, from, to, joined: view.joined || pattern === NEWLINES.pattern };
}

/** Forms by their first characters, the longest first. */
interface Index {
  readonly byHead: ReadonlyMap<string, readonly Form[]>;
  /** Which two bytes a form begins with: most places of a text need no more. */
  readonly pairs: Uint8Array;
  readonly longest: number;
}

const pairAt = (text: string, at: number): number =>
  ((text.charCodeAt(at) & 0xff) << 8) | (text.charCodeAt(at + 1) & 0xff);

function indexOf(forms: readonly Form[]): Index {
  const byHead = new Map<string, Form[]>();
  const pairs = new Uint8Array(1 << 16);
  let longest = 0;
  for (const form of [...forms].sort((a, b) => b.bytes.length - a.bytes.length)) {
    if (form.bytes.length < SHORTEST) continue;
    longest = Math.max(longest, form.bytes.length);
    pairs[pairAt(form.bytes, 0)] = 1;
    const head = form.bytes.slice(0, SHORTEST);
    const others = byHead.get(head);
    if (others) others.push(form);
    else byHead.set(head, [form]);
  }
  return { byHead, pairs, longest };
}

function findAll({ bytes, from, to, joined }: View, index: Index, finds: Find[]): void {
  const find = (start: number, end: number): void => {
    finds.push([from?.[start] ?? start, to?.[end - 1] ?? end]);
  };
  let lineEnd = -1;
  let wordEnd = 0;
  for (let at = 0; at + SHORTEST <= bytes.length; at += 1) {
    if (index.pairs[pairAt(bytes, at)] === 0) continue;
    const forms = index.byHead.get(bytes.slice(at, at + SHORTEST));
    if (!forms) continue;
    const form = forms.find(
      (one) =>
        // two short ends of lines make up too many words
        (!joined || one.base64 || one.bytes.length >= SHORTEST_PIECE) &&
        bytes.startsWith(one.bytes, at) &&
        !isPlaceholder(bytes, at, one.bytes),
    );
    if (!form) {
      if (joined) continue;
      if (lineEnd < at) lineEnd = endOfLine(bytes, at);
      const length = lineEnd - at;
      if (length >= SHORTEST_PIECE && length < forms[0]!.bytes.length)
        if (beginsOne(forms, bytes.slice(at, lineEnd))) find(at, lineEnd);
      continue;
    }
    const end = at + form.bytes.length;
    if (!form.base64) find(at, end);
    else if (end > wordEnd) {
      const [start, stop] = wordAround(bytes, at, end);
      wordEnd = stop;
      find(start, stop);
    }
  }
}

/** Fewer characters at the end of a line are not treated as the beginning of a secret. */
const SHORTEST_PIECE = 8;

function endOfLine(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end < 0 ? text.length : end;
}

const beginsOne = (forms: readonly Form[], piece: string): boolean =>
  !HIDDEN.startsWith(piece) && forms.some((one) => one.bytes.startsWith(piece));

/** The UTF-8 bytes of a text, one character for each. */
const byteString = (text: string): string => Buffer.from(text).toString('latin1');

function hide(text: string, finds: readonly Find[]): string {
  if (finds.length === 0) return text;
  const ordered = [...finds].sort(([a], [b]) => a - b);
  let [[from, to]] = ordered as [Find, ...Find[]];
  let hidden = text.slice(0, from);
  for (const [start, end] of ordered) {
    if (start > to) {
      hidden += HIDDEN + text.slice(to, start);
      from = start;
      to = end;
    }
    to = Math.max(to, end);
  }
  return hidden + HIDDEN + text.slice(to);
}

interface Form {
  /** UTF-8, one character for each byte. */
  readonly bytes: string;
  readonly base64: boolean;
}

/**
 * Each secret whole, trimmed, and line by line; also without control characters, which are removed
 * from a text before it is masked.
 */
const textsOf = (secrets: readonly Secret[]): readonly string[] => {
  const texts = secrets
    .flatMap((secret) => [secret.reveal(), plain(secret.reveal())])
    .flatMap((whole) => [
      whole,
      whole.trim(),
      ...whole.split(/\r?\n|\r/).map((line) => line.trim()),
    ]);
  return [...new Set(texts)].filter((text) => text.length >= SHORTEST);
};

function formsOf(texts: readonly string[]): readonly Form[] {
  const pieces = texts.flatMap(base64Pieces).map((bytes) => ({ bytes, base64: true }));
  const written = texts.flatMap((text) => [
    ...WRITINGS.map((write) => byteString(write(text))),
    // a secret that itself contains %XX may not be encoded again
    decoded(viewOf(text), PERCENT)?.bytes ?? '',
    // \xe9 of a language whose characters are bytes
    /^[\u0000-\u00ff]*$/.test(text) ? text : '',
  ]);
  const all = [...pieces, ...written.map((bytes) => ({ bytes, base64: false }))];
  return [...new Map(all.map((form) => [form.bytes, form])).values()];
}

const XML: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
const xml = (text: string, quotes: Readonly<Record<string, string>>): string =>
  text.replace(/[&<>"']/g, (char) => XML[char] ?? quotes[char]!);

const hex = (char: string, digits: number): string =>
  char.charCodeAt(0).toString(16).padStart(digits, '0');

const json = (text: string): string => JSON.stringify(text).slice(1, -1);
/** As Go prints it with %q, which is how Alloy quotes values in its log. */
const go = (text: string): string =>
  text.replace(/[\\"]/g, '\\$&').replace(/[\u0000-\u001f\u007f]/g, (char) => {
    const short = {
      '\u0007': '\\a',
      '\b': '\\b',
      '\f': '\\f',
      '\n': '\\n',
      '\r': '\\r',
      '\t': '\\t',
      '\v': '\\v',
    }[char];
    return short ?? `\\x${hex(char, 2)}`;
  });

/** How tools write a value. */
const WRITINGS: readonly ((text: string) => string)[] = [
  (text) => text,
  (text) => text.replaceAll(' ', '+'), // a form, where nothing else needs encoding
  json,
  (text) => json(json(text)),
  (text) => json(text).replace(/[<>&]/g, (char) => `\\u${hex(char, 4)}`), // Go's encoding/json
  (text) => json(text).replace(/[\u007f-\uffff]/g, (char) => `\\u${hex(char, 4)}`),
  go,
  (text) => text.replaceAll("'", `'\\''`),
  (text) => text.replaceAll("'", `'"'"'`),
  (text) => text.replace(/[\\"$`]/g, '\\$&'),
  (text) => text.replace(/[\\"]/g, '\\$&'),
  (text) => text.replace(/[^A-Za-z0-9_.,:/@%+=\n-]/g, '\\$&'), // printf %q
  (text) => xml(text, { '"': '&quot;', "'": '&apos;' }),
  (text) => xml(text, { '"': '&#34;', "'": '&#39;' }),
  (text) => Buffer.from(text).toString('hex'),
  (text) => Buffer.from(text).toString('hex').toUpperCase(),
];

/**
 * The part of a base64 word that only depends on `text`, at each of the three offsets: characters at
 * the edges depend on what is next to it.
 */
function base64Pieces(text: string): readonly string[] {
  const bytes = Buffer.from(text);
  return [0, 1, 2].flatMap((offset) => {
    const word = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    const piece = word.slice(
      offset === 0 ? 0 : offset + 1,
      (offset + bytes.length) % 3 === 0 ? undefined : -1,
    );
    return [piece, piece.replaceAll('+', '-').replaceAll('/', '_')];
  });
}

const BASE64 = /[A-Za-z0-9+/_=-]/;

/** A base64 word is hidden up to so many characters on each side of a find. */
const WORD = 4096;

function wordAround(text: string, start: number, end: number): readonly [number, number] {
  let from = start;
  let to = end;
  while (from > 0 && start - from < WORD && BASE64.test(text[from - 1]!) && text[from - 1] !== '=')
    from -= 1;
  while (to < text.length && to - end < WORD && BASE64.test(text[to]!)) to += 1;
  return [from, to];
}

/** A find may be a part of our own placeholder: masking twice must change nothing. */
function isPlaceholder(text: string, at: number, form: string): boolean {
  const inside = HIDDEN.indexOf(form);
  return inside >= 0 && text.startsWith(HIDDEN, at - inside);
}

/**
 * Fields whose values are words of ours that programs compare, or names by which hosts are told apart:
 * they lose their control characters like every text, but are no place to look for secrets in.
 */
const WORDS: ReadonlySet<string> = new Set([
  'type',
  'verb',
  'host',
  'hosts',
  'step',
  'outcome',
  'code',
  'reason',
  'kind',
  'needs',
]);

declare const cleanedBrand: unique symbol;

/**
 * A value all of whose texts may be shown: without control and invisible characters, on one line each but
 * for a file's or a command's. What makes text of events and reports takes nothing else.
 */
export type Cleaned<T> = T & { readonly [cleanedBrand]: true };

export const cleaned = <T extends object>(value: T): Cleaned<T> =>
  clean(value, '', asItIs, new WeakMap()) as Cleaned<T>;

const asItIs: Mask = (text) => text;

/**
 * Makes happenings safe for every output: cleaned, and without secrets. The lines that a host prints are
 * masked in their order, since a secret may go on in the next one.
 */
export function openCleaner(mask: ValueMask): (happening: Happening) => Cleaned<Happening> {
  const outputs = new Map<string, Mask>();
  const diffs = new WeakMap<object, unknown>();
  return (happening) => {
    if (happening.type === 'host.finished') outputs.delete(happening.host);
    if (happening.type !== 'change.output')
      return clean(happening, '', mask, diffs) as Cleaned<Happening>;
    const lines = outputs.get(happening.host) ?? mask.lines();
    outputs.set(happening.host, lines);
    const { line, ...rest } = happening;
    const head = clean(rest, '', mask, diffs) as Omit<typeof happening, 'line'>;
    return { ...head, line: lines(oneLine(line)) } as Cleaned<Happening>;
  };
}

/** Fields that hold whole lines. */
const BLOCKS: ReadonlySet<string> = new Set(['detail', 'text']);

/** @param diffs those that were cleaned: hosts share them, and they are long */
function clean(value: unknown, key: string, mask: Mask, diffs: WeakMap<object, unknown>): unknown {
  if (typeof value === 'string') {
    const text = BLOCKS.has(key) ? plain(value) : oneLine(value);
    return WORDS.has(key) ? text : mask(text);
  }
  if (typeof value !== 'object' || value === null) return value;
  if (key !== 'diffs') return cleanParts(value, key, mask, diffs);
  const known = diffs.get(value) ?? cleanParts(value, key, mask, diffs);
  diffs.set(value, known);
  return known;
}

function cleanParts(
  value: object,
  key: string,
  mask: Mask,
  diffs: WeakMap<object, unknown>,
): unknown {
  if (Array.isArray(value)) {
    const items = value.map((item) => clean(item, key, mask, diffs));
    return items.every((item, i) => item === value[i]) ? value : items;
  }
  // most values need no cleaning, and a copy of each would be garbage
  let isClean = true;
  const entries = Object.entries(value);
  for (const entry of entries) {
    const [name, item] = entry;
    entry[0] = oneLine(name);
    entry[1] = clean(item, name, mask, diffs);
    isClean &&= entry[0] === name && entry[1] === item;
  }
  return isClean ? value : Object.fromEntries(entries);
}
