import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { entriesOf, keyringsOf, type SourceEntry, without } from '../../src/model/apt-sources.ts';

const GRAFANA = { url: 'https://apt.grafana.com', suite: 'stable' };
const LIST = '/etc/apt/sources.list.d/a.list';
const SOURCES = '/etc/apt/sources.list.d/a.sources';
const FIELDS = 'Components: main\nSigned-By: /etc/apt/keyrings/grafana.asc\n';

/** The entries of every repository that a text may mean. */
function allEntries(path: string, text: string): readonly SourceEntry[] {
  const words = [...new Set(text.split(/[\s\]]+/).map((word) => word.replace(/\/+$/, '')))];
  const isUrl = (word: string): boolean => /^https?:/.test(word);
  return words
    .filter(isUrl)
    .flatMap((url) =>
      [...new Set(text.split(/\s+/))]
        .filter((suite) => !isUrl(suite))
        .flatMap((suite) => entriesOf(path, text, { url, suite })),
    );
}

const pairs = (path: string, text: string): readonly string[] =>
  allEntries(path, text).map(({ url, suite, signedBy }) => `${url} ${suite} ${signedBy}`.trim());

/** A key as a stanza holds it; `blank` stands for its empty lines. */
const embedded = (blank: string): string =>
  [
    'Types: deb',
    'URIs: https://apt.grafana.com',
    'Suites: stable',
    'Components: main',
    'Signed-By:',
    ' -----BEGIN PGP PUBLIC KEY BLOCK-----',
    blank,
    ' mQGNBGTnhmkBDADUE+SzjRRyitIm1siGxiHlIlnn6KO4C4GfEuV+PNzqxvwYO+1r',
    ' =abcd',
    ' -----END PGP PUBLIC KEY BLOCK-----',
    '',
  ].join('\n');

describe('a .list file', () => {
  const other = 'deb https://deb.debian.org/debian bookworm main\n';

  test('loses the repository and its sources, and keeps every other line', () => {
    const text = `# mine\n${other}deb [arch=amd64 signed-by=/k] https://apt.grafana.com/ stable main # x\ndeb-src https://apt.grafana.com stable main\n`;
    expect(pairs(LIST, text)).toContain('https://apt.grafana.com stable /k');
    expect(without(LIST, text, GRAFANA)).toBe(`# mine\n${other}`);
  });

  test('keeps another suite of the repository, and lines that are switched off', () => {
    const text = `deb https://apt.grafana.com beta main\n# deb https://apt.grafana.com stable main\n`;
    expect(without(LIST, text, GRAFANA)).toBe(text);
  });

  test('is gone when nothing but comments would stay', () => {
    expect(without(LIST, '# Grafana\n\ndeb https://apt.grafana.com stable main\n', GRAFANA)).toBe(
      '',
    );
  });
});

describe('a .sources file', () => {
  test.each([' .', ' ', '\t', ' \r'])(
    'is one stanza with its key, whose empty line is %j',
    (blank) => {
      const text = embedded(blank);
      expect(pairs(SOURCES, text)).toEqual(['https://apt.grafana.com stable']);
      expect(without(SOURCES, text, GRAFANA)).toBe('');
      const debian =
        'Types: deb\nURIs: https://deb.debian.org/debian\nSuites: bookworm\nComponents: main\n';
      expect(without(SOURCES, `${debian}\n${text}`, GRAFANA)).toBe(`${debian}\n`);
      expect(without(SOURCES, `${text}\n${debian}`, GRAFANA)).toBe(debian);
    },
  );

  test('a stanza with another URL keeps that one', () => {
    const text = `# ours\nTypes: deb\nURIs: https://apt.grafana.com\n# and theirs\n https://pkgs.example.com/deb\nSuites: stable\n${FIELDS}`;
    const rest = without(SOURCES, text, GRAFANA);
    expect(rest).toBe(
      `# ours\nTypes: deb\nURIs: https://pkgs.example.com/deb\n# and theirs\nSuites: stable\n${FIELDS}`,
    );
    expect(pairs(SOURCES, rest)).toEqual([
      'https://pkgs.example.com/deb stable /etc/apt/keyrings/grafana.asc',
    ]);
  });

  test('a stanza with another suite keeps that one', () => {
    const text = `Types: deb\nURIs: https://apt.grafana.com/\nSuites: stable beta\n${FIELDS}`;
    expect(without(SOURCES, text, GRAFANA)).toBe(
      `Types: deb\nURIs: https://apt.grafana.com/\nSuites: beta\n${FIELDS}`,
    );
  });

  test('a stanza with other URLs and other suites becomes two', () => {
    const text = `Types: deb deb-src\nURIs: https://a.example https://apt.grafana.com\nSuites: stable beta\n${FIELDS}`;
    const rest = without(SOURCES, text, GRAFANA);
    expect(pairs(SOURCES, rest)).toEqual(
      pairs(SOURCES, text).filter((pair) => !pair.startsWith('https://apt.grafana.com stable')),
    );
    expect(rest.split('\n\n')).toHaveLength(2);
  });

  test('a stanza that is switched off stays', () => {
    const text = `Enabled: no\nTypes: deb\nURIs: https://apt.grafana.com\nSuites: stable\n${FIELDS}`;
    expect(pairs(SOURCES, text)).toEqual([]);
    expect(without(SOURCES, text, GRAFANA)).toBe(text);
  });

  test('without the repository in it, a file stays byte for byte', () => {
    const line = fc.constantFrom(
      ...['Types: deb\n', 'URIs: https://a.example\n', 'Suites: stable\n', 'Signed-By:\n', '\n'],
      ...[' \n', ' .\n', '# x\n', '\r\n', ' more\n', 'Enabled: no\n', 'x\n', ':\n'],
    );
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        const text = `${lines.join('')}Types: deb\n`;
        expect(without(SOURCES, text, GRAFANA)).toBe(text);
      }),
    );
  });

  test('only the pair goes, whatever stands around it', () => {
    const url = fc.constantFrom(
      GRAFANA.url,
      `${GRAFANA.url}/`,
      'https://a.example',
      'https://b.example/x',
    );
    const stanza = fc
      .record({
        urls: fc.uniqueArray(url, { minLength: 1 }),
        suites: fc.uniqueArray(fc.constantFrom('stable', 'beta', './'), { minLength: 1 }),
        key: fc.constantFrom(
          'Signed-By: /k\n',
          'Signed-By:\n -----BEGIN\n .\n abc\n \n -----END\n',
          '',
        ),
        comment: fc.constantFrom('', '# x\n'),
      })
      .map(
        ({ urls, suites, key, comment }) =>
          `${comment}Types: deb\nURIs: ${urls.join('\n ')}\nSuites: ${suites.join(' ')}\nComponents: main\n${key}`,
      );
    fc.assert(
      fc.property(fc.array(stanza, { minLength: 1 }), (stanzas) => {
        const text = stanzas.join('\n');
        const rest = without(SOURCES, text, GRAFANA);
        expect(new Set(pairs(SOURCES, rest))).toEqual(
          new Set(pairs(SOURCES, text).filter((pair) => !pair.startsWith(`${GRAFANA.url} stable`))),
        );
        expect(without(SOURCES, rest, GRAFANA)).toBe(rest);
      }),
    );
  });
});

const URL = GRAFANA.url;
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
  expect(allEntries('x.list', line)).toEqual(more ? [entry(more)] : []);
});

test('every line of a list counts', () => {
  const text = `# two\ndeb ${URL} stable main\n\ndeb ${URL} beta main\n`;
  expect(allEntries('x.list', text).map(({ suite }) => suite)).toEqual(['stable', 'beta']);
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
  expect(allEntries(path, text)).toEqual(expected.map((more) => entry({ path, ...more })));
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
      '\nTypes: deb\nURIs: http://b\nSuites: s\n\n\n# kept\nTypes: deb\nURIs: http://c\nSuites: s',
    ],
  ])('%s', (_, path, text, rest) => {
    expect(without(path, text, GRAFANA)).toBe(rest);
  });
});

test('a stanza of 60 KB that stands for billions of entries costs no more than its text', () => {
  const many = (of: (i: number) => string) =>
    Array.from({ length: 4000 }, (_, i) => of(i)).join(' ');
  const text = [
    'Types: deb',
    `URIs: ${many((i) => `http://h${i}`)} ${URL}`,
    `Suites: ${many((i) => i.toString(36))} stable`,
    `Components: ${many((i) => i.toString(36))} main`,
    `Signed-By: /k.asc\n`,
  ].join('\n');
  expect(entriesOf('x.sources', text, GRAFANA)).toHaveLength(1);
  expect(keyringsOf('x.sources', text)).toEqual(['/k.asc']);
  expect(entriesOf('x.sources', without('x.sources', text, GRAFANA), GRAFANA)).toEqual([]);
});
