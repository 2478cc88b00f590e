import fc from 'fast-check';
import { expect, test } from 'vitest';
import { html, textOfHtml, trusted } from '../../src/pages/html.ts';

test('values are text, markup stays markup, and nothing stands for nothing', () => {
  const inner = html`<b>${'a < b'}</b>`;
  expect(
    textOfHtml(html`<p title="${'"&\''}">${inner}${[1, ' ', false, null, undefined, 'x']}</p>`),
  ).toBe('<p title="&quot;&amp;&#39;"><b>a &lt; b</b>1 x</p>');
  expect(textOfHtml(html`${trusted('<i>')}`)).toBe('<i>');
});

test('marks of direction, control characters and escape sequences are left out', () => {
  expect(textOfHtml(html`${'a\u202eb\u0000c\u001b[31md\ud800'}`)).toBe('abcd');
});

test('no text opens or closes an element or an attribute', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 20 }), (text) => {
      const written = textOfHtml(html`${text}`);
      expect(written).not.toMatch(/[<>"']/);
      expect(written.replace(/&(?:amp|lt|gt|quot|#39);/g, '')).not.toContain('&');
    }),
  );
});
