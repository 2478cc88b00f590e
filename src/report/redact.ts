import type { Happening } from '../model/event.ts';
import type { Mask } from '../model/ports.ts';
import type { Secret } from '../model/secret.ts';
import { plain } from './plain.ts';

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

/**
 * A mask that hides every secret in a text, in each form in which tools write values: as it is, line
 * by line, percent-encoded (any mix of characters), in base64 (at any offset), in hex, and quoted for
 * JSON, Go, XML or a shell. Overlapping finds are hidden together, and the whole of a base64 word that
 * contains one. A line that ends with the beginning of a secret, because it was cut, is hidden, too.
 *
 * Costs one lookup per character, however many secrets there are.
 */
export function createMask(secrets: readonly Secret[]): Mask {
  const texts = textsOf(secrets);
  if (texts.length === 0) return (text) => text;
  const written = indexOf(formsOf(texts));
  const bytes = indexOf(
    texts
      // a secret that itself contains %XX may not be encoded again
      .flatMap((text) => [
        byteString(text),
        byteString(text.replaceAll(' ', '+')),
        decode(text).bytes,
      ])
      .map((text) => ({ text, base64: false })),
  );

  return (text) => {
    const finds = findAll(text, written);
    if (/%[0-9A-Fa-f]{2}/.test(text)) finds.push(...findEncoded(text, bytes));
    return finds.length === 0 ? text : hide(text, finds);
  };
}

type Find = readonly [start: number, end: number];

/** Forms by their first characters, the longest first. */
type Index = ReadonlyMap<string, readonly Form[]>;

function indexOf(forms: readonly Form[]): Index {
  const index = new Map<string, Form[]>();
  for (const form of [...forms].sort((a, b) => b.text.length - a.text.length)) {
    if (form.text.length < SHORTEST) continue;
    const head = form.text.slice(0, SHORTEST);
    const others = index.get(head);
    if (others) others.push(form);
    else index.set(head, [form]);
  }
  return index;
}

function findAll(text: string, index: Index): Find[] {
  const finds: Find[] = [];
  for (let at = 0; at + SHORTEST <= text.length; at += 1) {
    const forms = index.get(text.slice(at, at + SHORTEST));
    if (!forms) continue;
    const form = forms.find(
      (one) => text.startsWith(one.text, at) && !isPlaceholder(text, at, one.text),
    );
    if (!form) {
      const end = endOfLine(text, at);
      if (end - at >= SHORTEST_PIECE && beginsOne(forms, text.slice(at, end)))
        finds.push([at, end]);
      continue;
    }
    const end = at + form.text.length;
    finds.push(form.base64 ? wordAround(text, at, end) : [at, end]);
  }
  return finds;
}

/** Fewer characters at the end of a line are not treated as the beginning of a secret. */
const SHORTEST_PIECE = 8;

function endOfLine(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end < 0 ? text.length : end;
}

const beginsOne = (forms: readonly Form[], piece: string): boolean =>
  !HIDDEN.startsWith(piece) && forms.some((one) => one.text.startsWith(piece));

/**
 * Finds in the percent-decoded text. Tools encode different sets of characters, so the text is
 * decoded instead of the secret being encoded in each way.
 */
function findEncoded(text: string, index: Index): readonly Find[] {
  const { bytes, begins } = decode(text);
  return findAll(bytes, index).map(([start, end]) => [begins[start]!, begins[end]!]);
}

/** The percent-decoded bytes of a text; `begins`: the offset in it of each byte, and its length. */
function decode(text: string): { readonly bytes: string; readonly begins: readonly number[] } {
  let bytes = '';
  const begins: number[] = [];
  for (let at = 0; at < text.length; ) {
    const hex = /^%([0-9A-Fa-f]{2})/.exec(text.slice(at, at + 3))?.[1];
    const char = hex ? `%${hex}` : String.fromCodePoint(text.codePointAt(at)!);
    const decoded = hex ? String.fromCharCode(Number.parseInt(hex, 16)) : byteString(char);
    for (let i = 0; i < decoded.length; i += 1) begins.push(at);
    bytes += decoded;
    at += char.length;
  }
  begins.push(text.length);
  return { bytes, begins };
}

/** The UTF-8 bytes of a text, one character for each. */
const byteString = (text: string): string => Buffer.from(text).toString('latin1');

function hide(text: string, finds: readonly Find[]): string {
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
  readonly text: string;
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
  const pieces = texts.flatMap(base64Pieces).map((text) => ({ text, base64: true }));
  const written = texts.flatMap((text) => WRITINGS.map((write) => write(text)));
  const all = [...pieces, ...written.map((text) => ({ text, base64: false }))];
  return [...new Map(all.map((form) => [form.text, form])).values()];
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

/** Fields that programs compare: they cannot contain a secret and must not change. */
const VERBATIM: ReadonlySet<string> = new Set([
  'type',
  'run',
  'verb',
  'host',
  'hosts',
  'version',
  'step',
  'outcome',
  'code',
  'reason',
  'kind',
  'needs',
]);

/** A happening without control characters and secrets, safe for every output. */
export const cleanHappening = (happening: Happening, mask: Mask): Happening =>
  clean(happening, mask) as Happening;

function clean(value: unknown, mask: Mask): unknown {
  if (typeof value === 'string') return mask(plain(value));
  if (Array.isArray(value)) return value.map((item) => clean(item, mask));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, VERBATIM.has(key) ? item : clean(item, mask)]),
  );
}
