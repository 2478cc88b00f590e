import { describe, expect, test } from 'vitest';
import { goDuration, inGo } from '../../../src/alloy/check/go-duration.ts';
import { goUrlProblem } from '../../../src/alloy/check/go-url.ts';
import { ottlProblem } from '../../../src/alloy/check/ottl/judge.ts';
import { olderThan } from '../../../src/alloy/check/versions.ts';
import { re2Problem } from '../../../src/model/re2.ts';

describe('durations as Go reads them', () => {
  test.each([
    ['0', 0],
    ['15s', 15_000],
    ['1h30m', 5_400_000],
    ['1.5s', 1500],
    ['-1m', -60_000],
    ['+1m', 60_000],
    ['.5s', 500],
    ['10ms', 10],
    ['1us', 0.001],
    ['1\u00b5s', 0.001],
    ['1h0m0s', 3_600_000],
  ])('%s', (text, milliseconds) => expect(goDuration(text)).toBe(milliseconds));

  test.each([
    ['', 'invalid duration ""'],
    ['15', 'missing unit in duration "15"'],
    ['15 seconds', 'unknown unit " seconds" in duration "15 seconds"'],
    ['7d', 'unknown unit "d" in duration "7d"'],
    ['s', 'invalid duration "s"'],
    ['1m30', 'missing unit in duration "1m30"'],
    ['1h-1m', 'unknown unit "h-" in duration "1h-1m"'],
  ])('not %s', (text, problem) => expect(goDuration(text)).toEqual({ problem }));

  test.each([
    ['7d', '168h'],
    ['1w', '168h'],
    ['15 seconds', '15s'],
    ['2 Minutes', '2m'],
    ['10', '10s'],
    ['soon', undefined],
  ])('%s is meant as %s', (text, meant) => expect(inGo(text)).toBe(meant));
});

describe('URLs as Go reads them', () => {
  test.each([
    'http://a',
    'https://user:p%40ss@a.example:9090/api/v1/write?x=1#f',
    'http://[::1]:9090/a',
    'localhost:9090',
    '/path',
    'path/to:thing',
    'http://a:/b',
    'http://a/%20b',
    'http://a/{x}',
    '',
  ])('%s', (text) => expect(goUrlProblem(text)).toBeUndefined());

  test.each([
    ['://nowhere', 'missing protocol scheme'],
    ['127.0.0.1:9090/a', 'first path segment in URL cannot contain colon'],
    ['http://${HOST}:9090/a', 'invalid character "{" in host name'],
    ['http://a b/c', 'invalid character " " in host name'],
    ['http://a:port/c', 'invalid port after host'],
    ['http://[::1/a', "missing ']' in host"],
    ['http://a/%zz', 'invalid URL escape: % without two hexadecimal digits'],
    ['http://a/\n', 'invalid control character in URL'],
    ['http://a^:b@c/', 'invalid userinfo'],
  ])('not %j', (text, problem) => expect(goUrlProblem(text)).toBe(problem));
});

describe('patterns as RE2 reads them', () => {
  test.each([
    '',
    '(.*)',
    '(?i)a|b',
    '(?P<name>a)(?<other>b)(?P<1st>f)(?:c)(?s:d)(?i-s:e)',
    'a{2}b{2,}c{2,3}?d*?e+?f??',
    '{a}{,2}x{',
    '[a-z\\]]+[^]a][]b][[:alpha:]\\d-]',
    '\\Qa(*\\E\\pL\\p{Greek}\\x41\\x{1F600}\\012\\.\\/\\-\\z\\A\\b',
    '\\Qunclosed(',
    'a||b|',
    '^$',
  ])('%j', (pattern) => expect(re2Problem(pattern)).toBeUndefined());

  test.each([
    ['(', 'missing closing ): `(`'],
    ['a)', 'unexpected ): `a)`'],
    ['[a', 'missing closing ]: `[a`'],
    ['*a', 'missing argument to repetition operator: `*`'],
    ['a|+', 'missing argument to repetition operator: `+`'],
    ['a**', 'invalid nested repetition operator: `**`'],
    ['a{2}{3}', 'invalid nested repetition operator: `{2}{3}`'],
    ['a{3,2}', 'invalid repeat count: `{3,2}`'],
    ['a{1001}', 'invalid repeat count: `{1001}`'],
    ['(?=a)', 'invalid or unsupported Perl syntax: `(?=`'],
    ['[[:foo:]]', 'invalid character class range: `[:foo:]`'],
    ['[z-a]', 'invalid character class range: `z-a`'],
    ['[\\b]', 'invalid escape sequence: `\\b`'],
    ['\\p{Nope}', 'invalid character class range: `\\p{Nope}`'],
    ['(a{100}){100}', 'invalid repeat count: `{100}`'],
    ['(?P<a-b>c)', 'invalid named capture: `(?P<a-b>`'],
    ['\\E', 'invalid escape sequence: `\\E`'],
    ['(?<!a)b', 'invalid named capture: `(?<!a)b`'],
    ['(a)\\1', 'invalid escape sequence: `\\1`'],
    ['\\y', 'invalid escape sequence: `\\y`'],
    ['a\\', 'trailing backslash at end of expression: ``'],
  ])('not %j', (pattern, problem) => expect(re2Problem(pattern)).toBe(problem));
});

describe('OTTL as Alloy reads it', () => {
  const judge = (text: string, kind: 'statement' | 'condition' = 'condition', version?: string) =>
    ottlProblem(text, { kind, context: 'log', component: 'transform', version })?.message;

  test.each([
    'set(attributes["a"], "b")',
    'set(log.attributes["a"], Concat([body, "x"], "-")) where (resource.attributes["a"] == nil) or not (IsMatch(body, "a\\\\("))',
    'replace_pattern(body, "(a)", "$$1", SHA256) where severity_number >= SEVERITY_NUMBER_WARN and true',
    'merge_maps(cache, ParseJSON(body), "upsert") where IsMatch(body, "^[{]")',
    'set(attributes["t"], (1 + 2) * Len(body.string) - 3)',
    'set(attributes["a"], ParseJSON(body)["b"][0])',
    'set(attributes["m"], {"a": [1, 2.5, 0xff], "b": true})',
    'truncate_all(attributes, limit=100)',
    'set(scope.name, instrumentation_scope.version) where trace_id.string != ""',
    'set(attributes["a"], MapKeys(attributes, (k) => ToUpperCase(k)))',
  ])('%s', (text) => expect(judge(text, 'statement')).toBeUndefined());

  test.each([
    'attributes["http.target"] == "/health"',
    'IsMatch(body, "\\"quoted\\" text")',
    'not (1 < 2 and (body == nil or true))',
    'severity_number < SEVERITY_NUMBER_INFO',
  ])('%s', (text) => expect(judge(text)).toBeUndefined());

  test.each([
    ['set(body, "b"', /unexpected token "<EOF>"/],
    ['set(body, "b"))', /1:15: unexpected token "\)"/],
    ['set(body, "b);', /1:11: lexer: invalid input text/],
    ['set(body, "b");', /1:15: lexer: invalid input text ";"/],
    ['set(body, concat(body))', /uppercase letter but got 'concat'/],
    ['Set(body, "b")', /lowercase letter but got 'Set'/],
    ['body = "b"', /unexpected token/],
    ['sett(body, "b")', /undefined function "sett"/],
    ['set(body, NoSuch(body))', /undefined function "NoSuch"/],
    ['set(body)', /incorrect number of arguments. Expected: 2 Received: 1/],
    ['set("a", "b")', /must be a path/],
    ['set(atributes["a"], "b")', /segment "atributes" from path "atributes\["a"\]"/],
    ['set(body.text, "b")', /segment "text"/],
    ['set(attributes.a, "b")', /path section "a" was not used/],
    ['set(flags["a"], 1)', /keys indexing "flags"/],
    ['set(span.name, "b")', /segment "span"/],
    ['set(body, SEVERITY_NUMBER_WARNING)', /enum symbol, SEVERITY_NUMBER_WARNING, not found/],
    ['replace_pattern(body, "(a", "b")', /missing closing \)/],
    ['replace_pattern(body, "a\\.", "b")', /1:23: invalid quoted string/],
    ['set(body, ExtractPatterns(body, "a(b)"))', /named capture group/],
  ])('not %s', (text, problem) => expect(judge(text, 'statement')).toMatch(problem));

  test('a condition that only compares nothing is none', () => {
    expect(judge('body')).toMatch(/condition has invalid syntax/);
    expect(judge('isMatch(body, "b")')).toMatch(/uppercase letter but got 'isMatch'/);
  });

  test('functions and paths come with a version', () => {
    expect(judge('set(attributes["a"], UUIDv7())', 'statement', '1.10.0')).toMatch(
      /undefined function "UUIDv7": it came with Alloy 1.11.0/,
    );
    expect(judge('set(attributes["a"], UUIDv7())', 'statement', '1.11.0')).toBeUndefined();
    expect(judge('set(event_name, "a")', 'statement', '1.9.0')).toMatch(/segment "event_name"/);
    expect(judge('set(log.body, "a")', 'statement', '1.6.0')).toMatch(/segment "log"/);
  });

  test('a typo is named', () => {
    const place = {
      kind: 'statement',
      context: 'span',
      component: 'transform',
      version: null,
    } as const;
    expect(ottlProblem('set(span.attribute["a"], "b")', place)?.hint).toBe(
      'Did you mean attributes?',
    );
    expect(ottlProblem('sett(name, "b")', place)?.hint).toBe('Did you mean set?');
  });
});

test('versions in order', () => {
  expect(olderThan('1.8.3-1', '1.9.0')).toBe(true);
  expect(olderThan('1.9.0-1', '1.9.0')).toBe(false);
  expect(olderThan('v1.18.1', '1.9.0')).toBe(false);
  expect(olderThan('latest', '1.9.0')).toBe(false);
  expect(olderThan(null, '1.9.0')).toBe(false);
});
