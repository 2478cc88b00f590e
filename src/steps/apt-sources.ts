/** One enabled repository of an apt source file. */
export interface SourceEntry {
  readonly path: string;
  /** Without a slash at the end. */
  readonly url: string;
  readonly suite: string;
  readonly components: readonly string[];
  readonly arches: readonly string[];
  /** A path, or '' (no Signed-By, or a key written into the file itself). */
  readonly signedBy: string;
}

const trimUrl = (url: string): string => url.replace(/\/+$/, '');

/** Entries of a `.list` (sources.list(5), one line each) or `.sources` (deb822) file. */
export const entriesOf = (path: string, text: string): readonly SourceEntry[] =>
  path.endsWith('.sources')
    ? stanzaEntries(path, text)
    : text.split('\n').flatMap((line) => lineEntries(path, line));

function lineEntries(path: string, line: string): readonly SourceEntry[] {
  const found = /^\s*deb\s+(?:\[([^\]]*)\]\s*)?(\S+)\s+(\S+)\s*([^#]*)/.exec(line);
  if (!found) return [];
  const options = new Map(
    words(found[1]).map((option) => {
      const at = option.indexOf('=');
      return [option.slice(0, at).toLowerCase(), option.slice(at + 1)] as const;
    }),
  );
  return [
    {
      path,
      url: trimUrl(found[2]!),
      suite: found[3]!,
      components: words(found[4]),
      arches: (options.get('arch') ?? '').split(',').filter(Boolean),
      signedBy: options.get('signed-by') ?? '',
    },
  ];
}

const words = (text: string | undefined): readonly string[] =>
  (text ?? '').split(/\s+/).filter(Boolean);

interface Stanza {
  readonly text: string;
  readonly fields: ReadonlyMap<string, string>;
}

const stanzasOf = (text: string): readonly Stanza[] =>
  text
    .split(/\n(?:[ \t]*\n)+/)
    .filter((stanza) => stanza.trim() !== '')
    .map((stanza) => {
      const fields = new Map<string, string>();
      let name = '';
      for (const line of stanza.split('\n')) {
        if (line.startsWith('#')) continue;
        const field = /^([A-Za-z0-9-]+):\s*(.*)$/.exec(line);
        if (field) {
          name = field[1]!.toLowerCase();
          fields.set(name, field[2]!.trim());
        } else if (name !== '') fields.set(name, `${fields.get(name)} ${line.trim()}`.trim());
      }
      return { text: stanza, fields };
    });

function stanzaEntries(path: string, text: string): readonly SourceEntry[] {
  return stanzasOf(text).flatMap(({ fields }) => {
    if (/^(no|false|0)$/i.test(fields.get('enabled') ?? '')) return [];
    if (!words(fields.get('types')).includes('deb')) return [];
    const signedBy = fields.get('signed-by') ?? '';
    return words(fields.get('uris')).flatMap((url) =>
      words(fields.get('suites')).map((suite) => ({
        path,
        url: trimUrl(url),
        suite,
        components: words(fields.get('components')),
        arches: words(fields.get('architectures')),
        signedBy: signedBy.startsWith('/') ? signedBy : '',
      })),
    );
  });
}

/** The file's text without its entries for `url`; '' when nothing but comments and blanks would stay. */
export function without(path: string, text: string, url: string): string {
  const names = (part: string) => entriesOf(path, part).some((entry) => entry.url === url);
  if (path.endsWith('.sources')) {
    const rest = stanzasOf(text).filter((stanza) => !names(stanza.text));
    return rest.length === 0 ? '' : `${rest.map((stanza) => stanza.text.trim()).join('\n\n')}\n`;
  }
  const rest = text.split('\n').filter((line) => !names(line));
  return rest.some((line) => line.trim() !== '' && !line.trim().startsWith('#'))
    ? rest.join('\n')
    : '';
}
