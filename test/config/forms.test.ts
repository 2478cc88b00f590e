import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createContextScanner } from '../../src/alloy/context.ts';
import { Forms } from '../../src/config/forms.ts';
import { renderTemplate } from '../../src/config/render.ts';
import type { Template } from '../../src/config/template-model.ts';
import { line } from './helper.ts';

type Vars = Readonly<Record<string, unknown>>;

const template = (text: string): Template => ({
  name: 'site',
  file: 'site.alloy',
  text,
  parameters: null,
});

function renderFor(own: Template, host: string, vars: Vars, forms?: Forms) {
  const locate = () => ({ at: { file: 'inventory.yaml', line: 1, column: 1 } });
  const values = { vars, host: { name: host, address: host, groups: ['web', host] }, locate };
  return renderTemplate(own, values, createContextScanner, forms);
}

/** All that can be told from a rendering, with the place in the template of each character. */
function told(own: Template, host: string, vars: Vars, forms?: Forms) {
  const made = renderFor(own, host, vars, forms);
  if (!made.ok) return { problems: made.problems.map(line) };
  const { text, warnings, joints, sourceOf, holes } = made.value;
  for (const { start, end } of holes) expect(text.slice(start, end)).toMatch(/^[ -~]*$/);
  const places = Array.from({ length: text.length + 1 }, (_, offset) => sourceOf(offset));
  return { text, warnings, joints: { ...joints }, places };
}

/** Of these variables, how often a template is rendered that nothing was rendered of before. */
function formsOf(text: string, all: readonly Vars[]): number {
  const own = template(text);
  const forms = new Forms();
  return new Set(
    all.map((vars, i) => {
      const made = renderFor(own, `h${i}`, vars, forms);
      if (!made.ok) throw new Error(made.problems.map(line).join('\n'));
      return made.value.form;
    }),
  ).size;
}

test.each([
  ['a text in quotes', 'a = "x {{ v }} y"', ['a', 'bb', '']],
  ['a text as a value', 'a = {{ v }}', ['a', 'bb', '']],
  ['the name of the host', 'a = [{{ host.name }}, {{ v }}]', ['a', 'b']],
  ['a text that a filter makes another of', 'a = "{{ v | append: ":9100" | upcase }}"', ['a', 'b']],
  ['a text by another name', '{% assign w = v %}{% assign x = w %}a = {{ x }}', ['a', 'b']],
  ['a text if there is one', '{% if v and v != nil %}a = {{ v }}{% endif %}', ['a', 'b']],
  ['a text that is not another', '{% unless v == "x" %}a = {{ v }}{% endunless %}', ['a', 'b']],
  ['a text in a map', 'a = {{ v }}', [{ k: 'a' }, { k: 'b' }]],
  ['a text in a list', 'a = {{ v }}', [['a'], ['b']]],
  [
    'a text of each field',
    '{% for f in v %}{{ f[0] }} = {{ f[1] }}\n{% endfor %}',
    [{ k: 'a' }, { k: 'b' }],
  ],
  [
    'a text in a map that gets a default',
    'a = {{ v | with_default: "d", host.name }}',
    [{ k: 'a' }, { k: 'b' }],
  ],
])('%s shares what is rendered', (_, text, values) => {
  expect(
    formsOf(
      text,
      values.map((v) => ({ v })),
    ),
  ).toBe(1);
});

test.each([
  ['a text that needs an escape', 'a = "{{ v }}"', ['a', 'b"', 'c\\']],
  ['a text that is not ASCII', 'a = "{{ v }}"', ['a', 'ä']],
  ['a text behind a backslash', 'a = "\\{{ v }}"', ['n', 't']],
  ['a label', 'a "{{ v }}" {\n}', ['a', 'b']],
  ['a name', '{{ v }} = 1', ['a', 'b']],
  ['a comment', '// {{ v }}\n', ['a', 'b']],
  ['raw text', '{{ v | raw }}', ['a = 1', 'b = 1']],
  ['a raw string', 'a = `{{ v }}`', ['a', 'b']],
  ['a text that is compared', '{% if v == "a" %}a = 1{% endif %}', ['a', 'b']],
  ['a text that is ordered', '{% if v < "b" %}a = 1{% endif %}', ['a', 'b']],
  ['a text that is looked into', '{% if v contains "a" %}a = 1{% endif %}', ['a', 'b']],
  ['a case', '{% case v %}{% when "a" %}a = 1{% endcase %}', ['a', 'b']],
  ['its length', 'a = {{ v.size }}', ['a', 'bb']],
  ['a text that is captured', '{% capture w %}{{ v }}{% endcapture %}a = {{ w }}', ['a', 'b']],
  ['a text that a filter makes one with a quote', 'a = {{ v | url_decode }}', ['a', 'a%22']],
  ['a text as an argument', 'a = {{ "x" | append: v }}', ['a', 'b']],
  ['a key', 'a = {{ v }}', [{ a: 'a' }, { b: 'a' }]],
  [
    'the order of keys',
    'a = {{ v }}',
    [
      { a: 1, b: 2 },
      { b: 2, a: 1 },
    ],
  ],
  ['the length of a list', 'a = {{ v }}', [['a'], ['a', 'b']]],
  ['a number', 'a = {{ v }}', [1, 2]],
  ['another type', 'a = {{ v }}', ['1', 1]],
  ['a value that is missing', 'a = {{ v | default: "x" }}', [null, 'a']],
  ['a text that a filter takes apart', 'a = {{ v | split: "." }}', ['a.b', 'a.c']],
])('%s does not', (_, text, values) => {
  expect(
    formsOf(
      text,
      values.map((v) => ({ v })),
    ),
  ).toBe(values.length);
});

test('two variables that are one map do not share with two that are equal', () => {
  const one = { k: 'a' };
  const text = '{% if v == w %}a = 1{% endif %}';
  expect(
    formsOf(text, [
      { v: one, w: one },
      { v: { k: 'a' }, w: { k: 'a' } },
    ]),
  ).toBe(2);
});

test('a filter that a later text makes fail', () => {
  const own = template('a = {{ v | reference | append: "" }}');
  const forms = new Forms();
  for (const v of ['a.b', 'c.d', 'not one'])
    expect(told(own, 'h', { v }, forms)).toEqual(told(own, 'h', { v }));
});

/** Pieces of templates: of every tag, and with filters that look, that make another text, and that do neither. */
const PIECES = [
  'a = {{ v }}\n',
  'a = {{ w }}\n',
  'a = "x{{ v }}{{ w }}"\n',
  'a = "{{ host.name }}"\n',
  'a = {{ host.groups }}\n',
  'a = "\\{{ v }}"\n',
  'a = "{{ v }}\n',
  'a = `{{ v }}`\n',
  '// {{ v }}\n',
  '/*{{ v }}*/\n',
  'b "{{ v }}" {\n\tc = {{ w }}\n}\n',
  'b "x_{{ v | identifier }}" { }\n',
  '{{ v }} = 1\n',
  'a = x.{{ v }}\n',
  'a = {{ v | raw }}\n',
  'a = {{ "p.q" | reference }}\n',
  'a = {{ v | append: w }}\n',
  'a = {{ v | append: ":1" | upcase }}\n',
  'a = "{{ v | slice: 0, 2 }}"\n',
  'a = {{ v | default: "none" }}\n',
  'a = {{ v | size }}\n',
  'a = {{ v.size }}\n',
  'a = {{ v | json }}\n',
  'a = {{ v | split: "a" }}\n',
  'a = {{ v | plus: 1 }}\n',
  'a = {{ v | times: w }}\n',
  'a = {{ m }}\n',
  'a = {{ m | with_default: v, w }}\n',
  'a = {{ m | json | replace: v, w }}\n',
  'a = {{ m[v] }}\n',
  'a = {{ m.k }}\n',
  'a = {{ l }}\n',
  'a = {{ l | join: w }}\n',
  'a = {{ l | sort | first }}\n',
  'a = {{ l | concat: l | uniq }}\n',
  'a = {{ l[0] }}\n',
  'a = {{ l.last }}\n',
  '{% if v %}a = 1\n{% endif %}',
  '{% if v == w %}a = 2\n{% elsif v %}a = 3\n{% else %}a = 4\n{% endif %}',
  '{% if v == "a" or w == nil %}a = 5\n{% endif %}',
  '{% if v != empty and v != blank %}a = 6\n{% endif %}',
  '{% unless v and not w %}a = {{ w }}\n{% endunless %}',
  '{% if m == m2 %}a = 7\n{% endif %}',
  '{% if v < w %}a = 8\n{% endif %}',
  '{% if l contains v %}a = 9\n{% endif %}',
  '{% if v contains w %}a = 10\n{% endif %}',
  '{% if host.groups contains "web" %}a = 11\n{% endif %}',
  '{% case v %}{% when w %}a = 12\n{% when "a", "b" %}a = {{ v }}\n{% else %}a = 13\n{% endcase %}',
  '{% case m %}{% when m2 %}a = 15\n{% endcase %}',
  '{% assign one = l | first %}{% case one %}{% when l[0] %}a = 16\n{% endcase %}',
  '{% assign one = l | first %}{% if one == l[0] %}a = 17\n{% endif %}',
  '{% if l contains m %}a = 18\n{% endif %}',
  '{% for x in l %}a = {{ x }}\n{% else %}a = 14\n{% endfor %}',
  '{% for x in m %}{{ x[0] }} = "{{ x[1] }}"\n{% endfor %}',
  '{% for x in l limit: v %}a = {{ forloop.index }}\n{% endfor %}',
  '{% for x in v %}a = {{ x }}\n{% endfor %}',
  '{% for i in (1..v) %}a = {{ i }}\n{% endfor %}',
  '{% for x in l %}{% cycle v, w %}{% endfor %}\n',
  '{% assign w = v %}',
  '{% assign v = m.k | append: "x" %}',
  '{% assign metrics_to = v | reference %}',
  '{% capture w %}{{ v }}-{{ w }}{% endcapture %}',
  '{% echo v %}',
  '{%- liquid\nassign v = w\necho v\n-%}\n',
  '{%- if v -%} \n a = {{ v -}}\n\n{%- endif -%}\n',
];

const texts = fc.constantFrom(
  'a',
  'b',
  'ab',
  '',
  '1',
  '2',
  'x.y',
  'a b',
  'a"',
  '\\',
  'ä',
  '\uE000',
  '*',
  '`',
  '/',
);
const values = fc.oneof(
  { weight: 6, arbitrary: texts },
  fc.constantFrom<unknown>(null, true, 1, 2.5, 10n, ['a'], { k: 'a' }),
);

/** The same with other texts in it. */
function withTexts(value: unknown, texts: readonly string[]): unknown {
  if (typeof value === 'string') return texts[value.length % texts.length];
  if (Array.isArray(value)) return value.map((item) => withTexts(item, texts));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [key, withTexts(one, texts)]),
  );
}

test('what is shared changes nothing of what is rendered', () => {
  let shared = 0;
  const vars = fc.record({
    v: values,
    w: values,
    l: fc.array(fc.oneof(values, fc.constant({ k: 'b' })), { maxLength: 2 }),
    m: fc.dictionary(fc.constantFrom('k', 'j'), values, { maxKeys: 2 }),
  });
  const others = fc.record({
    texts: fc.array(texts, { minLength: 1, maxLength: 3 }),
    one: fc.boolean(),
  });
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...PIECES), { minLength: 1, maxLength: 4 }),
      vars,
      fc.array(others, { minLength: 2, maxLength: 6 }),
      (pieces, all, hosts) => {
        const reads = '{% if v and w and l and m and m2 %}{% endif %}';
        const own = template(`${reads}${pieces.join('')}`);
        const forms = new Forms();
        const seen = new Set<unknown>();
        for (const [i, { texts, one }] of hosts.entries()) {
          const given = withTexts(all, texts) as Record<string, unknown>;
          given.m2 = one ? given.m : { ...(given.m as object) };
          expect(told(own, `h${i % 2}`, given, forms)).toEqual(told(own, `h${i % 2}`, given));
          const made = renderFor(own, `h${i % 2}`, given, forms);
          if (!made.ok) continue;
          if (seen.has(made.value.form)) shared += 1;
          seen.add(made.value.form);
        }
      },
    ),
    { numRuns: 1000 },
  );
  expect(shared).toBeGreaterThan(100);
});

test('no more forms are kept than are of use', () => {
  const own = template('{% if v < host.name %}{% endif %}');
  const forms = new Forms();
  const formOf = (v: string) => {
    const made = renderFor(own, 'h', { v }, forms);
    return made.ok ? made.value.form : undefined;
  };
  const first = formOf('0');
  expect(formOf('0')).toBe(first);
  for (let i = 1; i < 100; i += 1) formOf(`${i}`);
  expect(formOf('0')).not.toBe(first);
});
