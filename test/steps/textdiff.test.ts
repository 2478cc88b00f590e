import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hideSecrets } from '../../src/alloy/secret-spans.ts';
import { unifiedDiff } from '../../src/steps/textdiff.ts';

const diffOf = (before: string, after: string): string => unifiedDiff(before, after, hideSecrets);

test('equal texts have no diff', () => expect(diffOf('a\n', 'a\n')).toBe(''));

test('a diff shows three lines around a change, masked', () => {
  const lines = ['a', 'b', 'c', 'd', 'password = "old"', 'e', 'f', 'g', 'h', ''];
  const before = lines.join('\n');
  expect(diffOf(before, before.replace('old', 'new'))).toBe(
    '@@ -2,7 +2,7 @@\n b\n c\n d\n-password = "(masked)"\n+password = "(masked)"\n e\n f\n g',
  );
});

test('a line that looks like the head of a hunk is masked all the same', () => {
  expect(diffOf('', '@@ https://me:pw@x\n')).toBe('@@ -0,0 +1,1 @@\n+@@ https://(masked)@x');
});

test('a line without a newline at its end is told as diff does', () => {
  expect(diffOf('a', 'a\n')).toBe('@@ -1,1 +1,1 @@\n-a\n\\ No newline at end of file\n+a');
});

test('a secret whose name stands above what the diff shows is masked', () => {
  const list = (last: string) =>
    `passwords = [\n${Array.from({ length: 9 }, (_, n) => `  "p${n}-hunter",\n`).join('')}  "${last}",\n]\n`;
  expect(diffOf(list('old-hunter'), list('new-hunter'))).not.toContain('hunter');
});

test('a rewrite of thousands of lines is told, not computed', () => {
  const lines = (word: string) => Array.from({ length: 5000 }, (_, n) => `${word} ${n}\n`).join('');
  expect(diffOf(lines('old'), lines('new'))).toBe('@@ rewritten: 5000 lines become 5000 @@');
});

/** How credentials stand in configurations, environment files, units and apt sources. */
const PLACES: readonly ((secret: string) => string)[] = [
  (secret) => `Authorization = "Bearer ${secret}"`,
  (secret) => `"Authorization" = "Basic ${secret}",`,
  (secret) => `headers = { "X-Scope" = "a", "Authorization" = "${secret}" }`,
  (secret) => `data_source_name = "postgresql://u:${secret}@db:5432/x?sslmode=disable"`,
  (secret) => `data_source_names = ["u:${secret}@tcp(db:3306)/"]`,
  (secret) => `dsn = "host=db user=u password=${secret}"`,
  (secret) => `access_key = "${secret}"`,
  (secret) => `secretAccessKey: ${secret}`,
  (secret) => `passphrase = \`${secret}\``,
  (secret) => `webhook_url = "https://chat.example.com/x/${secret}"`,
  (secret) => `url = "https://hooks.slack.com/services/T01/B02/${secret}"`,
  (secret) => `url = "https://discord.com/api/webhooks/1/${secret}"`,
  (secret) => `url = "https://x.webhook.office.com/webhookb2/${secret}"`,
  (secret) => `// password: ${secret}`,
  (secret) => `GRAFANA_API_KEY='${secret}'`,
  (secret) => `Environment="TOKEN=${secret}"`,
  (secret) => `deb https://me:${secret}@apt.example.com stable main`,
  (secret) => `password = "a" +\n  "${secret}"`,
  (secret) => `basic_auth {{ password "${secret}"`,
];

test('neither side shows a credential, wherever it stands', () => {
  const secret = fc.stringMatching(/^[A-Za-z0-9._~+-]{12,30}$/);
  const around = fc.array(fc.constantFrom('a', '}', 'b {', 'c = 1', '', '// x'), { maxLength: 12 });
  fc.assert(
    fc.property(
      fc.constantFrom(...PLACES),
      secret,
      secret,
      around,
      around,
      (write, old, fresh, above, below) => {
        // a bare word that reads like local.file.password is taken for a reference
        fc.pre(![old, fresh].some((one) => /^[a-z_]\w*(?:\.[A-Za-z_]\w*){2,}$/.test(one)));
        const file = (line: string) => `${[...above, line, ...below].join('\n')}\n`;
        for (const [before, after] of [
          [file(write(old)), file(write(fresh))],
          [file(write(old)), file('gone')],
          ['', file(write(fresh))],
        ] as const) {
          const diff = diffOf(before, after);
          expect(diff).not.toContain(old);
          expect(diff).not.toContain(fresh);
        }
      },
    ),
    { numRuns: 500 },
  );
});

test('what hosts have in common is compared once, as it is hidden for each', () => {
  let hidden = 0;
  const hide = (text: string): string => {
    hidden += 1;
    return text.toUpperCase();
  };
  for (let host = 0; host < 10; host += 1)
    expect(unifiedDiff('ab\n', 'c\n', hide)).toBe('@@ -1,1 +1,1 @@\n-AB\n+C');
  expect(hidden).toBe(2);
  expect(unifiedDiff('ab\n', 'c\n', (text) => text)).toBe('@@ -1,1 +1,1 @@\n-ab\n+c');
  expect(unifiedDiff('ab\nc', '\n', hide)).not.toBe(unifiedDiff('ab\n', 'c\n', hide));
  // those of hosts that have nothing in common are not kept
  for (let host = 0; host < 100; host += 1) unifiedDiff('', `${host}`, hide);
  hidden = 0;
  unifiedDiff('ab\n', 'c\n', hide);
  expect(hidden).toBe(2);
});
