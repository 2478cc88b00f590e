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
  ['api_key: x', 'api_key: "(masked)"'],
  ['  "client-secret" = "x"  ', '  "client-secret" = "(masked)"  '],
  ['privatekey = x', 'privatekey = "(masked)"'],
  ['CREDENTIAL=x', 'CREDENTIAL="(masked)"'],
  ['password_path = "/x"', 'password_path = "/x"'],
  ['"password_file": "/x"', '"password_file": "/x"'],
  ['file_password = "x"', 'file_password = "(masked)"'],
  ['password = local.file.pw.content', 'password = local.file.pw.content'],
  ['password = env("X")', 'password = env("X")'],
  ['password = remote.vault.x.data', 'password = remote.vault.x.data'],
  ['password = argument.pw.value', 'password = argument.pw.value'],
  ['password = nonsensitive(x)', 'password = nonsensitive(x)'],
  ['password = convert.nonsensitive(x)', 'password = convert.nonsensitive(x)'],
  ['password = "x sys.env"', 'password = "(masked)"'],
  ['a HTTP://u:p@h/ b git+ssh://u@h', 'a HTTP://(masked)@h/ b git+ssh://(masked)@h'],
  ['mail to me@example.com/x://', 'mail to me@example.com/x://'],
])('%j is shown as %j', (line, shown) => {
  expect(maskLine(line)).toBe(shown);
});

test('equal texts have no diff', () => expect(unifiedDiff('a\n', 'a\n')).toBe(''));

test('a diff shows three lines around a change, masked', () => {
  const lines = ['a', 'b', 'c', 'd', 'password = "old"', 'e', 'f', 'g', 'h', ''];
  const before = lines.join('\n');
  expect(unifiedDiff(before, before.replace('old', 'new'))).toBe(
    '@@ -2,7 +2,7 @@\n b\n c\n d\n-password = "(masked)"\n+password = "(masked)"\n e\n f\n g',
  );
});

test('a line that looks like the head of a hunk is masked all the same', () => {
  expect(unifiedDiff('', '@@ https://me:pw@x\n')).toBe('@@ -0,0 +1,1 @@\n+@@ https://(masked)@x');
});

test('a rewrite of thousands of lines is told, not computed', () => {
  const lines = (word: string) => Array.from({ length: 5000 }, (_, n) => `${word} ${n}\n`).join('');
  expect(unifiedDiff(lines('old'), lines('new'))).toBe('@@ rewritten: 5000 lines become 5000 @@');
});
