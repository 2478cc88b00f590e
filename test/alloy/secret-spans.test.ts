import { expect, test } from 'vitest';
import { hideSecrets } from '../../src/alloy/secret-spans.ts';

test.each([
  ['\tpassword = "hunter2"', '\tpassword = "(masked)"'],
  ['basic_auth_password: hunter2,', 'basic_auth_password: (masked)'],
  ['\tpassword = sys.env("PW")', '\tpassword = sys.env("PW")'],
  ['\turl = "https://me:pw@example.com/x"', '\turl = "https://(masked)@example.com/x"'],
  ['\tbearer_token = "abc"', '\tbearer_token = "(masked)"'],
  ['\tpassword_file = "/etc/alloy/pw"', '\tpassword_file = "/etc/alloy/pw"'],
  ['\tlevel = "info"', '\tlevel = "info"'],
  ['api_key: x', 'api_key: (masked)'],
  ['  "client-secret" = "x"  ', '  "client-secret" = "(masked)"  '],
  ['CREDENTIAL=x', 'CREDENTIAL=(masked)'],
  ['password_path = "/x"', 'password_path = "/x"'],
  ['"password_file": "/x"', '"password_file": "/x"'],
  ['password = local.file.pw.content', 'password = local.file.pw.content'],
  ['password = env("X")', 'password = env("X")'],
  ['password = argument.pw.value', 'password = argument.pw.value'],
  ['password = convert.nonsensitive(local.file.x.content)', undefined],
  ['a HTTP://u:p@h/ b git+ssh://u@h', 'a HTTP://(masked)@h/ b git+ssh://(masked)@h'],
  ['mail to me@example.com/x://', 'mail to me@example.com/x://'],
  ['slack_webhook = "https://x/y"', 'slack_webhook = "(masked)"'],
  ['u = "https://hooks.slack.com/services/T/B/x"', 'u = "https://hooks.slack.com/(masked)"'],
  ['u = "https://discord.com/api/webhooks/1/x"', 'u = "https://discord.com/api/webhooks/(masked)"'],
  ['u = "https://example.com/hooks/list"', 'u = "https://example.com/hooks/list"'],
  ['password = "a" +\n"b"', 'password = "(masked)" +\n"(masked)"'],
])('%j is shown as %j', (line, shown = line) => {
  expect(hideSecrets(line)).toBe(shown);
  expect(hideSecrets(line).split('\n')).toHaveLength(line.split('\n').length);
});
