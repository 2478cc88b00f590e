import { expect, test } from 'vitest';
import { maskLine, unifiedDiff } from '../../src/steps/textdiff.ts';

test.each([
  ['\tpassword = "hunter2"', '\tpassword = "(masked)"'],
  ['basic_auth_password: hunter2,', 'basic_auth_password: "(masked)",'],
  ['\tpassword = sys.env("PW")', '\tpassword = sys.env("PW")'],
  ['\turl = "https://me:pw@example.com/x"', '\turl = "https://(masked)@example.com/x"'],
  ['\tbearer_token = "abc"', '\tbearer_token = "(masked)"'],
  ['\tpassword_file = "/etc/alloy/pw"', '\tpassword_file = "/etc/alloy/pw"'],
  ['\tlevel = "info"', '\tlevel = "info"'],
])('%j is shown as %j', (line, shown) => {
  expect(maskLine(line)).toBe(shown);
});

test('equal texts have no diff', () => expect(unifiedDiff('a\n', 'a\n')).toBe(''));

test('a rewrite of thousands of lines is told, not computed', () => {
  const lines = (word: string) => Array.from({ length: 5000 }, (_, n) => `${word} ${n}\n`).join('');
  expect(unifiedDiff(lines('old'), lines('new'))).toBe('@@ rewritten: 5000 lines become 5000 @@');
});
