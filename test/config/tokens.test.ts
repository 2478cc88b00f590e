import fc from 'fast-check';
import { Liquid, Tokenizer } from 'liquidjs';
import { expect, test } from 'vitest';
import { BUILTIN_NAMES, builtinTemplate } from '../../src/config/builtins.ts';
import { TextTokenizer } from '../../src/config/tokens.ts';

const { options } = new Liquid();

/** Each token as kind, place and text, or why there are none. */
function read(tokenizer: Tokenizer): unknown {
  try {
    return tokenizer
      .readTopLevelTokens(options)
      .map((token) => [token.kind, token.begin, token.end, token.getText()]);
  } catch (error) {
    return (error as Error).message;
  }
}

test('gives the tokens that Liquid gives, of the built-in templates', () => {
  for (const name of BUILTIN_NAMES) {
    const { text } = builtinTemplate(name);
    const tokens = read(new Tokenizer(text));
    expect(Array.isArray(tokens)).toBe(true);
    expect(read(new TextTokenizer(text))).toEqual(tokens);
  }
});

test('gives the tokens that Liquid gives, of any text', () => {
  const piece = fc.constantFrom(
    '{',
    '}',
    '%',
    '{{',
    '}}',
    '{%',
    '%}',
    '{{- a -}}',
    '{% raw %}',
    '{% endraw %}',
    '{% if a %}',
    '{% endif %}',
    '"{{"',
    ' ',
    'a',
    '\n',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      const text = pieces.join('');
      expect(read(new TextTokenizer(text))).toEqual(read(new Tokenizer(text)));
    }),
  );
});

test('knows line and column of every place', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('a', '\n', '{{ b }}'), { maxLength: 20 }), (pieces) => {
      const text = pieces.join('');
      for (const token of new TextTokenizer(text).readTopLevelTokens(options)) {
        const lines = text.slice(0, token.begin).split('\n');
        expect(token.getPosition()).toEqual([lines.length, lines.at(-1)!.length + 1]);
      }
    }),
  );
});
