import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { perlQuote, quote, quoteAll } from '../../src/shell/quote.ts';

/** Fast-check alone would hardly ever put two of these side by side. */
const awkward = fc.constantFrom(
  '\r\n',
  '\r',
  '\n',
  '\\',
  "'",
  '"',
  '`',
  '$(x)',
  '@x',
  '\0',
  '\x1a',
  '\n=pod\n',
  '\n__END__\n',
  "'.",
  'ü',
);
const text = fc
  .array(fc.oneof(awkward, fc.string({ unit: 'binary' })))
  .map((parts) => parts.join(''));
const bytes = (value: string): string => Buffer.from(value).toString('hex');

test('a term of perl means the text, byte for byte', () => {
  fc.assert(
    fc.property(fc.array(text, { minLength: 40, maxLength: 60 }), (texts) => {
      const script = `print map { unpack('H*', $_) . "\\n" } (${texts.map(perlQuote).join(',')});`;
      expect(execFileSync('perl', ['-'], { input: script }).toString().split('\n')).toEqual([
        ...texts.map(bytes),
        '',
      ]);
    }),
    { numRuns: 10 },
  );
});

test.each(['dash', 'bash'])('a word of %s means the text, byte for byte', (shell) => {
  fc.assert(
    fc.property(fc.array(text, { minLength: 40, maxLength: 60 }), (texts) => {
      const words = texts.map((one) => one.replaceAll('\0', ''));
      const script = `printf '%s\\n--\\n' ${quoteAll(words)}`;
      expect(execFileSync(shell, ['-c', script]).toString()).toBe(
        words.map((one) => `${Buffer.from(one).toString()}\n--\n`).join(''),
      );
    }),
    { numRuns: 10 },
  );
});

test('what needs no quotes is left plain', () => {
  expect(quote('/etc/alloy/config.alloy')).toBe('/etc/alloy/config.alloy');
  expect(quote('')).toBe("''");
});
