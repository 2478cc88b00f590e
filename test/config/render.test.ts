import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Attribute, Block, Expression } from '../../src/alloy/ast.ts';
import { parse } from '../../src/alloy/parser.ts';
import { stringValue } from '../../src/alloy/string-literal.ts';
import { problems, render, text } from './helper.ts';

describe('a value is written as its place asks', () => {
  test.each([
    ['a = {{ x }}', 'q"\\\n', 'a = "q\\"\\\\\\n"'],
    ['a = {{ x }}', 12, 'a = 12'],
    ['a = {{ x }}', -0.5, 'a = -0.5'],
    ['a = {{ x }}', true, 'a = true'],
    ['a = {{ x }}', null, 'a = null'],
    ['a = {{ x }}', ['a', 1], 'a = ["a", 1]'],
    ['a = {{ x }}', {}, 'a = {}'],
    ['\ta = {{ x }}', { env: 'p', role: 1 }, '\ta = {\n\t\tenv  = "p",\n\t\trole = 1,\n\t}'],
    ['a = {{ x }}', { 'a-b': { c: 1 } }, 'a = {\n\t"a-b" = {\n\t\tc = 1,\n\t},\n}'],
    ['a = {{ x }}', { true: 1 }, 'a = {\n\t"true" = 1,\n}'],
    ['a = "http://{{ x }}:80"', 'h"', 'a = "http://h\\":80"'],
    ['a = "{{ x }}"', 80, 'a = "80"'],
    ['a = "{{ x }}"', '\u202e\ufeff\u{e0001}', 'a = "\\u202e\\ufeff\\U000e0001"'],
    ['a = "{{ x }}"', '"\\\n\r\t', 'a = "\\"\\\\\\n\\r\\t"'],
    [
      'a = "{{ x }}"',
      '\0\u0007\b\v\f\u001f\u007f\u0080',
      `a = "${[0, 7, 8, 11, 12, 31, 127, 128].map((code) => `\\u${code.toString(16).padStart(4, '0')}`).join('')}"`,
    ],
    ['a = "{{ x }}"', "é日😀\u00a0`'$", 'a = "é日😀\u00a0`\'$"'],
    ['a = "{{ x }}"', '\u2028\ue000\uffff\u{10ffff}', 'a = "\\u2028\\ue000\\uffff\\U0010ffff"'],
    ['a = `{{ x }}`', 'any "\\d+"', 'a = `any "\\d+"`'],
    ['// {{ x }}', 'note', '// note'],
    ['b "{{ x }}" {}', 'web_01', 'b "web_01" {}'],
    ['b "a_{{ x }}" {}', '01', 'b "a_01" {}'],
    ['a = b.{{ x }}.c', 'd', 'a = b.d.c'],
    ['{{ x }} = 1', 'name', 'name = 1'],
    ['a = {{ x | reference }}', 'constants.hostname', 'a = constants.hostname'],
    ['b "{{ x | identifier }}" {}', '01.web-a', 'b "_01_web_a" {}'],
  ])('%s with %j', (template, x, expected) => {
    expect(text(template, { x })).toBe(expected);
  });

  test('through loops, conditions, captures and assigned variables', () => {
    const template = `{% for t in targets %}{% if t.on %}a = "{{ t.n }}"
b = {{ t.n }}
{% endif %}{% endfor %}{% capture c %}{{ host.name }}/{{ q }}{% endcapture %}{% assign d = q | upcase %}c = {{ c }}
d = "{{ d }}"`;
    expect(
      text(template, {
        targets: [
          { on: true, n: '"1' },
          { on: false, n: '2' },
        ],
        q: '"',
      }),
    ).toBe('a = "\\"1"\nb = "\\"1"\nc = "web-01.example.com/\\""\nd = "\\""');
  });

  test('raw opts out, with a warning that names the place', () => {
    const rendered = render('a = 1\nb = {{ x | raw }}', { x: 'sys.env("A")' });
    expect(rendered).toMatchObject({
      ok: true,
      value: {
        text: 'a = 1\nb = sys.env("A")',
        warnings: [{ code: 'template.raw', at: { file: 'site.alloy', line: 2 } }],
      },
    });
  });

  test('raw that is stored opens no way out', () => {
    expect(text('{% assign y = x | raw %}a = "{{ y }}"', { x: '"' })).toBe('a = "\\""');
    expect(text('{% capture y %}{{ x | raw }}{% endcapture %}a = {{ y }}', { x: '"' })).toBe(
      'a = "\\""',
    );
  });
});

/** Text that tries to get out: quotes, braces, escapes, comments and template tags in any order. */
const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.string({
    unit: fc.constantFrom(
      ...'"`\\/*{}%=.a1_ \n\r\t\0\ufeff\u2028'.split(''),
      '{{',
      '}}',
      '{%',
      '*/',
      '//',
    ),
    maxLength: 12,
  }),
);

const only = (source: string): Attribute => {
  const parsed = parse(`b {\n${source}\n}\n`);
  expect(parsed.errors).toEqual([]);
  const block = parsed.file.body[0] as Block;
  expect(parsed.file.body.length).toBe(1);
  expect(block.body.length).toBe(1);
  return block.body[0] as Attribute;
};

/** The value that Alloy would read. */
function readBack(expression: Expression): unknown {
  switch (expression.kind) {
    case 'literal':
      return expression.type === 'string'
        ? stringValue(expression.text)
        : JSON.parse(expression.text);
    case 'unary':
      return -(readBack(expression.value) as number);
    case 'array':
      return expression.elements.map(readBack);
    case 'object':
      return Object.fromEntries(
        expression.fields.map(({ key, value }) => [key.name, readBack(value)] as const),
      );
    default:
      throw new Error(expression.kind);
  }
}

describe('no value leaves its place', () => {
  test('where an expression stands, any value reads back equal', () => {
    const key = fc.string({ unit: fc.constantFrom(...'abc-. é"\\\n='.split('')), maxLength: 5 });
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        { depthSize: 'small' },
        hostile,
        fc.integer(),
        fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => (n === 0 ? 0 : n)),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie('any'), { maxLength: 3 }),
        fc.dictionary(key, tie('any'), { maxKeys: 3, noNullPrototype: true }),
      ),
    })).any;
    let refused = 0;
    fc.assert(
      fc.property(value, (x) => {
        const rendered = render('\ta = {{ x }}', { x });
        if (!rendered.ok) {
          refused++;
          expect(JSON.stringify(rendered.problems)).toMatch(/object-key/);
          return;
        }
        expect(readBack(only(rendered.value.text).value)).toEqual(x);
      }),
      { numRuns: 600 },
    );
    expect(refused).toBeLessThan(400);
  });

  test('inside quotes', () => {
    fc.assert(
      fc.property(hostile, hostile, (x, y) => {
        const attribute = only(text('\ta = "{{ x }}-{{ y }}"', { x, y }));
        expect(readBack(attribute.value)).toBe(`${x}-${y}`);
      }),
      { numRuns: 500 },
    );
  });

  test('inside backticks, or it is refused', () => {
    fc.assert(
      fc.property(hostile, (x) => {
        const rendered = render('\ta = `{{ x }}-`', { x });
        expect(rendered.ok).toBe(!/[`\r\0\ufeff]/.test(x));
        if (rendered.ok) expect(readBack(only(rendered.value.text).value)).toBe(`${x}-`);
      }),
      { numRuns: 500 },
    );
  });

  test.each([
    '/* {{ x }}{{ y }} */ a = 1',
    '/*{{ x }}/{{ y }}*/ a = 1',
    '// {{ x }}{{ y }}\na = 1',
  ])('inside a comment, or it is refused: %s', (template) => {
    fc.assert(
      fc.property(hostile, hostile, (x, y) => {
        const rendered = render(template, { x, y });
        if (!rendered.ok) return;
        expect(only(rendered.value.text).name.name).toBe('a');
      }),
      { numRuns: 500 },
    );
  });

  test.each([
    ['b "{{ x }}" {\n}\n', true],
    ['b "l_{{ x }}" {\n}\n', true],
    ['{{ x }} "l" {\n}\n', false],
    ['b.{{ x }} "l" {\n}\n', false],
  ] as const)('in labels and names, or it is refused: %j', (template, labelled) => {
    const word = fc.oneof(
      hostile,
      fc.string({ unit: fc.constantFrom(...'aé_1-."'.split('')), maxLength: 4 }),
    );
    fc.assert(
      fc.property(word, (x) => {
        const rendered = render(template, { x });
        if (!rendered.ok || ['true', 'false', 'null'].includes(x)) return;
        const { file, errors } = parse(rendered.value.text);
        expect(errors).toEqual([]);
        expect(file.body.length).toBe(1);
        const block = file.body[0] as Block;
        const written = labelled ? block.label?.text : block.name.map(({ name }) => name).join('.');
        expect(written).toContain(x);
      }),
      { numRuns: 500 },
    );
  });

  test('half of a character is refused everywhere', () => {
    for (const template of [
      'a = {{ x }}',
      'a = "{{ x }}"',
      'a = `{{ x }}`',
      '// {{ x }}',
      'a = {{ x | raw }}',
    ]) {
      expect(problems(template, { x: 'a\ud800b' }).join()).toMatch(/lone surrogate/);
    }
    expect(problems('a = {{ x }}', { x: { '\udc00': 1 } }).join()).toMatch(/lone surrogate/);
  });
});

test('a template cannot reach what is no data of its own', () => {
  for (const expression of [
    'constructor',
    'x.constructor',
    '__proto__',
    'x.__proto__',
    'host.toString',
  ]) {
    expect(problems(`a = {{ ${expression} }}{{ x }}`, { x: {} }).length).toBeGreaterThan(0);
  }
});

test('a loop without end ends', () => {
  const started = Date.now();
  const bomb = '{% for a in (1..100000) %}{% for b in (1..100000) %}x{% endfor %}{% endfor %}';
  expect(problems(bomb).length).toBeGreaterThan(0);
  expect(Date.now() - started).toBeLessThan(20_000);
});
