import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isValidIdentifier, toIdentifier } from '../../src/alloy/characters.ts';
import { decode } from '../../src/alloy/decode.ts';
import { parse } from '../../src/alloy/parser.ts';
import { quote, stringValue } from '../../src/alloy/string-literal.ts';

/** What Go's strconv.Quote writes for each character below a space. */
const CONTROLS = String.raw`
  \x00 \x01 \x02 \x03 \x04 \x05 \x06 \a \b \t \n \v \f \r \x0e \x0f
  \x10 \x11 \x12 \x13 \x14 \x15 \x16 \x17 \x18 \x19 \x1a \x1b \x1c \x1d \x1e \x1f`
  .trim()
  .split(/\s+/);

/** What strconv.Quote writes for others: code point and text between the quotes. */
const QUOTED: readonly (readonly [number, string])[] = [
  ...CONTROLS.map((written, code) => [code, written] as const),
  [0x20, ' '],
  [0x21, '!'],
  [0x22, '\\"'],
  [0x23, '#'],
  [0x27, "'"],
  [0x5b, '['],
  [0x5c, '\\\\'],
  [0x5d, ']'],
  [0x60, '`'],
  [0x7e, '~'],
  [0x7f, '\\x7f'],
  [0x80, '\\u0080'],
  [0x85, '\\u0085'],
  [0x9f, '\\u009f'],
  [0xa0, '\\u00a0'],
  [0xad, '\\u00ad'],
  [0xe9, 'é'],
  [0x301, '\u0301'],
  [0x378, '\\u0378'],
  [0x200b, '\\u200b'],
  [0x200d, '\\u200d'],
  [0x2028, '\\u2028'],
  [0x202e, '\\u202e'],
  [0x3000, '\\u3000'],
  [0xd7ff, '\\ud7ff'],
  [0xe000, '\\ue000'],
  [0xfeff, '\\ufeff'],
  [0xfffd, '\ufffd'],
  [0xfffe, '\\ufffe'],
  [0xffff, '\\uffff'],
  [0x10000, '\u{10000}'],
  [0x1f600, '😀'],
  [0xe0001, '\\U000e0001'],
  [0x10ffff, '\\U0010ffff'],
];

test.each(
  QUOTED.map(
    ([code, written]) => [code.toString(16), written, String.fromCodePoint(code)] as const,
  ),
)('U+%s is quoted as strconv.Quote does: %s', (_, written, char) => {
  expect(quote(char)).toBe(`"${written}"`);
  // beside others: digits and letters could be taken for part of an escape
  expect(quote(`0a${char}0a`)).toBe(`"0a${written}0a"`);
  expect(quote(`"${char}\n`)).toBe(`"\\"${written}\\n"`);
  expect(stringValue(`"${written}"`)).toBe(char);
});

test('half of a surrogate pair becomes the replacement character', () => {
  for (const half of ['\ud800', '\udbff', '\udc00', '\udfff'])
    expect(quote(`a${half}b`)).toBe('"a\\ufffdb"');
  expect(quote('\udc00\ud800')).toBe('"\\ufffd\\ufffd"');
});

test.each([
  ['"a"', 'a'],
  ['""', ''],
  [String.raw`"\a\b\f\n\r\t\v\\\""`, '\u0007\b\f\n\r\t\v\\"'],
  [String.raw`"\\n\\\\"`, '\\n\\\\'],
  [String.raw`"\000\101\1011"`, '\0AA1'],
  [String.raw`"\x00\x7f\x41\xC3\xa9\xc3\xA9"`, '\0\x7fAéé'],
  [String.raw`"\u0000\u00e9\u00E9\ufffd\uD7FF"`, '\0éé\ufffd\ud7ff'],
  [String.raw`"\U0001F600\U0001f600\U0010ffff"`, '😀😀\u{10ffff}'],
  [String.raw`"\342\202\254\xe2\x82\xacx"`, '€€x'],
  [String.raw`"\ufeffa"`, '\ufeffa'],
  ['"é😀\u00a0\\t"', 'é😀\u00a0\t'],
  // bytes that are not UTF-8
  [String.raw`"\xff\377a\x80"`, '\ufffd\ufffda\ufffd'],
  [String.raw`"\xed\xa0\x80"`, '\ufffd\ufffd\ufffd'],
  // not literals of the language: the text stays
  [String.raw`"\q\'\8"`, "\\q\\'\\8"],
  [String.raw`"\x4"`, '\\x4'],
  [String.raw`"\u12\U0001F60"`, '\\u12\\U0001F60'],
  [String.raw`"\U00110000"`, '\\U00110000'],
  ['`a\\n\r\n"b"`', 'a\\n\n"b"'],
])('%s stands for %j, as strconv.Unquote reads it', (literal, value) => {
  expect(stringValue(literal)).toBe(value);
});

/** Text in which what must be escaped is as frequent as what must not. */
const hostile = fc.string({
  unit: fc.oneof(
    fc.constantFrom(...'"\\`\'\n\r\t\0\x07\b\v\f\x1b\x7f\x80\xa0é日😀\ufeff\u2028', '\ud800'),
    fc.constantFrom(...'abfnrtvxuU01789 #${}'),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
  ),
});

test('what is quoted is a string of the language with that value', () => {
  fc.assert(
    fc.property(hostile, (value) => {
      const literal = quote(value);
      expect(literal).toMatch(/^"(?:[^"\\\p{Cc}\p{Cf}\p{Cs}]|\\.)*"$/u);
      expect(parse(`a = ${literal}`).errors).toEqual([]);
      expect(stringValue(literal)).toBe(Buffer.from(value).toString());
    }),
    { numRuns: 2000 },
  );
});

test('escapes of one letter are read as others are', () => {
  const pieces = [
    '\\n',
    '\\\\',
    '\\"',
    '\\x',
    '\\xc3',
    '\\303',
    '\\u00e9',
    '\\q',
    '\\',
    '\n',
    'é',
    '😀',
  ];
  const text = fc.array(fc.oneof(fc.constantFrom(...pieces), fc.string({ unit: 'binary' })));
  fc.assert(
    fc.property(text, (parts) => {
      const inside = parts.join('');
      // behind a byte everything is read byte by byte
      expect(stringValue(`"\\x41${inside}"`)).toBe(`A${stringValue(`"${inside}"`)}`);
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
