import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse, withoutEchoes } from '../../src/alloy/parser.ts';
import { positionAt } from '../../src/alloy/position.ts';
import { outline } from './outline.ts';
import { sectionsOf } from './sections.ts';

describe('what is an Alloy file', () => {
  test.each(sectionsOf('grammar.txt'))('$name', ({ text, expected }) => {
    const { file, errors } = parse(text);
    expect(errors).toEqual([]);
    const comments = file.comments.map((comment) => `comment ${comment.text}`);
    const seen = [...file.body.map(outline), ...comments];
    expect(seen.map((line) => line.replaceAll('\n', '⏎').replaceAll('\r', '␍'))).toEqual(expected);
  });

  test('a byte order mark may begin the file', () => {
    const { file, errors } = parse('\ufeffa = 1');
    expect(errors).toEqual([]);
    expect(file.body.map(outline)).toEqual(['a = number:1']);
  });
});

const shown = (input: string | Uint8Array) =>
  parse(input).errors.flatMap(({ line, column, code, message, hint }) => [
    `${line}:${column} ${code}: ${message}`,
    `  ${hint}`,
  ]);

describe('what is none, where, and how to mend it', () => {
  test.each(sectionsOf('errors.txt'))('$name', ({ text, expected }) => {
    expect(shown(text)).toEqual(expected);
  });

  test.each([
    ['a zero byte', 'a = \0', ['1:5 syntax.nul', '1:5 syntax.nul', '1:5 syntax.nul']],
    ['a zero byte in a string', 'a = "\0"', ['1:6 syntax.nul']],
    ['a byte order mark inside', 'a = 1\n\ufeffb = 2', ['2:1 syntax.bom', '2:1 syntax.bom']],
    ['a byte order mark in a comment', '// \ufeff', ['1:4 syntax.bom']],
    ['a no-break space', 'a = 1\u00a0', ['1:6 syntax.character', '1:6 syntax.character']],
    ['half a character', '// \ud800', ['1:4 syntax.utf8']],
  ])('%s', (_, text, expected) => {
    const seen = parse(text).errors.map(({ line, column, code }) => `${line}:${column} ${code}`);
    expect(seen).toEqual(expected);
  });

  test('every code that the source can give is tried', () => {
    const folder = new URL('../../src/alloy/', import.meta.url);
    const sources = readdirSync(folder)
      .filter((name) => name.endsWith('.ts'))
      .map((name) => readFileSync(new URL(name, folder), 'utf8'));
    const codes = new Set(sources.join('').match(/syntax\.[a-z-]+(?=')/g));
    const tried = new Set(
      [
        ...sectionsOf('errors.txt').flatMap(({ expected }) => expected),
        readFileSync(new URL(import.meta.url), 'utf8'),
      ]
        .join('\n')
        .match(/syntax\.[a-z-]+/g),
    );
    expect([...codes].filter((code) => !tried.has(code))).toEqual([]);
    expect(codes.size).toBeGreaterThan(20);
  });

  test('bytes that are no UTF-8 are named one by one, and columns stay in bytes', () => {
    const bytes = new Uint8Array([...Buffer.from('é // '), 0xff, 0xc3, 0x28, 0xed, 0xa0, 0x80]);
    const places = parse(bytes)
      .errors.filter(({ code }) => code === 'syntax.utf8')
      .map(({ column }) => column);
    // é is 2 bytes; C3 lacks its second half; ED A0 80 would be a surrogate
    expect(places).toEqual([7, 8, 10, 11, 12]);
  });

  test('errors after the first are found too, and one place is told of once to a person', () => {
    const { errors } = parse("a {\n\tb = 'x'\n}\nc = [1 2]\n# d\n");
    expect(errors).toHaveLength(5);
    expect(withoutEchoes(errors).map(({ line }) => line)).toEqual([2, 4, 5]);
  });
});

describe('depth', () => {
  const deep: readonly (readonly [string, string])[] = [
    ['brackets', `a = ${'['.repeat(100_000)}`],
    ['parentheses', `a = ${'('.repeat(100_000)}1${')'.repeat(100_000)}`],
    ['objects', `a = ${'{b = '.repeat(100_000)}`],
    ['blocks', 'a {\n'.repeat(100_000)],
    ['prefixes', `a = ${'-'.repeat(100_000)}1`],
    ['powers', `a = ${'2^'.repeat(100_000)}1`],
    ['sums', `a = ${'1+'.repeat(100_000)}1`],
    ['accesses', `a = b${'.c'.repeat(100_000)}`],
    ['indexes', `a = b${'[0]'.repeat(100_000)}`],
    ['calls', `a = b${'()'.repeat(100_000)}`],
    ['blocks as values', `a = ${'b {\na = '.repeat(100_000)}`],
    ['sums in parentheses', `a = ${'('.repeat(150)}${`${'1+'.repeat(100)}1)`.repeat(150)}`],
  ];

  test.each(deep)('%s inside each other end in one error, not in a crash', (_, text) => {
    const { errors } = parse(text);
    expect(errors.filter(({ code }) => code === 'syntax.depth')).toHaveLength(1);
    expect(errors.at(-1)!.code).toBe('syntax.depth');
  });

  test.each([
    ['brackets', `a = ${'['.repeat(100)}${']'.repeat(100)}`],
    ['sums', `a = ${'1 + '.repeat(900)}1`],
  ])('as many %s as anybody writes are fine', (_, text) => {
    expect(parse(text).errors).toEqual([]);
  });
});

test('lines count line feeds, columns count bytes, with and without the table of lines', () => {
  const text = 'a\r\n\tß = "日本😀" x\n';
  const { file } = parse(text);
  const places = [
    ['a', 1, 1],
    ['\r', 1, 2],
    ['\n', 1, 3],
    ['\t', 2, 1],
    ['ß', 2, 2],
    ['=', 2, 5],
    ['x', 2, 20],
  ] as const;
  for (const [char, line, column] of places) {
    expect(positionAt(text, text.indexOf(char)), char).toEqual({ line, column });
    expect(positionAt(text, text.indexOf(char), file.lineStarts), char).toEqual({ line, column });
  }
  expect(positionAt(text, text.length)).toEqual({ line: 3, column: 1 });
});

test('every node tells its own text', () => {
  const text = 'pro.metheus "x" { a = [f(1)[0].b, {"k" = -2}] } // end\r\n';
  const { file } = parse(text);
  const block = file.body[0]!;
  const of = ({ start, end }: { start: number; end: number }) => text.slice(start, end);
  expect(of(block)).toBe(text.slice(0, text.indexOf(' //')));
  if (block.kind !== 'block') throw new Error('no block');
  expect(block.name.map(of)).toEqual(['pro', 'metheus']);
  expect(of(block.label!)).toBe('"x"');
  expect([text[block.open], text[block.close]]).toEqual(['{', '}']);
  const attribute = block.body[0]!;
  if (attribute.kind !== 'attribute' || attribute.value.kind !== 'array')
    throw new Error('no list');
  expect(attribute.value.elements.map(of)).toEqual(['f(1)[0].b', '{"k" = -2}']);
  expect(file.comments.map(of)).toEqual(['// end']);
});
