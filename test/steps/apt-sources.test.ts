import { describe, expect, test } from 'vitest';
import { entriesOf, type SourceEntry, without } from '../../src/steps/apt-sources.ts';

const URL = 'https://apt.grafana.com';
const entry = (more: Partial<SourceEntry> = {}): SourceEntry => ({
  path: 'x.list',
  url: URL,
  suite: 'stable',
  components: ['main'],
  arches: [],
  signedBy: '',
  ...more,
});

test.each<[string, Partial<SourceEntry> | null]>([
  [`deb ${URL} stable main`, {}],
  [`  deb\t${URL}//  stable\tmain   extra # words`, { components: ['main', 'extra'] }],
  [`deb ${URL}/a/ ./`, { url: `${URL}/a`, suite: './', components: [] }],
  [
    `deb [ Arch=amd64,arm64  signed-by=/k.asc trusted=yes ] ${URL} stable main`,
    { arches: ['amd64', 'arm64'], signedBy: '/k.asc' },
  ],
  [`deb [signed-by=/a=b] ${URL} stable main`, { signedBy: '/a=b' }],
  [`deb [] ${URL} stable main`, {}],
  [`deb-src ${URL} stable main`, null],
  [`# deb ${URL} stable main`, null],
  [`nodeb ${URL} stable main`, null],
  [`deb ${URL}`, null],
  [`deb  [arch=amd64]${URL}   stable  main`, { arches: ['amd64'] }],
  [`deb [arch=amd64]   ${URL} stable main`, { arches: ['amd64'] }],
  ['', null],
])('the line %j', (line, more) => {
  expect(entriesOf('x.list', line)).toEqual(more ? [entry(more)] : []);
});

test('every line of a list counts', () => {
  const text = `# two\ndeb ${URL} stable main\n\ndeb ${URL} beta main\n`;
  expect(entriesOf('x.list', text).map(({ suite }) => suite)).toEqual(['stable', 'beta']);
});

const stanza = (...lines: string[]) =>
  ['Types: deb', `URIs: ${URL}`, 'Suites: stable', 'Components: main', ...lines].join('\n');

test.each<[string, string, Partial<SourceEntry>[]]>([
  ['plain', stanza(), [{}]],
  ['upper and lower case', stanza().toLowerCase(), [{}]],
  [
    'with a key of its own and architectures',
    stanza('Signed-By: /k.asc', 'Architectures: amd64 arm64'),
    [{ signedBy: '/k.asc', arches: ['amd64', 'arm64'] }],
  ],
  [
    'with the key written into it',
    stanza('Signed-By:', ' -----BEGIN PGP PUBLIC KEY BLOCK-----', ' .', ' x'),
    [{}],
  ],
  ['with a comment between its lines', `# a\n${stanza('# Suites: x')}`, [{}]],
  [
    'over several lines',
    `Types: deb\nURIs:\n ${URL}/\n http://b\nSuites: s1\n s2\nComponents:\n main\n\textra\n`,
    [
      { suite: 's1', components: ['main', 'extra'] },
      { suite: 's2', components: ['main', 'extra'] },
      { url: 'http://b', suite: 's1', components: ['main', 'extra'] },
      { url: 'http://b', suite: 's2', components: ['main', 'extra'] },
    ],
  ],
  ['for sources and packages', stanza().replace('Types: deb', 'Types: deb-src deb'), [{}]],
  ['for sources only', stanza().replace('Types: deb', 'Types: deb-src'), []],
  ['without types', stanza().replace('Types: deb\n', ''), []],
  ['enabled', stanza('Enabled: yes'), [{}]],
  ['with a word that is not no', stanza('Enabled: nope'), [{}]],
  ['disabled with no', stanza('Enabled: no'), []],
  ['disabled with FALSE', stanza('Enabled: FALSE'), []],
  ['disabled with 0', stanza('Enabled: 0'), []],
  ['disabled with no, and a blank', stanza('Enabled:no '), []],
  ['enabled with a word that ends with no', stanza('Enabled: piano'), [{}]],
  ['without a suite', stanza().replace('Suites: stable\n', ''), []],
  ['after a line that belongs to no field', ` stray\n${stanza()}`, [{}]],
  ['twice, with blanks on the line between', `${stanza()}\n \t\n\n${stanza()}`, [{}, {}]],
])('a stanza %s', (_, text, expected) => {
  const path = 'x.sources';
  expect(entriesOf(path, text)).toEqual(expected.map((more) => entry({ path, ...more })));
});

describe('without the repository', () => {
  const other = 'deb http://deb.debian.org/debian stable main';
  test.each([
    ['a list', 'x.list', `# ours\ndeb ${URL}/ stable main\n${other}\n`, `# ours\n${other}\n`],
    ['a list with comments', 'x.list', `# ours\n\ndeb ${URL} stable main\n  # end\n`, ''],
    ['a list of it alone', 'x.list', `deb ${URL} stable main\n`, ''],
    ['a list that has none of it', 'x.list', `${other}\n`, `${other}\n`],
    ['deb822 of it alone', 'x.sources', `${stanza()}\n`, ''],
    ['deb822 of it alone, and blanks', 'x.sources', `${stanza()}\n\n \n`, ''],
    ['a list with blanks', 'x.list', `deb ${URL} stable main\n \t\n`, ''],
    [
      'deb822',
      'x.sources',
      `\nTypes: deb\nURIs: http://b\nSuites: s\n\n\n${stanza()}\n\n# kept\nTypes: deb\nURIs: http://c\nSuites: s`,
      'Types: deb\nURIs: http://b\nSuites: s\n\n# kept\nTypes: deb\nURIs: http://c\nSuites: s\n',
    ],
  ])('%s', (_, path, text, rest) => {
    expect(without(path, text, URL)).toBe(rest);
  });
});
