import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isValidIdentifier, toIdentifier } from '../../src/alloy/characters.ts';
import { decode } from '../../src/alloy/decode.ts';
import { parse } from '../../src/alloy/parse.ts';
import { quote, stringValue } from '../../src/alloy/quote.ts';

test.each([
  ['"a"', 'a'],
  ['"\\a\\b\\f\\n\\r\\t\\v\\\\\\""', '\u0007\b\f\n\r\t\v\\"'],
  ['"\\101\\x41\\u00e9\\U0001F600"', 'AAé😀'],
  ['"\\xc3\\xa9"', 'é'],
  ['"\\xff"', '\ufffd'],
  ['"\\q"', '\\q'],
  ['`a\\n\r\n"b"`', 'a\\n\n"b"'],
])('%s stands for %j', (literal, value) => {
  expect(stringValue(literal)).toBe(value);
});

test('what is quoted is a string of the language with that value', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (value) => {
      const literal = quote(value);
      expect(parse(`a = ${literal}`).errors).toEqual([]);
      expect(stringValue(literal)).toBe(value);
    }),
    { numRuns: 2000 },
  );
});

test('any text becomes an identifier, a valid one stays', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const name = toIdentifier(text);
      expect(isValidIdentifier(name)).toBe(true);
      if (isValidIdentifier(text)) expect(name).toBe(text);
      else expect(parse(`a "${name}" { }`).errors).toEqual([]);
    }),
    { numRuns: 1000 },
  );
  expect(toIdentifier('web-01.example')).toBe('web_01_example');
  expect(['1a', '', 'true', 'a-b', 'a.b', 'a b'].filter(isValidIdentifier)).toEqual([]);
});

test('bytes of UTF-8 are decoded as they are, others one by one', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      expect(decode(new TextEncoder().encode(text))).toBe(text);
    }),
  );
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      // the lone surrogates give the bytes back
      const back = Array.from(decode(bytes), (char) => {
        const unit = char.charCodeAt(0);
        const lone = char.length === 1 && unit >= 0xdc80 && unit <= 0xdcff;
        return lone ? [unit - 0xdc00] : [...new TextEncoder().encode(char)];
      });
      expect(back.flat()).toEqual([...bytes]);
    }),
    { numRuns: 2000 },
  );
});
