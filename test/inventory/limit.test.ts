import fc from 'fast-check';
import { expect, test } from 'vitest';
import { limitFiles, limitHosts, splitPattern } from '../../src/inventory/limit.ts';

const NAMES = {
  hosts: ['cobweb', 'webbing', 'weber', 'db-01', 'db-02', 'web-03', '2001:db8::1', 'lonely'],
  groups: new Map([
    ['webservers', ['cobweb', 'webbing', 'weber']],
    ['db', ['db-01', 'db-02']],
    ['staging', ['weber', 'db-01', 'web-03']],
    ['phoenix', ['weber', '2001:db8::1']],
    ['empty', []],
  ]),
};
const limited = (
  pattern: string,
  files?: ReadonlyMap<string, string>,
): readonly string[] | string => {
  const result = limitHosts(NAMES, pattern, files);
  return result.ok ? result.value : result.problems.map(({ params }) => params?.reason).join();
};
const { hosts: ALL } = NAMES;

test.each([
  ['all', ALL],
  ['*', ALL],
  ['weber', ['weber']],
  ['webservers', ['cobweb', 'webbing', 'weber']],
  ['webservers:db', ['cobweb', 'webbing', 'weber', 'db-01', 'db-02']],
  ['webservers,db', ['cobweb', 'webbing', 'weber', 'db-01', 'db-02']],
  [' db , weber ', ['weber', 'db-01', 'db-02']],
  ['webservers:!phoenix', ['cobweb', 'webbing']],
  ['webservers:&staging', ['weber']],
  ['webservers:db:&staging:!phoenix', ['db-01']],
  ['!phoenix:&staging:db:webservers', ['db-01']],
  ['!webservers', ['db-01', 'db-02', 'web-03', '2001:db8::1', 'lonely']],
  ['&staging', ['weber', 'db-01', 'web-03']],
  ['webservers,db,&staging', ['weber', 'db-01']],
  ['webservers db', ['cobweb', 'webbing', 'weber', 'db-01', 'db-02']],
  ['we*', ['cobweb', 'webbing', 'weber', 'web-03']],
  ['web*:!web-03:&staging', ['weber']],
  ['db-0?', ['db-01', 'db-02']],
  ['db-0[12]*:!db-0[!1]', ['db-01']],
  ['~web(b|-)', ['webbing', 'web-03']],
  ['~.*\\d$', ['db-01', 'db-02', 'web-03', '2001:db8::1']],
  ['lonely,~db-\\d{2}', ['db-01', 'db-02', 'lonely']],
  ['webservers[0]', ['cobweb']],
  ['webservers[-1]', ['weber']],
  ['webservers[0:2]', ['cobweb', 'webbing', 'weber']],
  ['webservers[1:2]', ['webbing', 'weber']],
  ['webservers[1:]', ['webbing', 'weber']],
  ['webservers[1-2]', ['webbing', 'weber']],
  ['webservers[2:0]', ['weber']],
  ['a*', ALL],
  ['ungr*', ['lonely']],
  ['db-0[:2]', ['db-02']],
  [
    '~(?i)WEB',
    ['webbing', 'weber', 'web-03', 'cobweb'].toSorted((a, b) => ALL.indexOf(a) - ALL.indexOf(b)),
  ],
  ['~(?P<n>w)eber\\Z', ['weber']],
  ['all[0]:all[-1]', ['cobweb', 'lonely']],
  ['db-*[1]', ['db-02']],
  ['ungrouped', ['lonely']],
  ['2001:db8::1', ['2001:db8::1']],
  ['2001:db8::1,weber', ['weber', '2001:db8::1']],
  ['all:!nothing-like-*', ALL],
  ['all:!webservers[7:9]', ALL],
])('%s selects %j', (pattern, expected) => {
  expect(limited(pattern)).toEqual(expected);
});

test.each([
  ['xyz*', { reason: 'no-match', part: 'xyz*' }],
  ['~xyz', { reason: 'no-match', part: '~xyz' }],
  ['~[', { reason: 'regular-expression', part: '~', said: 'it is empty' }],
  ['~(', { reason: 'regular-expression', part: '~(' }],
  ['~\\h', { reason: 'regular-expression', said: 'bad escape \\h' }],
  ['~(?x)w', { reason: 'regular-expression', said: 'the flags x are not supported' }],
  ['webservers[:1]', { reason: 'open-range', name: 'webservers' }],
  ['webservers,db:&staging', { reason: 'unknown-name', name: 'db:&staging' }],
  ['rack[1-2]', { reason: 'unknown-name', name: 'rack' }],
  ['rack[0:1]', { reason: 'unknown-name', name: 'rack' }],
  ['all:!webservers[7]', { reason: 'index-out-of-range', count: 3 }],
  ['webservers[7]', { reason: 'index-out-of-range', name: 'webservers', count: 3 }],
  ['webservers[-4]', { reason: 'index-out-of-range', name: 'webservers', count: 3 }],
  ['webservers[:]', { reason: 'open-range', name: 'webservers' }],
  ['webservers:!webservers', { reason: 'no-hosts-left', limit: 'webservers:!webservers' }],
  ['empty', { reason: 'no-hosts-left', limit: 'empty' }],
  ['', { reason: 'empty', limit: '' }],
  ['!', { reason: 'empty-part' }],
  ['webber', { reason: 'unknown-name', name: 'webber', near: 'weber' }],
  ['webservrs', { reason: 'unknown-name', near: 'webservers' }],
  ['all:!lonley', { reason: 'unknown-name', near: 'lonely' }],
  ['production', { reason: 'unknown-name', near: null, groups: [...NAMES.groups.keys()] }],
])('%s is refused', (pattern, params) => {
  const result = limitHosts(NAMES, pattern);
  expect(result.ok ? [] : result.problems).toMatchObject([{ code: 'inventory.limit', params }]);
});

test('every unknown name is reported at once', () => {
  expect(limited('nobody,nothing')).toBe('unknown-name,unknown-name');
});

test('a file has one part per line, and comments on lines of their own', () => {
  const files = new Map([
    ['failed.txt', '# run 20261123\nweber\n\ndb-01\r\n!web-03\n'],
    ['more.txt', 'weber:db\nlonely # slow\n'],
    ['none.txt', '\n# nothing\n'],
  ]);
  expect(limitFiles('@failed.txt,db,@failed.txt')).toEqual(['failed.txt']);
  expect(limited('@failed.txt', files)).toEqual(['weber', 'db-01']);
  expect(limited('@failed.txt:!db', files)).toEqual(['weber']);
  expect(limited('@more.txt', files)).toBe('unknown-name,unknown-name');
  expect(limited('@none.txt', files)).toBe('empty');
});

test('a plain name means the host before the group, and with a sign the group before the host', () => {
  const names = { hosts: ['web', 'n1', 'n2'], groups: new Map([['web', ['n2', 'n1']]]) };
  const selected = (limit: string) => {
    const result = limitHosts(names, limit);
    return result.ok ? result.value : [];
  };
  expect(selected('web')).toEqual(['web']);
  expect(selected('all:!web')).toEqual(['web']);
  expect(selected('web[0]')).toEqual(['n2']);
});

test('an index counts in the order of the group, of all hosts, or of first mention', () => {
  const names = {
    hosts: ['c1', 'a1', 'b1'],
    groups: new Map([
      ['x', ['b1', 'a1']],
      ['x2', ['a1', 'c1']],
    ]),
    mentioned: ['b1', 'a1', 'c1'],
  };
  const first = (limit: string) => {
    const result = limitHosts(names, limit);
    return result.ok ? result.value : result.problems;
  };
  expect(first('x[0]')).toEqual(['b1']);
  expect(first('all[0]')).toEqual(['c1']);
  expect(first('?1[0]')).toEqual(['b1']);
  // the second group finds a1 again
  expect(first('x*[2]')).toEqual(['a1']);
});

test('any address of this machine stands for the one in the inventory', () => {
  const names = { hosts: ['n1', 'localhost'], groups: new Map() };
  expect(limitHosts(names, '127.0.0.1')).toMatchObject({ value: ['localhost'] });
  expect(limitHosts(names, 'all:!::1')).toMatchObject({ ok: false });
  expect(limitHosts({ ...names, hosts: ['n1'] }, 'localhost')).toMatchObject({ ok: false });
});

test('with a comma, nothing else separates, not even in brackets', () => {
  expect(splitPattern('web[0:2]:db')).toEqual(['web[0:2]', 'db']);
  expect(splitPattern('web[0:2]:db,[a,b]x')).toEqual(['web[0:2]:db', '[a', 'b]x']);
  expect(splitPattern('web-01:22')).toEqual(['web-01:22']);
});

/** Ansible's documented rule as sets: plain parts add, & parts keep, ! parts remove, in this order. */
const part = fc.record({
  sign: fc.constantFrom('', '', '&', '!'),
  name: fc.constantFrom(...NAMES.groups.keys(), 'cobweb', 'db-01', 'lonely', 'all'),
});
const members = (name: string): readonly string[] =>
  name === 'all' ? ALL : (NAMES.groups.get(name) ?? [name]);

test('the order of the parts and the separator do not matter', () => {
  fc.assert(
    fc.property(
      fc.array(part, { minLength: 1, maxLength: 6 }),
      fc.constantFrom(':', ','),
      (parts, separator) => {
        const of = (sign: string) =>
          parts.filter((one) => one.sign === sign).map(({ name }) => members(name));
        const expected = ALL.filter(
          (host) =>
            (of('').length === 0 || of('').some((set) => set.includes(host))) &&
            of('&').every((set) => set.includes(host)) &&
            !of('!').some((set) => set.includes(host)),
        );
        const text = parts.map(({ sign, name }) => sign + name).join(separator);
        const got = limited(text);
        if (expected.length > 0) expect(got).toEqual(expected);
        else expect(got).toBe('no-hosts-left');
      },
    ),
  );
});

test('any pattern selects hosts of the inventory in its order, or is refused', () => {
  const parts = fc.constantFrom(
    ...[
      '!',
      '&',
      '~',
      '*',
      '?',
      '[',
      ']',
      ':',
      ',',
      '@',
      '-',
      '(',
      '\\',
      '.',
      '0',
      '[0:1]',
      '[!w]',
    ],
    ...['all', 'web', 'weber', 'webservers', 'db', 'db-01', 'empty', 'ungrouped', '2001:db8::1'],
  );
  let selections = 0;
  fc.assert(
    fc.property(fc.array(parts, { maxLength: 6 }), (all) => {
      const result = limitHosts(NAMES, all.join(''));
      if (result.ok) {
        selections += 1;
        expect(result.value).not.toEqual([]);
        expect(result.value).toEqual(ALL.filter((host) => result.value.includes(host)));
      } else for (const { code } of result.problems) expect(code).toBe('inventory.limit');
    }),
    { numRuns: 2000 },
  );
  expect(selections).toBeGreaterThan(100);
});

const MANY = Array.from({ length: 20_000 }, (_, i) => `web-${i}.example.com`);
const many = { hosts: MANY, groups: new Map([['web', MANY]]) };
/** What compares each name with each other takes ten times as long, on 20,000 names. */
const BOUND_MS = 4000;

test.each<[string, string, number]>([
  ['all names, one by one', MANY.join(','), 20_000],
  ['all names but one, one by one after a sign', `all,!${MANY.slice(1).join(',!')}`, 1],
  ['one of them again and again', `${'&web,'.repeat(20_000)}web-7.example.com`, 1],
])('a list with %s is read in time', (_, list, count) => {
  const began = performance.now();
  const result = limitHosts(many, list);
  expect(result.ok && result.value.length).toBe(count);
  expect(performance.now() - began).toBeLessThan(BOUND_MS);
});

test('a list of 20,000 names that do not exist is refused in time, with the nearest of the first', () => {
  const began = performance.now();
  const result = limitHosts(many, MANY.map((name) => `${name}x`).join(','));
  expect(performance.now() - began).toBeLessThan(BOUND_MS);
  expect(result).toMatchObject({ ok: false, problems: { length: 20_000 } });
  expect(!result.ok && result.problems[0]!.params).toMatchObject({ near: 'web-0.example.com' });
});

test('a regular expression without an end is given up', () => {
  const names = { hosts: [`${'a'.repeat(60)}!`, 'b'], groups: new Map() };
  const began = performance.now();
  const result = limitHosts(names, '~(a+)+$');
  expect(performance.now() - began).toBeLessThan(15_000);
  expect(result).toMatchObject({
    ok: false,
    problems: [{ params: { reason: 'regular-expression', said: 'it takes too long' } }],
  });
});
