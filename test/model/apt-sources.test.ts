import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { entriesOf, without } from '../../src/model/apt-sources.ts';

const GRAFANA = { url: 'https://apt.grafana.com', suite: 'stable' };
const LIST = '/etc/apt/sources.list.d/a.list';
const SOURCES = '/etc/apt/sources.list.d/a.sources';
const FIELDS = 'Components: main\nSigned-By: /etc/apt/keyrings/grafana.asc\n';

const pairs = (path: string, text: string): readonly string[] =>
  entriesOf(path, text).map(({ url, suite, signedBy }) => `${url} ${suite} ${signedBy}`.trim());

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
