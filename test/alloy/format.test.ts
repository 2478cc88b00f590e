import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { format } from '../../src/alloy/format.ts';
import { parse } from '../../src/alloy/parser.ts';

const folder = new URL('fixtures/print/', import.meta.url);

const print = (text: string): string => {
  const { source, file, errors } = parse(text);
  expect(errors).toEqual([]);
  return format(source, file);
};

describe('the layout', () => {
  const names = readdirSync(folder).filter((name) => name.endsWith('.alloy'));
  test.each(names)('%s', (name) => {
    const expected = readFileSync(new URL(name.replace(/alloy$/, 'expect'), folder), 'utf8');
    expect(print(readFileSync(new URL(name, folder), 'utf8'))).toBe(expected);
    expect(print(expected)).toBe(expected);
  });

  test.each([
    ['nothing is one line break', '', '\n'],
    [
      'a byte order mark and carriage returns go',
      '\ufeffa = 1\r\n\r\n\r\nb = 2',
      'a = 1\n\nb = 2\n',
    ],
    ['an empty label goes', 'a "" {}', 'a { }\n'],
    ['a comment alone stays', '  // x  ', '// x  \n'],
  ])('%s', (_, text, expected) => {
    expect(print(text)).toBe(expected);
  });
});

describe('nothing changes its meaning', () => {
  test.each([
    ['a tab in a string', 'a = "x\ty"', 'a = "x\ty"\n'],
    ['blanks at a line end of a raw string', 'a = `x \n\t\n y`', 'a = `x \n\t\n y`\n'],
    ['a key with escapes', 'a = {"x\\ny" = 1}', 'a = {"x\\ny" = 1}\n'],
    ['a raw key that quotes would change', 'a = {`x"` = 1}', 'a = {`x"` = 1}\n'],
    ['a raw key that they would not', 'a = {`x` = 1}', 'a = {"x" = 1}\n'],
    ['a call with nothing in it', 'a = f(\n)', 'a = f()\n'],
    ['a call with a comment in it', 'a = f( // c\n)', 'a = f() // c\n'],
    ['a comment behind a dot', 'a = b. // c\nc + 1', 'a = b.c + // c\n1\n'],
    ['a comment behind the dot of a name', 'a. // c\nb "l" { }', 'a.b "l" { // c\n}\n'],
  ])('%s', (_, text, expected) => {
    const once = print(text);
    expect(once).toBe(expected);
    expect(print(once)).toBe(once);
  });

  test('a comment behind the bracket of a call over lines settles at once', () => {
    expect(print('a = f(\n1, // c\n) // d\n')).toBe('a = f(\n\t1,\n)\n\n// c\n// d\n');
  });

  test('a value that comes back onto one line is aligned at once', () => {
    expect(print('a =\n1\nbbb = 2\n')).toBe('a   = 1\nbbb = 2\n');
  });
});

test('a comment behind a block that stood on one line', () => {
  const once = 'a {\n\ta { }\n} /* x */\nscrape_2 = ""\n';
  expect(print('a { a{} } /* x */\nscrape_2=""\n')).toBe(once);
  expect(print(once)).toBe(once);
});
