import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from '../../src/alloy/parser.ts';
import { isSecretName, secretSpans } from '../../src/alloy/secret-spans.ts';
import { framesOf } from '../../src/alloy/source-frame.ts';

/** The frame of the first place where `needle` stands. */
const frame = (source: string, needle: string, width?: number): string => {
  const start = source.indexOf(needle);
  return framesOf(source, width)(start, start + needle.length);
};

describe('a frame', () => {
  test('shows two lines before, numbers, and marks the whole stretch', () => {
    expect(frame('a = 1\nb = 2\nc = 3\nd = four\ne = 5\n', 'four')).toBe(
      ['2 | b = 2', '3 | c = 3', '4 | d = four', '  |     ^^^^'].join('\n'),
    );
  });

  test('lines numbers up', () => {
    expect(frame(`${'\n'.repeat(8)}a\nb #`, '#')).toBe(
      [' 8 |', ' 9 | a', '10 | b #', '   |   ^'].join('\n'),
    );
  });

  test('spreads tabs, so that the mark stands right everywhere', () => {
    expect(frame('a {\n\tb\t= x', 'x')).toBe(
      ['1 | a {', '2 |     b   = x', '  |           ^'].join('\n'),
    );
  });

  test('counts wide and combining characters as a terminal shows them', () => {
    expect(frame('"日本" e\u0301 x', 'x')).toBe(
      ['1 | "日本" e\u0301 x', '  |          ^'].join('\n'),
    );
  });

  test('marks one column where something is missing, at the end of the text too', () => {
    expect(framesOf('a = ')(4, 4)).toBe(['1 | a =', '  |     ^'].join('\n'));
    expect(framesOf('a\n')(2, 2)).toBe(['1 | a', '2 |', '  | ^'].join('\n'));
    expect(framesOf('')(0, 0)).toBe(['1 |', '  | ^'].join('\n'));
  });

  test('marks a stretch over several lines on its first', () => {
    expect(frame('a = [\n1\n]', '[\n1\n]')).toBe(['1 | a = [', '  |     ^'].join('\n'));
  });

  test('cuts long lines around the mark, to 80 columns', () => {
    const long = `a = "${'x'.repeat(200)}" # "${'y'.repeat(200)}"`;
    const shown = frame(long, '#');
    for (const line of shown.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    const [text, mark] = shown.split('\n') as [string, string];
    expect(text[mark.indexOf('^')]).toBe('#');
    expect(text).toMatch(/^1 \| ….*…$/);
  });

  test('gives a terminal nothing to obey', () => {
    expect(frame('a = "\u001b[31m\u202e\u009b" x\r\n', 'x')).toBe(
      ['1 | a = "?[31m??" x', '  |               ^'].join('\n'),
    );
  });

  test('never is wider than asked for, whatever the text', () => {
    const text = fc.string({ unit: fc.constantFrom(...'ab\t\n"é日😀= \u0301'), maxLength: 300 });
    fc.assert(
      fc.property(text, fc.nat(300), fc.nat(40), (source, at, length) => {
        const start = Math.min(at, source.length);
        const end = Math.min(start + length, source.length);
        const lines = framesOf(source, 40)(start, end).split('\n');
        expect(lines.at(-1)).toMatch(/^ +\| *\^+$/);
        for (const line of lines) {
          const columns = [...line.replace(/\u0301/g, '')].reduce(
            (sum, char) => sum + (/[日😀]/u.test(char) ? 2 : 1),
            0,
          );
          expect(columns).toBeLessThanOrEqual(41);
        }
      }),
      { numRuns: 500 },
    );
  });
});

const SECRET = 'hunter2';

describe('no frame shows a secret', () => {
  test.each([
    ['a password', 'password = "hunter2"'],
    ['in a block on one line', 'basic_auth { username = "joe" password = "hunter2" }'],
    ['with an escape', 'password = "hun\\"hunter2"'],
    ['without its closing quote', 'password = "hunter2'],
    ['in single quotes', "password = 'hunter2'"],
    ['in backticks', 'password = `hunter2`'],
    ['without quotes', 'password = hunter2'],
    ['without quotes, with dots', 'password = P.hunter2!'],
    ['without an equals sign', 'password "hunter2"'],
    ['without anything', 'password hunter2'],
    ['with a colon', 'password: hunter2'],
    ['a number and more', 'password = 12hunter2'],
    ['with a quote inside', 'password = "ab"hunter2"'],
    ['with a quote too many before', 'a = "x, password = "hunter2"'],
    ['in a comment', '// password = "hunter2"'],
    ['in a block comment', '/* old:\n token: hunter2 */'],
    ['in YAML inside a string', 'config = `\nauth:\n  api_key: hunter2\n`'],
    ['in JSON inside a string', 'config = "{\\"password\\": \\"hunter2\\"}"'],
    ['in a header', 'headers = {"Authorization" = "Bearer hunter2"}'],
    ['in a list', 'tokens = [\n\t"a",\n\t"hunter2",\n]'],
    ['in an object', 'secrets = {\n\ta = {\n\t\tb = "hunter2",\n\t},\n}'],
    ['in a call over lines', 'password = string.join(\n\t["hun", "hunter2"], "",\n)'],
    ['on the next line', 'password =\n\t"hunter2"'],
    [
      'a key over lines',
      'private_key = `-----BEGIN RSA PRIVATE KEY-----\nhunter2\n-----END RSA PRIVATE KEY-----`',
    ],
    ['a key under another name', 'pem = `-----BEGIN PRIVATE KEY-----\nhunter2`'],
    ['a URL', 'url = "https://joe:hunter2@example.com/push"'],
    ['a URL with a user alone', 'url = "https://hunter2@example.com/push"'],
    ['the query of a URL', 'url = "https://example.com/push?x=1&api_key=hunter2"'],
    ['a data source', 'data_source_name = "root:hunter2@(localhost:3306)/"'],
    ['a data source under another name', 'x = "root:hunter2@(localhost:3306)/"'],
    ['a bearer token', 'x = "Bearer hunter2hunter2"'],
    ['a token of Grafana', 'x = "glc_hunter2hunter2"'],
    ['carriage returns', 'password = "hunter2"\r\nx = 1'],
  ])('%s', (_, text) => {
    const { source, errors } = parse(text);
    const show = framesOf(source);
    const frames = Array.from(source, (_char, at) => show(at, at + 1));
    expect(frames.join('\n')).not.toContain(SECRET);
    expect(frames.join('\n')).toContain('***');
    for (const { message, hint } of errors) expect(`${message} ${hint}`).not.toContain(SECRET);
  });

  test.each([
    ['where a secret is kept', 'password = sys.env("PROM_PASSWORD")'],
    ['a component that has it', 'password = local.file.password.content'],
    [
      'a component that has it, made a text',
      'password = convert.nonsensitive(local.file.x.content)',
    ],
    ['a vault', 'password = remote.vault.db.data["password"]'],
    ['a file', 'password_file = "/etc/alloy/password"'],
    ['a URL of tokens', 'token_url = "https://example.com/token"'],
    ['a component called secret', 'remote.kubernetes.secret "credentials" { }'],
    ['a plain URL', 'url = "http://127.0.0.1:9090/api"'],
    ['an address', 'targets = [{"__address__" = "127.0.0.1:9100"}]'],
    ['a comparison', 'x = 1 // keep the monkey'],
  ])('%s is shown', (_, text) => {
    expect(framesOf(text)(0, 1).split('\n')[0]).toBe(`1 | ${text}`);
  });

  test('a hidden text is marked as a whole, and what stands behind it right', () => {
    expect(frame('password = "hunter2" x', '"hunter2"')).toContain('|            ^^^');
    expect(frame('url = "http://joe:pw@host" ; x', ';')).toBe(
      ['1 | url = "http://***@host" ; x', '  |                         ^'].join('\n'),
    );
  });

  test('a value in quotes after a secret name never shows, with whatever around it', () => {
    const around = fc.string({
      unit: fc.constantFrom(...'ab {}[]().,=\n\t#;!`\'"\\/*'),
      maxLength: 40,
    });
    const name = fc.constantFrom(
      'password',
      'client_secret',
      'bearer_token',
      'api_key',
      'X-Auth-Token',
    );
    const separator = fc.constantFrom(' = ', '=', ': ', ' ');
    fc.assert(
      fc.property(around, name, separator, around, (before, key, between, after) => {
        const source = `${before}\n${key}${between}"${SECRET}"${after}`;
        const at = source.indexOf(SECRET);
        const spans = secretSpans(source);
        expect(spans.some(({ start, end }) => start <= at && end >= at + SECRET.length)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});

test('names of secrets', () => {
  const secret = [
    'password',
    'clientSecret',
    'bearer_token',
    'API-Key',
    'key',
    'credentials',
    'PGPASSWORD',
    'auth',
    'dsn',
  ];
  const none = [
    'password_file',
    'key_path',
    'token_url',
    'monkey',
    'keyboard',
    'username',
    'author',
    'secret_name',
    'bypass',
  ];
  expect(secret.filter((name) => !isSecretName(name))).toEqual([]);
  expect(none.filter(isSecretName)).toEqual([]);
});
