import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { html } from '../../src/pages/html.ts';
import { type Page, pageDocument } from '../../src/pages/shell.ts';

const page = (more: Partial<Page> = {}): Page => ({
  title: 'a title',
  kicker: 'alloyup apply',
  verdict: 'All 3 hosts up to date',
  tone: 'good',
  lead: html`<p>lead</p>`,
  sections: [
    { id: 'one', title: 'One', count: '3', body: html`<p>1</p>` },
    { id: 'two', title: 'Two', body: 'text' },
  ],
  foot: 'the end',
  styles: ['p{margin:0}'],
  script: 'console.log(1)',
  data: { names: ['a'] },
  ...more,
});

const between = (text: string, start: string, end: string): string => {
  const from = text.indexOf(start) + start.length;
  return text.slice(from, text.indexOf(end, from));
};

test('a page allows its one script and its one style sheet, by their hashes, and nothing else', () => {
  const text = pageDocument(page());
  const policy = between(text, 'Content-Security-Policy" content="', '"').replaceAll('&#39;', "'");
  const hash = (of: string): string => createHash('sha256').update(of).digest('base64');
  expect(policy).toBe(
    [
      "default-src 'none'",
      `script-src 'sha256-${hash('console.log(1)')}'`,
      `style-src 'sha256-${hash(between(text, '<style>', '</style>'))}'`,
      "base-uri 'none'",
      "form-action 'none'",
      "require-trusted-types-for 'script'",
      "trusted-types 'none'",
    ].join('; '),
  );
  // before anything that it is about
  expect(text.indexOf('Content-Security-Policy')).toBeLessThan(text.indexOf('<style>'));
});

test('sections are listed, and each is named by its heading', () => {
  const text = pageDocument(page());
  expect(text).toContain('<a href="#one">One <span class="count">3</span></a>');
  expect(text).toContain('<section id="two" aria-labelledby="two-title">');
  expect(pageDocument(page({ sections: [] }))).not.toContain('<nav');
});

test('whatever the data says, it ends no element and reads as the same value', () => {
  const hostile = ['</script>', '<!--', '<script>', ']]>', '\u2028', '\u202e', '"', '\\', '&lt;'];
  const one = fc.oneof(fc.constantFrom(...hostile), fc.string({ unit: 'binary', maxLength: 20 }));
  fc.assert(
    fc.property(fc.array(one, { maxLength: 9 }), (names) => {
      const text = pageDocument(page({ data: { names } }));
      const data = between(text, '<script type="application/json" id="data">', '</script>');
      expect(data).not.toMatch(/[<>\u2028\u202e]/);
      expect(JSON.parse(data)).toEqual({ names });
    }),
  );
});

test('code of the page that would end its own element is refused', () => {
  expect(() => pageDocument(page({ script: '"</SCRIPT>"' }))).toThrow('</script');
  expect(() => pageDocument(page({ styles: ['</style>'] }))).toThrow('</style');
});
