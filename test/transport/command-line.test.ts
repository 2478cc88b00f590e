import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { commandLine } from '../../src/transport/command-line.ts';

test('plain words stay as they are', () => {
  expect(commandLine(['sudo', '-n', 'perl', '-', 'a@b:c/d=e%f+g,h.i_J9'])).toBe(
    'sudo -n perl - a@b:c/d=e%f+g,h.i_J9',
  );
});

test('quotes and backslashes stay out of single quotes, which fish reads in its own way', () => {
  expect(commandLine(['', 'a b', "it's", 'a\\b', 'plain\n'])).toBe(
    "'' 'a b' 'it'\\''s' 'a'\\\\'b' 'plain\n'",
  );
});

const word = fc.string({
  unit: fc.constantFrom(...'\'"\\ \t\n$`*?!,#[]{}()<>|&;~=%ab-\u00e4\u{1F600}'),
  maxLength: 8,
});

test.each(['sh', 'bash'])('%s splits a line into the very words', (shell) => {
  fc.assert(
    fc.property(fc.array(word, { maxLength: 30, size: 'max' }), (words) => {
      const line = commandLine(['printf', '%s\\0', ...words, 'end']);
      const out = execFileSync(shell, ['-c', line]).toString();
      expect(out).toBe([...words, 'end', ''].join('\0'));
    }),
    { numRuns: 25 },
  );
});
