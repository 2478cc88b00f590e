import { isLowSurrogate } from './position.ts';

const LETTER = 1;
const DIGIT = 2;

const CLASS = new Uint8Array(128);
for (let unit = 0; unit < 128; unit++) {
  const char = String.fromCharCode(unit);
  if (/[A-Za-z_]/.test(char)) CLASS[unit] = LETTER;
  else if (/[0-9]/.test(char)) CLASS[unit] = DIGIT;
}

const UNICODE_LETTER = /^\p{L}$/u;
const UNICODE_DIGIT = /^\p{Nd}$/u;

/** May begin a name. `code` is a code point; NaN (past the end) is no letter. */
export const isLetter = (code: number): boolean =>
  code < 128
    ? CLASS[code] === LETTER
    : code <= 0x10ffff && UNICODE_LETTER.test(String.fromCodePoint(code));

/** 0-9 */
export const isDecimal = (code: number): boolean => code >= 48 && code <= 57;

/** May stand in a name after its first character. */
export const isNamePart = (code: number): boolean =>
  code < 128
    ? CLASS[code] !== 0
    : isLetter(code) || (code <= 0x10ffff && UNICODE_DIGIT.test(String.fromCodePoint(code)));

/** Index behind the name that goes on at `from`. */
export function nameEnd(text: string, from: number): number {
  let i = from;
  for (;;) {
    const unit = text.charCodeAt(i);
    if (unit < 128) {
      if (CLASS[unit] === 0) return i;
      i++;
    } else {
      const code = text.codePointAt(i);
      if (code === undefined || !isNamePart(code)) return i;
      i += code > 0xffff ? 2 : 1;
    }
  }
}

/** The whole text may be used as the name of an attribute, a block or a label. */
export const isValidIdentifier = (text: string): boolean =>
  isLetter(text.codePointAt(0) ?? Number.NaN) &&
  nameEnd(text, 0) === text.length &&
  !/^(true|false|null)$/.test(text);

/** The nearest text that is a valid identifier: `web-01` gives `web_01`. */
export function toIdentifier(text: string): string {
  let name = '';
  for (const char of text) name += isNamePart(char.codePointAt(0)!) ? char : '_';
  return isValidIdentifier(name) ? name : `_${name}`;
}

/** Characters the length of which is one or two units: what a scanner steps over. */
export const unitsAt = (text: string, index: number): number => {
  const unit = text.charCodeAt(index);
  return unit >= 0xd800 && unit < 0xdc00 && isLowSurrogate(text.charCodeAt(index + 1)) ? 2 : 1;
};

/** Characters that have a shape on paper (space among them): the others are shown by number only. */
export const isPrintable = (char: string): boolean =>
  char === ' ' || /^[\p{L}\p{M}\p{N}\p{P}\p{S}]$/u.test(char);

/** `U+0023 '#'`, or `U+0007` for what has no shape. */
export function describeCharacter(code: number): string {
  const number = `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
  const char = String.fromCodePoint(code);
  return isPrintable(char) ? `${number} '${char}'` : number;
}
