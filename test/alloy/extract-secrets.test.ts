import fc from 'fast-check';
import { expect, test } from 'vitest';
import { extractSecrets } from '../../src/alloy/extract-secrets.ts';
import { parse } from '../../src/alloy/parser.ts';

const extract = (source: string, taken: readonly string[] = []) => {
  const { text, secrets, left } = extractSecrets(source, 'sys.env', taken);
  return { text, secrets: Object.fromEntries(secrets), left };
};

test.each<[string, string, Record<string, string>]>([
  ['password = "hunter22"', 'password = sys.env("ALLOY_PASSWORD")', { ALLOY_PASSWORD: 'hunter22' }],
  [
    'password = "a \\"quote\\" and \\\\"',
    'password = sys.env("ALLOY_PASSWORD")',
    { ALLOY_PASSWORD: 'a "quote" and \\' },
  ],
  ['token = `raw\\n`', 'token = sys.env("ALLOY_TOKEN")', { ALLOY_TOKEN: 'raw\\n' }],
  [
    'url = "https://me:hunter22@example.com/x"',
    'url = "https://" + sys.env("ALLOY_URL") + "@example.com/x"',
    { ALLOY_URL: 'me:hunter22' },
  ],
  [
    'headers = { "X-API-Key" = "hunter22" }',
    'headers = { "X-API-Key" = sys.env("ALLOY_X_API_KEY") }',
    { ALLOY_X_API_KEY: 'hunter22' },
  ],
  [
    'password = "one"\npassword = "two"\npassword = "one"',
    'password = sys.env("ALLOY_PASSWORD")\npassword = sys.env("ALLOY_PASSWORD_2")\npassword = sys.env("ALLOY_PASSWORD")',
    { ALLOY_PASSWORD: 'one', ALLOY_PASSWORD_2: 'two' },
  ],
  ['password = sys.env("PASSWORD")', 'password = sys.env("PASSWORD")', {}],
  ['// password = "hunter22"\nx = 1', '// password = ***\nx = 1', {}],
  ['level = "warn"', 'level = "warn"', {}],
])('%s', (source, text, secrets) => {
  expect(extract(`${source}\n`)).toEqual({ text: `${text}\n`, secrets, left: [] });
});

test('names of variables that are there already are left alone', () => {
  expect(extract('password = "hunter22"\n', ['ALLOY_PASSWORD']).secrets).toEqual({
    ALLOY_PASSWORD_2: 'hunter22',
  });
});

test('what is no value stays, and its line is told', () => {
  const label = 'a\n\nprometheus.scrape "glsa_0123456789abcdef" {\n}\n';
  expect(extract(label)).toEqual({ text: label, secrets: {}, left: [3] });
});

test('no secret is left in what was a string, and what was valid stays so', () => {
  const text = fc.string({
    unit: fc.constantFrom('a', 'é', '"', '\\', '\n', '{', ' '),
    minLength: 1,
  });
  fc.assert(
    fc.property(text, (value) => {
      const secret = `canary${value}canary`;
      const source = `a "b" {\n\tpassword = ${JSON.stringify(secret)}\n}\n`;
      const found = extract(source);
      expect(found.text).not.toContain('canary');
      expect(Object.values(found.secrets)).toEqual([secret]);
      expect(parse(found.text).errors).toEqual([]);
    }),
  );
});
