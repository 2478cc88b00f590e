import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeLines, openLineCoder } from '../../src/pages/lines.ts';
import { openTexts } from '../../src/pages/texts.ts';

const text = fc
  .array(fc.constantFrom('a', 'b', '+ c', ' d', ''), { minLength: 1, maxLength: 12 })
  .map((lines) => lines.join('\n'));

test('texts of a name come back as they were', () => {
  fc.assert(
    fc.property(fc.array(text, { minLength: 1 }), (all) => {
      const texts = openTexts();
      const coder = openLineCoder(texts.id);
      const coded = all.map((one) => coder.code(7, one));
      const decoded = coded.map((one) =>
        decodeLines(one, coded[0]!)
          .map((id) => texts.all[id])
          .join('\n'),
      );
      expect(decoded).toEqual(all.map((one) => one.replace(/\n$/, '')));
    }),
  );
});

test('a text that differs in one line takes a few numbers', () => {
  const texts = openTexts();
  const coder = openLineCoder(texts.id);
  const of = (host: string): string =>
    Array.from({ length: 200 }, (_, i) => (i === 100 ? host : `line ${i}`)).join('\n');
  coder.code(0, of('web-01'));
  expect(coder.code(0, of('web-02'))).toEqual([-100, texts.id('web-02'), -99]);
});
