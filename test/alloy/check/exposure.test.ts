import { describe, expect, test } from 'vitest';
import { checkConfig } from '../../../src/alloy/check/check.ts';
import { parse } from '../../../src/alloy/parser.ts';

const lockedOut = (text: string) =>
  checkConfig(parse(text), {
    stability: 'generally-available',
    strict: false,
    check: 'http',
  }).find(({ code }) => code === 'http.locked-out');

const basic = 'basic {\n\tusername = "u"\n\tpassword = sys.env("P")\n}\n';
const auth = (filter: string) => `http {\nauth {\n${basic}${filter}}\n}\n`;
const filter = (...lines: readonly string[]) => `filter {\n${lines.join('\n')}\n}\n`;

describe('whether an http block keeps the checks out', () => {
  test.each<[string, string, 'error' | 'note' | undefined]>([
    ['no http block', 'logging { }\n', undefined],
    ['an empty one', 'http { }\n', undefined],
    ['tls', 'http {\ntls {\ncert_file = "/a"\n}\n}\n', 'error'],
    ['auth', auth(''), 'error'],
    ['auth without a method lets all pass', 'http {\nauth { }\n}\n', undefined],
    ['on other paths', auth(filter('paths = ["/debug"]')), undefined],
    ['on ours', auth(filter('paths = ["/debug", "/-/re"]')), 'error'],
    [
      'on all but ours',
      auth(filter('paths = ["/-/", "/metrics", "/api"]', 'authenticate_matching_paths = false')),
      undefined,
    ],
    [
      'on all but some of ours',
      auth(filter('paths = ["/-/ready"]', 'authenticate_matching_paths = false')),
      'error',
    ],
    ['on no path named', auth(filter('paths = []')), 'error'],
    ['on computed paths', auth(filter('paths = [sys.env("A")]')), 'note'],
  ])('%s', (_, text, severity) => {
    expect(parse(text).errors).toEqual([]);
    expect(lockedOut(text)?.severity).toBe(severity);
  });

  test('it names the paths and the place', () => {
    const found = lockedOut(auth(filter('paths = ["/-/healthy"]')));
    expect(found).toMatchObject({ line: 2, column: 1, code: 'http.locked-out' });
    expect(found?.message).toContain('/-/healthy');
    expect(found?.message).not.toContain('/-/ready');
  });
});
