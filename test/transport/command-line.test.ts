import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { commandLine } from '../../src/transport/command-line.ts';

test('leaves plain words alone', () => {
  expect(commandLine(['sudo', '-n', 'perl', '-'])).toBe('sudo -n perl -');
});

test.each(['sh', 'bash'])('%s takes a line apart into the very words', (shell) => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary' }), { maxLength: 6 }), (words) => {
      fc.pre(words.every((word) => !/\0|\p{Surrogate}/u.test(word)));
      const line = commandLine(['printf', '%s\\0', ...words, 'end']);
      const out = execFileSync(shell, ['-c', line]).toString();
      expect(out).toBe([...words, 'end', ''].join('\0'));
    }),
    { numRuns: 60 },
  );
});
