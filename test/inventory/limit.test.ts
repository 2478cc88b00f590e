import fc from 'fast-check';
import { expect, test } from 'vitest';
import { limitFiles, limitHosts, splitPattern } from '../../src/inventory/limit.ts';
import { withText } from '../../src/report/text-of.ts';

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
  return result.ok
    ? result.value
    : result.problems
        .map(withText)
        .map(({ message, hint }) => `${message} | ${hint}`)
        .join('\n');
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
  ['webservers,db:&staging', ['weber', 'db-01']],
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
  ['webservers[:1]', ['cobweb', 'webbing']],
  ['all[0]:all[-1]', ['cobweb', 'lonely']],
  ['db-*[1]', ['db-02']],
  ['ungrouped', ['lonely']],
  ['2001:db8::1', ['2001:db8::1']],
  ['2001:db8::1,weber', ['weber', '2001:db8::1']],
  ['all:!nothing-like-*', ALL],
])('%s means %j', (pattern, expected) => {
  expect(limited(pattern)).toEqual(expected);
});

test.each([
  ['webber', 'there is no host and no group "webber" | did you mean "weber"?'],
  ['webservrs', 'there is no host and no group "webservrs" | did you mean "webservers"?'],
  ['all:!lonley', 'there is no host and no group "lonley" | did you mean "lonely"?'],
  ['xyz*', 'no host and no group fits "xyz*"'],
  ['~[', 'is not a regular expression'],
  ['webservers[7]', 'points past the end: "webservers" has 3 hosts'],
  ['webservers[-4]', 'points past the end'],
  ['webservers[:]', 'has no ends'],
  ['webservers:!webservers', 'leaves no host'],
  ['empty', 'leaves no host'],
  ['', 'names nothing'],
  ['!', 'a part of --limit is empty'],
])('%s is refused', (pattern, why) => {
  expect(limited(pattern)).toContain(why);
});

test('every unknown name is told at once', () => {
  expect(limited('nobody,nothing').toString().split('\n')).toHaveLength(2);
});

test('a file gives a part a line, with comments and other parts beside it', () => {
  const files = new Map([['failed.txt', '# run 20261123\nweber\n\ndb-01 # slow\r\nweb-03\n']]);
  expect(limitFiles('@failed.txt,db:!@failed.txt')).toEqual(['failed.txt']);
  expect(limited('@failed.txt', files)).toEqual(['weber', 'db-01', 'web-03']);
  expect(limited('@failed.txt:!db', files)).toEqual(['weber', 'web-03']);
});

test('separators in brackets do not count', () => {
  expect(splitPattern('web[0:2]:db,[a,b]x')).toEqual(['web[0:2]', 'db', '[a,b]x']);
});

/** Ansible's documented rule, said in sets: plain parts add, & parts keep, ! parts take out, in this order. */
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
        else expect(got).toContain('leaves no host');
      },
    ),
  );
});

test('no pattern throws, and what is chosen is always of the inventory', () => {
  const anything = fc.string({
    unit: fc.constantFrom(...'!&~*?[]:,@-0123abwe.(\\'),
    maxLength: 20,
  });
  fc.assert(
    fc.property(anything, (text) => {
      const result = limitHosts(NAMES, text);
      if (result.ok) expect(ALL).toEqual(expect.arrayContaining([...result.value]));
      else
        expect(
          result.problems
            .map(withText)
            .every(({ code, hint }) => code === 'inventory.limit' && hint !== ''),
        ).toBe(true);
    }),
    { numRuns: 2000 },
  );
});
