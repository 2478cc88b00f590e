import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createContextScanner } from '../../src/alloy/context.ts';
import { format } from '../../src/alloy/format.ts';
import { parse } from '../../src/alloy/parser.ts';
import { framesOf } from '../../src/alloy/source-frame.ts';
import { outline } from './outline.ts';
import { sampleTexts } from './samples.ts';

/** What a text means, and its comments: what printing must keep. */
function meaning(text: string) {
  const { source, file, errors } = parse(text);
  return {
    errors: errors.map(({ message }) => message),
    body: file.body.map(outline),
    comments: file.comments.map((comment) => comment.text),
    printed: () => format(source, file),
  };
}

/** Of a text that parses: printing keeps its meaning, and printing again changes nothing. */
function expectKept(text: string): void {
  const before = meaning(text);
  const printed = before.printed();
  const after = meaning(printed);
  expect(after.errors, `${JSON.stringify(text)} became ${JSON.stringify(printed)}`).toEqual([]);
  expect(after.body).toEqual(before.body);
  expect(after.comments).toEqual(before.comments);
  expect(after.printed()).toBe(printed);
}

// --- texts by the grammar, with blanks, line breaks and comments where the language allows them

const gap = fc.constantFrom('', '', ' ', ' ', '\t', '/* c */', ' /*c*//*d*/ ');
/** Where a line break is no end of anything: behind an opening bracket, a comma, an operator. */
const loose = fc.oneof(
  { weight: 3, arbitrary: gap },
  {
    weight: 1,
    arbitrary: fc.constantFrom('\n', '\r\n', '\n\n\n', ' // x\n', '/* a\nb */', '\n// y\n\t// z\n'),
  },
);
const name = fc.constantFrom('a', 'bb', 'scrape_2', 'größe', 'trueish', 'x😀'.slice(0, 1));
const text = fc.oneof(
  fc
    .string({ maxLength: 6 })
    .map((value) => JSON.stringify(value).replace(/\\u[0-9a-f]{4}|\\\//g, '_')),
  fc.constantFrom(
    '`raw "x"`',
    '`two\nlines`',
    '`tab\t \n end`',
    '"\\x41\\101\\U0001F600"',
    '"日本"',
    '""',
  ),
);
const constant = fc.oneof(
  text,
  fc.constantFrom('1', '010', '1.', '.5', '1e5', 'true', 'false', 'null'),
);
const glue = (...parts: fc.Arbitrary<string>[]) => fc.tuple(...parts).map((all) => all.join(''));
const is = (written: string) => fc.constant(written);

/** Elements with commas, each alone on its line or not; the last comma only where it must or may be. */
const list = (open: string, element: fc.Arbitrary<string>, close: string) =>
  fc
    .tuple(fc.array(fc.tuple(loose, element, gap), { maxLength: 4 }), fc.boolean(), loose)
    .map(([elements, trailing, end]) => {
      const comma = elements.length > 0 && (trailing || /[\n]|\/\//.test(end));
      const inner = elements.map(([before, item, after]) => before + item + after).join(',');
      return open + inner + (comma ? ',' : '') + end + close;
    });

const { expression } = fc.letrec<{
  expression: string;
  operand: string;
  primary: string;
  field: string;
}>((tie) => ({
  primary: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    constant,
    name,
    glue(is('('), loose, tie('expression'), gap, is(')')),
    list('[', tie('expression'), ']'),
    list('{', tie('field'), '}'),
  ),
  field: glue(fc.oneof(name, text), gap, is('='), loose, tie('expression')),
  operand: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    tie('primary'),
    glue(fc.constantFrom('-', '!'), loose, tie('operand')),
    glue(name, gap, is('.'), loose, name),
    glue(name, gap, is('['), loose, tie('expression'), gap, is(']')),
    glue(name, gap, list('(', tie('expression'), ')')),
  ),
  expression: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    tie('operand'),
    glue(
      tie('operand'),
      is(' '),
      fc.constantFrom('+', '-', '*', '/', '%', '^', '==', '!=', '<', '<=', '&&', '||'),
      is(' '),
      loose,
      tie('expression'),
    ),
  ),
}));

const lineEnd = fc.constantFrom(
  '\n',
  '\n',
  ' // end\n',
  '\n\n\n',
  ' /* x */\n',
  '\n// own\n',
  '\r\n',
  ' /* a\nb */ ',
);
const { body } = fc.letrec<{ body: string; statement: string }>((tie) => ({
  statement: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    glue(name, gap, is('='), loose, expression),
    glue(
      name,
      fc.constantFrom('', '.b', ' . c.d'),
      gap,
      fc.constantFrom('', '"label"', '""'),
      gap,
      is('{'),
      loose,
      tie('body'),
      is('}'),
    ),
    glue(name, is(' { '), tie('statement'), is(' }')),
  ),
  body: fc
    .array(fc.tuple(loose, tie('statement'), lineEnd), { maxLength: 4 })
    .map((statements) => statements.flat().join('')),
}));

test('printing keeps the meaning, and printing again changes nothing: texts by the grammar', () => {
  let valid = 0;
  fc.assert(
    fc.property(body, (written) => {
      if (parse(written).errors.length > 0) return;
      valid++;
      expectKept(written);
    }),
    { numRuns: 1500 },
  );
  // a comment may end a statement too early; nearly all must be files
  expect(valid).toBeGreaterThan(750);
});

// --- broken texts, many

/** xorshift32: fast-check is too slow for hundreds of thousands of texts. */
function dice(seed: number): (sides: number) => number {
  let state = seed || 1;
  return (sides) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % sides;
  };
}

const PIECES = [
  '"',
  '`',
  "'",
  '\\',
  '/*',
  '*/',
  '//',
  '\n',
  '\r\n',
  '{',
  '}',
  '[',
  ']',
  '(',
  ')',
  ',',
  '.',
  '=',
  '!',
  '-',
  '+',
  '^',
  '&&',
  '|',
  '#',
  ';',
  '$',
  ':',
  '\0',
  '\ufeff',
  '\ud800',
  '\u2028',
  'é',
  '😀',
  'true',
  'null',
  '0x1',
  '1e',
  '"\\x4',
  '{ a = 1 }',
  'f(\n)',
  'x = 1\n',
  '/* c\nd */',
  '// e\n',
  '\f',
  'password = "x"',
];

function mutate(sample: string, roll: (sides: number) => number): string {
  // short ones whole, of long ones a part
  const from = sample.length < 400 ? 0 : roll(sample.length - 200);
  let mutated = sample.slice(from, from + 400);
  for (let times = 1 + roll(3); times > 0; times--) {
    const at = roll(mutated.length + 1);
    const rest = mutated.slice(at + (roll(3) === 0 ? roll(12) : 0));
    mutated = mutated.slice(0, at) + PIECES[roll(PIECES.length)]! + rest;
  }
  return mutated;
}

function noise(roll: (sides: number) => number): Uint8Array {
  return Uint8Array.from({ length: roll(60) }, () => (roll(4) === 0 ? roll(256) : 32 + roll(95)));
}

const SEED = Number(process.env.ALLOYUP_SEED ?? 20261123);

test('no text throws or hangs: 200,000 mutated and random ones', () => {
  const roll = dice(SEED);
  const samples = sampleTexts();
  let valid = 0;
  for (let i = 0; i < 200_000; i++) {
    const input = i % 8 === 0 ? noise(roll) : mutate(samples[roll(samples.length)]!, roll);
    try {
      const { source, file, errors } = parse(input);
      if (i % 16 === 0) {
        const scanner = createContextScanner();
        scanner.feed(source);
        const frame = framesOf(source);
        for (const { start, end } of errors) frame(start, end);
      }
      if (errors.length > 0) {
        for (const { start, end, line, column } of errors) {
          if (start < 0 || end < start || end > source.length || line < 1 || column < 1) {
            throw new Error(`an error stands at ${start}-${end}, ${line}:${column}`);
          }
        }
      } else {
        valid++;
        if (valid % 8 === 0) expectKept(source);
        else format(source, file);
      }
    } catch (error) {
      const shown = typeof input === 'string' ? JSON.stringify(input) : `bytes ${input.join(' ')}`;
      throw new Error(`seed ${SEED}, text ${i}: ${shown}`, { cause: error });
    }
  }
  expect(valid).toBeGreaterThan(5_000);
});

test('time grows with the length only', () => {
  const size = 100_000;
  const texts = [
    "'",
    '"',
    '`',
    '#',
    '/*x*/ ',
    'a /*x*/ ',
    '\\',
    '"\\',
    '\0',
    '{',
    '}',
    ',',
    'password ',
    'key=',
    'token:',
    'a:',
    'x:x@',
    'a.',
    '-',
    'a-',
    '?key',
    '://',
    'Bearer ',
    '-----BEGIN PRIVATE KEY-----',
    'a = [1,\n',
    'a {\n',
    'a "é" ',
    '\ud800',
    'x = 1 // c\n',
    '((',
    'a\n',
  ];
  for (const piece of texts) {
    const text = piece.repeat(size / piece.length);
    const start = performance.now();
    const { source, file, errors } = parse(text);
    if (errors.length === 0) format(source, file);
    const frame = framesOf(source);
    for (const { start: from, end } of errors.slice(0, 20)) frame(from, end);
    const ms = performance.now() - start;
    expect(ms, JSON.stringify(piece)).toBeLessThan(3000);
  }
});
