import { isPrintable } from './characters.ts';

const SHORT: Readonly<Record<string, string>> = {
  '\u0007': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
  '"': '\\"',
};

const UNSHORT = new Map(
  Object.entries(SHORT).map(([char, short]) => [short[1], char.charCodeAt(0)]),
);

/** The text as a double-quoted literal, whatever it holds; what has no shape becomes an escape. */
export function quote(text: string): string {
  let quoted = '"';
  for (const char of text) quoted += SHORT[char] ?? (isPrintable(char) ? char : escaped(char));
  return `${quoted}"`;
}

function escaped(char: string): string {
  const code = char.codePointAt(0)!;
  const hex = code.toString(16);
  if (code >= 0xd800 && code < 0xe000) return '\\ufffd';
  if (code < 0x20 || code === 0x7f) return `\\x${hex.padStart(2, '0')}`;
  return code < 0x10000 ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
}

/**
 * What a string literal, quotes included, stands for. Total: of a broken escape the text itself is
 * kept. Bytes of \x and octal escapes that make no UTF-8 become U+FFFD.
 */
export function stringValue(literal: string): string {
  if (literal.startsWith('`')) return literal.slice(1, -1).replaceAll('\r', '');
  const text = literal.slice(1, -1);
  if (!text.includes('\\')) return text;
  // escapes of one letter, as nearly all are, need no bytes
  let short = !/[\uD800-\uDFFF]/.test(text);
  const value = text.replace(/\\(.?)/gs, (whole, letter: string) => {
    const code = UNSHORT.get(letter);
    short &&= code !== undefined;
    return code === undefined ? whole : String.fromCharCode(code);
  });
  return short ? value : valueByBytes(text);
}

function valueByBytes(text: string): string {
  const bytes: number[] = [];
  const encoder = new TextEncoder();
  const pattern =
    /\\(?:([abfnrtv\\"])|([0-7]{3})|x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8}))|[^\\]+|\\/gy;
  for (const [whole, short, octal, hex, four, eight] of text.matchAll(pattern)) {
    if (short !== undefined) bytes.push(UNSHORT.get(short)!);
    else if (octal !== undefined) bytes.push(Number.parseInt(octal, 8) & 255);
    else if (hex !== undefined) bytes.push(Number.parseInt(hex, 16));
    else {
      const code = four ?? eight;
      const value = code === undefined ? -1 : Number.parseInt(code, 16);
      const written = value < 0 || value > 0x10ffff ? whole : String.fromCodePoint(value);
      for (const byte of encoder.encode(written)) bytes.push(byte);
    }
  }
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(Uint8Array.from(bytes));
}
