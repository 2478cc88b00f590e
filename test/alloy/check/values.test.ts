import { describe, expect, test } from 'vitest';
import { goDuration, inGo } from '../../../src/alloy/check/go-duration.ts';
import { goUrlProblem } from '../../../src/alloy/check/go-url.ts';
import { ottlProblem } from '../../../src/alloy/check/ottl.ts';
import { re2Problem } from '../../../src/alloy/check/re2.ts';

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
    '(?P<name>a)(?<other>b)(?:c)(?s:d)(?i-s:e)',
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
    ['a)', 'unexpected )'],
    ['[a', 'missing closing ]: `[a`'],
    ['*a', 'missing argument to repetition operator: `*`'],
    ['a|+', 'missing argument to repetition operator: `+`'],
    ['a**', 'invalid nested repetition operator: `**`'],
    ['a{2}{3}', 'invalid nested repetition operator: `{2}{3}`'],
    ['a{3,2}', 'invalid repeat count: `{3,2}`'],
    ['a{1001}', 'invalid repeat count: `{1001}`'],
    ['(?=a)', 'invalid or unsupported Perl syntax: `(?=`'],
    ['(?<!a)b', 'invalid or unsupported Perl syntax: `(?<!`'],
    ['(a)\\1', 'invalid escape sequence: `\\1`'],
    ['\\y', 'invalid escape sequence: `\\y`'],
    ['a\\', 'trailing backslash at end of expression: ``'],
  ])('not %j', (pattern, problem) => expect(re2Problem(pattern)).toBe(problem));
});

describe('OTTL, looked over', () => {
  test.each<[string, 'statement' | 'condition']>([
    ['set(attributes["a"], "b")', 'statement'],
    [
      'set(name, Concat([name, "x"], "-")) where (resource.attributes["a"] == nil) or not (IsMatch(name, "a("))',
      'statement',
    ],
    ['attributes["http.target"] == "/health"', 'condition'],
    ['IsMatch(body, "\\"quoted\\" (text")', 'condition'],
    ['', 'condition'],
  ])('%s', (text, kind) => expect(ottlProblem(text, kind)).toBeUndefined());

  test.each<[string, 'statement' | 'condition', RegExp]>([
    ['set(a, b', 'statement', /"\)" is missing/],
    ['set(a, b))', 'statement', /closes nothing/],
    ['set(a, "b)', 'statement', /not closed/],
    ['set(a, concat(b))', 'statement', /uppercase letter but got 'concat'/],
    ['Set(a, b)', 'statement', /lowercase letter but got 'Set'/],
    ['isMatch(a, "b")', 'condition', /uppercase letter/],
    ['a = b', 'statement', /begins with a function/],
  ])('not %s', (text, kind, problem) => expect(ottlProblem(text, kind)?.[0]).toMatch(problem));
});
